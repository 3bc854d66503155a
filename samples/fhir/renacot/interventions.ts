import { insNumber } from '../../kit/patients.ts';

/** Operations of a hip, as `POST /renacot/interventions` takes them; everybody is invented. */
export type SampleIntervention = Readonly<Record<string, unknown>>;

const SNOMED = 'http://snomed.info/sct';
const IMPLANTS = 'https://fhir.orthense.com/CodeSystem/implant-types';
const HIP = '47458005';

const WHO = { nir: insNumber('2850629019042'), rpps: '10009990017', finess: '999900001' };

const PARTS = ['PH_CUPULE', 'PH_TIGE'].map((type, index) => ({
  udi: `(01)03770000000018(10)LOT${index}`,
  lot: `LOT${index}`,
  type,
  fournisseur: 'ARMOR IMPLANTS',
  reference: `AI-${index}`,
}));

/** What the registry must know to associate an operation of that day. */
export function inRegistry(date: string): Readonly<Record<keyof typeof WHO | 'date', string>> {
  return { ...WHO, date };
}

/** The simple JSON. @param date of the operation, `2026-03-01` */
export function intervention(date: string, message: string): SampleIntervention {
  return {
    message,
    nir: WHO.nir,
    rpps: WHO.rpps,
    finessGeographique: WHO.finess,
    dateIntervention: date,
    typeProcedure: 'HANCHE',
    lateralite: 'GAUCHE',
    implants: PARTS,
  };
}

/** The Parameters of today's contract. */
export function interventionParameters(date: string): SampleIntervention {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'nir', valueString: WHO.nir },
      { name: 'rpps', valueString: WHO.rpps },
      { name: 'finessGeographique', valueString: WHO.finess },
      { name: 'dateIntervention', valueDateTime: date },
      { name: 'typeProcedure', valueCodeableConcept: { coding: [{ system: SNOMED, code: HIP }] } },
      ...PARTS.map(({ udi, lot, type }) => ({
        name: 'implants',
        part: [
          { name: 'udi', valueString: udi },
          { name: 'lot', valueString: lot },
          { name: 'type', valueCodeableConcept: { coding: [{ system: IMPLANTS, code: type }] } },
        ],
      })),
    ],
  };
}
