import { describe, expect, it } from 'vitest';
import type { ListMark } from '../../../src/formats/cda/narrative-types.ts';
import { clipped, frenchDate, frenchTime } from '../../../src/formats/pdf/french.ts';
import { listMark } from '../../../src/formats/pdf/list-mark.ts';

describe('frenchTime', () => {
  it.each([
    ['20261118093005+0100', '18/11/2026 à 09:30'],
    ['20260718093005.123+0200', '18/07/2026 à 09:30'],
    ['202611180930', '18/11/2026 à 09:30'],
    ['20261118093000+0400', '18/11/2026 à 09:30 (UTC+04:00)'],
    ['20261118093000Z', '18/11/2026 à 09:30 (UTC)'],
    ['20261118', '18/11/2026'],
    ['202611', '11/2026'],
    ['2026', '2026'],
    ['18 novembre', '18 novembre'],
  ])('%s: %s', (time, expected) => {
    expect(frenchTime(time)).toBe(expected);
  });

  it('leaves the hour out of a birth date', () => {
    expect(['198506141230', '198506', 'inconnue'].map(frenchDate)).toEqual([
      '14/06/1985',
      '06/1985',
      'inconnue',
    ]);
  });
});

describe('clipped', () => {
  it('counts characters, and says that some are missing', () => {
    expect(clipped('𝒞𝒞𝒞', 3)).toBe('𝒞𝒞𝒞');
    expect(clipped('𝒞𝒞𝒞𝒞', 3)).toBe('𝒞𝒞𝒞…');
  });
});

describe('listMark', () => {
  it.each<[ListMark, string]>([
    ['bullet', '• • •'],
    ['decimal', '1. 4. 28.'],
    ['lower-alpha', 'a. d. ab.'],
    ['upper-alpha', 'A. D. AB.'],
    ['lower-roman', 'i. iv. xxviii.'],
    ['upper-roman', 'I. IV. XXVIII.'],
  ])('%s: %s', (mark, expected) => {
    expect([1, 4, 28].map(number => listMark(mark, number)).join(' ')).toBe(expected);
  });

  it('goes on in digits where Roman numerals end', () => {
    expect(listMark('lower-roman', 4000)).toBe('4000.');
  });
});
