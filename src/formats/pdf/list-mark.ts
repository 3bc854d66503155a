import type { ListMark } from '../cda/narrative-types.ts';

const ROMAN = [
  ['m', 1000],
  ['cm', 900],
  ['d', 500],
  ['cd', 400],
  ['c', 100],
  ['xc', 90],
  ['l', 50],
  ['xl', 40],
  ['x', 10],
  ['ix', 9],
  ['v', 5],
  ['iv', 4],
  ['i', 1],
] as const;

/** What stands before the `number`th item of a list, from 1. */
export function listMark(mark: ListMark, number: number): string {
  switch (mark) {
    case 'bullet':
      return '•';
    case 'decimal':
      return `${number}.`;
    case 'lower-alpha':
      return `${alphabetic(number)}.`;
    case 'upper-alpha':
      return `${alphabetic(number).toUpperCase()}.`;
    case 'lower-roman':
      return `${roman(number)}.`;
    case 'upper-roman':
      return `${roman(number).toUpperCase()}.`;
  }
}

/** a … z, aa, ab … */
function alphabetic(number: number): string {
  let text = '';
  for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    text = String.fromCharCode(0x61 + ((rest - 1) % 26)) + text;
  }
  return text;
}

/** Roman numerals as far as they are in use; digits beyond. */
function roman(number: number): string {
  if (number >= 4000) return String(number);
  let rest = number;
  let text = '';
  for (const [letters, value] of ROMAN) {
    for (; rest >= value; rest -= value) text += letters;
  }
  return text;
}
