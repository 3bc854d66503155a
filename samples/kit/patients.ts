/** An HL7 instance identifier. */
export interface SampleId {
  readonly root: string;
  readonly extension?: string | undefined;
}

/** An invented person. */
export interface SamplePatient {
  readonly identifiers: readonly SampleId[];
  readonly birthFamily?: string | undefined;
  /** First given name of birth (qualifier BR). */
  readonly birthGiven?: string | undefined;
  /** All given names of birth, as the unqualified `given`: `CLAIRE MARIE LOUISE`. */
  readonly birthGivens?: string | undefined;
  /** Name in use (qualifier CL). */
  readonly usedFamily?: string | undefined;
  readonly usedGiven?: string | undefined;
  readonly birthTime?: string | undefined;
  readonly gender?: 'M' | 'F' | 'UN' | undefined;
  /** INSEE code of the birthplace. */
  readonly birthplaceCounty?: string | undefined;
  readonly birthplaceCity?: string | undefined;
  /** `sdtc:id` elements of the patient: traps for readers that ignore namespaces. */
  readonly sdtcIds?: readonly SampleId[] | undefined;
}

/** INS-NIR of the test authority: never a real person's. */
export const INS_TEST = '1.2.250.1.213.1.4.10';
/** Local identifiers (IPP) of the invented hospital. */
export const IPP = '1.2.250.1.999.1.2';

/** A 15-digit INS of 13 invented digits and their right key. */
export function insNumber(digits: string): string {
  return digits + String(97 - Number(BigInt(digits) % 97n)).padStart(2, '0');
}

function identified(digits: string, ipp: string): SampleId[] {
  return [
    { root: INS_TEST, extension: insNumber(digits) },
    { root: IPP, extension: ipp },
  ];
}

/** Invented people. `lenoir` has no INS, `oeuvrard` has letters that ISO 8859-1 lacks. */
export const PATIENTS = {
  morvan: {
    identifiers: identified('2850629019042', '8000123'),
    birthFamily: 'MORVAN',
    birthGiven: 'CLAIRE',
    birthGivens: 'CLAIRE MARIE LOUISE',
    usedFamily: 'LE GOFF',
    usedGiven: 'CLAIRE',
    birthTime: '19850614',
    gender: 'F',
    birthplaceCounty: '29019',
  },
  dartagnan: {
    identifiers: identified('1571265440017', '8000456'),
    birthFamily: "D'ARTAGNAN & FILS",
    birthGiven: 'CHARLES',
    birthGivens: 'CHARLES OGIER',
    birthTime: '19571203',
    gender: 'M',
    birthplaceCounty: '65440',
  },
  oeuvrard: {
    identifiers: identified('2020767482088', '8000789'),
    birthFamily: 'ŒUVRARD',
    birthGiven: 'MAËLYS',
    birthGivens: 'MAËLYS ZOÉ',
    usedFamily: 'ŒUVRARD-ŸNARD',
    usedGiven: 'MAËLYS',
    birthTime: '20020721',
    gender: 'F',
    birthplaceCounty: '67482',
  },
  diallo: {
    identifiers: identified('1680399341036', '8000790'),
    birthFamily: 'DIALLO',
    birthGiven: 'IBRAHIMA',
    birthGivens: 'IBRAHIMA',
    birthTime: '19680308',
    gender: 'M',
    birthplaceCounty: '99341',
    birthplaceCity: 'Dakar',
  },
  lenoir: {
    identifiers: [{ root: IPP, extension: '8000999' }],
    birthFamily: 'LENOIR',
    birthGiven: 'PAUL',
    birthTime: '19991231',
    gender: 'M',
  },
} as const satisfies Readonly<Record<string, SamplePatient>>;
