import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOid, MAX_OID_ROOT, oidBelow } from '../../../src/formats/xds/unique-id.ts';

describe('oidBelow', () => {
  it('is the number of the UUID below the root', () => {
    expect(oidBelow('1.2.250.1.999.1', '00000000-0000-4000-8000-00000000000a')).toBe(
      '1.2.250.1.999.1.302240678275694148452362',
    );
  });

  it('is an OID below the root, another for another UUID, at any length of the root', () => {
    const root = fc.integer({ min: 3, max: MAX_OID_ROOT }).map(length => `1.2${'3'.repeat(length - 3)}`);
    fc.assert(
      fc.property(root, fc.uuid({ version: 4 }), fc.uuid({ version: 4 }), (below, one, other) => {
        const made = oidBelow(below, one);
        expect(isOid(made)).toBe(true);
        expect(made.startsWith(`${below}.`)).toBe(true);
        expect(oidBelow(below, other) === made).toBe(one === other);
      }),
    );
  });

  it('has no room below a longer root', () => {
    expect(() =>
      oidBelow(`1.2${'3'.repeat(MAX_OID_ROOT - 2)}`, '00000000-0000-4000-8000-00000000000a'),
    ).toThrow('too long');
  });
});

describe('isOid', () => {
  it.each<[boolean, string]>([
    [true, '1.2.250.1.999.1.1.2026.1.1'],
    [true, '2.25.0'],
    [true, `1.${'2'.repeat(62)}`],
    [false, `1.${'2'.repeat(63)}`],
    [false, '1'],
    [false, '3.1'],
    [false, '1.02'],
    [false, '1.2.'],
    [false, '1.2.3^4'],
    [false, '1.2.x'],
    [false, ''],
    [false, '1.2\n'],
  ])('%s: %j', (expected, text) => {
    expect(isOid(text)).toBe(expected);
  });
});
