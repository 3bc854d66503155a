import { describe, expect, it } from 'vitest';
import { type BackoffPolicy, createBackoff } from '../../src/peers/backoff.ts';

const POLICY: BackoffPolicy = { first: 1_000, factor: 2, max: 300_000, survival: 300_000 };

describe('createBackoff', () => {
  it('is reset by a connection that survived, not by one that was made', () => {
    let now = 0;
    const backoff = createBackoff(POLICY, { clock: { now: () => new Date(now) }, random: () => 0 });
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([500, 1_000, 2_000]);
    backoff.connected();
    now += POLICY.survival - 1;
    expect(backoff.next()).toBe(4_000);
    backoff.connected();
    now += POLICY.survival;
    expect(backoff.next()).toBe(500);
    // Time that passes without a connection counts for nothing.
    now += 10 * POLICY.survival;
    expect(backoff.next()).toBe(1_000);
  });
});
