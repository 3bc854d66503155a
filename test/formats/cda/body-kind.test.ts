import { describe, expect, it } from 'vitest';
import { bodyKind } from '../../../src/formats/cda/body-kind.ts';
import { cdaBytes, cdaContent, cdaText } from './cda-text.ts';
import { codeOf } from './thrown-by.ts';

const pdf = (text: string) => `<component><nonXMLBody>${text}</nonXMLBody></component>`;

describe('bodyKind', () => {
  it.each<[string, string, string | undefined]>([
    [
      'a PDF',
      pdf('<text mediaType="application/pdf" representation="B64">SGVsbG8=</text>'),
      'application/pdf',
    ],
    ['an empty text', pdf('<text mediaType="text/plain"/>'), 'text/plain'],
    ['a type in capitals, with a parameter', pdf('<text mediaType=" Text/RTF ; charset=x"/>'), 'text/rtf'],
    ['a type with a reference', pdf(`<text representation='TXT' mediaType='image&#47;jpeg'>x`), 'image/jpeg'],
    ['no type', pdf('<text representation="B64">SGVsbG8=</text>'), undefined],
    ['a blank type', pdf('<text mediaType=" "/>'), undefined],
    ['no text', pdf('<confidentialityCode code="N"/>'), undefined],
    [
      'other elements and comments before',
      `<!-- <structuredBody> --><component><templateId root="1"/><nonXMLBody><typeId><text mediaType="a/b"/></typeId>
         <x:text xmlns:x="urn:x" mediaType="c/d"/><text mediaType="image/tiff"/></nonXMLBody></component>`,
      'image/tiff',
    ],
    [
      'a structured body with a PDF in it',
      '<component><structuredBody><text mediaType="application/pdf"/></structuredBody></component>',
      undefined,
    ],
    ['an empty component', '<component mediaType="application/pdf"/>', undefined],
    ['no body', '', undefined],
    ['a body that is not even XML further on', pdf('<text mediaType="text/plain">&<<'), 'text/plain'],
  ])('%s', (_, body, mediaType) => {
    expect(bodyKind(cdaBytes({ body }))).toEqual({ mediaType, selfPresenting: false });
  });

  it('tells a document inside a style sheet', () => {
    const prefixed = cdaContent().replaceAll(/<(\/?)(?=[a-z])/gi, '<$1c:');
    const text = `<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:c="urn:hl7-org:v3">
      <c:ClinicalDocument>${prefixed}</c:ClinicalDocument></xsl:stylesheet>`;
    expect(bodyKind(Buffer.from(text))).toEqual({ mediaType: 'application/pdf', selfPresenting: true });
  });

  it('finds the type wherever the pieces that are read end', () => {
    for (let size = 65_536 - 2_900; size < 65_536 - 2_400; size += 7) {
      const text = cdaText({ title: `<title>${'x'.repeat(size)}</title>` });
      expect(bodyKind(Buffer.from(text)).mediaType).toBe('application/pdf');
    }
  });

  it.each<[string, string, string]>([
    ['CDA-001', 'a document that ends before its body opens', cdaText().split('<nonXMLBody>')[0] ?? ''],
    ['CDA-001', 'a tag that cannot be', cdaText({ body: '<component><nonXMLBody><text =x/>' })],
    ['CDA-002', 'another document', '<a/>'],
    ['CDA-003', 'a DOCTYPE in the body', cdaText({ body: '<component><!DOCTYPE a></component>' })],
    ['CDA-004', 'nesting before the body', cdaText({ body: `<component>${'<a>'.repeat(200)}` })],
  ])('%s: %s', (code, _, text) => {
    expect(codeOf(() => bodyKind(Buffer.from(text)))).toBe(code);
  });

  it('does not look at a body of 50 MB, nor at 9 MB before it', () => {
    const start = performance.now();
    const huge = cdaBytes({
      body: pdf(`<text mediaType="application/pdf">${'QUJD'.repeat(12_500_000)}</text>`),
    });
    const made = performance.now();
    expect(bodyKind(huge).mediaType).toBe('application/pdf');
    expect(performance.now() - made).toBeLessThan(200);
    const late = cdaBytes({ body: `<component><!--${'x'.repeat(9_000_000)}--></component>` });
    expect(codeOf(() => bodyKind(late))).toBe('CDA-004');
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
