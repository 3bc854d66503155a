/** A quantity shared by tasks that run side by side: memory, in bytes. */
export interface Budget {
  /** Runs a task once its share is free. A share over the whole is cut to the whole. */
  spend<T>(share: number, task: () => Promise<T>): Promise<T>;
}

/** How often a task may be overtaken by smaller ones: a slow peer with a large share holds up nobody, and waits no longer than that. */
const OVERTAKEN_AT_MOST = 100;

/** @param whole what all tasks together may take, bytes */
export function createBudget(whole: number): Budget {
  const waiting: { readonly share: number; readonly start: () => void; overtaken: number }[] = [];
  let free = whole;

  const admit = (): void => {
    for (let at = 0; at < waiting.length; ) {
      const next = waiting[at];
      if (next === undefined) return;
      if (next.share <= free) {
        for (const passed of waiting.slice(0, at)) passed.overtaken += 1;
        waiting.splice(at, 1);
        free -= next.share;
        next.start();
      } else if (next.overtaken >= OVERTAKEN_AT_MOST) {
        return;
      } else {
        at += 1;
      }
    }
  };
  return {
    async spend(asked, task) {
      const share = Math.min(asked, whole);
      await new Promise<void>(start => {
        waiting.push({ share, start, overtaken: 0 });
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

/** Small shares have a budget of their own: what large ones wait for never holds them up. */
export function createTieredBudget(
  small: { readonly upTo: number; readonly whole: number },
  large: number,
): Budget {
  const smalls = createBudget(small.whole);
  const larges = createBudget(large);
  return { spend: (share, task) => (share <= small.upTo ? smalls : larges).spend(share, task) };
}
