/** Wakes one sleeper, or is remembered until it next goes to sleep. */
export interface Bell {
  ring(): void;
  /** Wakes the sleeper and is forgotten when nobody sleeps. */
  nudge(): void;
  /** Until the bell rings, at most `ms`. */
  wait(ms: number): Promise<void>;
}

/** A bell that nobody has rung yet. `ms` of `wait` are milliseconds. */
export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      if (wake === undefined) rung = true;
      else wake();
    },
    nudge() {
      wake?.();
    },
    async wait(ms) {
      if (!rung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, ms);
        wake = resolve;
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      rung = false;
    },
  };
}
