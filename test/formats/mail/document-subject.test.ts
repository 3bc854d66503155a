import { describe, expect, it } from 'vitest';
import type { CdaHeader } from '../../../src/formats/cda/types.ts';
import { documentSubject } from '../../../src/formats/mail/document-subject.ts';

const header: CdaHeader = {
  id: { root: '1.2.250.1.999.1', extension: '1' },
  setId: undefined,
  versionNumber: undefined,
  code: { code: '11502-2', system: '2.16.840.1.113883.6.1', display: 'CR d’examens biologiques' },
  title: 'Résultats',
  effectiveTime: undefined,
  confidentiality: [],
  language: undefined,
  templates: [],
  replaces: [],
  patient: {
    identifiers: [],
    families: [
      { value: 'Durand', qualifier: 'CL' },
      { value: 'Lefèvre-Œillet', qualifier: 'BR' },
    ],
    givens: [{ value: 'Noël', qualifier: 'BR' }],
    birthTime: '19710214',
    gender: 'M',
    birthplace: undefined,
  },
  authors: [],
  custodian: undefined,
  authenticator: undefined,
  services: [],
  encounter: undefined,
};
const withCode = (display: string | undefined): CdaHeader => ({
  ...header,
  code: { ...header.code, display },
});
const withPatient = (patient: Partial<CdaHeader['patient']>): CdaHeader => ({
  ...header,
  patient: { ...header.patient, ...patient },
});

describe('documentSubject', () => {
  it.each([
    ['XDM/1.0/DDM+CR MARCHETTI Lucie 14/02/1971', 'XDM/1.0/DDM+CR MARCHETTI Lucie 14/02/1971'],
    ['TR: Fwd: XDM/1.0/DDM+CR MARCHETTI Lucie', 'XDM/1.0/DDM+CR MARCHETTI Lucie'],
    ['[KO Intégration système !][902] XDM/1.0/DDM+CR', 'XDM/1.0/DDM+CR'],
    ['xdm/1.0/ddm+ CR ', 'XDM/1.0/DDM+CR'],
  ])('takes what %j announces', (subject, expected) => {
    expect(documentSubject(subject, [header])).toBe(expected);
  });

  it.each(['', 'Résultats', 'XDM/1.0/DDM', 'XDM/1.0/DDM+', 'XDM/1.0/DDM+  '])(
    'rebuilds what %j does not',
    subject => {
      expect(documentSubject(subject, [header])).toBe(
        'XDM/1.0/DDM+CR d’examens biologiques LEFEVRE-OEILLET Noel 14/02/1971',
      );
    },
  );

  it.each([
    ['two documents', [header, header], 'XDM/1.0/DDM+2 documents LEFEVRE-OEILLET Noel 14/02/1971'],
    [
      'a long label',
      [withCode(`${'é'.repeat(39)} suite`)],
      `XDM/1.0/DDM+${'é'.repeat(39)} LEFEVRE-OEILLET Noel 14/02/1971`,
    ],
    [
      'no display name: the value set’s',
      [withCode(undefined)],
      "XDM/1.0/DDM+CR d'examens biologiques LEFEVRE-OEILLET Noel 14/02/1971",
    ],
    [
      'no display name, nor a known type: the title',
      [{ ...header, code: { code: 'X', system: '1.2.3', display: undefined } }],
      'XDM/1.0/DDM+Résultats LEFEVRE-OEILLET Noel 14/02/1971',
    ],
    [
      'names over several lines',
      [withPatient({ families: [{ value: ' Le\r\n Goff ', qualifier: 'BR' }] })],
      'XDM/1.0/DDM+CR d’examens biologiques LE GOFF Noel 14/02/1971',
    ],
    [
      'no birth date',
      [withPatient({ birthTime: undefined })],
      'XDM/1.0/DDM+CR d’examens biologiques LEFEVRE-OEILLET Noel',
    ],
    [
      'a birth year',
      [withPatient({ birthTime: '1971' })],
      'XDM/1.0/DDM+CR d’examens biologiques LEFEVRE-OEILLET Noel',
    ],
    [
      'no name',
      [withPatient({ families: [], givens: [], birthTime: undefined })],
      'XDM/1.0/DDM+CR d’examens biologiques',
    ],
    ['nothing readable', [], 'XDM/1.0/DDM+document'],
  ])('rebuilds by ECO.2.1.3: %s', (_case, documents, expected) => {
    expect(documentSubject('', documents)).toBe(expected);
  });
});
