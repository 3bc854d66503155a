/** Lets at most so many tasks run at once; the others wait their turn in order. */
export interface Limit {
  /** Runs a task when there is room. @throws what the task throws, or what `close` was given */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** Refuses what still waits and what comes later; resolves when the running tasks have ended. */
  close(refusal: () => Error): Promise<void>;
}

export function createLimit(parallel: number): Limit {
  const waiting: { start: () => void; refuse: (reason: Error) => void }[] = [];
  const running = new Set<Promise<unknown>>();
  let free = parallel;
  let refused: (() => Error) | undefined;

  function turn(): Promise<void> {
    if (refused !== undefined) return Promise.reject(refused());
    if (free > 0) {
      free--;
      return Promise.resolve();
    }
    return new Promise((start, refuse) => waiting.push({ start, refuse }));
  }

  function release(): void {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next.start();
  }

  return {
    async run(task) {
      await turn();
      const result = task().finally(release);
      const forget = (): boolean => running.delete(result);
      running.add(result);
      result.then(forget, forget);
      return result;
    },
    async close(refusal) {
      refused = refusal;
      for (const { refuse } of waiting.splice(0)) refuse(refusal());
      await Promise.allSettled(running);
    },
  };
}
