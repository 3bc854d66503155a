import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutHeader } from '../../../src/formats/cda/cut-header.ts';
import { parseXml } from '../../../src/formats/xml/element.ts';
import { cdaBytes, cdaText } from './cda-text.ts';
import { codeOf } from './thrown-by.ts';

const cut = (text: string) => cutHeader(Buffer.from(text));
const V3 = 'urn:hl7-org:v3';

describe('cutHeader', () => {
  it.each([
    [
      'the body',
      `<ClinicalDocument xmlns="${V3}"><id/><component>b</component></ClinicalDocument>`,
      `<ClinicalDocument xmlns="${V3}"><id/></ClinicalDocument>`,
    ],
    [
      'an empty body',
      `<ClinicalDocument xmlns="${V3}"><id/><component/></ClinicalDocument>`,
      `<ClinicalDocument xmlns="${V3}"><id/></ClinicalDocument>`,
    ],
    [
      'nothing without a body',
      `<ClinicalDocument xmlns="${V3}"><id/></ClinicalDocument>`,
      `<ClinicalDocument xmlns="${V3}"><id/></ClinicalDocument>`,
    ],
    [
      'nothing of an empty document',
      `<ClinicalDocument xmlns="${V3}"/>`,
      `<ClinicalDocument xmlns="${V3}"/>`,
    ],
    [
      'a body that declares its own namespace',
      `<h:ClinicalDocument xmlns:h="${V3}"><component xmlns="${V3}"/></h:ClinicalDocument>`,
      `<h:ClinicalDocument xmlns:h="${V3}"></h:ClinicalDocument>`,
    ],
    [
      'no component of another namespace',
      `<h:ClinicalDocument xmlns:h="${V3}"><component/></h:ClinicalDocument>`,
      `<h:ClinicalDocument xmlns:h="${V3}"><component/></h:ClinicalDocument>`,
    ],
  ])('takes away %s', (_, text, expected) => {
    expect(cut(text)).toBe(expected);
  });

  it('carries the namespaces of the elements around, unless they are declared anew', () => {
    const text = `<x:r xmlns:x="urn:x" xmlns="urn:&quot;a&amp;b" xmlns:s='urn:s'><w xmlns:x="urn:y" xmlns:c="${V3}">
      <c:ClinicalDocument title=" xmlns='no' " xmlns:s="urn:t"><s:a/><x:b/><d/></c:ClinicalDocument></w></x:r>`;
    const root = parseXml(cut(text));
    expect(root.namespace).toBe(V3);
    expect(root.children.map(child => child.namespace)).toEqual(['urn:t', 'urn:y', 'urn:"a&b']);
  });

  it.each([
    ['blanks', '\r\n\t \n'],
    ['a comment', '<!-- the end -->'],
    ['comments and instructions', ' <!-- a --><?b c?>\n<!-- <d> -->\n'],
    ['a long comment', `<!--${' x'.repeat(50_000)}-->`],
    ['many comments', '<!---->'.repeat(50_000)],
  ])('allows %s at the end', (_, end) => {
    expect(cut(cdaText().trimEnd() + end)).toBe(cut(cdaText()));
  });

  it.each([
    ['CDA-001', 'text after the root', `${cdaText()}x`],
    ['CDA-001', 'a second root', `${cdaText()}<a/>`],
    ['CDA-001', 'NULs after the root', `${cdaText()}\0\0`],
    ['CDA-001', 'another root closed', cdaText().replace('</ClinicalDocument>', '</XClinicalDocument>')],
    [
      'CDA-001',
      'an end in a comment',
      cdaText().replace('</ClinicalDocument>', '<!-- </ClinicalDocument> -->'),
    ],
    ['CDA-001', 'nothing', ''],
    ['CDA-001', 'blanks', ' \n '],
    ['CDA-001', 'a PDF', '%PDF-1.4\n\xff\xfe'],
    ['CDA-001', 'text before the root', `<?xml version="1.0"?>x${cdaText().trim().slice(40)}`],
    ['CDA-002', 'another document', '<?xml version="1.0"?><SubmitObjectsRequest><a/></SubmitObjectsRequest>'],
    ['CDA-002', 'an empty root', '<a/>'],
    ['CDA-002', 'no namespace', '<ClinicalDocument><id/></ClinicalDocument>'],
    ['CDA-002', 'another namespace', '<ClinicalDocument xmlns="urn:hl7-org:v2"/>'],
    ['CDA-003', 'a DOCTYPE', '<!DOCTYPE ClinicalDocument SYSTEM "cda.dtd"><ClinicalDocument/>'],
    [
      'CDA-003',
      'entities',
      cdaText().replace('<ClinicalDocument', '<!DOCTYPE a [<!ENTITY b "c">]><ClinicalDocument'),
    ],
    ['CDA-008', 'an unknown encoding', '<?xml version="1.0" encoding="KLINGON"?><a/>'],
    ['CDA-008', 'Latin bytes', '<?xml version="1.0" encoding="UTF-8"?><a>\xe9\xe9</a>'],
  ])('%s: %s', (code, _, text) => {
    const bytes = Buffer.from(text, /[\x80-\xff]/.test(text) && !text.includes('ë') ? 'latin1' : 'utf8');
    expect(codeOf(() => cutHeader(bytes))).toBe(code);
  });

  it('tells a truncated document, wherever it was cut', () => {
    for (const bytes of [cdaBytes(), Buffer.from(`\uFEFF${cdaText()}`, 'utf16le')]) {
      const whole = bytes.subarray(0, bytes.lastIndexOf(0x3e));
      fc.assert(
        fc.property(fc.nat(whole.length), length => {
          // Within a character, the cut is an encoding fault.
          expect(codeOf(() => cutHeader(whole.subarray(0, length)))).toMatch(/^CDA-00[18]$/);
        }),
        { numRuns: 400 },
      );
    }
  });

  it('finds headers that end anywhere, also where a piece of the file was read', () => {
    for (const size of [65_000, 65_500, 65_536, 70_000, 524_288, 600_000, 5_000_000]) {
      for (const shift of [0, 1, 2, 3, 4, 5]) {
        const filler = `<!--é${'x'.repeat(size - 2_000 + shift)}-->`;
        const bytes = cdaBytes({ title: filler });
        expect(cutHeader(bytes)).toBe(cut(cdaText({ title: filler })));
        expect(cutHeader(bytes)).toContain('</componentOf>');
      }
    }
  });
});

describe('hostile and huge documents end soon', () => {
  const many = 200_000;
  const header = `<ClinicalDocument xmlns="${V3}"><id/>`;
  const closed = '</ClinicalDocument>';
  it.each<[string, string, () => Uint8Array]>([
    [
      'none',
      'a body of 50 MB',
      () => cdaBytes({ body: `<component>${'QUJD'.repeat(12_500_000)}</component>` }),
    ],
    [
      'none',
      'a body of nested tags',
      () => cdaBytes({ body: `<component>${'<a>'.repeat(many)}</component>` }),
    ],
    ['CDA-004', 'a header of 9 MB', () => cdaBytes({ title: `<title>${'x'.repeat(9_000_000)}</title>` })],
    ['CDA-004', 'a comment of 50 MB', () => Buffer.from(`<!--${'x'.repeat(50_000_000)}--><a/>`)],
    [
      'CDA-004',
      'nested tags in the header',
      () => Buffer.from(header + '<a>'.repeat(many) + '</a>'.repeat(many) + closed),
    ],
    [
      'CDA-004',
      'nested tags around',
      () => Buffer.from('<a>'.repeat(many) + header + closed + '</a>'.repeat(many)),
    ],
    [
      'CDA-004',
      'an attribute of 20 MB',
      () => Buffer.from(`<ClinicalDocument xmlns="${V3}" x="${'y'.repeat(20_000_000)}"/>`),
    ],
    [
      'none',
      'an attribute of 5 MB',
      () => Buffer.from(`<ClinicalDocument xmlns="${V3}" x="${'y'.repeat(5_000_000)}"/>`),
    ],
    ['none', 'a name of 5 MB', () => Buffer.from(`${header}<${'y'.repeat(5_000_000)}/>${closed}`)],
    [
      'none',
      'many attributes',
      () => Buffer.from(`<ClinicalDocument ${"x='' ".repeat(many)} xmlns="${V3}"/>`),
    ],
    [
      'none',
      'many declarations around',
      () =>
        Buffer.from(
          `<r ${Array.from({ length: many }, (_, n) => `xmlns:p${n}="u"`).join(' ')}>${header}${closed}</r>`,
        ),
    ],
    [
      'none',
      'many siblings with declarations',
      () => Buffer.from(`${header}${'<component xmlns="u"/>'.repeat(many)}${closed}`),
    ],
    ['CDA-001', 'open angle brackets', () => Buffer.from(header + '<'.repeat(many))],
    ['CDA-004', 'a tag of blanks', () => Buffer.from(`<a${' '.repeat(20_000_000)}`)],
    ['CDA-001', 'blanks', () => Buffer.alloc(50_000_000, 0x20)],
    ['CDA-001', 'NULs', () => Buffer.alloc(50_000_000)],
    ['CDA-001', 'blanks after the root', () => Buffer.concat([cdaBytes(), Buffer.alloc(50_000_000, 0x20)])],
    [
      'CDA-001',
      'comment ends after the root',
      () => Buffer.concat([cdaBytes(), Buffer.alloc(3_000_000, '-->')]),
    ],
  ])('%s: %s', (code, _, make) => {
    const bytes = make();
    const start = performance.now();
    expect(codeOf(() => cutHeader(bytes))).toBe(code);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it('a body is not even decoded: what a 50 MB document costs is what its header costs', () => {
    const bytes = cdaBytes({ body: `<component>\xff${'QUJD'.repeat(12_500_000)}</component>` });
    bytes[bytes.length - 1_000_000] = 0xff;
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    expect(cutHeader(bytes).length).toBeLessThan(10_000);
    const after = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    expect(after - before).toBeLessThan(5_000_000);
  });
});
