/** Callers that wait for the outcome of what they asked for. */
export interface WaitingRoom {
  /** Resolves once there is something to be seen of an exchange, after so many ms, or when who waits has left (`signal`). */
  wait(exchangeId: string, ms: number, signal: AbortSignal): Promise<void>;
  /** There is something to be seen. @returns whether anybody waited for it */
  call(exchangeId: string): boolean;
  /** Nobody waits any longer. */
  empty(): void;
}

export function createWaitingRoom(): WaitingRoom {
  const waiting = new Map<string, Set<() => void>>();
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
          clearTimeout(timer);
          signal.removeEventListener('abort', leave);
          those.delete(leave);
          if (those.size === 0) waiting.delete(exchangeId);
          resolve();
        };
        const timer = setTimeout(leave, ms);
        signal.addEventListener('abort', leave);
        those.add(leave);
      }),
    call: exchangeId => {
      const those = [...(waiting.get(exchangeId) ?? [])];
      for (const leave of those) leave();
      return those.length > 0;
    },
    empty: () => {
      for (const those of waiting.values()) for (const leave of those) leave();
    },
  };
}
