import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  birthNameOf,
  hasCompleteIns,
  insOf,
  isInsAuthority,
  samePatient,
  samePerson,
  uniqueIdOf,
  usedNameOf,
} from '../../../src/formats/cda/identity.ts';
import type { InstanceIdentifier, NamePart, PatientHeader } from '../../../src/formats/cda/types.ts';

const NIR = '1.2.250.1.213.1.4.8';
const NIA = '1.2.250.1.213.1.4.9';
const TEST = '1.2.250.1.213.1.4.10';
const OLD_INS_C = '1.2.250.1.213.1.4.2';
const LOCAL = '1.2.250.1.999.2';

const ii = (root: string, extension?: string): InstanceIdentifier => ({ root, extension });

/**
 * `BR:DUPONT CL:MARTIN JEAN` as parts; a word without a qualifier is unqualified, `_` is a blank in a value.
 */
function parts(text: string): NamePart[] {
  return text
    .split(' ')
    .filter(word => word !== '')
    .map(word => {
      const [first = '', second] = word.split(':');
      const value = (second ?? first).replaceAll('_', ' ');
      return { value, qualifier: second === undefined ? undefined : first };
    });
}

const COMPLETE: PatientHeader = {
  identifiers: [ii(TEST, '260058815400233'), ii(LOCAL, 'IPP0042')],
  families: parts('BR:ARGOAT CL:KERVELLA'),
  givens: parts('Maëlle_Anne BR:Maëlle'),
  birthTime: '20600501',
  gender: 'F',
  birthplace: { county: '88154', city: 'ESSEGNEY' },
};

const patient = (changes: Partial<PatientHeader>): PatientHeader => ({ ...COMPLETE, ...changes });

describe('insOf', () => {
  it.each<[string, InstanceIdentifier[], InstanceIdentifier | undefined]>([
    ['a test NIR', [ii(LOCAL, '1'), ii(TEST, '2')], ii(TEST, '2')],
    ['the NIR before the NIA', [ii(NIA, '1'), ii(NIR, '2')], ii(NIR, '2')],
    ['the first of two', [ii(NIR, '1'), ii(NIR, '2')], ii(NIR, '1')],
    ['no INS-C', [ii(OLD_INS_C, '1')], undefined],
    ['no authority alone', [ii(NIR)], undefined],
    ['none', [], undefined],
  ])('%s', (_, identifiers, expected) => {
    expect(insOf(patient({ identifiers }))).toEqual(expected);
  });

  it('knows the four authorities', () => {
    const known = [8, 9, 10, 11].map(last => `1.2.250.1.213.1.4.${last}`);
    expect(known.every(isInsAuthority)).toBe(true);
    expect([OLD_INS_C, '1.2.250.1.213.1.4.13', '', LOCAL].some(isInsAuthority)).toBe(false);
  });
});

describe('names by qualifier', () => {
  it.each([
    [
      'all of them',
      'BR:A CL:B',
      'M_N BR:M CL:N',
      { family: 'A', given: 'M', givens: 'M N' },
      { family: 'B', given: 'N' },
    ],
    ['the list in several parts', 'BR:A', 'M N BR:M', { family: 'A', given: 'M', givens: 'M N' }, undefined],
    ['several birth given names', 'BR:A', 'BR:M BR:N', { family: 'A', given: 'M', givens: 'M N' }, undefined],
    [
      'no list',
      'BR:A CL:A',
      'BR:M',
      { family: 'A', given: 'M', givens: undefined },
      { family: 'A', given: undefined },
    ],
    [
      'a spouse name is used',
      'BR:A SP:B',
      'BR:M',
      { family: 'A', given: 'M', givens: undefined },
      { family: 'B', given: undefined },
    ],
    [
      'but not before a chosen one',
      'SP:B CL:C BR:A',
      'BR:M',
      { family: 'A', given: 'M', givens: undefined },
      { family: 'C', given: undefined },
    ],
    ['nothing qualified: used, and no birth name', 'A', 'M N', undefined, { family: 'A', given: 'M N' }],
    [
      'an unqualified family beside a birth one is nobody’s',
      'A BR:B',
      'BR:M',
      { family: 'B', given: 'M', givens: undefined },
      undefined,
    ],
    [
      'a birth family, given names unqualified: not claimed',
      'BR:A',
      'M',
      { family: 'A', given: undefined, givens: undefined },
      { family: undefined, given: 'M' },
    ],
    [
      'a birth given name, family unqualified: not claimed',
      'A',
      'BR:M',
      { family: undefined, given: 'M', givens: undefined },
      { family: 'A', given: undefined },
    ],
    ['other qualifiers say nothing', 'AC:A', 'TITLE:M', undefined, { family: 'A', given: 'M' }],
    [
      'a family in two parts',
      'BR:A BR:B',
      'BR:M',
      { family: 'A B', given: 'M', givens: undefined },
      undefined,
    ],
    ['used only', 'CL:A', 'CL:M', undefined, { family: 'A', given: 'M' }],
    ['nothing', '', '', undefined, undefined],
  ])('%s', (_, families, givens, birth, used) => {
    const names = { families: parts(families), givens: parts(givens) };
    expect(birthNameOf(names)).toEqual(birth);
    expect(usedNameOf(names)).toEqual(used);
  });
});

describe('hasCompleteIns', () => {
  it.each<[string, Partial<PatientHeader>]>([
    ['as it is', {}],
    [
      'a Corsican matricule and birthplace',
      { identifiers: [ii(NIR, '260052A00400233')], birthplace: { county: '2A004', city: undefined } },
    ],
    ['born abroad', { birthplace: { county: '99109', city: undefined } }],
    ['a birth time', { birthTime: '206005011530' }],
    ['the same matricule twice', { identifiers: [ii(NIR, '260058815400233'), ii(NIR, '260058815400233')] }],
  ])('yes: %s', (_, changes) => {
    expect(hasCompleteIns(patient(changes))).toBe(true);
  });

  it.each<[string, Partial<PatientHeader>]>([
    ['no INS', { identifiers: [ii(LOCAL, '260058815400233')] }],
    ['an INS-C', { identifiers: [ii(OLD_INS_C, '260058815400233')] }],
    ['a matricule without its key', { identifiers: [ii(NIR, '2600588154002')] }],
    ['a matricule with blanks', { identifiers: [ii(NIR, '2 60 05 88 154 002 33')] }],
    ['two matricules', { identifiers: [ii(NIR, '260058815400233'), ii(NIA, '760058815400233')] }],
    ['no birth family name', { families: parts('CL:KERVELLA') }],
    ['an unqualified family name', { families: parts('ARGOAT') }],
    ['no birth given name', { givens: parts('Maëlle') }],
    ['no birth date', { birthTime: undefined }],
    ['a birth year', { birthTime: '2060' }],
    ['an undetermined sex', { gender: 'UN' }],
    ['no sex', { gender: undefined }],
    ['no birthplace', { birthplace: undefined }],
    ['a birthplace without its code', { birthplace: { county: undefined, city: 'ESSEGNEY' } }],
    ['a county that is no INSEE code', { birthplace: { county: 'Vosges', city: undefined } }],
  ])('no: %s', (_, changes) => {
    expect(hasCompleteIns(patient(changes))).toBe(false);
  });
});

const cx = (value: string, authority: string, type = 'NH') => `${value}^^^&${authority}&ISO^${type}`;

describe('samePatient', () => {
  it.each<[string, string, ReturnType<typeof samePatient>]>([
    ['the INS', cx('260058815400233', TEST), 'same'],
    ['the INS, escaped twice', '260058815400233^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH', 'same'],
    ['the INS, escaped thrice', '260058815400233^^^&amp;amp;1.2.250.1.213.1.4.10&amp;amp;ISO^NH', 'same'],
    ['a local identifier', cx('IPP0042', LOCAL, 'PI'), 'same'],
    ['another INS', cx('160058815400233', TEST), 'different'],
    ['the matricule under another INS authority', cx('260058815400233', NIR), 'different'],
    ['another local identifier', cx('IPP0043', LOCAL, 'PI'), 'different'],
    ['a longer local identifier', cx('IPP00421', LOCAL, 'PI'), 'different'],
    ['another authority', cx('IPP0042', '1.2.250.1.999.3', 'PI'), 'unknown'],
    ['an old INS-C', cx('0260058815400233123456', OLD_INS_C), 'unknown'],
    ['no authority', '260058815400233^^^^NH', 'unknown'],
    ['no value', cx('', TEST), 'unknown'],
    ['nothing', '', 'unknown'],
  ])('%s', (_, text, expected) => {
    expect(samePatient(text, COMPLETE)).toBe(expected);
  });

  it('an INS for a patient without one, whatever else there is', () => {
    const local = patient({ identifiers: [ii(LOCAL, 'IPP0042')] });
    expect(samePatient(cx('260058815400233', NIR), local)).toBe('unknown');
    expect(samePatient(cx('260058815400233', NIR), patient({ identifiers: [ii(NIR)] }))).toBe('unknown');
  });

  it('is same for each identifier of the header, and different once its value is changed', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9]{1,12}$/);
    const identifiers = fc.uniqueArray(fc.tuple(fc.constantFrom(NIR, TEST, LOCAL, '1.2.3'), word), {
      minLength: 1,
      selector: ([root]) => root,
    });
    fc.assert(
      fc.property(identifiers, pairs => {
        const header = patient({ identifiers: pairs.map(([root, extension]) => ii(root, extension)) });
        for (const [root, extension] of pairs) {
          expect(samePatient(cx(extension, root), header)).toBe('same');
          expect(samePatient(cx(`${extension}x`, root), header)).toBe('different');
        }
      }),
    );
  });
});

/** A patient with 200 000 identifiers. */
function crowd(prefix: string): PatientHeader {
  return patient({ identifiers: Array.from({ length: 200_000 }, (_, n) => ii(`${prefix}.${n}`, 'x')) });
}

describe('samePerson', () => {
  const ins = ii(TEST, '260058815400233');
  it.each<[string, boolean, Partial<PatientHeader>, Partial<PatientHeader>]>([
    ['themselves', true, {}, {}],
    [
      'one INS, other local identifiers elsewhere',
      true,
      { identifiers: [ins, ii(LOCAL, '1')] },
      { identifiers: [ins, ii('1.9', '2')] },
    ],
    [
      'one INS, a local identifier on one side',
      true,
      { identifiers: [ins, ii(LOCAL, '1')] },
      { identifiers: [ins] },
    ],
    [
      'one local identifier, one INS',
      true,
      { identifiers: [ins, ii(LOCAL, '1')] },
      { identifiers: [ii(LOCAL, '1')] },
    ],
    [
      'two identifiers of an authority, one in common',
      true,
      { identifiers: [ii(LOCAL, '1'), ii(LOCAL, '2')] },
      { identifiers: [ii(LOCAL, '2')] },
    ],
    ['a birth year and a birth date', true, { birthTime: '2060' }, {}],
    ['names that differ', true, { families: parts('CL:X') }, {}],
    ['two INS', false, {}, { identifiers: [ii(TEST, '160058815400233'), ii(LOCAL, 'IPP0042')] }],
    [
      'one matricule under two authorities',
      false,
      {},
      { identifiers: [ii(NIR, '260058815400233'), ii(LOCAL, 'IPP0042')] },
    ],
    [
      'one INS, rival local identifiers',
      false,
      { identifiers: [ins, ii(LOCAL, '1')] },
      { identifiers: [ins, ii(LOCAL, '2')] },
    ],
    ['no authority in common', false, { identifiers: [ii(LOCAL, '1')] }, { identifiers: [ii('1.9', '1')] }],
    ['an INS and a local identifier', false, { identifiers: [ins] }, { identifiers: [ii(LOCAL, '1')] }],
    ['other birth dates', false, {}, { birthTime: '20600502' }],
    ['other sexes', false, {}, { gender: 'M' }],
  ])('%s: %s', (_, expected, left, right) => {
    expect(samePerson(patient(left), patient(right))).toBe(expected);
    expect(samePerson(patient(right), patient(left))).toBe(expected);
  });

  it('does not slow down with the number of identifiers', () => {
    const start = performance.now();
    expect(samePerson(crowd('1'), crowd('2'))).toBe(false);
    expect(samePerson(crowd('1'), crowd('1'))).toBe(true);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe('uniqueIdOf', () => {
  it('is the root, or root and extension', () => {
    expect(uniqueIdOf(ii('1.2.3'))).toBe('1.2.3');
    expect(uniqueIdOf(ii('1.2.3', 'CR-1'))).toBe('1.2.3^CR-1');
  });
});
