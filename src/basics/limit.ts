/** Lets at most so many tasks run at once; the others wait their turn in order. */
export interface Limit {
  /** Runs a task when there is room. @throws what the task throws, or what `close` was given */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** Refuses what still waits and what comes later; resolves when the running tasks have ended. */
  close(refusal: () => Error): Promise<void>;
}

/** A limit of `parallel` tasks at once, one at least. */
export function createLimit(parallel: number): Limit {
  const waiting: { start: () => void; refuse: (reason: Error) => void }[] = [];
  const underway = new Set<Promise<unknown>>();
  let free = parallel;
  let refusal: (() => Error) | undefined;

  function checkOpen(): void {
    if (refusal !== undefined) throw refusal();
  }

  function turn(): Promise<void> {
    if (free > 0) {
      free--;
      return Promise.resolve();
    }
    return new Promise((start, refuse) => waiting.push({ start, refuse }));
  }

  /** The turn passes straight to the next in line. */
  function release(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next.start();
  }

  async function inTurn<T>(task: () => Promise<T>): Promise<T> {
    checkOpen();
    await turn();
    try {
      // It may have been closed between the turn given and the turn taken.
      checkOpen();
      return await task();
    } finally {
      release();
    }
  }

  return {
    run(task) {
      const result = inTurn(task);
      const forget = (): boolean => underway.delete(result);
      underway.add(result);
      result.then(forget, forget);
      return result;
    },
    async close(reason) {
      refusal = reason;
      for (const { refuse } of waiting.splice(0)) refuse(reason());
      await Promise.allSettled(underway);
    },
  };
}
