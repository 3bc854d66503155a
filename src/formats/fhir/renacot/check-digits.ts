/**
 * Whether the key of a NIR is right: 97 less the number modulo 97, Corsican departments counted as 19 and 18.
 *
 * @param nir 15 characters
 * @returns undefined for what is no NIR with a key
 */
export function hasNirKey(nir: string): boolean | undefined {
  const [, number = '', key = ''] = /^(\d{5}(?:\d\d|2[AB])\d{6})(\d\d)$/.exec(nir) ?? [];
  if (number === '') return undefined;
  const digits = number.replace('2A', '19').replace('2B', '18');
  return 97 - (Number(digits) % 97) === Number(key);
}

/**
 * Whether the last digit of a number is right by Luhn's formula, as for RPPS and FINESS.
 *
 * @returns undefined for what is not digits alone, as the FINESS of Corsica are not
 */
export function hasLuhnKey(number: string): boolean | undefined {
  if (!/^\d+$/.test(number)) return undefined;
  const sum = Array.from(number, Number)
    .toReversed()
    .reduce((total, digit, place) => {
      const value = digit * (place % 2 === 0 ? 1 : 2);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}
