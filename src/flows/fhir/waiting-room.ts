/** Callers that wait for the outcome of what they asked for. */
export interface WaitingRoom {
  /** Resolves once there is something to be seen of an exchange, or after so many ms. */
  wait(exchangeId: string, ms: number): Promise<void>;
  /** Whether anybody waits for an exchange. */
  isAwaited(exchangeId: string): boolean;
  /** There is something to be seen. */
  call(exchangeId: string): void;
  /** Nobody waits any longer. */
  empty(): void;
}

export function createWaitingRoom(): WaitingRoom {
  const waiting = new Map<string, Set<() => void>>();
  return {
    wait: (exchangeId, ms) =>
      new Promise(resolve => {
        const those = waiting.get(exchangeId) ?? new Set();
        waiting.set(exchangeId, those);
        const leave = (): void => {
          clearTimeout(timer);
          those.delete(leave);
          if (those.size === 0) waiting.delete(exchangeId);
          resolve();
        };
        const timer = setTimeout(leave, ms);
        those.add(leave);
      }),
    isAwaited: exchangeId => waiting.has(exchangeId),
    call: exchangeId => {
      for (const leave of waiting.get(exchangeId) ?? []) leave();
    },
    empty: () => {
      for (const those of waiting.values()) for (const leave of those) leave();
    },
  };
}
