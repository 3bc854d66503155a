/** Time, as the gateway sees it: injected, so that tests are deterministic. */
export interface Clock {
  now(): Date;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };
