import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64Field } from '../../../src/formats/hl7/base64.ts';

const decode = (text: string) => {
  const bytes = decodeBase64Field(Buffer.from(text, 'latin1'), '\\');
  return bytes === undefined ? undefined : Buffer.from(bytes);
};

describe('decodeBase64Field', () => {
  it('undoes base64, however it was broken', () => {
    const breaks = fc.constantFrom(
      '',
      ' ',
      '\n',
      '\r\n',
      '\t',
      '\\.br\\',
      '\\X0A\\',
      '\\X0D0A\\',
      '\\X0d\\\\X0a\\',
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(breaks, { maxLength: 400 }),
        (bytes, between) => {
          const digits = Buffer.from(bytes).toString('base64').replace(/=+$/, '');
          const text = Array.from(digits, (digit, place) => digit + (between[place] ?? '')).join('');
          expect(decode(text)).toEqual(Buffer.from(bytes));
        },
      ),
    );
  });

  it.each([75, 76, 77, 64, 1001])('takes lines of %s digits over the borders of slices', length => {
    const bytes = Buffer.alloc(700_001, 'Voici un document. ');
    const digits = bytes.toString('base64');
    for (const end of ['\n', '\\X0D0A\\', '\\.br\\']) {
      const text = digits.replaceAll(new RegExp(`.{${length}}`, 'g'), found => found + end);
      expect(decode(text)?.equals(bytes)).toBe(true);
    }
  });

  it('refuses one wrong character, wherever it stands', () => {
    const digits = Buffer.alloc(700_000, 7).toString('base64').replace(/=+$/, '');
    const places = [0, 1, 196_607, 196_608, 400_000, digits.length - 1];
    for (const place of places) {
      for (const character of ['*', '-', '_', '\\', '\xe9', '\0']) {
        const text = digits.slice(0, place) + character + digits.slice(place + 1);
        expect([place, character, decode(text)]).toEqual([place, character, undefined]);
      }
    }
    expect(decode(`${digits.slice(0, 8)}=${digits.slice(8)}`)).toBeUndefined();
  });

  it.each(['', '=', ' \n ', '===='])('finds nothing in %j', text => {
    expect(decode(text)).toEqual(Buffer.alloc(0));
  });

  it('is linear on hostile fields', () => {
    const start = performance.now();
    expect(decode('\\'.repeat(5_000_000))).toBeUndefined();
    expect(decode(' '.repeat(20_000_000))).toEqual(Buffer.alloc(0));
    expect(decode('\\X0'.repeat(2_000_000))).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
