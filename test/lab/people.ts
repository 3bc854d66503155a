import { INS_TEST, insNumber, IPP, type SamplePatient } from '../../samples/kit/patients.ts';

/** Invented people of a run, each like no other. */
export interface People {
  /** Somebody new, known to the DPI. */
  newcomer(): SamplePatient;
  /** The last newcomer, met again. */
  met(): SamplePatient;
  /** Somebody whom the DPI does not know. */
  stranger(): SamplePatient;
  /** Known, without INS. */
  unqualified(): SamplePatient;
  /** Known, under another birth date. */
  mistaken(): SamplePatient;
  known(): readonly SamplePatient[];
}

export function createPeople(): People {
  const known: SamplePatient[] = [];
  let last: SamplePatient | undefined;
  let number = 0;
  const invent = (): SamplePatient => {
    number += 1;
    const digits = `285062901${String(number).padStart(4, '0')}`;
    return {
      identifiers: [
        { root: INS_TEST, extension: insNumber(digits) },
        { root: IPP, extension: `L${number}` },
      ],
      birthFamily: `ESSAI${letters(number)}`,
      birthGiven: 'CAMILLE',
      birthGivens: 'CAMILLE',
      birthTime: '19850614',
      gender: 'F',
      birthplaceCounty: '29019',
    };
  };
  const newcomer = (): SamplePatient => {
    last = invent();
    known.push(last);
    return last;
  };
  return {
    newcomer,
    met: () => last ?? newcomer(),
    stranger: invent,
    unqualified: () => ({ ...invent(), identifiers: [{ root: IPP, extension: `X${number}` }] }),
    mistaken: () => {
      const person = invent();
      known.push(person);
      return { ...person, birthTime: '19850615' };
    },
    known: () => known,
  };
}

function letters(number: number): string {
  return String(number).replaceAll(/\d/g, digit => 'ABCDEFGHIJ'[Number(digit)] ?? '');
}
