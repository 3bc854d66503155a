/** So many tasks in any stretch of `perMs` ms. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
}

/** Starts tasks in order, as fast as a limit allows. */
export interface Rate {
  /** @throws what the task throws, or what `close` was given */
  run<T>(task: () => Promise<T>): Promise<T>;
  /** Refuses what still waits and what comes later. */
  close(refusal: () => Error): void;
}

/**
 * A bucket of `count` tokens. A task's token comes back `perMs` after its end, not after its start: when the other side
 * counted the task is known only once it has answered, and a first one takes as long as its connection.
 */
export function createRate({ count, perMs }: RateLimit): Rate {
  const waiting: { readonly start: () => void; readonly refuse: (reason: Error) => void }[] = [];
  const returning = new Set<NodeJS.Timeout>();
  let tokens = count;
  let refusal: (() => Error) | undefined;

  function admit(): void {
    while (tokens > 0) {
      const next = waiting.shift();
      if (next === undefined) return;
      tokens -= 1;
      next.start();
    }
  }
  function giveBack(): void {
    const timer = setTimeout(() => {
      returning.delete(timer);
      tokens += 1;
      admit();
    }, perMs);
    returning.add(timer);
  }
  return {
    async run(task) {
      if (refusal !== undefined) throw refusal();
      await new Promise<void>((start, refuse) => {
        waiting.push({ start, refuse });
        admit();
      });
      try {
        return await task();
      } finally {
        if (refusal === undefined) giveBack();
      }
    },
    close(reason) {
      refusal = reason;
      for (const timer of returning) clearTimeout(timer);
      for (const { refuse } of waiting.splice(0)) refuse(reason());
    },
  };
}
