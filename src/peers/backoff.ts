import type { Clock } from './interfaces.ts';

export interface BackoffPolicy {
  /** The first wait, ms. */
  readonly first: number;
  readonly factor: number;
  /** The longest wait, ms. */
  readonly max: number;
  /** How long a connection must live, ms, for the next wait to be the first again. */
  readonly survival: number;
}

export interface Backoff {
  /** A connection stands: its life begins. */
  connected(): void;
  /** It ended or never stood: how long to wait, ms, before the next one. */
  next(): number;
}

/**
 * Waits that grow from one failure to the next. What resets them is a connection that lived for `survival`, not one
 * that opened: a server that accepts the login and then drops the line would otherwise be called without pause.
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
      const wait = waitAfter(failures, policy, deps.random());
      failures += 1;
      return wait;
    },
  };
}

/**
 * The wait after so many earlier failures: between half of the step and the whole of it, so that mailboxes cut off
 * together do not come back together.
 *
 * @param failures how many came before, 0 for the first
 * @param random in [0, 1)
 * @returns ms
 */
export function waitAfter(failures: number, policy: BackoffPolicy, random: number): number {
  const step = Math.min(policy.max, policy.first * policy.factor ** failures);
  return Math.round(step * (0.5 + random / 2));
}
