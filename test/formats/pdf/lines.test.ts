import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../../src/formats/cda/narrative-style.ts';
import type { Inline } from '../../../src/formats/cda/narrative-types.ts';
import { breakLines, textWidths } from '../../../src/formats/pdf/lines.ts';
import { plainLines } from '../../../src/formats/pdf/plain-lines.ts';
import { createTypeSetter } from '../../../src/formats/pdf/type-setter.ts';

/** What takes no width in the fonts of this project. */
const WIDTHLESS = /[\p{M}\uFFFC]/gu;

/** A font whose characters are all half an em wide, marks apart; it has no emoji. */
const SETTER = createTypeSetter({
  width: text => Array.from(text.replaceAll(WIDTHLESS, '')).length / 2,
  hasGlyph: point => point < 0x1_f000,
});

const text = (value: string, style: Partial<typeof PLAIN> = {}): Inline => ({
  kind: 'text',
  text: value,
  style: { ...PLAIN, ...style },
});
const BREAK: Inline = { kind: 'break' };

/** Lines of ten characters, parts of one style between bars. */
const set = (inlines: readonly Inline[], characters = 10) =>
  breakLines(inlines, characters * 5, 10, SETTER).map(({ fragments }) =>
    fragments.map(fragment => fragment.text).join('|'),
  );

describe('breakLines', () => {
  it.each<[string, readonly Inline[], readonly string[]]>([
    ['breaks between words', [text('un deux trois quatre')], ['un deux', 'trois', 'quatre']],
    ['fills a line to its end', [text('12345 6789 a')], ['12345 6789', 'a']],
    ['folds blanks, also across styles', [text('a '), text(' b', { bold: true })], ['a|b']],
    [
      'keeps together what no blank parts',
      [text('abcdefg H'), text('2', { position: 'sub' }), text('O')],
      ['abcdefg', 'H|2|O'],
    ],
    ['joins what has one style', [text('ab'), text('cd'), text(' ef')], ['abcd ef']],
    ['breaks at breaks', [text('a'), BREAK, BREAK, text('b')], ['a', '', 'b']],
    [
      'cuts a word that is too wide',
      [text('a 123456789012345678901 b')],
      ['a', '1234567890', '1234567890', '1 b'],
    ],
    [
      'parts a long word behind its hyphen',
      [text('électro-encéphalo-gramme-normal')],
      ['électro-en', 'céphalo-', 'gramme-', 'normal'],
    ],
    ['keeps a no-break space', [text('12345 67\u00A089')], ['12345', '67\u00A089']],
    ['shows what it lacks by its number', [text('a \u{1F600}')], ['a', '[U+1F600]']],
    ['drops what cannot be seen', [text('a\u00ADb\u202E\u200Bc\uFE0F')], ['abc']],
    ['composes accents', [text('e\u0301te\u0301')], ['été']],
    [
      'keeps an accent with its letter',
      [text('123456789x\u0323\u0301z')],
      ['123456789x\u0323\u0301'.normalize('NFC'), 'z'],
    ],
    ['keeps thirty marks on a letter', [text(`x${'\u0301'.repeat(30)}z`)], [`x${'\u0301'.repeat(30)}z`]],
    [
      'shows more by the number of the first',
      [text(`x${'\u0301'.repeat(30)}${'\u0302'.repeat(400)}z`)],
      [`x${'\u0301'.repeat(30)}[U+0302…]`, 'z'],
    ],
    ['marks notes', [text('a'), { kind: 'note', number: 12 }], ['a|12']],
    ['has one line for nothing', [], ['']],
  ])('%s', (_, inlines, expected) => {
    expect(set(inlines)).toEqual(expected);
  });

  it('loses nothing, and fills no line beyond its width', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 1, max: 30 }), (value, characters) => {
        const lines = breakLines([text(value)], characters * 5, 10, SETTER);
        expect(lines.every(({ width }) => width <= characters * 5 + 0.01)).toBe(true);
        const shown = lines.flatMap(({ fragments }) => fragments.map(fragment => fragment.text)).join('');
        expect(shown.replaceAll(/\s/g, '')).toBe(value.replaceAll(/\s/g, ''));
      }),
    );
  });

  it('takes time linear in the text’s length', () => {
    const started = performance.now();
    expect(breakLines([text('W'.repeat(500_000))], 5, 10, SETTER)).toHaveLength(500_000);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it.each<[string, readonly Inline[]]>([
    ['a word', [text('\uFFFC'.repeat(100_000))]],
    ['words', [text('\uFFFC'.repeat(24)), text(' '), text('\uFFFC'.repeat(99_976))]],
    [
      'words of many styles',
      Array.from({ length: 50_000 }, () => [text('\uFFFC', { bold: true }), text('\uFFFC')]).flat(),
    ],
    ['marks that are given apart', Array.from({ length: 4_000 }, () => text('\u0301'.repeat(25)))],
  ])('breaks %s without width after so many characters', (_, inlines) => {
    const lengths = breakLines(inlines, 500, 10, SETTER).map(({ fragments }) =>
      fragments.reduce((sum, fragment) => sum + fragment.text.length, 0),
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_000);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(100_000);
  });
});

describe('textWidths', () => {
  it.each([
    ['un deux', { least: 20, most: 35 }],
    ['', { least: 0, most: 0 }],
  ])('%j: its widest word and line', (value, expected) => {
    expect(textWidths([text(value), BREAK, text('a')], 10, SETTER)).toEqual({
      least: Math.max(expected.least, 5),
      most: Math.max(expected.most, 5),
    });
  });
});

describe('plainLines', () => {
  const plain = (value: string) =>
    [...plainLines(value, 300, 10, SETTER)].map(({ fragments }) =>
      fragments.map(({ text: shown, x }) => `${Math.round(x)}:${shown}`).join(' '),
    );

  it.each([
    ['', []],
    ['a b\n', ['0:a b']],
    ['a\r\nb\rc\n\nd', ['0:a', '0:b', '0:c', '', '0:d']],
    ['  a', ['11:a']],
    ['Na      140\nK         4', ['0:Na 46:140', '0:K 57:4']],
    ['Na\t140', ['0:Na 46:140']],
    ['MMMMMMMMMM  1', ['0:MMMMMMMMMM 68:1']],
  ])('%j: columns stay columns', (value, expected) => {
    expect(plain(value)).toEqual(expected);
  });

  it.each([
    ['a letter', `${' '.repeat(70)}a`],
    ['letters', 'a    '.repeat(40)],
    ['letters without end', 'a\t'.repeat(200_000)],
  ])('breaks %s that its column would bring beyond the margin', (_, value) => {
    const lines = [...plainLines(value, 300, 10, SETTER)];
    const ends = lines.flatMap(({ fragments }) => fragments.map(({ x, width }) => x + width));
    expect(Math.max(...ends.slice(0, 100))).toBeLessThanOrEqual(300.01);
    const letters = lines.flatMap(({ fragments }) => fragments.map(fragment => fragment.text)).join('');
    expect(letters.replaceAll(' ', '')).toBe(value.replaceAll(/\s/g, ''));
  });

  it('breaks what does not fit', () => {
    const lines = [...plainLines(`${'mot '.repeat(30)}  fin`, 300, 10, SETTER)];
    expect(lines.every(({ width }) => width <= 300)).toBe(true);
    expect(
      lines
        .at(-1)
        ?.fragments.map(fragment => fragment.text)
        .join(''),
    ).toMatch(/fin$/);
  });
});
