import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classCodeOf } from '../../../src/formats/terminology/class-codes.ts';
import { CLASS_OF_TYPE } from '../../../src/formats/terminology/data/class-codes.ts';
import { TYPES } from '../../../src/formats/terminology/value-sets.ts';
import { hasShared, SHARED } from '../../kit/shared.ts';

const LOINC = '2.16.840.1.113883.6.1';
const CI_SIS = '1.2.250.1.213.1.1.4.12';
const CLASSES = '1.2.250.1.213.1.1.4.1';

describe('classCodeOf', () => {
  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    ['11502-2', LOINC, '10', 'Compte rendu'],
    ['18748-4', LOINC, '31', 'Imagerie médicale'],
    ['80565-5', LOINC, '45', 'Traitement administré'],
    ['SYNTH', CI_SIS, '11', 'Synthèse'],
    ['FEUILLE-DE-STYLE', CI_SIS, '99', 'Document technique'],
    ['SYNTH', undefined, '11', 'Synthèse'],
    ['11502-2', CI_SIS, undefined, undefined],
    ['99999-9', LOINC, undefined, undefined],
    ['E1762', 'ASTM', undefined, undefined],
    ['constructor', LOINC, undefined, undefined],
  ])('%s of %s', (type, system, code, display) => {
    expect(classCodeOf(type, system)).toEqual(code && { code, system: CLASSES, display });
  });

  it('knows the class of every type of document', () => {
    const types = [...TYPES].filter(([system]) => system !== 'ASTM');
    const unknown = types.flatMap(([system, codes]) =>
      [...codes.keys()].filter(code => classCodeOf(code, system)?.display.length === undefined),
    );
    expect(unknown).toEqual([]);
  });
});

describe.skipIf(!hasShared('terminology/ass_x04.tsv'))('the table', () => {
  it('is ASS_X04, but for the signature of a submission', () => {
    const published = readFileSync(join(SHARED, 'terminology/ass_x04.tsv'), 'utf8')
      .split('\n')
      .map(line => line.split('\t'))
      .filter(([type, , , , scheme]) => type !== undefined && scheme === CLASSES)
      .map(([type, system, , code]) => `${system}|${type}|${code}`);
    const ours = Object.entries(CLASS_OF_TYPE).flatMap(([system, types]) =>
      Object.entries(types).map(([type, code]) => `${system}|${type}|${code}`),
    );
    expect(published).toHaveLength(129);
    expect(ours.toSorted()).toEqual(published.toSorted());
  });
});
