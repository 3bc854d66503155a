import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { type CdaSample, cdaDocument, cdaSample } from '../../../samples/kit/cda.ts';
import { samplePdf } from '../../../samples/kit/pdf.ts';
import { embeddedPdf } from '../../../src/formats/cda/embedded-pdf.ts';
import { cdaBytes } from './cda-text.ts';
import { mediaXml, sectionXml, structuredDocument } from './structured-document.ts';
import { codeOf } from './thrown-by.ts';

const PDF = samplePdf(['Hémogramme', 'normal']);
const BASE64 = PDF.toString('base64');
const OTHER = samplePdf(['Un autre compte rendu']);
const COPY = { template: '1.2.250.1.213.1.1.2.243', code: '55108-5', title: 'Copie du document' };

const levelOne = (text: string): Uint8Array =>
  cdaBytes({ body: `<component><nonXMLBody>${text}</nonXMLBody></component>` });
const pdfText = (base64: string) => `<text mediaType="application/pdf" representation="B64">${base64}</text>`;

/** The PDF as text, or what there is instead. */
function found(bytes: Uint8Array): string {
  const pdf = embeddedPdf(bytes);
  return pdf === undefined ? 'none' : Buffer.from(pdf).toString('latin1');
}

describe('embeddedPdf of a level 1 document', () => {
  it.each<Partial<CdaSample>>([
    {},
    { encoding: 'utf-16le', bom: true },
    { encoding: 'iso-8859-15' },
    { bom: true },
    { prefix: 'cda' },
    { selfPresenting: true },
  ])('is its body, byte for byte: %j', overrides => {
    expect(found(cdaDocument(cdaSample({ level: 1, pdf: PDF, ...overrides })))).toBe(PDF.toString('latin1'));
  });

  it.each([
    ['line ends', BASE64.replaceAll(/.{76}/g, '$&\r\n')],
    ['references for line ends', BASE64.replaceAll(/.{76}/g, '$&&#13;&#xA;')],
    ['blanks around', `\n    ${BASE64}\n  `],
    ['no padding', BASE64.replaceAll('=', '')],
    ['too much padding', `${BASE64}===`],
    [
      'pieces encoded one by one',
      [PDF.subarray(0, 100), PDF.subarray(100)].map(part => part.toString('base64')).join('\n'),
    ],
    ['CDATA', `<![CDATA[${BASE64}]]>`],
    ['a comment in it', `${BASE64.slice(0, 40)}<!-- suite -->${BASE64.slice(40)}`],
  ])('forgives %s', (_, base64) => {
    expect(found(levelOne(pdfText(base64)))).toBe(PDF.toString('latin1'));
  });

  it.each([
    ['is no PDF', pdfText(Buffer.from('PK\u0003\u0004').toString('base64'))],
    ['is empty', pdfText('')],
    ['begins later', pdfText(Buffer.from('\n%PDF-1.4').toString('base64'))],
    ['is of another type', `<text mediaType="text/plain" representation="B64">${BASE64}</text>`],
    [
      'is elsewhere',
      '<text mediaType="application/pdf"><reference value="http://example.org/a.pdf"/></text>',
    ],
    ['is missing', ''],
  ])('is nothing where what is announced %s', (_, text) => {
    expect(found(levelOne(text))).toBe('none');
  });

  it('needs no type where the content is one', () => {
    expect(found(levelOne(`<text representation="B64">${BASE64}</text>`))).toBe(PDF.toString('latin1'));
    const typed = `<text mediaType="Application/PDF; charset=binary" representation="b64">${BASE64}</text>`;
    expect(found(levelOne(typed))).toBe(PDF.toString('latin1'));
  });
});

describe('embeddedPdf of a level 3 document', () => {
  const copy = (content: Uint8Array | string, section: typeof COPY | Partial<typeof COPY> = COPY) =>
    sectionXml({ ...section, entries: mediaXml('copie', 'application/pdf', content) });
  const attached = sectionXml({ code: '55107-7', entries: mediaXml('doc', 'application/pdf', OTHER) });
  const quoted = sectionXml({ code: '101792-0', entries: mediaXml('cr', 'application/pdf', OTHER) });

  it.each([
    ['a section of the template', copy(PDF, { template: COPY.template })],
    ['a section of the code', copy(PDF, { code: COPY.code })],
    ['a section inside another', sectionXml({ sections: copy(PDF) })],
    ['a section after attachments', attached + quoted + copy(PDF)],
    ['a section before them', copy(PDF) + attached],
    [
      'a section whose first PDF is broken',
      sectionXml({
        ...COPY,
        entries: mediaXml('a', 'application/pdf', 'AAAA') + mediaXml('b', 'application/pdf', PDF),
      }),
    ],
  ])('is the copy of the report in %s', (_, sections) => {
    expect(found(structuredDocument(sections))).toBe(PDF.toString('latin1'));
  });

  it.each([
    ['attached', attached],
    ['quoted', quoted],
    [
      'in the copy’s section but not as a PDF',
      sectionXml({ ...COPY, entries: mediaXml('a', 'image/png', PDF) }),
    ],
    ['in a section inside the copy’s', sectionXml({ ...COPY, sections: attached })],
    [
      'of a code of another system',
      attached.replace('55107-7', '55108-5').replace('2.16.840.1.113883.6.1', '1.2.3'),
    ],
    ['in no section', '<component/>'],
  ])('is no PDF that is %s', (_, sections) => {
    expect(found(structuredDocument(sections))).toBe('none');
  });
});

describe('a body that cannot be read', () => {
  it.each([
    ['tags that do not pair', 'CDA-001', '<text>a</txet>'],
    ['a body that does not end', 'CDA-001', '<text><!-- '],
    ['an unknown prefix of an attribute without value', 'CDA-001', '<text mediaType>a</text>'],
    ['a reference to no character', 'CDA-001', '<text>&#0;</text>'],
    ['an entity', 'CDA-001', '<text>&lol9;</text>'],
    ['a DOCTYPE', 'CDA-003', '<!DOCTYPE lolz [<!ENTITY lol "lol">]>'],
    ['deep nesting', 'CDA-004', '<text>'.repeat(10_000)],
  ])('%s: %s', (_, code, body) => {
    expect(codeOf(() => embeddedPdf(levelOne(body)))).toBe(code);
  });

  it('is read in time linear in its length', () => {
    const heavy = levelOne(pdfText(Buffer.concat([PDF, Buffer.alloc(24_000_000, 7)]).toString('base64')));
    const started = performance.now();
    expect(embeddedPdf(heavy)?.byteLength).toBe(24_000_000 + PDF.length);
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});
