import { describe, expect, it } from 'vitest';
import { classCodeOf } from '../../../src/formats/terminology/class-codes.ts';
import { classCodeForDmp, isPublishable } from '../../../src/formats/terminology/dmp-types.ts';
import { DMP_CLASSES, DMP_TYPES } from '../../../src/formats/terminology/dmp-value-sets.ts';

const LOINC = '2.16.840.1.113883.6.1';
const CI_SIS = '1.2.250.1.213.1.1.4.12';
const CLASSES = '1.2.250.1.213.1.1.4.1';

describe('classCodeForDmp', () => {
  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    ['11502-2', LOINC, '10', 'Compte rendu'],
    ['18748-4', LOINC, '31', 'Imagerie médicale'],
    ['SYNTH', CI_SIS, '11', 'Synthèse'],
    ['SYNTH', undefined, '11', 'Synthèse'],
    // Six types of JDV_J66 that ASS_X16 lacks.
    ['101881-1', LOINC, '52', 'Certificat, déclaration'],
    ['28617-9', LOINC, '10', 'Compte rendu'],
    ['34120-6', LOINC, '10', 'Compte rendu'],
    ['60280-5', LOINC, '11', 'Synthèse'],
    ['78341-5', LOINC, '11', 'Synthèse'],
    ['89233-1', LOINC, '10', 'Compte rendu'],
    ['11502-2', CI_SIS, undefined, undefined],
    ['99999-9', LOINC, undefined, undefined],
    ['E1762', 'ASTM', undefined, undefined],
    ['constructor', LOINC, undefined, undefined],
    ['11502-2', '__proto__', undefined, undefined],
  ])('%s of %s', (type, system, code, display) => {
    expect(classCodeForDmp(type, system)).toEqual(code && { code, system: CLASSES, display });
  });

  it('gives every type that is publishable a class of JDV_J57', () => {
    const types = [...DMP_TYPES].flatMap(([system, codes]) =>
      [...codes.keys()].map(code => [code, system] as const),
    );
    const published = types.filter(([code, system]) => isPublishable(code, system));
    expect(published).toHaveLength(107);
    const strange = published.filter(([code, system]) => {
      const found = classCodeForDmp(code, system);
      return found === undefined || DMP_CLASSES.get(found.system)?.get(found.code) !== found.display;
    });
    expect(strange).toEqual([]);
  });

  it('differs from ASS_X04 nowhere but where that has none', () => {
    const types = [...DMP_TYPES].flatMap(([system, codes]) =>
      [...codes.keys()].map(code => [code, system] as const),
    );
    const other = types.filter(([code, system]) => {
      const general = classCodeOf(code, system);
      return general !== undefined && classCodeForDmp(code, system)?.code !== general.code;
    });
    expect(other).toEqual([]);
  });
});

describe('isPublishable', () => {
  it.each<[string, string | undefined, boolean]>([
    ['11502-2', LOINC, true],
    ['101881-1', LOINC, true],
    ['SYNTH', CI_SIS, true],
    ['SYNTH', undefined, true],
    ['27899-4', LOINC, false],
    ['FEUILLE-DE-STYLE', CI_SIS, false],
    ['11502-2', CI_SIS, false],
    ['E1762', 'ASTM', false],
    ['E1762', undefined, false],
    ['', LOINC, false],
    ['constructor', undefined, false],
    ['toString', LOINC, false],
  ])('%s of %s: %s', (type, system, expected) => {
    expect(isPublishable(type, system)).toBe(expected);
  });
});
