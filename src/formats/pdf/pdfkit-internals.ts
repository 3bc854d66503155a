import type { PreparedImage } from './canvas.ts';

/** What of pdfkit 0.20 its types leave out. */
interface Internals {
  openImage(bytes: Buffer): {
    readonly width: number;
    readonly height: number;
    readonly orientation?: number;
  };
  readonly _font: EmbeddedFont;
}

interface EmbeddedFont {
  readonly font: Font;
  readonly scale: number;
  /** The reference that a page that uses the font holds; undefined where none does. */
  readonly dictionary: unknown;
  /** Widths and code points by glyph of the subset. */
  readonly widths: number[];
  readonly unicode: (readonly number[])[];
  readonly subset: { readonly glyphs: readonly number[]; encode(): Uint8Array };
}

interface Font {
  hasGlyphForCodePoint(codePoint: number): boolean;
  getGlyph(id: number): { readonly advanceWidth: number };
}

/** The font that a document writes with now. */
export function fontOf(document: PDFKit.PDFDocument): Font {
  return internals(document)._font.font;
}

/**
 * Makes the lists of the current font's glyphs complete: `é` brings `e` and its accent along when the subset
 * is written, which pdfkit does after it has listed the glyphs. Where PDF/A-1 has a subset's CIDSet name
 * every glyph that is in it (ISO 19005-1 §6.3.5), those would be missing.
 */
export function completeSubset(document: PDFKit.PDFDocument): void {
  const { font, scale, dictionary, widths, unicode, subset } = internals(document)._font;
  if (dictionary === undefined || dictionary === null) return;
  subset.encode();
  // pdfkit gives .notdef its width in the font's own unit.
  for (const [glyph, id] of subset.glyphs.entries()) {
    if (glyph === 0 || widths[glyph] === undefined) widths[glyph] = font.getGlyph(id).advanceWidth * scale;
    unicode[glyph] ??= [0xfffd];
  }
}

/**
 * Opens an image, to be drawn as often as wanted; its size is as it is seen, after the turn that its EXIF
 * orientation asks for. Throws a text where it cannot be read.
 */
export function openImage(document: PDFKit.PDFDocument, bytes: Uint8Array): PreparedImage {
  const handle = internals(document).openImage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const turned = (handle.orientation ?? 1) > 4;
  return {
    width: turned ? handle.height : handle.width,
    height: turned ? handle.width : handle.height,
    handle,
  };
}

function internals(document: PDFKit.PDFDocument): Internals {
  return document as unknown as Internals;
}
