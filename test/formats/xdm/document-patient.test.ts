import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstanceIdentifier, NamePart, PatientHeader } from '../../../src/formats/cda/types.ts';
import { unescapeValue } from '../../../src/formats/hl7/escape.ts';
import {
  patientIdOf,
  sourcePatientIdOf,
  sourcePatientInfoOf,
  submissionPatientId,
} from '../../../src/formats/xdm/document-patient.ts';

const INS = '1.2.250.1.213.1.4';
const IPP = '1.2.250.1.999.2';
const ii = (root: string, extension?: string): InstanceIdentifier => ({ root, extension });
const name = (value: string, qualifier?: string): NamePart => ({ value, qualifier });

const PATIENT: PatientHeader = {
  identifiers: [ii(IPP, 'IPP0042'), ii(`${INS}.10`, '260058815400233')],
  families: [name('ARGOAT', 'BR'), name('KERVELLA', 'CL')],
  givens: [name('MAËLLE ANNE'), name('MAËLLE', 'BR'), name('ANNE', 'CL')],
  birthTime: '20600501',
  gender: 'F',
  birthplace: { county: '88154', city: 'ESSEGNEY' },
};
const patient = (changes: Partial<PatientHeader>): PatientHeader => ({ ...PATIENT, ...changes });

describe('the patient’s identifiers', () => {
  it.each<[string, InstanceIdentifier[], string, string]>([
    [
      'an INS and a local number',
      PATIENT.identifiers as InstanceIdentifier[],
      `260058815400233^^^&${INS}.10&ISO^NH`,
      `IPP0042^^^&${IPP}&ISO^PI`,
    ],
    [
      'several INS: NIR, then NIA, then those of tests',
      [11, 10, 9, 8].map(arc => ii(`${INS}.${arc}`, String(arc))),
      `8^^^&${INS}.8&ISO^NH`,
      `8^^^&${INS}.8&ISO^NH`,
    ],
    ['no INS', [ii(IPP, '1'), ii('1.9', '2')], `1^^^&${IPP}&ISO^PI`, `1^^^&${IPP}&ISO^PI`],
    ['a value after an authority alone', [ii('1.8'), ii('1.9', '2')], '2^^^&1.9&ISO^PI', '1.8^^^&1.8&ISO^PI'],
    [
      'an OID that is its own value',
      [ii('1.2.3.4')],
      '1.2.3.4^^^&1.2.3.4&ISO^PI',
      '1.2.3.4^^^&1.2.3.4&ISO^PI',
    ],
    ['delimiters', [ii(IPP, 'a&b^c')], `a\\T\\b\\S\\c^^^&${IPP}&ISO^PI`, `a\\T\\b\\S\\c^^^&${IPP}&ISO^PI`],
    [
      'a UUID',
      [ii('0c4e1c2a-63f5-4f5c-9a52-6ff1f0d0b3a1', '1')],
      '1^^^&0c4e1c2a-63f5-4f5c-9a52-6ff1f0d0b3a1&UUID^PI',
      '1^^^&0c4e1c2a-63f5-4f5c-9a52-6ff1f0d0b3a1&UUID^PI',
    ],
  ])('%s', (_, identifiers, patientId, sourcePatientId) => {
    const of = patient({ identifiers });
    expect([patientIdOf(of), sourcePatientIdOf(of)]).toEqual([patientId, sourcePatientId]);
  });
});

describe('the patientId of a submission', () => {
  const local = `IPP0042^^^&${IPP}&ISO^PI`;
  const ins = `260058815400233^^^&${INS}.10&ISO^NH`;
  it.each<[string, readonly [string, ...string[]], string]>([
    ['the only one', [local], local],
    ['the INS of a later document', [local, ins], ins],
    ['the first of two INS', [ins, `260058815400233^^^&${INS}.9&ISO^NH`], ins],
    ['the first document’s without an INS', [local, '2^^^&1.9&ISO^PI'], local],
    ['no local number that looks like an INS', [local, 'a\\S\\NH^^^&1.9&ISO^PI'], local],
  ])('%s', (_, patientIds, expected) => {
    expect(submissionPatientId(...patientIds)).toBe(expected);
  });
});

describe('sourcePatientInfo', () => {
  it.each<[string, Partial<PatientHeader>, string[]]>([
    [
      'every trait',
      {},
      [
        'PID-5|ARGOAT^MAËLLE^MAËLLE ANNE^^^^L',
        'PID-5|KERVELLA^ANNE^^^^^D',
        'PID-7|20600501',
        'PID-8|F',
        'PID-11|^^^^^^BDL^^88154',
      ],
    ],
    [
      'further local numbers',
      { identifiers: [...PATIENT.identifiers, ii('1.9', '2')], families: [name('ARGOAT', 'BR')], givens: [] },
      [
        'PID-3|2^^^&1.9&ISO^PI',
        'PID-5|ARGOAT^^^^^^L',
        'PID-7|20600501',
        'PID-8|F',
        'PID-11|^^^^^^BDL^^88154',
      ],
    ],
    [
      'a used name without given name: no part of the birth name stands for it',
      { givens: [name('MAËLLE', 'BR')], birthplace: undefined, birthTime: undefined, gender: undefined },
      ['PID-5|ARGOAT^MAËLLE^^^^^L', 'PID-5|KERVELLA^^^^^^D'],
    ],
    [
      'names that nothing qualifies, an undifferentiated sex, a town without code',
      {
        families: [name('ARGOAT')],
        givens: [name('MAËLLE')],
        birthTime: '2060',
        gender: 'UN',
        birthplace: { county: undefined, city: 'ESSEGNEY' },
      },
      ['PID-5|ARGOAT^MAËLLE^^^^^U', 'PID-7|2060', 'PID-8|U'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(sourcePatientInfoOf(patient(changes))).toEqual(expected);
  });

  it('gives back any name, unescaped', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(text, text, text, (family, given, givens) => {
        const of = patient({
          families: [name(family, 'BR')],
          givens: [name(given, 'BR'), name(givens)],
        });
        const [line = ''] = sourcePatientInfoOf(of);
        fc.pre(line.length < 256);
        const lineEnds = (value: string) => value.replaceAll(/\r\n|[\r\n\u0085\u2028\u2029]/g, '\n');
        const components = line.slice('PID-5|'.length).split('^');
        expect(components.map(component => unescapeValue(component))).toEqual([
          ...[family, given, givens].map(lineEnds),
          '',
          '',
          '',
          'L',
        ]);
      }),
    );
  });

  it('holds no line that no slot could, whatever the names', () => {
    const parts = fc.array(fc.string({ unit: 'grapheme', maxLength: 400 }), { maxLength: 40 });
    fc.assert(
      fc.property(parts, parts, (families, givens) => {
        const of = patient({
          families: families.map(value => name(value, 'BR')),
          givens: givens.map(value => name(value, 'BR')),
        });
        const lines = sourcePatientInfoOf(of);
        expect(lines.filter(line => line.length > 256)).toEqual([]);
        expect(lines).toContain('PID-7|20600501');
      }),
      { numRuns: 30 },
    );
    const [long] = sourcePatientInfoOf(patient({ families: [name('É'.repeat(500), 'BR')] }));
    expect(long).toBe(`PID-5|${'É'.repeat(40)}^MAËLLE^MAËLLE ANNE^^^^L`);
  });

  it('holds few of many local numbers', () => {
    const identifiers = Array.from({ length: 5_000 }, (_, n) => ii('1.9', String(n)));
    expect(sourcePatientInfoOf(patient({ identifiers })).length).toBeLessThan(30);
  });
});
