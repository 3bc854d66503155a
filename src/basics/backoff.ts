/** Waits that grow from one failure to the next, in milliseconds. */
export interface Waits {
  /** The first one. */
  readonly first: number;
  readonly factor: number;
  /** The longest one. */
  readonly max: number;
  /** The share of each that is left to chance, 0 to 1: what failed together does not come back together. */
  readonly jitter: number;
}

/**
 * The wait after so many earlier failures: exponential, capped, and less by up to its jitter.
 *
 * @param failures how many came before, 0 for the first wait
 * @param random in [0, 1)
 * @returns ms
 */
export function waitAfter(failures: number, { first, factor, max, jitter }: Waits, random: number): number {
  // The bound keeps a first wait of 0 from becoming no number at all after a thousand failures.
  const step = Math.min(max, first * Math.min(factor ** failures, Number.MAX_VALUE));
  return Math.round(step * (1 - jitter + jitter * random));
}
