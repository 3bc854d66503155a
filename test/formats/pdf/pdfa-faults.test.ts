import { Buffer } from 'node:buffer';
import PdfKit from 'pdfkit';
import { describe, expect, it } from 'vitest';
import { cdaDocument, cdaSample } from '../../../samples/kit/cda.ts';
import { readCdaHeader } from '../../../src/formats/cda/read-header.ts';
import { documentPdf } from '../../../src/formats/pdf/document-pdf.ts';
import { pdfaFaults } from '../../kit/pdfa-faults.ts';
import { FONTS } from './fonts.ts';

/** What pdfkit alone makes of some text. */
async function pdfkitAlone(
  options: PDFKit.PDFDocumentOptions,
  draw: (document: PDFKit.PDFDocument) => void,
): Promise<Buffer> {
  const document = new PdfKit({
    pdfVersion: '1.4',
    lang: 'fr-FR',
    ...options,
    info: { CreationDate: new Date(0) },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise(resolve => {
    document.once('end', resolve);
  });
  draw(document.font(Buffer.from(FONTS.regular)));
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

/** The checker of the kit is itself a promise: what it must find, it finds. */
describe('pdfaFaults', async () => {
  const bytes = cdaDocument(cdaSample());
  const sound = Buffer.from(await documentPdf({ bytes, header: readCdaHeader(bytes) }, FONTS)).toString(
    'latin1',
  );

  it('finds nothing in a sound file', () => {
    expect(pdfaFaults(Buffer.from(sound, 'latin1'))).toEqual([]);
  });

  it.each([
    ['%PDF-1.4', '%PDF-1.7', 'header is not of PDF 1.4'],
    ['/GTS_PDFA1', '/GTS_PDFX1', 'no output intent'],
    ['<pdfaid:part>1<', '<pdfaid:part>2<', 'XMP does not say part 1'],
    ['<pdfaid:conformance>B<', '<pdfaid:conformance>A<', 'XMP does not say conformance B'],
    ['/FontFile2', '/FontFile9', 'is not embedded'],
    ['/CIDSet', '/CIDSot', 'CIDSet does not name all glyphs'],
    ['/CIDToGIDMap', '/CIDToGIDMop', 'has no CIDToGIDMap'],
    ['/ToUnicode', '/ToUnicade', 'has no ToUnicode'],
    ['/W [0 [540', '/W [0 [740', 'has other widths than its program'],
    ['/ID [<', '/IX [<', 'trailer has no ID'],
    ['trailer\n<<', 'trailer\n<<\n/Encrypt 1 0 R', 'file is encrypted'],
    ['/MediaBox', '/Annots  ', 'has /Annots'],
    ['/Lang (fr-FR)', '/Long (fr-FR)', 'no language'],
    ['(pfi-gateway)', '(pfi-gatevay)', 'XMP and Info differ in Creator'],
    ['/Type /Page\n', '/Type /Page\n/AA 1', 'xref'],
  ])('%j made %j: %s', (from, to, expected) => {
    const changed = sound.replace(from, to);
    expect(changed).not.toBe(sound);
    const found = () => {
      try {
        return pdfaFaults(Buffer.from(changed, 'latin1')).join('\n');
      } catch (thrown) {
        return String(thrown);
      }
    };
    expect(found()).toContain(expected);
  });

  it.each<[string, PDFKit.PDFDocumentOptions, (document: PDFKit.PDFDocument) => void, string]>([
    [
      'an accent that the CIDSet does not name',
      { subset: 'PDF/A-1b' },
      document => document.text('é'),
      'CIDSet does not name all glyphs',
    ],
    ['transparency', { subset: 'PDF/A-1b' }, document => document.fillOpacity(0.5).text('a'), 'has /ca'],
    ['no PDF/A', {}, document => document.text('a'), 'no output intent'],
    [
      'a font that is not embedded',
      { subset: 'PDF/A-1b' },
      document => document.font('Helvetica').text('a'),
      'is not embedded',
    ],
    [
      'a link',
      { subset: 'PDF/A-1b' },
      document => document.text('a', { link: 'http://example.org' }),
      'has /URI',
    ],
  ])('%s', async (_, options, draw, expected) => {
    const file = await pdfkitAlone(options, document => {
      draw(document);
    });
    expect(pdfaFaults(file).join('\n')).toContain(expected);
  });
});
