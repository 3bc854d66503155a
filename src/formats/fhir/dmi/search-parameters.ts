/** How the value of a search parameter is written. */
export type ValueKind = 'date' | 'token' | 'reference' | 'string' | 'count';

/** A search parameter that the façade takes. */
export interface ParameterRule {
  /** As the platform is asked; the guide writes `altId` for R4’s `altid`. */
  readonly name: string;
  readonly kind: ValueKind;
  /** Its value may tell who a person is: it stays out of what is logged. */
  readonly isPersonal: boolean;
}

/** Those of AuditEvent itself (R4; `period-start` of the TDE guide), and the ones of the search as a whole. */
const OWN: readonly ParameterRule[] = [
  ...named('date', ['date', 'period-start', '_lastUpdated']),
  ...named('token', [
    'type',
    'subtype',
    'agent-role',
    'action',
    'outcome',
    'entity-type',
    'entity-role',
    '_id',
  ]),
  ...named('reference', ['agent', 'source', 'entity']),
  ...named('string', ['_sort', 'site']),
  ...named('count', ['_count']),
  ...personal('token', ['altid']),
  ...personal('string', ['agent-name', 'entity-name']),
  ...personal('reference', ['patient']),
];

/**
 * Of a Device, by chaining: R4’s, and the guide’s own on lot, serial number and EMDN code. Strings are found by what they
 * begin with (R4 search.html#string): the recall of one lot asks for it with `:exact`.
 */
const OF_DEVICES: readonly ParameterRule[] = [
  ...named('string', ['lotNumber', 'serialNumber', 'udi-carrier', 'manufacturer', 'device-name']),
  ...named('string', ['lotNumber:exact', 'serialNumber:exact']),
  ...named('token', ['definitionType', 'identifier']),
];

const OF_PATIENTS: readonly ParameterRule[] = personal('token', ['ins', 'identifier']);
const OF_ACTORS: readonly ParameterRule[] = named('token', ['identifier']);

/** What each reference may be chained to: `entity:Device.lotNumber`, `patient.ins`, `agent:Practitioner.identifier`. */
const CHAINS: readonly (readonly [reference: string, rules: readonly ParameterRule[]])[] = [
  ['entity:Device', OF_DEVICES],
  ['entity:Patient', OF_PATIENTS],
  ['patient', OF_PATIENTS],
  ['patient:Patient', OF_PATIENTS],
  ['agent:Patient', OF_PATIENTS],
  ...['Practitioner', 'Organization', 'Device'].flatMap(type => [
    [`agent:${type}`, OF_ACTORS] as const,
    [`source:${type}`, OF_ACTORS] as const,
  ]),
];

/** All of them, by the name that they are asked under. */
export const SEARCH_PARAMETERS: ReadonlyMap<string, ParameterRule> = new Map(
  [
    ...OWN,
    ...CHAINS.flatMap(([reference, rules]) =>
      rules.map(rule => ({ ...rule, name: `${reference}.${rule.name}` })),
    ),
    ...['agent', 'source'].map(reference => ({
      ...rule('token', `${reference}:identifier`),
      isPersonal: false,
    })),
    ...personal('token', ['patient:identifier', 'entity:identifier']),
  ]
    .map(each => [each.name, each] as const)
    .concat([['altId', rule('token', 'altid', true)]]),
);

function named(kind: ValueKind, names: readonly string[]): readonly ParameterRule[] {
  return names.map(name => rule(kind, name));
}

function personal(kind: ValueKind, names: readonly string[]): readonly ParameterRule[] {
  return names.map(name => rule(kind, name, true));
}

function rule(kind: ValueKind, name: string, isPersonal = false): ParameterRule {
  return { name, kind, isPersonal };
}
