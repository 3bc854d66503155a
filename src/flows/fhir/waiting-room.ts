/** Callers that wait for the outcome of what they asked for. */
export interface WaitingRoom {
  /** Resolves once there is something to be seen of an exchange, after so many ms, or when who waits has left (`signal`). */
  wait(exchangeId: string, ms: number, signal: AbortSignal): Promise<void>;
  /**
   * There is going to be something to be seen: whoever waits now waits for it, whatever the time.
   *
   * @returns whether anybody does
   */
  detain(exchangeId: string): boolean;
  /** There is something to be seen. */
  call(exchangeId: string): void;
  /** Nobody waits any longer. */
  empty(): void;
}

interface Waiter {
  readonly leave: () => void;
  readonly timer: NodeJS.Timeout;
}

export function createWaitingRoom(): WaitingRoom {
  const waiting = new Map<string, Set<Waiter>>();
  return {
    wait: (exchangeId, ms, signal) =>
      new Promise(resolve => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const those = waiting.get(exchangeId) ?? new Set();
        waiting.set(exchangeId, those);
        const leave = (): void => {
          clearTimeout(waiter.timer);
          signal.removeEventListener('abort', leave);
          those.delete(waiter);
          if (those.size === 0) waiting.delete(exchangeId);
          resolve();
        };
        const waiter = { leave, timer: setTimeout(leave, ms) };
        signal.addEventListener('abort', leave);
        those.add(waiter);
      }),
    detain: exchangeId => {
      for (const { timer } of waiting.get(exchangeId) ?? []) clearTimeout(timer);
      return waiting.has(exchangeId);
    },
    call: exchangeId => {
      for (const { leave } of waiting.get(exchangeId) ?? []) leave();
    },
    empty: () => {
      for (const those of waiting.values()) for (const { leave } of those) leave();
    },
  };
}
