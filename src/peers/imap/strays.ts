/** How often a mail that the search names, and of which the server has no size, is asked for. */
const MOST_ASKED = 3;

/** What is remembered, on one connection, of mails that the server does not give as it names them. */
export interface Strays {
  /** Begun and not finished: the flow must learn of it when they are gone. */
  readonly begun: Set<number>;
  /** Whether a mail without a size is to be asked for once more. */
  askAgain(uid: number): boolean;
  clear(): void;
}

/** None yet. */
export function createStrays(): Strays {
  const begun = new Set<number>();
  const asked = new Map<number, number>();
  return {
    begun,
    askAgain(uid) {
      const times = (asked.get(uid) ?? 0) + 1;
      asked.set(uid, times);
      return times < MOST_ASKED;
    },
    clear() {
      begun.clear();
      asked.clear();
    },
  };
}
