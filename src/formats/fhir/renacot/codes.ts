import { isObject } from '../resource.ts';
import { listOf } from '../transaction-entries.ts';
import type { Concept, Laterality, ShoulderType } from './types.ts';

export const SNOMED = 'http://snomed.info/sct';
export const IMPLANT_TYPES = 'https://fhir.orthense.com/CodeSystem/implant-types';
export const LATERALITIES = 'https://fhir.orthense.com/CodeSystem/lateralite';
export const SHOULDER_TYPES = 'https://fhir.orthense.com/CodeSystem/pe-type';
export const INPUT_PROFILE =
  'https://fhir.orthense.com/StructureDefinition/InterventionInputParametersBaseProfile';

/** Identifier.system of the first contract, which names none: as its example has them. */
export const SYSTEMS = {
  nir: 'http://france.fr/nir',
  rpps: 'https://annuaire.sante.fr/rpps',
  finessGeographique: 'https://finess.sante.gouv.fr',
  udi: 'http://hl7.org/fhir/NamingSystem/udi',
} as const;

/** Other systems of the same numbers: nothing is lost where they are left out. */
export const OTHER_SYSTEMS: Readonly<Record<keyof typeof SYSTEMS, readonly string[]>> = {
  nir: ['urn:oid:1.2.250.1.213.1.4.8'],
  rpps: ['https://rpps.esante.gouv.fr', 'urn:oid:1.2.250.1.71.4.2.1'],
  finessGeographique: ['https://finess.esante.gouv.fr', 'urn:oid:1.2.250.1.71.4.2.2'],
  udi: [],
};

/** A joint that the registry follows. */
export interface Joint {
  readonly name: 'GENOU' | 'HANCHE' | 'EPAULE';
  /** In a French sentence. */
  readonly label: string;
  /** SNOMED CT, ValueSet ProcedureVS. */
  readonly code: string;
  readonly display: string;
  /** What codes of its implants begin with. */
  readonly family: string;
  readonly minImplants: number;
  readonly maxImplants: number;
  /** The profile's invariants. */
  readonly countRule: string;
  readonly typeRule: string;
}

export const JOINTS: readonly Joint[] = [
  {
    name: 'GENOU',
    label: 'de genou',
    code: '19063003',
    display: 'Arthroplasty of knee',
    family: 'PG_',
    minImplants: 3,
    maxImplants: 5,
    countRule: 'pg-requires-implants-count',
    typeRule: 'pg-requires-implants-type',
  },
  {
    name: 'HANCHE',
    label: 'de hanche',
    code: '47458005',
    display: 'Arthroplasty of the hip',
    family: 'PH_',
    minImplants: 2,
    maxImplants: 6,
    countRule: 'ph-requires-implants-count',
    typeRule: 'ph-requires-implants-type',
  },
  {
    name: 'EPAULE',
    label: 'd’épaule',
    code: '239468007',
    display: 'Arthroplasty of shoulder',
    family: 'PE_',
    minImplants: 4,
    maxImplants: 5,
    countRule: 'pe-requires-implants-count',
    typeRule: 'pe-requires-implants-type',
  },
];

/** Screws and cement go with any joint. */
export const FIXATION = 'FIXATION';

/** Codes of implants, with the labels of their code system. */
export const IMPLANTS: ReadonlyMap<string, string> = new Map([
  [FIXATION, 'Vis et autres éléments de fixation (ciments)'],
  ['PG_FEMORAL', 'Composant fémoral'],
  ['PG_BASETIBIALE', 'Base tibiale'],
  ['PG_PLATEAUTIBIAL', 'Plateau tibial'],
  ['PG_PATELLAIRE', 'Composant patellaire'],
  ['PH_CUPULE', 'Cupule'],
  ['PH_INSERT', 'Inserts'],
  ['PH_ANNEAU', 'Anneau de soutien'],
  ['PH_TIGE', 'Tige fémorale'],
  ['PH_COL', 'Col fémoral'],
  ['PH_TETE', 'Tête fémorale'],
  ['PE_TIGE_HUMERALE', 'Tige humérale'],
  ['PE_TETE_HUMERALE', 'Tête humérale'],
  ['PE_GLENOIDE', 'Composant glénoïdien'],
  ['PE_INSERT_GLENOIDIEN', 'Insert glénoïdien'],
]);

/** The side in either contract: a code of the registry, a SNOMED CT “Side”. */
export const SIDES: Readonly<Record<Laterality, string>> = {
  DROITE: '24028007',
  GAUCHE: '7771000',
  BILATERALE: '51440002',
};

export function isLaterality(code: string): code is Laterality {
  return Object.hasOwn(SIDES, code);
}

export function isShoulderType(code: string): code is ShoulderType {
  return code === 'ANATOMIQUE' || code === 'INVERSE';
}

/** CodeableConcept of one coding. */
export function concept(system: string, code: string, display?: string): Concept {
  return { coding: [{ system, code, ...(display !== undefined && { display }) }] };
}

/** Codes of a concept in one system. */
export function codesIn(value: Concept, system: string): readonly string[] {
  return listOf(value['coding']).flatMap(coding =>
    isObject(coding) && coding['system'] === system && typeof coding['code'] === 'string'
      ? [coding['code']]
      : [],
  );
}

/** The joint that today's contract knows by the procedure's code; undefined for any other code. */
export function jointOf(typeProcedure: Concept): Joint | undefined {
  const codes = codesIn(typeProcedure, SNOMED);
  return JOINTS.find(({ code }) => codes.includes(code));
}
