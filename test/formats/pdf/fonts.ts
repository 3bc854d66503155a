import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { PdfFonts } from '../../../src/formats/pdf/pdf-fonts.ts';

const { resolve } = createRequire(import.meta.url);
const font = (name: string): Uint8Array =>
  readFileSync(resolve(`dejavu-fonts-ttf/ttf/DejaVuSansCondensed${name}.ttf`));

/** The fonts that documents are set in. */
export const FONTS: PdfFonts = {
  regular: font(''),
  bold: font('-Bold'),
  italic: font('-Oblique'),
  boldItalic: font('-BoldOblique'),
};
