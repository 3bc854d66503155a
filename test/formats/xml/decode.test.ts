import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeXml, decodeXmlPrefix, decodeXmlSuffix, encodingOf } from '../../../src/formats/xml/decode.ts';
import { XmlError } from '../../../src/formats/xml/xml-error.ts';

const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`;
const latin = (text: string) => Buffer.from(text, 'latin1');
const utf8 = (text: string) => Buffer.from(text);
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const utf16be = (text: string) => utf16(text).swap16();

describe('decodeXml', () => {
  it.each<[string, Uint8Array, string]>([
    ['UTF-8 without a declaration', Buffer.from('<a>é€</a>'), '<a>é€</a>'],
    ['UTF-8 with a mark', Buffer.from('\uFEFF<a>é</a>'), '<a>é</a>'],
    ['leading blanks', Buffer.from('  \r\n\t<a/>'), '<a/>'],
    ['a mark after blanks', Buffer.from(' \uFEFF<a/>'), '<a/>'],
    ['UTF-16 little-endian by mark', utf16('\uFEFF<a>é€</a>'), '<a>é€</a>'],
    ['UTF-16 big-endian by mark', utf16be('\uFEFF<a>é€</a>'), '<a>é€</a>'],
    ['UTF-16 little-endian without a mark', utf16('<a>é</a>'), '<a>é</a>'],
    ['UTF-16 big-endian without a mark', utf16be('<a>é</a>'), '<a>é</a>'],
    ['ISO-8859-1', latin(`${declared('ISO-8859-1')}<a>\xe9</a>`), `${declared('ISO-8859-1')}<a>é</a>`],
    [
      'ISO-8859-15 and its euro',
      latin(`${declared('iso-8859-15')}<a>\xa4\xbd</a>`),
      `${declared('iso-8859-15')}<a>€œ</a>`,
    ],
    ['windows-1252', latin(`${declared('windows-1252')}<a>\x80</a>`), `${declared('windows-1252')}<a>€</a>`],
    [
      'a declaration in single quotes',
      latin("<?xml version='1.0' encoding = 'latin1' ?><a>\xe9</a>"),
      "<?xml version='1.0' encoding = 'latin1' ?><a>é</a>",
    ],
    [
      'UTF-16 declared, UTF-8 written',
      Buffer.from(`${declared('utf-16')}<a>é</a>`),
      `${declared('utf-16')}<a>é</a>`,
    ],
    [
      'a mark that contradicts the declaration',
      Buffer.from(`\uFEFF${declared('ISO-8859-1')}<a>é</a>`),
      `${declared('ISO-8859-1')}<a>é</a>`,
    ],
  ])('%s', (_, bytes, text) => {
    expect(decodeXml(bytes)).toBe(text);
    expect(decodeXmlPrefix(bytes, bytes.length)).toBe(text);
  });

  it.each<[string, Uint8Array]>([
    ['an unknown encoding', Buffer.from(`${declared('EBCDIC-FR')}<a/>`)],
    ["an encoding named as an object's member", Buffer.from(`${declared('constructor')}<a/>`)],
    ['an encoding named __proto__', Buffer.from(`${declared('__proto__')}<a/>`)],
    ['latin bytes called UTF-8', latin('<a>\xe9</a>')],
    ['half a UTF-16 surrogate pair', utf16('\uFEFF<a>\ud800</a>')],
    ['a character cut at the end', Buffer.from('<a>é').subarray(0, 4)],
  ])('refuses %s', (_, bytes) => {
    const faults = [
      () => decodeXml(bytes),
      () => decodeXmlPrefix(bytes, 1000),
      () => decodeXmlSuffix(bytes, 1000),
    ];
    for (const read of faults) expect(read).toThrow(new XmlError('encoding'));
  });

  it('does not take an attribute of another tag for the declaration', () => {
    expect(encodingOf(Buffer.from('<a encoding="ISO-8859-1"/>'))).toBe('utf-8');
  });
});

describe('prefix and suffix', () => {
  const text = fc.string({
    unit: fc.constantFrom('<', 'a', '>', 'é', '€', '😀', ' '),
    minLength: 1,
    maxLength: 40,
  });
  const encoded = fc.tuple(text, fc.constantFrom(utf8, utf16, utf16be)).map(([body, encode]) => {
    const whole = `\uFEFF<${body}`;
    return { whole: whole.slice(1), bytes: encode(whole), encode };
  });

  it('are the ends of the whole, whole characters only', () => {
    fc.assert(
      fc.property(encoded, fc.integer({ min: 4, max: 120 }), ({ whole, bytes, encode }, limit) => {
        const prefix = decodeXmlPrefix(bytes, limit);
        const suffix = decodeXmlSuffix(bytes, limit).replace(/^\uFEFF/, '');
        expect([whole.startsWith(prefix), whole.endsWith(suffix)]).toEqual([true, true]);
        // All but a mark (3 bytes) and a character cut in two (3 bytes).
        const least = Math.min(limit, bytes.length) - 6;
        expect(encode(prefix).length).toBeGreaterThanOrEqual(least);
        expect(encode(suffix).length).toBeGreaterThanOrEqual(least);
        expect(decodeXmlPrefix(bytes, bytes.length)).toBe(whole);
        expect(decodeXmlSuffix(bytes, bytes.length).replace(/^\uFEFF/, '')).toBe(whole);
      }),
    );
  });
});
