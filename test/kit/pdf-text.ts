import { type PdfObject, type PdfStructure, pagesOf, referred } from './read-pdf.ts';

/** A piece of text on a page; `y` in points from the bottom. */
export interface ShownText {
  readonly page: number;
  readonly x: number;
  /** Where it ends, but for kerning. */
  readonly end: number;
  readonly y: number;
  readonly size: number;
  /** BaseFont without the mark of a subset. */
  readonly font: string;
  readonly text: string;
}

/** What the pages show, in the order in which it is drawn, characters told by ToUnicode. */
export function shownTexts(pdf: PdfStructure): ShownText[] {
  return pagesOf(pdf).flatMap((page, index) => textsOfPage(pdf, page, index + 1));
}

/** The text of the pages without what stands in their margins, and without blanks. */
export function bodyText(pdf: PdfStructure): string {
  return squeezed(
    shownTexts(pdf)
      .filter(({ y }) => y > 50 && y < 795)
      .map(({ text }) => text)
      .join(''),
  );
}

/** A text without blanks: what line breaks and columns cannot change. */
export function squeezed(text: string): string {
  return text.normalize('NFC').replaceAll(/\s+/g, '');
}

function textsOfPage(pdf: PdfStructure, page: PdfObject, number: number): ShownText[] {
  const resources = referred(pdf, page, 'Resources') ?? page;
  const fonts = new Map(
    [...resources.text.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = '', object]) => [
      name,
      readFont(pdf, pdf.objects.get(Number(object))),
    ]),
  );
  const content = referred(pdf, page, 'Contents')?.stream?.toString('latin1') ?? '';
  const block = /1 0 0 1 (\S+) (\S+) Tm\n\/(F\d+) (\S+) Tf\n([\s\S]*?)\nET/g;
  return [...content.matchAll(block)].map(([, x, y, name = '', size, shown = '']) => {
    const font = fonts.get(name);
    const widthOf = (code: string) => font?.widths[Number.parseInt(code, 16)] ?? 0;
    const codes = [...shown.matchAll(/<([0-9a-f]*)>/g)].flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? []);
    return {
      page: number,
      x: Number(x),
      end: Number(x) + codes.reduce((sum, code) => sum + widthOf(code), 0) * Number(size) * 0.001,
      y: Number(y),
      size: Number(size),
      font: font?.name ?? '',
      text: codes.map(code => font?.unicode[Number.parseInt(code, 16)] ?? '\uFFFD').join(''),
    };
  });
}

interface ReadFont {
  readonly name: string;
  /** By glyph; widths in thousandths of the em. */
  readonly unicode: readonly string[];
  readonly widths: readonly number[];
}

function readFont(pdf: PdfStructure, font: PdfObject | undefined): ReadFont {
  const name = /\/BaseFont \/(?:[A-Z]{6}\+)?(\S+)/.exec(font?.text ?? '')?.[1] ?? '';
  const map = font && referred(pdf, font, 'ToUnicode')?.stream?.toString('latin1');
  const unicode: string[] = [];
  for (const [, start = '', , list = ''] of (map ?? '').matchAll(/<(\w{4})> <(\w{4})> \[([^\]]*)\]/g)) {
    for (const [index, [, hex = '']] of [...list.matchAll(/<([^>]*)>/g)].entries()) {
      unicode[Number.parseInt(start, 16) + index] = Buffer.from(hex.replaceAll(' ', ''), 'hex')
        .swap16()
        .toString('utf16le');
    }
  }
  const descendant = font && referred(pdf, font, 'DescendantFonts');
  const widths = (/\/W \[0 \[([^\]]*)\]/.exec(descendant?.text ?? '')?.[1] ?? '').split(' ').map(Number);
  return { name, unicode, widths };
}
