/**
 * What a connection is at, in the order in which it gives up its place: it has said all (`leaving`), is between frames
 * (`idle`), in a frame that hardly comes (`slow`), or in one that waits for room (`waiting`).
 */
export type Pastime = 'leaving' | 'idle' | 'slow' | 'waiting';

const ORDER: Readonly<Record<Pastime, number>> = { leaving: 0, idle: 1, slow: 2, waiting: 3 };

/** A connection that has a place. */
export interface Standing {
  /** Whose: the peer's address. */
  readonly address: string;
  /** What it is at, and since when, ms; undefined while it must not be disturbed. */
  readonly state: { readonly what: Pastime; readonly since: number } | undefined;
}

/**
 * Which connection makes way for a newcomer when there is no place left; undefined when none can.
 *
 * One of the peer that has the most, so that a peer which opens connection after connection only takes its own
 * places: an idle one before one in a frame, the oldest first. Whoever has fewer than the newcomer's peer keeps them.
 */
export function whoMakesWay<T extends Standing>(standing: readonly T[], newcomer: string): T | undefined {
  const held = new Map<string, number>();
  for (const { address } of standing) held.set(address, (held.get(address) ?? 0) + 1);
  const own = held.get(newcomer) ?? 0;
  let chosen: { readonly one: T; readonly rank: readonly number[] } | undefined;
  for (const one of standing) {
    const { address, state } = one;
    const count = held.get(address) ?? 0;
    if (state === undefined || count < own) continue;
    if (state.what === 'waiting' && address === newcomer) continue;
    const rank = [-count, ORDER[state.what], state.since];
    if (chosen === undefined || isBefore(rank, chosen.rank)) chosen = { one, rank };
  }
  return chosen?.one;
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}
