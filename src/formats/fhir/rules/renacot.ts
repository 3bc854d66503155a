import {
  IMPLANT_TYPES,
  IMPLANTS,
  INPUT_PROFILE,
  type Joint,
  JOINTS,
  LATERALITIES,
  SHOULDER_TYPES,
  SIDES,
  SNOMED,
} from '../renacot/codes.ts';
import type { ElementRule, Invariant, ProfileRules, RuleSet } from './types.ts';

/**
 * The input of the registry's operations: that of today's contract (orthense.fhir 0.1.0, reference fhir-flows §3.3), whose
 * profile is the guide's own, and that of the first one (commit 5e7c631), which has an OperationDefinition only: its canonical
 * stands for a profile.
 */
export const RENACOT_PROFILES = {
  input: INPUT_PROFILE,
  firstInput: 'https://fhir.orthense.com/OperationDefinition/AssocierImplantsProcedure',
} as const;

const SETS = 'https://fhir.orthense.com/ValueSet/';
const BY_NAME: ElementRule = { slicing: { by: [['value', 'name']] } };

/** The codes that the guide's own invariants on kinds of implants test: none is in its value set, so that they never fire. */
const NEVER_MET: Readonly<
  Record<Joint['name'], { readonly code: string; readonly kinds: readonly string[] }>
> = {
  GENOU: { code: '609588000', kinds: ['PG_FEMORAL', 'PG_BASETIBIALE', 'PG_PLATEAUTIBIAL', 'PG_PATELLAIRE'] },
  HANCHE: {
    code: '52734007',
    kinds: ['PH_CUPULE', 'PH_INSERT', 'PG_PLPH_TIGEATEAUTIBIAL', 'PH_COL', 'PH_TETE'],
  },
  EPAULE: { code: '397956004', kinds: ['PE_TIGE_HUMERALE', 'PE_TETE_HUMERALE', 'PE_INSERT_GLENOIDIEN'] },
};

/** A parameter of a name, by its path: how often, and what its value is. */
function parameter(
  path: string,
  counts: Pick<ElementRule, 'min' | 'max'>,
  value: ElementRule | undefined,
): [string, ElementRule][] {
  const name = path.slice(path.lastIndexOf(':') + 1);
  return [
    [path, counts],
    [`${path}.name`, { fixed: name }],
    ...(value === undefined ? [] : [[`${path}.value[x]`, value] satisfies [string, ElementRule]]),
  ];
}

const ONCE = { min: 1, max: 1 };
const MAY = { max: 1 };

function valueOf(...codes: readonly string[]): ElementRule {
  return { min: 1, types: codes.map(code => ({ code })) };
}

function matching(key: string, pattern: string): ElementRule {
  return {
    ...valueOf('string'),
    invariants: [{ key, severity: 'error', expression: `$this.matches('${pattern}')` }],
  };
}

function ofJoint(code: string): string {
  return `parameter.where(name = 'typeProcedure').value.coding.where(system = '${SNOMED}' and code = '${code}').exists()`;
}

function countOf({ code, countRule, minImplants, maxImplants }: Joint): Invariant {
  const count = "parameter.where(name = 'implants').count()";
  return {
    key: countRule,
    severity: 'error',
    expression: `${ofJoint(code)} implies (${count} >= ${minImplants} and ${count} <= ${maxImplants})`,
  };
}

function kindsOf({ name, typeRule }: Joint): Invariant {
  const { code, kinds } = NEVER_MET[name];
  const any = [...kinds, 'FIXATION'].map(kind => `code = '${kind}'`).join(' or ');
  return {
    key: typeRule,
    severity: 'error',
    expression: `${ofJoint(code)} implies parameter.where(name = 'implants').part.where(name = 'type').value.coding.all(${any})`,
  };
}

function shoulderType(code: string): Invariant {
  return {
    key: 'pe-requires-type',
    severity: 'error',
    expression: `(parameter.where(name = 'peType').exists() and parameter.where(name = 'peType').count()<=1) implies ${ofJoint(code)}`,
  };
}

const INPUT: ProfileRules = {
  id: 'InterventionInputParametersBaseProfile',
  type: 'Parameters',
  elements: Object.fromEntries([
    [
      '',
      {
        invariants: [
          ...JOINTS.flatMap(joint => [countOf(joint), kindsOf(joint)]),
          ...JOINTS.filter(({ name }) => name === 'EPAULE').map(({ code }) => shoulderType(code)),
        ],
      },
    ],
    ['parameter', { min: 6, ...BY_NAME }],
    ...parameter(
      'parameter:nir',
      ONCE,
      matching('nir-regex', '^[12][0-9]{2}(0[1-9]|1[0-2])(2[AB]|[0-9]{2})[0-9]{3}[0-9]{3}[0-9]{2}$'),
    ),
    ...parameter('parameter:rpps', ONCE, matching('rpps-regex', '^[0-9]{11}$')),
    ...parameter('parameter:finessGeographique', ONCE, matching('finess-regex', '^[0-9]{9}$')),
    ...parameter('parameter:lateralite', MAY, {
      types: [{ code: 'CodeableConcept' }],
      binding: `${SETS}LiteraliteVS`,
    }),
    ...parameter('parameter:dateIntervention', ONCE, valueOf('dateTime')),
    ...parameter('parameter:typeProcedure', ONCE, {
      ...valueOf('CodeableConcept'),
      binding: `${SETS}ProcedureVS`,
    }),
    ...parameter('parameter:peType', MAY, {
      types: [{ code: 'CodeableConcept' }],
      binding: `${SETS}pe-type`,
    }),
    ...parameter('parameter:implants', { min: 1 }, undefined),
    ['parameter:implants.part', { min: 3, ...BY_NAME }],
    ...parameter('parameter:implants.part:fournisseur', MAY, valueOf('string')),
    ...parameter('parameter:implants.part:udi', ONCE, valueOf('string')),
    ...parameter('parameter:implants.part:lot', ONCE, valueOf('string')),
    ...parameter('parameter:implants.part:reference', MAY, valueOf('string')),
    ...parameter('parameter:implants.part:type', ONCE, {
      ...valueOf('CodeableConcept'),
      binding: `${SETS}ImplantTypeVS`,
    }),
    ...parameter('parameter:implants.part:description', MAY, valueOf('string')),
  ]),
};

const PARTIES = 'parameter:identifiantsPartiesPrenantes';
const PROCEDURE = 'parameter:procedureInfo';

/** The first contract: an identifier is nothing without its value; its example has the day as a dateTime. */
const FIRST_INPUT: ProfileRules = {
  id: 'AssocierImplantsProcedure',
  type: 'Parameters',
  elements: Object.fromEntries([
    ['parameter', BY_NAME],
    ...parameter(PARTIES, ONCE, undefined),
    [`${PARTIES}.part`, BY_NAME],
    ...['nir', 'rpps', 'finessGeo'].flatMap(name => identifier(`${PARTIES}.part:${name}`, ONCE)),
    ...parameter(PROCEDURE, ONCE, undefined),
    [`${PROCEDURE}.part`, BY_NAME],
    ...parameter(`${PROCEDURE}.part:dateIntervention`, ONCE, valueOf('date', 'dateTime')),
    ...parameter(`${PROCEDURE}.part:procedureType`, ONCE, {
      ...valueOf('CodeableConcept'),
      binding: `${SETS}RegistresRenacot_ProcedureCodes`,
    }),
    ...parameter(`${PROCEDURE}.part:cote`, MAY, {
      ...valueOf('CodeableConcept'),
      binding: `${SETS}RegistresRenacot_Side`,
    }),
    ...parameter('parameter:implants', { min: 1 }, undefined),
    ['parameter:implants.part', BY_NAME],
    ...identifier('parameter:implants.part:UDI', MAY),
    ...['fournisseur', 'reference', 'lot'].flatMap(name =>
      parameter(`parameter:implants.part:${name}`, ONCE, valueOf('string')),
    ),
    ...parameter('parameter:implants.part:description', MAY, valueOf('string')),
    ...parameter('parameter:implants.part:implantType', ONCE, valueOf('CodeableConcept')),
  ]),
};

function identifier(path: string, counts: Pick<ElementRule, 'min' | 'max'>): [string, ElementRule][] {
  return [...parameter(path, counts, valueOf('Identifier')), [`${path}.value[x].value`, { min: 1 }]];
}

export const RENACOT_RULES: RuleSet = {
  name: 'orthense.fhir',
  version: '0.1.0',
  profiles: { [RENACOT_PROFILES.input]: INPUT, [RENACOT_PROFILES.firstInput]: FIRST_INPUT },
  valueSets: {
    [`${SETS}ProcedureVS`]: { [SNOMED]: JOINTS.map(({ code }) => code) },
    [`${SETS}ImplantTypeVS`]: { [IMPLANT_TYPES]: [...IMPLANTS.keys()] },
    [`${SETS}LiteraliteVS`]: { [LATERALITIES]: Object.keys(SIDES) },
    [`${SETS}pe-type`]: { [SHOULDER_TYPES]: ['ANATOMIQUE', 'INVERSE'] },
    // “is-a” of SNOMED CT cannot be evaluated from here.
    [`${SETS}RegistresRenacot_ProcedureCodes`]: { [SNOMED]: '*' },
    [`${SETS}RegistresRenacot_Side`]: { [SNOMED]: '*' },
  },
};
