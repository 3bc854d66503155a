import { assert, double, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BackoffPolicy, createBackoff, waitAfter } from '../../src/peers/backoff.ts';

const POLICY: BackoffPolicy = { first: 1_000, factor: 2, max: 300_000, survival: 300_000 };

describe('waitAfter', () => {
  it('doubles up to the longest', () => {
    const longest = [0, 1, 2, 8, 9, 2_000].map(failures => waitAfter(failures, POLICY, 0.999_999_9));
    expect(longest).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
  });

  it('stays between half of the step and the step', () => {
    assert(
      property(nat(5_000), double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (n, random) => {
        const step = Math.min(POLICY.max, POLICY.first * POLICY.factor ** n);
        const wait = waitAfter(n, POLICY, random);
        expect(wait).toBeGreaterThanOrEqual(step / 2);
        expect(wait).toBeLessThanOrEqual(step);
      }),
    );
  });
});

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
