import { type FhirResource, type Finding, isObject } from '../resource.ts';
import { listOf, textOf } from '../transaction-entries.ts';
import type { Contract, ImplantField, InterventionField } from './types.ts';

/** A parameter that the model knows, wherever its contract puts it. */
export interface Slot {
  /** FHIRPath of its value: `Parameters.parameter[0].value`. */
  readonly path: string;
  readonly node: Readonly<Record<string, unknown>>;
}

export interface ImplantSlots {
  /** FHIRPath of the implant's parameter. */
  readonly path: string;
  readonly fields: ReadonlyMap<ImplantField, Slot>;
}

export interface Fields {
  readonly contract: Contract;
  readonly fields: ReadonlyMap<InterventionField, Slot>;
  readonly implants: readonly ImplantSlots[];
  /** What the model has no place for. */
  readonly findings: readonly Finding[];
}

/** The names of either contract, in lower case: senders mix `UDI` and `udi`. */
const FIELDS: ReadonlyMap<string, InterventionField> = new Map([
  ['nir', 'nir'],
  ['rpps', 'rpps'],
  ['finessgeographique', 'finessGeographique'],
  ['finessgeo', 'finessGeographique'],
  ['dateintervention', 'dateIntervention'],
  ['typeprocedure', 'typeProcedure'],
  ['proceduretype', 'typeProcedure'],
  ['lateralite', 'lateralite'],
  ['cote', 'lateralite'],
  ['petype', 'peType'],
]);

const IMPLANT_FIELDS: ReadonlyMap<string, ImplantField> = new Map([
  ['udi', 'udi'],
  ['lot', 'lot'],
  ['type', 'type'],
  ['implanttype', 'type'],
  ['fournisseur', 'fournisseur'],
  ['reference', 'reference'],
  ['description', 'description'],
]);

/** The first contract's groups. */
const GROUPS: ReadonlySet<string> = new Set(['identifiantspartiesprenantes', 'procedureinfo']);

/** What a Parameters may have besides: nothing that an operation needs. */
const ENVELOPE: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta', 'parameter']);

/** Members of a parameter that are read; anything else of it would be lost. */
const PARAMETER = /^(?:name|part|resource|value[A-Z][A-Za-z]*)$/;

/**
 * The parameters of either contract, flat. A group or an implant is read from its parts, or from a Parameters in it (the
 * first contract's OperationDefinition gives them that type).
 */
export function fieldsOf(parameters: FhirResource): Fields {
  const fields = new Map<InterventionField, Slot>();
  const implants: ImplantSlots[] = [];
  const findings = lostMembers(parameters, 'Parameters', key => ENVELOPE.has(key));
  let contract: Contract = 'registre';
  const pending = childrenOf(parameters, 'parameter', 'Parameters');
  for (const { name, path, node } of pending) {
    findings.push(...lostMembers(node, path, key => PARAMETER.test(key)));
    const field = FIELDS.get(name);
    if (GROUPS.has(name)) {
      contract = 'procedure';
      pending.push(...partsOf(node, path));
    } else if (name === 'implants') {
      implants.push(implantOf(node, path, findings));
    } else if (field === undefined || fields.has(field)) {
      findings.push(lost(path));
    } else {
      fields.set(field, { path: `${path}.value`, node });
    }
  }
  return { contract, fields, implants, findings };
}

/** The same with groups and implants as parts; the same object where they are. */
export function withParts(parameters: FhirResource): FhirResource {
  const given = listOf(parameters['parameter']);
  const parted = given.map(each => (isObject(each) ? partedOf(each) : each));
  return parted.some((each, index) => each !== given[index])
    ? { ...parameters, parameter: parted }
    : parameters;
}

/** What has anything beside is left to the profile, which refuses it. */
function partedOf(node: Slot['node']): Slot['node'] {
  const { resource, ...others } = node;
  const name = textOf(node['name'])?.toLowerCase() ?? '';
  if (!(GROUPS.has(name) || name === 'implants') || 'part' in node || !isObject(resource)) return node;
  const isPlain =
    resource['resourceType'] === 'Parameters' && Object.keys(resource).every(key => ENVELOPE.has(key));
  return isPlain && Array.isArray(resource['parameter']) ? { ...others, part: resource['parameter'] } : node;
}

function implantOf(node: Slot['node'], path: string, findings: Finding[]): ImplantSlots {
  const fields = new Map<ImplantField, Slot>();
  for (const part of partsOf(node, path)) {
    findings.push(...lostMembers(part.node, part.path, key => PARAMETER.test(key)));
    const field = IMPLANT_FIELDS.get(part.name);
    if (field === undefined || fields.has(field)) findings.push(lost(part.path));
    else fields.set(field, { path: `${part.path}.value`, node: part.node });
  }
  return { path, fields };
}

interface Named extends Slot {
  /** In lower case. */
  readonly name: string;
}

function partsOf(node: Slot['node'], path: string): Named[] {
  const inside = isObject(node['resource']) ? node['resource'] : {};
  return [...childrenOf(node, 'part', path), ...childrenOf(inside, 'parameter', `${path}.resource`)];
}

function childrenOf(parent: Slot['node'], element: 'parameter' | 'part', path: string): Named[] {
  return listOf(parent[element]).map((value, index) => {
    const node = isObject(value) ? value : {};
    return { name: textOf(node['name'])?.toLowerCase() ?? '', path: `${path}.${element}[${index}]`, node };
  });
}

/** A finding for each member that is not read. */
function lostMembers(object: Slot['node'], path: string, isRead: (key: string) => boolean): Finding[] {
  return Object.keys(object)
    .filter(key => !isRead(key))
    .map(key => lost(/^\w{1,64}$/.test(key) ? `${path}.${key}` : path));
}

/** What the other contract has no place for, at its place. */
export function lost(path: string): Finding {
  return {
    severity: 'error',
    code: 'not-supported',
    path,
    message: 'L’autre contrat de RENACOT n’a pas de place pour cet élément : la conversion le perdrait.',
    rule: 'renacot-conversion',
  };
}
