import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DMP_CLASS_OF_TYPE } from '../../../src/formats/terminology/data/dmp-classes-of-types.ts';
import {
  DMP_ACTIVITIES,
  DMP_CLASSES,
  DMP_CONFIDENTIALITIES,
  DMP_FACILITIES,
  DMP_FORMATS,
  DMP_SETTINGS,
  DMP_SUBJECTS,
  DMP_TYPES,
} from '../../../src/formats/terminology/dmp-value-sets.ts';
import { type ValueSet, valueSet } from '../../../src/formats/terminology/value-set.ts';
import { hasShared, SHARED } from '../../kit/shared.ts';

const SETS: readonly (readonly [name: string, set: ValueSet, size: number])[] = [
  ['j57', DMP_CLASSES, 12],
  ['j58', DMP_CONFIDENTIALITIES, 6],
  ['j59', DMP_ACTIVITIES, 100],
  ['j60', DMP_FORMATS, 62],
  ['j61', DMP_FACILITIES, 68],
  ['j62', DMP_SETTINGS, 11],
  ['j65', DMP_SUBJECTS, 432],
  ['j66', DMP_TYPES, 108],
];

const members = (set: ValueSet) => [...set.values()].flatMap(codes => [...codes]);

describe('the value sets of the DMP', () => {
  it.each(SETS)('%s is whole, by OID', (_, set, size) => {
    expect(members(set)).toHaveLength(size);
    for (const system of set.keys()) expect(system).toMatch(/^(?:\d+(?:\.\d+)+|ASTM|URN)$/);
  });

  it.each<[ValueSet, string, readonly string[]]>([
    [DMP_SUBJECTS, '10', ['Médecin', 'Médecin en formation']],
    [DMP_SUBJECTS, '50', ['Sage-Femme', 'Sage-Femme en formation']],
    [
      DMP_ACTIVITIES,
      '11',
      ['Centre postcure', 'Hébergement complet ou internat (non compris internat de semaine)'],
    ],
  ])('keep a code of two systems apart', (set, code, labels) => {
    const found = [...set.values()].flatMap(codes => codes.get(code) ?? []);
    expect(found.toSorted()).toEqual(labels.toSorted());
  });
});

describe.skipIf(!hasShared('terminology'))('the tables', () => {
  const rows = (file: string) =>
    readFileSync(join(SHARED, 'terminology', file), 'utf8')
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => line.split('\t'));

  it.each(SETS)('%s: every code with its label', (name, set) => {
    const published = rows(`jdv_${name}.tsv`).map(([code, , label]) => `${code}|${label}`);
    const ours = members(set).map(([code, label]) => `${code}|${label}`);
    expect(ours.toSorted()).toEqual(published.toSorted());
  });

  it('ass_x16: every type with its class, but for the signature of a submission', () => {
    const published = rows('ass_x16.tsv').filter(([type]) => type !== 'E1762');
    const ours = members(valueSet(DMP_CLASS_OF_TYPE)).map(([type, code]) => `${type}|${code}`);
    expect(ours.toSorted()).toEqual(published.map(([type, , code]) => `${type}|${code}`).toSorted());
  });
});
