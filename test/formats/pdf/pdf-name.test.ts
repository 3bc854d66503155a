import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CdaSample, cdaDocument, cdaSample, PATIENTS } from '../../../samples/kit/cda.ts';
import { readCdaHeader } from '../../../src/formats/cda/read-header.ts';
import type { CdaHeader } from '../../../src/formats/cda/types.ts';
import { pdfNames } from '../../../src/formats/pdf/pdf-name.ts';

const headerOf = (overrides: Partial<CdaSample> = {}): CdaHeader =>
  readCdaHeader(cdaDocument(cdaSample(overrides)));
const HEADER = headerOf();
const nameOf = (header: CdaHeader) => pdfNames([header])[0];
const typed = (display: string): CdaHeader => ({ ...HEADER, code: { ...HEADER.code, display } });
const act = (start: string | undefined): CdaHeader['services'][number] => ({
  code: undefined,
  translations: [],
  start,
  end: undefined,
  practiceSetting: undefined,
});
const named = (
  families: CdaHeader['patient']['families'],
  givens: CdaHeader['patient']['givens'],
): CdaHeader => ({
  ...HEADER,
  patient: { ...HEADER.patient, families, givens },
});

describe('pdfNames', () => {
  it.each<[string, CdaHeader, string]>([
    ['date, type, NOM and prénom', HEADER, "20261118_CR d'examens biologiques_MORVAN_CLAIRE.pdf"],
    [
      'names without accents',
      headerOf({ patient: PATIENTS.oeuvrard }),
      "20261118_CR d'examens biologiques_OEUVRARD_MAELYS.pdf",
    ],
    [
      'an apostrophe and an ampersand',
      headerOf({ patient: PATIENTS.dartagnan }),
      "20261118_CR d'examens biologiques_D'ARTAGNAN & FILS_CHARLES.pdf",
    ],
    [
      'a type with accents, forty characters of it',
      typed('CR d’imagerie médicale après échographie de contrôle'),
      '20261118_CR d’imagerie médicale après échographie_MORVAN_CLAIRE.pdf',
    ],
    [
      'characters beyond 16 bits as one',
      typed('𝒞'.repeat(50)),
      `20261118_${'𝒞'.repeat(40)}_MORVAN_CLAIRE.pdf`,
    ],
    [
      'no separators of paths, no wildcards',
      typed('a/b\\c:d*e?f"g<h>i|j_k'),
      '20261118_a-b-c-d-e-f-g-h-i-j-k_MORVAN_CLAIRE.pdf',
    ],
    [
      'no line ends, no marks of direction',
      typed('CR\r\nBcc: x\u202Efdp.exe\0'),
      '20261118_CR Bcc- x fdp.exe_MORVAN_CLAIRE.pdf',
    ],
    ['no way up', typed('../../etc/passwd'), '20261118_etc-passwd_MORVAN_CLAIRE.pdf'],
    ['a type of nothing but signs', typed('///'), '20261118_document_MORVAN_CLAIRE.pdf'],
    [
      'the value set’s label',
      { ...HEADER, code: { ...HEADER.code, display: undefined } },
      "20261118_CR d'examens biologiques_MORVAN_CLAIRE.pdf",
    ],
    [
      'the title',
      { ...HEADER, code: { code: 'X', system: '1.2.3', display: undefined } },
      "20261118_Compte rendu d'examens biologiques_MORVAN_CLAIRE.pdf",
    ],
    [
      'the name in use, where no other is known',
      named([{ value: 'Le Goff', qualifier: undefined }], [{ value: 'Zoé', qualifier: undefined }]),
      "20261118_CR d'examens biologiques_LE GOFF_Zoe.pdf",
    ],
    [
      'no given name',
      named([{ value: 'X', qualifier: 'BR' }], []),
      "20261118_CR d'examens biologiques_X.pdf",
    ],
    [
      'the day of the first act that tells when it began',
      { ...HEADER, services: [act(undefined), act('le 3 mars'), act('20260203'), act('20260204')] },
      "20260203_CR d'examens biologiques_MORVAN_CLAIRE.pdf",
    ],
    [
      'the day of the stay',
      {
        ...HEADER,
        services: [],
        encounter: { identifier: undefined, start: '20260102', end: undefined, facility: undefined },
      },
      "20260102_CR d'examens biologiques_MORVAN_CLAIRE.pdf",
    ],
    [
      'the day of the document',
      { ...HEADER, services: [], encounter: undefined, effectiveTime: '20260304' },
      "20260304_CR d'examens biologiques_MORVAN_CLAIRE.pdf",
    ],
    [
      'no day',
      { ...HEADER, services: [], encounter: undefined, effectiveTime: '2026' },
      "CR d'examens biologiques_MORVAN_CLAIRE.pdf",
    ],
  ])('%s', (_, header, expected) => {
    expect(nameOf(header)).toBe(expected);
  });

  it('are never the same twice, also where case does not count', () => {
    const stem = '20261118_cr_MORVAN_CLAIRE';
    expect(pdfNames([typed('cr'), typed('CR'), typed('cr'), typed('autre')])).toEqual([
      `${stem}.pdf`,
      '20261118_CR_MORVAN_CLAIRE_2.pdf',
      `${stem}_3.pdf`,
      '20261118_autre_MORVAN_CLAIRE.pdf',
    ]);
  });

  it.each([
    ['a type', (marks: string) => typed(`e${marks}`)],
    ['a name', (marks: string) => named([{ value: `e${marks}`, qualifier: 'BR' }], [])],
  ])('of %s of marks are made in time linear in its length', (_, headerWith) => {
    const started = performance.now();
    expect(nameOf(headerWith('\u0301\u0323'.repeat(250_000)))).toMatch(/^20261118_.*\.pdf$/);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('are safe names of files and headers, whatever the document says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (display, name) => {
        const header = {
          ...typed(display),
          patient: { ...HEADER.patient, families: [{ value: name, qualifier: 'BR' }] },
        };
        const [file = ''] = pdfNames([header]);
        expect(file).toMatch(/^20261118_[^/\\:*?"<>|\p{C}]+\.pdf$/u);
        expect(file.split('_').length).toBeLessThanOrEqual(4);
        expect(Buffer.byteLength(file)).toBeLessThan(560);
      }),
    );
  });
});
