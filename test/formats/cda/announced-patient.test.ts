import { describe, expect, it } from 'vitest';
import { announcesAnother } from '../../../src/formats/cda/announced-patient.ts';
import type { PatientHeader } from '../../../src/formats/cda/types.ts';

const INS = '1.2.250.1.213.1.4.10';
const LOCAL = '1.2.250.1.999.2';

const PATIENT: PatientHeader = {
  identifiers: [
    { root: INS, extension: '285062901904262' },
    { root: LOCAL, extension: '8000123' },
  ],
  families: [{ value: 'LE GÖFF-MORVAN', qualifier: 'BR' }],
  givens: [{ value: 'Claire', qualifier: 'BR' }],
  birthTime: '19850614',
  gender: 'F',
  birthplace: undefined,
};

const SAME_INS = `285062901904262^^^&${INS}&ISO^NH`;
const FOREIGN = '42^^^&1.2.250.1.999.77&ISO^PI';

describe('announcesAnother: METADATA that describes somebody else (patient safety)', () => {
  it.each<[string, string[], string[], boolean]>([
    ['the same INS', [SAME_INS], [], false],
    ['another INS', [SAME_INS.replace('262', '263')], [], true],
    ['another local number', [SAME_INS, `8000124^^^&${LOCAL}&ISO^PI`], [], true],
    ['nothing at all', [], [], false],
    ['a foreign number and nothing else', [FOREIGN], [], false],
    ['a foreign number, another birth name', [FOREIGN], ['PID-5|DUPONT^JEAN^^^^^L'], true],
    [
      'a foreign number, the birth name written otherwise',
      [FOREIGN],
      ['PID-5|Le Goff Morvan^CLAIRE^^^^^L'],
      false,
    ],
    ['a foreign number, another used name', [FOREIGN], ['PID-5|DUPONT^CLAIRE^^^^^D'], false],
    ['the same INS, another birth name', [SAME_INS], ['PID-5|MORVAN^CLAIRE^^^^^L'], false],
    ['the same INS, another birth date', [SAME_INS], ['PID-7|19400102'], true],
    ['the same INS, the birth date with a time', [SAME_INS], ['PID-7|19850614083000'], false],
    ['the same INS, a birth year', [SAME_INS], ['PID-7|1985'], false],
    ['the same INS, another sex', [SAME_INS], ['PID-8|M'], true],
    ['the same INS, an unknown sex', [SAME_INS], ['PID-8|U'], false],
    [
      'the same traits',
      [SAME_INS],
      ['PID-7|19850614', 'PID-8|F', 'PID-5|LE GOFF MORVAN^CLAIRE^^^^^L'],
      false,
    ],
  ])('%s', (_, identifiers, info, expected) => {
    expect(announcesAnother({ identifiers, info }, PATIENT)).toBe(expected);
  });
});
