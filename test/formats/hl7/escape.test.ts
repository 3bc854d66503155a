import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeValue, SEPARATORS, unescapeValue } from '../../../src/formats/hl7/escape.ts';

describe('escapeValue', () => {
  it.each([
    ['a|b^c&d~e\\f', 'a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f'],
    [
      'un\r\ndeux\rtrois\nquatre\u0085cinq\u2028six',
      'un\\.br\\deux\\.br\\trois\\.br\\quatre\\.br\\cinq\\.br\\six',
    ],
    ['\0\t\v\x1c\x7f', '\\X00\\\\X09\\\\X0B\\\\X1C\\\\X7F\\'],
    ['O’Brien « Zoé »', 'O’Brien « Zoé »'],
  ])('%j', (value, written) => {
    expect(escapeValue(value)).toBe(written);
  });

  it('lets no value begin a segment, end a block or add a field', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), value => {
        expect(escapeValue(value)).not.toMatch(/[|^~&\p{Cc}\u2028\u2029]/u);
      }),
    );
  });

  it('is undone by unescapeValue, line ends aside', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), value => {
        fc.pre(value.isWellFormed());
        const lines = value.replaceAll(/\r\n|[\r\n\u0085\u2028\u2029]/g, '\n');
        expect(unescapeValue(escapeValue(value))).toBe(lines);
      }),
    );
  });
});

describe('unescapeValue', () => {
  it.each([
    ['\\.br\\a\\.sp2\\b\\.sp\\', '\na\n\nb\n'],
    ['\\H\\urgent\\N\\', 'urgent'],
    ['\\XC3A9\\ \\XE9\\ \\Xe9\\', 'é é é'],
    ['C:\\dossier\\F\\x', 'C:\\dossier|x'],
    ['\\Z12\\ \\C2842\\ \\XABC\\ \\', '\\Z12\\ \\C2842\\ \\XABC\\ \\'],
    ['\\E\\F\\E\\', '\\F\\'],
  ])('%j', (written, value) => {
    expect(unescapeValue(written)).toBe(value);
  });

  it('follows the delimiters of the message', () => {
    const separators = { ...SEPARATORS, field: '#', escape: '!', subcomponent: '$' };
    expect(unescapeValue('a!F!b!T!c!E!d\\F\\', separators)).toBe('a#b$c!d\\F\\');
  });

  it('is linear on hostile text', () => {
    const hostile = '\\X'.repeat(500_000) + 'AA'.repeat(500_000);
    const start = performance.now();
    expect(unescapeValue(hostile)).toHaveLength(hostile.length);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
