import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCdaHeader } from '../../../src/formats/cda/read-header.ts';
import { documentPdf } from '../../../src/formats/pdf/document-pdf.ts';
import { squeezed } from '../../kit/pdf-text.ts';
import { documentWithText, mediaXml } from '../cda/structured-document.ts';
import { FONTS } from './fonts.ts';
import { samplePng } from './sample-images.ts';

const has = (command: string) => spawnSync(command, ['--version']).error === undefined;

/** What others read in a rendered document (invented people); each is skipped where the tool is not installed. */
describe('a rendered document, read by other tools', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-pdf-'));
  const file = join(folder, 'document.pdf');

  beforeAll(async () => {
    const png = samplePng({ width: 20, height: 10, depth: 8, colorType: 6, rows: Buffer.alloc(10 * 81) });
    const cells = Array.from(
      { length: 90 },
      (_, index) => `<tr><td>Été ${index}</td><td>œuvre</td></tr>`,
    ).join('');
    const text = `<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody>${cells}</tbody></table><paragraph>efficace ≥ 3 µmol</paragraph><renderMultiMedia referencedObject="i"/>`;
    const bytes = documentWithText(text, mediaXml('i', 'image/png', png));
    writeFileSync(file, await documentPdf({ bytes, header: readCdaHeader(bytes) }, FONTS));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.skipIf(!has('qpdf'))('qpdf finds no fault', () => {
    expect(execFileSync('qpdf', ['--check', file]).toString()).toContain(
      'No syntax or stream encoding errors found',
    );
  });

  it.skipIf(!has('pdftotext'))('pdftotext reads its text', () => {
    const text = squeezed(execFileSync('pdftotext', ['-layout', file, '-']).toString());
    expect(text).toContain('efficace≥3µmol');
    expect(text.match(/Été\d+œuvre/g)).toHaveLength(90);
  });

  it.skipIf(!has('pdffonts'))('pdffonts finds all fonts embedded', () => {
    const rows = execFileSync('pdffonts', [file]).toString().trim().split('\n').slice(2);
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.filter(row => !/CID TrueType +Identity-H +yes yes yes/.test(row))).toEqual([]);
  });

  it.skipIf(!has('pdfimages'))('pdfimages finds the image without a mask', () => {
    const rows = execFileSync('pdfimages', ['-list', file]).toString().trim().split('\n').slice(2);
    expect(rows).toEqual([expect.stringMatching(/^ +\d+ +0 image +20 +10 +rgb +3 +8 /)]);
  });
});
