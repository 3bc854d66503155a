import { describe, expect, it } from 'vitest';
import type { NamePart, PatientHeader } from '../../../src/formats/cda/types.ts';
import { documentLabel, patientWords } from '../../../src/formats/mail/document-words.ts';

const LOINC = '2.16.840.1.113883.6.1';

describe('documentLabel', () => {
  it.each([
    ['the document’s own label', '11502-2', LOINC, 'CR du laboratoire', 'Résultats', 'CR du laboratoire'],
    ['the value set’s', '11502-2', LOINC, undefined, 'Résultats', "CR d'examens biologiques"],
    ['the value set’s, no system', '11502-2', undefined, undefined, 'Résultats', "CR d'examens biologiques"],
    ['the title', '11502-2', '1.2.3', undefined, 'Résultats', 'Résultats'],
    ['nothing', 'X', undefined, undefined, undefined, 'document'],
  ])('%s', (_, code, system, display, title, expected) => {
    expect(documentLabel({ code: { code, system, display }, title })).toBe(expected);
  });
});

const part = (value: string, qualifier?: string): NamePart => ({ value, qualifier });

describe('patientWords', () => {
  it.each<[string, NamePart[], NamePart[], string, string]>([
    [
      'the birth name, wherever it stands',
      [part('Durand', 'CL'), part('Lefèvre', 'BR')],
      [part('Noël Éric'), part('Éric', 'CL'), part('Noël', 'BR')],
      'LEFEVRE',
      'Noel',
    ],
    [
      'a birth name in two parts',
      [part('Le', 'BR'), part('Goff', 'BR')],
      [part('Zoé', 'BR')],
      'LE GOFF',
      'Zoe',
    ],
    ['the first of two birth given names', [], [part('Zoé', 'BR'), part('Ève', 'BR')], '', 'Zoe'],
    [
      'the name in use where no other is known',
      [part('Kerœur', 'CL')],
      [part('Zoé', 'CL')],
      'KEROEUR',
      'Zoe',
    ],
    ['what nothing qualifies', [part('Kerœur')], [part('Zoé'), part('Ève')], 'KEROEUR', 'Zoe'],
    ['nothing', [], [], '', ''],
  ])('%s', (_, families, givens, family, given) => {
    const patient: PatientHeader = {
      identifiers: [],
      families,
      givens,
      birthTime: undefined,
      gender: undefined,
      birthplace: undefined,
    };
    expect(patientWords(patient)).toEqual({ family, given });
  });
});
