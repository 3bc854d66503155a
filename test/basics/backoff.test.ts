import { assert, double, integer, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Waits, waitAfter } from '../../src/basics/backoff.ts';

const WAITS: Waits = { first: 1_000, factor: 2, max: 300_000, jitter: 0.5 };
const chance = double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('waitAfter', () => {
  it('doubles up to the longest', () => {
    const longest = [0, 1, 2, 8, 9, 2_000].map(failures => waitAfter(failures, WAITS, 0.999_999_9));
    expect(longest).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
  });

  it('leaves its jitter to chance and no more', () => {
    assert(
      property(nat(5_000), chance, integer({ min: 0, max: 100 }), (failures, random, percent) => {
        const jitter = percent / 100;
        const step = Math.min(WAITS.max, WAITS.first * WAITS.factor ** failures);
        const wait = waitAfter(failures, { ...WAITS, jitter }, random);
        expect(wait).toBeGreaterThanOrEqual(Math.round(step * (1 - jitter)));
        expect(wait).toBeLessThanOrEqual(step);
      }),
    );
  });

  it.each([0, 1, 5_000])('waits not at all after %i failures when the first wait is none', failures => {
    expect(waitAfter(failures, { ...WAITS, first: 0 }, 0.5)).toBe(0);
  });

  it('keeps one pace with a factor of 1', () => {
    expect(
      [0, 7, 4_000].map(failures => waitAfter(failures, { ...WAITS, factor: 1, jitter: 0 }, 0.3)),
    ).toEqual([1_000, 1_000, 1_000]);
  });
});
