import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { PdfFonts } from '../../formats/pdf/document-pdf.ts';
import { serveJobs } from '../processes/serve-jobs.ts';
import { type PrepareJob, prepareMails } from './prepare-mails.ts';

/** The preparer's process: one request in, its mails out. */
const { resolve } = createRequire(import.meta.url);
const font = (name: string): Uint8Array => readFileSync(resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));
const fonts: PdfFonts = {
  regular: font('DejaVuSansCondensed'),
  bold: font('DejaVuSansCondensed-Bold'),
  italic: font('DejaVuSansCondensed-Oblique'),
  boldItalic: font('DejaVuSansCondensed-BoldOblique'),
};

serveJobs(job => prepareMails(job as PrepareJob, { fonts, newId: randomUUID }));
