import PdfKit from 'pdfkit';
import type { Canvas, PreparedImage } from './canvas.ts';
import type { PdfFonts } from './pdf-fonts.ts';
import { PAGE } from './theme.ts';
import { completeSubset, fontOf, openImage } from './pdfkit-internals.ts';
import type { Face } from './theme.ts';
import type { FontMetrics } from './type-setter.ts';

const FACES = ['regular', 'bold', 'italic', 'boldItalic'] as const satisfies readonly Face[];

/** What a file says of itself; texts as they are, made safe here. */
export interface PdfInfo {
  readonly title: string;
  /** What tells this document from any other: the file's identifier is made of it. */
  readonly identifier: string;
  readonly created: Date;
}

/** A PDF/A-1b file being written. */
export interface PdfFile {
  readonly metrics: FontMetrics;
  readonly canvas: Canvas;
  readonly openImage: (bytes: Uint8Array) => PreparedImage;
  /** Ends the file. */
  readonly finish: () => Promise<Uint8Array>;
}

/**
 * Begins a file of PDF 1.4 that is PDF/A-1b (ISO 19005-1): fonts embedded, sRGB output intent, XMP, no
 * transparency as long as nothing but the canvas draws. The same calls give the same bytes.
 */
export function createPdfFile(fonts: PdfFonts, info: PdfInfo): PdfFile {
  const document = new PdfKit({
    pdfVersion: '1.4',
    subset: 'PDF/A-1b',
    lang: 'fr-FR',
    // No font of pdfkit's own: they are not embedded.
    font: '',
    autoFirstPage: false,
    margin: 0,
    size: [PAGE.width, PAGE.height],
    displayTitle: true,
    info: {
      Title: metadataText(info.title),
      Keywords: metadataText(info.identifier),
      CreationDate: info.created,
      Creator: 'pfi-gateway',
      Producer: 'pfi-gateway (PDFKit)',
    },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    document.once('end', resolve);
    document.once('error', reject);
  });
  for (const face of FACES) document.registerFont(face, fonts[face]);

  async function finish(): Promise<Uint8Array> {
    for (const face of FACES) completeSubset(document.font(face));
    document.end();
    await ended;
    return Buffer.concat(chunks);
  }

  return {
    metrics: {
      width: (text, face) => widthOf(document.font(face, 1000), text) / 1000,
      hasGlyph: (codePoint, face) => fontOf(document.font(face)).hasGlyphForCodePoint(codePoint),
    },
    canvas: canvasOf(document),
    openImage: bytes => openImage(document, bytes),
    finish,
  };
}

/**
 * The width of a word in the current type, measured with the blank that follows it: pdfkit keeps what it set,
 * and sets the words of a line so.
 */
function widthOf(document: PDFKit.PDFDocument, text: string): number {
  const blank = document.widthOfString(' ');
  return text === ' ' ? blank : document.widthOfString(`${text} `) - blank;
}

function canvasOf(document: PDFKit.PDFDocument): Canvas {
  return {
    addPage: () => {
      document.addPage();
    },
    text: (text, x, y, face, size, color) => {
      document
        .font(face, size)
        .fillColor(color)
        .text(text, x, y, { lineBreak: false, baseline: 'alphabetic' });
    },
    line: (fromX, fromY, toX, toY, width, color) => {
      document.moveTo(fromX, fromY).lineTo(toX, toY).lineWidth(width).stroke(color);
    },
    rectangle: (x, y, width, height, { fill, line }) => {
      if (fill !== undefined) document.rect(x, y, width, height).fill(fill);
      if (line !== undefined) document.rect(x, y, width, height).lineWidth(0.5).stroke(line);
    },
    image: ({ handle }, x, y, width, height) => {
      document.image(handle as Buffer, x, y, { width, height });
    },
  };
}

/**
 * A text for the file's properties. They stand in XMP too, where pdfkit writes them as they are: without what
 * is markup there, and without controls.
 */
function metadataText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('&', '+')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 300)
    .toWellFormed();
}
