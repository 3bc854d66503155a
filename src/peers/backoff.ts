import { waitAfter } from '../basics/backoff.ts';
import type { Clock } from '../basics/clock.ts';

/** Mailboxes cut off together must not come back together. */
const JITTER = 0.5;

/** How waits grow. */
export interface BackoffPolicy {
  /** The first wait, ms. */
  readonly first: number;
  readonly factor: number;
  /** The longest wait, ms. */
  readonly max: number;
  /** How long a connection must live, ms, for the next wait to be the first again. */
  readonly survival: number;
}

/** The waits between the connections of one peer. */
export interface Backoff {
  /** A connection stands: its life begins. */
  connected(): void;
  /** It ended or never stood: how long to wait, ms, before the next one. */
  next(): number;
}

/**
 * Waits that grow from one failure to the next. What resets them is a connection that lived for `survival`,
 * not one that opened: a server that accepts the login and then drops the line would otherwise be called
 * without pause.
 */
export function createBackoff(
  policy: BackoffPolicy,
  deps: { readonly clock: Clock; readonly random: () => number },
): Backoff {
  let failures = 0;
  let connectedAt: number | undefined;
  return {
    connected() {
      connectedAt = deps.clock.now().getTime();
    },
    next() {
      if (connectedAt !== undefined && deps.clock.now().getTime() - connectedAt >= policy.survival)
        failures = 0;
      connectedAt = undefined;
      const wait = waitAfter(failures, { ...policy, jitter: JITTER }, deps.random());
      failures += 1;
      return wait;
    },
  };
}
