/** A quantity shared by tasks that run side by side: memory, in bytes. */
export interface Budget {
  /**
   * Runs a task once its share is free, in the order of asking. A share over the whole is cut to the whole.
   */
  spend<T>(share: number, task: () => Promise<T>): Promise<T>;
}

/**
 * @param whole what can be spent at once, in the unit of the shares: bytes
 */
export function createBudget(whole: number): Budget {
  const waiting: { readonly share: number; readonly start: () => void }[] = [];
  let free = whole;

  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined && next.share <= free; next = waiting[0]) {
      waiting.shift();
      free -= next.share;
      next.start();
    }
  };
  return {
    async spend(asked, task) {
      const share = Math.min(asked, whole);
      await new Promise<void>(start => {
        waiting.push({ share, start });
        admit();
      });
      try {
        return await task();
      } finally {
        free += share;
        admit();
      }
    },
  };
}
