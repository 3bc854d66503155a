import r4 from 'fhirpath/fhir-context/r4/index.js';
import { DISTILLED_R4_RESOURCES } from '../rules/data/r4-resources.ts';
import { R4_DATATYPES } from '../rules/r4-datatypes.ts';
import { R4_RESOURCES } from '../rules/r4-resources.ts';
import type { Invariant, RuleSet, TypeFacts } from '../rules/types.ts';

/** What R4 says of one element, or of a type itself. */
export interface Facts {
  /** Whether JSON writes it as an array; undefined when it is not known. */
  readonly many: boolean | undefined;
  readonly required: boolean;
  readonly binding: string | undefined;
  readonly invariants: readonly Invariant[];
}

/** A type's facts, made ready to be asked. */
export interface TypeIndex {
  readonly of: (path: string) => Facts;
  /** Required elements by the path of what they are in; the empty path is the type itself. */
  readonly requiredIn: ReadonlyMap<string, readonly string[]>;
}

const KNOWN: Readonly<Record<string, TypeFacts>> = {
  ...R4_DATATYPES,
  ...R4_RESOURCES,
  ...DISTILLED_R4_RESOURCES,
};
/** Repeated in every type. */
const ALWAYS_MANY = /(^|\.)(extension|modifierExtension|contained)$/;
const SILENT: TypeIndex = indexOf(undefined);

const known = new Map<string, TypeIndex>();
const own = new WeakMap<object, Map<string, TypeIndex>>();

/** What R4 says of a type (`Patient`, `HumanName`); of a type that is not known, only what holds of all. */
export function factsOf(type: string, rules: Pick<RuleSet, 'types'>): TypeIndex {
  if (rules.types !== undefined && Object.hasOwn(rules.types, type)) {
    const indexes = own.get(rules.types) ?? new Map<string, TypeIndex>();
    own.set(rules.types, indexes);
    return cached(indexes, type, rules.types[type]);
  }
  const told = toldOf(type);
  return told === undefined ? SILENT : cached(known, type, told);
}

/** Age, Count, Distance and Duration are quantities. */
function toldOf(type: string): TypeFacts | undefined {
  if (Object.hasOwn(KNOWN, type)) return KNOWN[type];
  const parent = Object.hasOwn(r4.type2Parent, type) ? r4.type2Parent[type] : undefined;
  return parent === 'Quantity' ? KNOWN[parent] : undefined;
}

function cached(indexes: Map<string, TypeIndex>, type: string, facts: TypeFacts | undefined): TypeIndex {
  const found = indexes.get(type) ?? indexOf(facts);
  indexes.set(type, found);
  return found;
}

function indexOf(facts: TypeFacts | undefined): TypeIndex {
  const many = new Set(facts?.many);
  const required = new Set(facts?.required);
  const elements = new Map<string, Facts>();
  const make = (path: string): Facts => ({
    many: ALWAYS_MANY.test(path) || many.has(path) ? true : facts === undefined ? undefined : false,
    required: required.has(path),
    binding: facts?.bindings?.[path],
    invariants: facts?.invariants?.[path] ?? [],
  });
  const requiredIn = new Map<string, string[]>();
  for (const path of required) {
    const owner = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
    requiredIn.set(owner, [...(requiredIn.get(owner) ?? []), path.slice(path.lastIndexOf('.') + 1)]);
  }
  return {
    requiredIn,
    of: path => {
      const found = elements.get(path) ?? make(path);
      elements.set(path, found);
      return found;
    },
  };
}
