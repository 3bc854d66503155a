import type { ElementRule, Invariant, ProfileRules, RuleSet, TypeRule } from './types.ts';

/**
 * The profiles of ans.fhir.fr.tddui 2.0.0-ballot (transfer of medico-social records) and what they inherit from fr-core 2.1.0,
 * written by hand from their differentials: no package of them is at hand (reference fhir-flows §2.2).
 */
const TDDUI = 'https://interop.esante.gouv.fr/ig/fhir/tddui/';
const FR_CORE = 'https://hl7.fr/ig/fhir/core/';
const PROFILE = `${TDDUI}StructureDefinition/`;
const FR_PROFILE = `${FR_CORE}StructureDefinition/`;
const FR_TYPES = `${FR_CORE}CodeSystem/fr-core-cs-v2-0203`;
const V2_TYPES = 'http://terminology.hl7.org/CodeSystem/v2-0203';
const GENDERS = `${FR_CORE}ValueSet/fr-core-vs-patient-gender-INS`;
const RELIABILITY = `${FR_PROFILE}fr-core-identity-reliability`;
const BIRTH_PLACE = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace';

/** Canonical URLs of the guide's profiles. */
export const DUI_PROFILES = {
  bundle: `${PROFILE}tddui-bundle`,
  patient: `${PROFILE}tddui-patient`,
  patientIns: `${PROFILE}tddui-patient-ins`,
  organization: `${PROFILE}tddui-organization`,
  encounterSejour: `${PROFILE}tddui-encounter-sejour`,
  humanName: `${PROFILE}tddui-human-name`,
} as const;

/** The INS of each authority: name of the slice and code of the type, system. */
const INS_IDENTIFIERS = [
  ['INS-NIR', 'urn:oid:1.2.250.1.213.1.4.8'],
  ['INS-NIA', 'urn:oid:1.2.250.1.213.1.4.9'],
  ['INS-NIR-TEST', 'urn:oid:1.2.250.1.213.1.4.10'],
  ['INS-NIR-DEMO', 'urn:oid:1.2.250.1.213.1.4.11'],
] as const;

const IS_VALID = `extension.where(url = '${RELIABILITY}').extension.where(url = 'identityStatus').value.where(code = 'VALI').exists()`;

const IDENTITY: readonly Invariant[] = [
  {
    key: 'fr-core-1',
    severity: 'error',
    expression: `${IS_VALID} implies identifier.where(${INS_IDENTIFIERS.map(([, system]) => `system = '${system}'`).join(' or ')}).exists()`,
  },
  // Not proven to be the same in fr-core 2.1.0: it refuses nothing.
  {
    key: 'fr-core-2',
    severity: 'warning',
    expression: `${IS_VALID} implies (identifier.where(use = 'official').count() = 1 or identifier.where(use = 'temp' and system = 'urn:oid:1.2.250.1.213.1.4.9').exists())`,
  },
];

function typed(system: string, code: string): ElementRule {
  return { min: 1, pattern: { coding: [{ system, code }] } };
}

function extension(url: string, counts: Pick<ElementRule, 'min' | 'max'> = { max: 1 }): ElementRule {
  return { ...counts, types: [{ code: 'Extension', profiles: [url] }] };
}

/** Slices that both patients have: the establishment's identifier, and the first one of the MDPH. */
const LOCAL_IDENTIFIERS: ProfileRules['elements'] = {
  'identifier:PI': { max: 1 },
  'identifier:PI.use': { pattern: 'usual' },
  'identifier:PI.type': typed(V2_TYPES, 'PI'),
  'identifier:PI.system': { min: 1 },
  'identifier:PI.value': { min: 1 },
  'identifier:InitialNumberMDPH': { max: 1 },
  'identifier:InitialNumberMDPH.use': { pattern: 'usual' },
  'identifier:InitialNumberMDPH.type': typed(`${TDDUI}CodeSystem/tddui-identifier`, 'PIN'),
  'identifier:InitialNumberMDPH.system': { min: 1 },
  'identifier:InitialNumberMDPH.value': { min: 1 },
};

const NAMES: ProfileRules['elements'] = {
  name: {
    min: 1,
    types: [{ code: 'HumanName', profiles: [DUI_PROFILES.humanName] }],
    slicing: { by: [['value', 'use']] },
  },
  'name:officialName': { min: 1, max: 1 },
  'name:officialName.use': { min: 1, pattern: 'official' },
  'name:officialName.family': { min: 1 },
  'name:officialName.given': { min: 1 },
  'name:usualName': { max: 1 },
  'name:usualName.use': { min: 1, pattern: 'usual' },
};
const BIRTH_NAMES = `${FR_PROFILE}fr-core-patient-birth-list-given-name`;

const PATIENT: ProfileRules = {
  id: 'tddui-patient',
  type: 'Patient',
  elements: {
    identifier: { slicing: { by: [['value', 'type']] } },
    ...LOCAL_IDENTIFIERS,
    'identifier:NSS': { max: 1 },
    'identifier:NSS.use': { pattern: 'official' },
    'identifier:NSS.type': typed(V2_TYPES, 'NH'),
    'identifier:NSS.system': { pattern: 'urn:oid:1.2.250.1.213.1.4.8' },
    'identifier:NSS.value': { min: 1 },
    ...NAMES,
    'name:officialName.extension:birth-list-given-name': extension(BIRTH_NAMES),
    gender: { binding: GENDERS },
    'birthDate.extension': { min: 1 },
    'birthDate.extension:birthOrder': extension(`${PROFILE}tddui-birth-order`, { min: 1, max: 1 }),
  },
};

const PATIENT_INS: ProfileRules = {
  id: 'tddui-patient-ins',
  type: 'Patient',
  elements: {
    '': { invariants: IDENTITY },
    'extension:identityReliability': extension(RELIABILITY, { min: 1 }),
    'extension:birthPlace': extension(BIRTH_PLACE, { min: 1, max: 1 }),
    'extension:birthPlace.value[x]': { min: 1, types: [{ code: 'Address' }] },
    'extension:birthPlace.value[x].extension:inseeCode': extension(
      `${FR_PROFILE}fr-core-address-insee-code`,
      {
        min: 1,
        max: 1,
      },
    ),
    identifier: { min: 1, slicing: { by: [['value', 'type']] } },
    ...Object.fromEntries(
      INS_IDENTIFIERS.flatMap(([name, system]): [string, ElementRule][] => [
        [`identifier:${name}`, { max: 1 }],
        [`identifier:${name}.type`, typed(FR_TYPES, name)],
        [`identifier:${name}.system`, { min: 1, pattern: system }],
        [`identifier:${name}.value`, { min: 1 }],
      ]),
    ),
    ...LOCAL_IDENTIFIERS,
    ...NAMES,
    'name:officialName.given': { min: 1, max: 1 },
    'name:officialName.extension:birth-list-given-name': extension(BIRTH_NAMES, { min: 1, max: 1 }),
    gender: { min: 1, binding: GENDERS },
    birthDate: { min: 1 },
  },
};

const ORGANIZATION: ProfileRules = {
  id: 'tddui-organization',
  type: 'Organization',
  elements: {
    identifier: {
      min: 1,
      slicing: {
        by: [
          ['pattern', 'system'],
          ['pattern', 'type'],
        ],
      },
    },
    'identifier:idNatSt': { min: 1, max: 1 },
    'identifier:idNatSt.type': typed(FR_TYPES, 'IDNST'),
    'identifier:idNatSt.system': { pattern: 'urn:oid:1.2.250.1.71.4.2.2' },
  },
};

const STAY_EXTENSIONS = {
  admissionDate: `${PROFILE}tddui-admission-date`,
  entryModeLabel: `${PROFILE}tddui-entry-mode-label`,
  exitModeLabel: `${PROFILE}tddui-exit-mode-label`,
  comment: `${PROFILE}tddui-comment`,
  plannedStartDate: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedStartDate',
  plannedEndDate: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate',
} as const;

const ENCOUNTER: ProfileRules = {
  id: 'tddui-encounter-sejour',
  type: 'Encounter',
  elements: {
    ...Object.fromEntries(
      Object.entries(STAY_EXTENSIONS).map(([name, url]) => [`extension:${name}`, extension(url)]),
    ),
    identifier: { min: 1, slicing: { by: [['pattern', 'type']] } },
    'identifier:idStay': { min: 1, max: 1 },
    'identifier:idStay.type': typed(`${TDDUI}CodeSystem/tddui-encounter-identifier`, 'SEJ'),
    subject: { min: 1, types: [referring(DUI_PROFILES.patient, DUI_PROFILES.patientIns)] },
    serviceProvider: { min: 1, types: [referring(DUI_PROFILES.organization)] },
  },
};

function referring(...targets: readonly string[]): TypeRule {
  return { code: 'Reference', targets };
}

function bundleSlice(name: string, type: string, profile: string): [string, ElementRule][] {
  return [
    [`entry:${name}`, {}],
    [`entry:${name}.resource`, { min: 1, types: [{ code: type, profiles: [profile] }] }],
    [`entry:${name}.request`, { min: 1 }],
    [`entry:${name}.request.method`, { pattern: 'POST' }],
  ];
}

const BUNDLE: ProfileRules = {
  id: 'tddui-bundle',
  type: 'Bundle',
  elements: {
    type: { pattern: 'transaction' },
    entry: { slicing: { by: [['profile', 'resource']] } },
    ...Object.fromEntries([
      ...bundleSlice('DUIPatient', 'Patient', DUI_PROFILES.patient),
      ...bundleSlice('DUIPatientINS', 'Patient', DUI_PROFILES.patientIns),
      ...bundleSlice('DUIOrganization', 'Organization', DUI_PROFILES.organization),
      ...bundleSlice('DUIEncounterSejour', 'Encounter', DUI_PROFILES.encounterSejour),
    ]),
  },
};

/** An extension that has a value of one type. */
function valued(id: string, url: string, code: string): [string, ProfileRules] {
  return [
    url,
    {
      id,
      type: 'Extension',
      elements: { extension: { max: 0 }, url: { fixed: url }, 'value[x]': { min: 1, types: [{ code }] } },
    },
  ];
}

export const DUI_RULES: RuleSet = {
  name: 'ans.fhir.fr.tddui',
  version: '2.0.0-ballot',
  profiles: {
    [DUI_PROFILES.bundle]: BUNDLE,
    [DUI_PROFILES.patient]: PATIENT,
    [DUI_PROFILES.patientIns]: PATIENT_INS,
    [DUI_PROFILES.organization]: ORGANIZATION,
    [DUI_PROFILES.encounterSejour]: ENCOUNTER,
    [DUI_PROFILES.humanName]: { id: 'tddui-human-name', type: 'HumanName', elements: { prefix: { max: 1 } } },
    ...Object.fromEntries([
      valued('tddui-birth-order', `${PROFILE}tddui-birth-order`, 'positiveInt'),
      valued('tddui-admission-date', STAY_EXTENSIONS.admissionDate, 'dateTime'),
      valued('tddui-entry-mode-label', STAY_EXTENSIONS.entryModeLabel, 'string'),
      valued('tddui-exit-mode-label', STAY_EXTENSIONS.exitModeLabel, 'string'),
      valued('tddui-comment', STAY_EXTENSIONS.comment, 'string'),
    ]),
  },
  valueSets: { [GENDERS]: { 'http://hl7.org/fhir/administrative-gender': ['male', 'female', 'unknown'] } },
};
