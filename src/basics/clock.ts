/** Time, as the gateway sees it: injected, so that tests are deterministic. */
export interface Clock {
  now(): Date;
  /** Milliseconds for measuring how long something takes, which setting the clock does not change; as `now` where absent. */
  readonly elapsed?: () => number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date(), elapsed: () => performance.now() };
