import { describe, expect, it } from 'vitest';
import { hl7Time } from '../../../src/formats/hl7/time.ts';

describe('hl7Time', () => {
  it.each([
    ['2026-11-20T08:30:00Z', '20261120093000+0100'],
    ['2026-07-14T22:05:09.999Z', '20260715000509+0200'],
    ['2026-10-25T00:30:00Z', '20261025023000+0200'],
    ['2026-10-25T01:30:00Z', '20261025023000+0100'],
    ['2026-12-31T23:00:00Z', '20270101000000+0100'],
  ])('%s is %s in Paris', (utc, paris) => {
    expect(hl7Time(new Date(utc))).toBe(paris);
  });
});
