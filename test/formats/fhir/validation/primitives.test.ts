import { describe, expect, it } from 'vitest';
import { isPrimitiveValue } from '../../../../src/formats/fhir/validation/primitives.ts';

/** Values that are of a type, and values that are not (https://hl7.org/fhir/R4/datatypes.html#primitive). */
const TYPES: readonly (readonly [type: string, right: readonly unknown[], wrong: readonly unknown[]])[] = [
  ['boolean', [true, false], ['true', 1, {}]],
  ['integer', [0, -1, 2 ** 31 - 1], [1.5, 2 ** 31, '1']],
  ['unsignedInt', [0, 7], [-1, '7']],
  ['positiveInt', [1, 7], [0, -1, 1.5]],
  ['decimal', [0, 1.5, -2], ['1.5', Number.NaN, Number.POSITIVE_INFINITY]],
  ['string', ['a', ' é\n', 'a b', 'nom\u00A0: x'], ['', '   ', 1, 'a\u0000b', 'x'.repeat(1024 * 1024 + 1)]],
  ['markdown', ['# a'], ['', false]],
  ['code', ['a', 'a b', 'in-progress'], ['', ' a', 'a ', 'a  b', 3]],
  ['id', ['A-1.b', 'a'.repeat(64)], ['', 'a_b', 'a'.repeat(65), 'é']],
  ['uri', ['urn:oid:1.2', 'https://a.example/?q=é', 'x'], ['', 'a b', 7]],
  ['url', ['mailto:a@b.example'], ['a b']],
  ['canonical', ['http://a.example/x|1.0'], ['http://a.example/ x']],
  ['oid', ['urn:oid:1.2.250.1.213.0'], ['1.2.250', 'urn:oid:3.1', 'urn:oid:1.02', 'urn:oid:1.']],
  [
    'uuid',
    ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520'],
    ['c757873d-ec9a-4326-a141-556f43239520', 'urn:uuid:C757873D-EC9A-4326-A141-556F43239520', 'urn:uuid:1'],
  ],
  [
    'date',
    ['2026', '2026-02', '2026-02-28', '2024-02-29'],
    ['26', '2026-13', '2026-02-29', '2026-2-1', '2026-02-28T10:00:00Z', 2026],
  ],
  [
    'dateTime',
    ['2026', '2026-02-28', '2026-02-28T10:00:00Z', '2026-02-28T10:00:00.123+01:00'],
    [
      '2026-02-28T10:00:00',
      '2026-02-28T10:00Z',
      '2026-02-28T24:00:00Z',
      '2026-02-30T10:00:00Z',
      '28/02/2026',
    ],
  ],
  [
    'instant',
    ['2026-02-28T10:00:00.1Z', '2016-12-31T23:59:60Z'],
    ['2026-02-28', '2026-02-28T10:00:00', '2026-04-31T10:00:00Z'],
  ],
  ['time', ['10:00:00', '23:59:59.5'], ['10:00', '24:00:00', '10:00:00Z']],
  ['base64Binary', ['YQ==', 'YWI=', 'YWJj', 'YWJj\r\nYWJj'], ['', 'YQ', 'YQ=', 'Y===', 'été=', 'YW=J']],
  ['xhtml', ['<div xmlns="http://www.w3.org/1999/xhtml">a</div>'], ['a', '<p>a</p>', '<div>', 3]],
];

describe.each(TYPES)('%s', (type, right, wrong) => {
  it.each(right.map(value => [value]))('%j is one', value => {
    expect(isPrimitiveValue(value, type)).toBe(true);
  });

  it.each(wrong.map(value => [value]))('%j is none', value => {
    expect(isPrimitiveValue(value, type)).toBe(false);
  });
});

it.each([
  ['code', `${'a '.repeat(400_000)} `],
  ['base64Binary', 'A'.repeat(4_000_001)],
  ['dateTime', `2026-02-28T10:00:00.${'1'.repeat(2_000_000)}`],
  ['oid', `urn:oid:1${'.1'.repeat(1_000_000)}.`],
])('a hostile %s takes linear time', (type, value) => {
  const start = performance.now();
  expect(isPrimitiveValue(value, type)).toBe(false);
  expect(performance.now() - start).toBeLessThan(1000);
});
