import { itemsOf, type Json, membersOf, wordOf } from './json.ts';
import { type Fault, operationOutcome, type Said } from './outcome.ts';

/** An operation that the registry knows: all of it must match. */
export interface KnownIntervention {
  readonly nir: string;
  readonly rpps: string;
  readonly finess: string;
  /** `2026-03-01` */
  readonly date: string;
}

/** Implants that were associated with an operation. */
export interface Association {
  readonly intervention: KnownIntervention;
  /** Lots of the implants. */
  readonly lots: readonly string[];
  /** idRegistre, the same for every repetition. */
  readonly id: string;
}

/** The registry of orthopaedic implants. */
export interface Registry {
  associate(operation: RegistryOperation, body: unknown): Said;
  know(intervention: KnownIntervention): void;
  associations(): readonly Association[];
}

export type RegistryOperation = 'registre' | 'procedure';

/** Names of parameters and parts in either contract, in lower case. */
const NAMES: Readonly<Record<string, keyof KnownIntervention>> = {
  nir: 'nir',
  rpps: 'rpps',
  finessgeographique: 'finess',
  finessgeo: 'finess',
  dateintervention: 'date',
};
const GROUPS = ['identifiantspartiesprenantes', 'procedureinfo'];
/** @param callsASecond more are refused */
export function createRegistry(known: readonly KnownIntervention[], callsASecond: number): Registry {
  const interventions = [...known];
  const associations: Association[] = [];
  const calls: number[] = [];

  function isTooFast(): boolean {
    const now = performance.now();
    while (calls[0] !== undefined && calls[0] <= now - 1_000) calls.shift();
    if (calls.length >= callsASecond) return true;
    calls.push(now);
    return false;
  }

  return {
    associate(operation, body) {
      if (isTooFast()) return answer(429, operation, no('throttled', '', 'too many calls in a second'));
      const { faults, asked, lots } = readCall(operation, body);
      if (faults.length > 0) return answer(400, operation, operationOutcome(...faults));
      const intervention = interventions.find(each => isSame(each, asked));
      if (intervention === undefined)
        return answer(422, operation, no('processing', '', 'no such operation is in the registry'));
      const before = associations.find(each => each.intervention === intervention);
      const id = before?.id ?? `RENACOT-2026-${10_000 + associations.length}`;
      associations.push({ intervention, lots, id });
      return answer(200, operation, yes(), id);
    },
    know: intervention => void interventions.push(intervention),
    associations: () => associations,
  };
}

function isSame(one: KnownIntervention, other: Partial<KnownIntervention>): boolean {
  return (['nir', 'rpps', 'finess', 'date'] as const).every(field => one[field] === other[field]);
}

function no(code: string, path: string, reason: string): Json {
  return operationOutcome({ code, path, reason });
}

function yes(): Json {
  const issue = [{ severity: 'information', code: 'informational', diagnostics: 'associated' }];
  return { resourceType: 'OperationOutcome', issue };
}

function answer(status: number, operation: RegistryOperation, resource: Json, id?: string): Said {
  const [result, reference] =
    operation === 'registre' ? ['result', 'idRegistre'] : ['operationOutcome', 'referenceRegistre'];
  const valueIdentifier = { system: 'https://registres.renacot.org/procedure', value: id };
  const given = id === undefined ? [] : [{ name: reference, valueIdentifier }];
  return {
    status,
    body: { resourceType: 'Parameters', parameter: [{ name: result, resource }, ...given] },
  };
}

interface Call {
  readonly faults: readonly Fault[];
  readonly asked: Partial<KnownIntervention>;
  readonly lots: readonly string[];
}

/** Reads a call by the names of either contract; the first one has groups, today's has none. */
function readCall(operation: RegistryOperation, body: unknown): Call {
  const { resourceType, parameter } = membersOf(body);
  const parameters = itemsOf(parameter);
  const isFirst = parameters.some(isGroup);
  if (resourceType !== 'Parameters' || isFirst !== (operation === 'procedure')) {
    return { faults: [missing('parameter')], asked: {}, lots: [] };
  }
  const asked: Partial<Record<keyof KnownIntervention, string>> = {};
  for (const each of parameters.flatMap(each => (isGroup(each) ? itemsOf(each['part']) : [each]))) {
    const field = NAMES[String(each['name']).toLowerCase()];
    const value = valueOf(each);
    if (field === undefined || value === undefined) continue;
    asked[field] = field === 'date' ? value.slice(0, 10) : value;
  }
  const implants = parameters.filter(({ name }) => name === 'implants').map(({ part }) => itemsOf(part));
  const lots = implants.map(parts => valueOf(parts.find(({ name }) => name === 'lot') ?? {}));
  const faults = (['nir', 'rpps', 'finess', 'date'] as const)
    .filter(field => asked[field] === undefined)
    .map(missing);
  if (lots.length === 0 || lots.includes(undefined)) faults.push(missing('implants'));
  return { faults, asked, lots: lots.filter(lot => lot !== undefined) };
}

function isGroup({ name }: Json): boolean {
  return GROUPS.includes(String(name).toLowerCase());
}

function missing(name: string): Fault {
  return { code: 'required', path: `Parameters.parameter.where(name='${name}')`, reason: 'missing' };
}

/** A parameter's value, whatever its type. */
function valueOf(parameter: Json): string | undefined {
  const { valueString, valueDateTime, valueDate, valueIdentifier } = parameter;
  return wordOf(valueString ?? valueDateTime ?? valueDate ?? membersOf(valueIdentifier)['value']);
}
