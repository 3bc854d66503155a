/** Lets a test or the demo wait for a state instead of sleeping. */
export interface Waiting {
  /** Something may have changed: conditions that are waited for are looked at again. */
  readonly changed: () => void;
  /**
   * Resolves once `condition` holds; it is looked at now and after every change.
   *
   * @param timeout milliseconds before the promise is rejected
   * @throws Error naming what was waited for
   */
  readonly until: (what: string, condition: () => boolean, timeout?: number) => Promise<void>;
}

export function createWaiting(): Waiting {
  const waiters = new Set<() => void>();
  return {
    changed() {
      // After the current work is done: a peer tells of a change in the middle of making it.
      setImmediate(() => {
        for (const look of waiters) look();
      });
    },
    until(what, condition, timeout = 20_000) {
      return new Promise((resolve, reject) => {
        const finish = (settle: () => void): void => {
          clearTimeout(timer);
          waiters.delete(look);
          settle();
        };
        const look = (): void => {
          try {
            if (condition()) finish(resolve);
          } catch (error) {
            finish(() => reject(error));
          }
        };
        const timer = setTimeout(
          () => finish(() => reject(new Error(`not seen within ${timeout} ms: ${what}`))),
          timeout,
        );
        waiters.add(look);
        look();
      });
    },
  };
}
