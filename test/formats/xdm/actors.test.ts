import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unescapeValue } from '../../../src/formats/hl7/escape.ts';
import { type Actor, type ActorId, xcn, xon } from '../../../src/formats/xdm/actors.ts';

const PS = '1.2.250.1.71.4.2.1';
const ST = '1.2.250.1.71.4.2.2';
const id = (root: string | undefined, extension?: string): ActorId => ({ root, extension });

describe('xcn', () => {
  const person: Actor = {
    identifier: id(PS, '801234534765'),
    family: 'CAMPARINI',
    given: 'Marcel',
    isSystem: false,
  };
  it.each<[string, Partial<Actor>, string | undefined]>([
    ['a professional', {}, `801234534765^CAMPARINI^Marcel^^^^^^&${PS}&ISO^D^^^IDNPS`],
    [
      'one inside a structure',
      { identifier: id(PS, '3120456789/77') },
      `3120456789/77^CAMPARINI^Marcel^^^^^^&${PS}&ISO^D^^^EI`,
    ],
    [
      'one of another authority',
      { identifier: id('1.2.250.1.999.4', '77') },
      '77^CAMPARINI^Marcel^^^^^^&1.2.250.1.999.4&ISO^D^^^EI',
    ],
    [
      'an authority that is a UUID',
      { identifier: id('0c4e1c2a-63f5-4f5c-9a52-6ff1f0d0b3a1', '77') },
      '77^CAMPARINI^Marcel^^^^^^&0c4e1c2a-63f5-4f5c-9a52-6ff1f0d0b3a1&UUID^D^^^EI',
    ],
    ['no authority', { identifier: id(undefined, '77') }, '77^CAMPARINI^Marcel^^^^^^^D^^^EI'],
    [
      'a patient',
      { identifier: id('1.2.250.1.213.1.4.8', '285062901904262') },
      '285062901904262^CAMPARINI^Marcel^^^^^^&1.2.250.1.213.1.4.8&ISO^D^^^NH',
    ],
    [
      'a system',
      { identifier: id(PS, '518003502400041/1.2'), family: 'Assurance Maladie', given: '.', isSystem: true },
      `518003502400041/1.2^Assurance Maladie^.^^^^^^&${PS}&ISO^U^^^RI`,
    ],
    [
      'a system without identifier',
      { identifier: undefined, given: undefined, isSystem: true },
      '^CAMPARINI^^^^^^^^U',
    ],
    ['a name alone', { identifier: undefined }, '^CAMPARINI^Marcel^^^^^^^D'],
    ['an authority without a value', { identifier: id(PS) }, '^CAMPARINI^Marcel^^^^^^^D'],
    [
      'an identifier alone',
      { family: undefined, given: undefined },
      `801234534765^^^^^^^^&${PS}&ISO^D^^^IDNPS`,
    ],
    ['nobody', { identifier: undefined, family: undefined }, undefined],
    ['an identifier that no slot holds', { identifier: id(PS, '8'.repeat(250)) }, undefined],
    [
      'delimiters in a name',
      { family: `D'A^B&C~D|E\\F`, given: 'Zoé\r\nÀ' },
      `801234534765^D'A\\S\\B\\T\\C\\R\\D\\F\\E\\E\\F^Zoé\\.br\\À^^^^^^&${PS}&ISO^D^^^IDNPS`,
    ],
  ])('%s', (_, changes, expected) => {
    expect(xcn({ ...person, ...changes })).toBe(expected);
  });

  it('fits a slot and keeps the identifier, whatever the names', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2_000 });
    fc.assert(
      fc.property(name, name, (family, given) => {
        const text = xcn({ ...person, family, given }) ?? '';
        expect(text.length).toBeLessThanOrEqual(256);
        const components = text.split('^').map(component => unescapeValue(component));
        expect(components).toHaveLength(13);
        expect([components[0], components[9], components[12]]).toEqual(['801234534765', 'D', 'IDNPS']);
        expect(family.replaceAll(/\r\n|[\r\n\u0085\u2028\u2029]/g, '\n')).toContain(components[1]);
      }),
    );
  });
});

describe('xon', () => {
  it.each<[string, ActorId | undefined, string | undefined, string | undefined]>([
    ['a structure', id(ST, '1120459876'), 'Laboratoire', `Laboratoire^^^^^&${ST}&ISO^IDNST^^^1120459876`],
    ['a SIREN', id('1.3.2', '552100554'), 'SNR', 'SNR^^^^^&1.3.2&ISO^IDNST^^^552100554'],
    [
      'a local number',
      id('1.2.250.1.999.4', 'UF12'),
      'Urologie',
      'Urologie^^^^^&1.2.250.1.999.4&ISO^XX^^^UF12',
    ],
    ['a number of nobody', id(undefined, 'UF12'), 'Urologie', 'Urologie^^^^^^XX^^^UF12'],
    ['a name alone', undefined, 'Laboratoire', 'Laboratoire'],
    ['an authority without a value', id(ST), 'Laboratoire', 'Laboratoire'],
    ['an identifier alone', id(ST, '1120459876'), undefined, `^^^^^&${ST}&ISO^IDNST^^^1120459876`],
    ['nothing', id(ST), undefined, undefined],
    [
      'a long name',
      id(ST, '1120459876'),
      'é'.repeat(300),
      `${'é'.repeat(128)}^^^^^&${ST}&ISO^IDNST^^^1120459876`,
    ],
  ])('%s', (_, identifier, name, expected) => {
    expect(xon({ identifier, name })).toBe(expected);
  });
});
