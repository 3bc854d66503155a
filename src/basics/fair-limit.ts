/** Lets at most so many tasks run at once, for several who ask. Time in ms. */
export interface FairLimitOptions {
  readonly parallel: number;
  /** Of one who asks. */
  readonly share: number;
  /** How long a task has, its waiting included. */
  readonly timeoutMs: number;
}

/** Tasks of several, none of whom can keep the others waiting. */
export interface FairLimit {
  /**
   * Runs a task when there is room: of those who wait, for whom has the fewest running, then for whose turn is longest ago. A task
   * that runs when its time is over keeps its room until it ends, and nobody waits for it.
   *
   * @throws what the task throws; what `refusal` makes, when the time is over
   */
  run<T>(who: string, task: () => Promise<T>): Promise<T>;
}

export function createFairLimit(
  { parallel, share, timeoutMs }: FairLimitOptions,
  refusal: () => Error,
): FairLimit {
  const running = new Map<string, number>();
  /** Whose turn was when; who never had one comes first. */
  const lastTurn = new Map<string, number>();
  let turns = 0;
  const waiting = new Set<{ readonly who: string; readonly start: () => void }>();
  let free = parallel;

  const count = (who: string): number => running.get(who) ?? 0;
  const turnOf = (who: string): number => lastTurn.get(who) ?? 0;

  function admit(): void {
    while (free > 0) {
      const [next] = [...waiting]
        .filter(({ who }) => count(who) < share)
        .toSorted((one, other) => count(one.who) - count(other.who) || turnOf(one.who) - turnOf(other.who));
      if (next === undefined) return;
      waiting.delete(next);
      free -= 1;
      running.set(next.who, count(next.who) + 1);
      lastTurn.set(next.who, (turns += 1));
      next.start();
    }
  }

  function release(who: string): void {
    free += 1;
    running.set(who, count(who) - 1);
    admit();
  }

  return {
    run: (who, task) =>
      new Promise((resolve, reject) => {
        const turn = {
          who,
          start: () => {
            task()
              .finally(() => {
                clearTimeout(timer);
                release(who);
              })
              .then(resolve, reject);
          },
        };
        const timer = setTimeout(() => {
          waiting.delete(turn);
          reject(refusal());
        }, timeoutMs);
        waiting.add(turn);
        admit();
      }),
  };
}
