import { isObject, type FhirResource } from '../resource.ts';
import type { Discriminator, Invariant } from '../rules/types.ts';
import { valueOf } from './values.ts';

/** A StructureDefinition's snapshot, typed: only what rules are made of. */
export interface Snapshot {
  readonly url: string;
  readonly id: string;
  readonly type: string;
  readonly elements: readonly SnapshotElement[];
}

/** ElementDefinition (https://hl7.org/fhir/R4/elementdefinition.html). */
export interface SnapshotElement {
  /** `Patient.identifier:NSS.type`. */
  readonly id: string;
  /** `Patient.identifier.type`. */
  readonly path: string;
  readonly min: number;
  /** Infinity for `*`. */
  readonly max: number;
  /** What R4 says; undefined where a snapshot does not tell. */
  readonly base: { readonly path: string; readonly min: number; readonly max: number } | undefined;
  readonly types: readonly SnapshotType[];
  readonly fixed: unknown;
  readonly pattern: unknown;
  /** Of a required binding, without version. */
  readonly binding: string | undefined;
  readonly slicing: { readonly by: readonly Discriminator[]; readonly closed: boolean } | undefined;
  readonly constraints: readonly (Invariant & { readonly source: string | undefined })[];
}

export interface SnapshotType {
  readonly code: string;
  readonly profiles: readonly string[];
  readonly targets: readonly string[];
}

/** A definition's snapshot; undefined for what is no StructureDefinition, or has none, or is no constraint. */
export function snapshotOf(definition: FhirResource): Snapshot | undefined {
  const { resourceType, url, id, type, derivation, snapshot } = definition;
  if (resourceType !== 'StructureDefinition' || derivation !== 'constraint') return undefined;
  if (typeof url !== 'string' || typeof type !== 'string' || !isObject(snapshot)) return undefined;
  return {
    url,
    id: typeof id === 'string' ? id : url,
    type,
    elements: objectsOf(snapshot['element']).map(elementOf),
  };
}

/** A canonical URL without its version. */
export function withoutVersion(canonical: string): string {
  return canonical.split('|', 1)[0] ?? canonical;
}

function elementOf(element: Readonly<Record<string, unknown>>): SnapshotElement {
  const { base, binding, slicing } = element;
  return {
    id: String(element['id']),
    path: String(element['path']),
    min: Number(element['min']),
    max: maxOf(element['max']),
    base: isObject(base)
      ? { path: String(base['path']), min: Number(base['min']), max: maxOf(base['max']) }
      : undefined,
    types: objectsOf(element['type'])
      .filter(isOfFhir)
      .map(type => ({
        code: String(type['code']),
        profiles: textsOf(type['profile']).map(withoutVersion),
        targets: textsOf(type['targetProfile']).map(withoutVersion),
      })),
    // The type is in the name: `fixedUri`, `patternCodeableConcept`.
    fixed: valueOf(element, 'fixed[x]'),
    pattern: valueOf(element, 'pattern[x]'),
    binding:
      isObject(binding) && binding['strength'] === 'required' && typeof binding['valueSet'] === 'string'
        ? withoutVersion(binding['valueSet'])
        : undefined,
    slicing: isObject(slicing)
      ? {
          by: objectsOf(slicing['discriminator']).map(discriminatorOf),
          closed: slicing['rules'] === 'closed',
        }
      : undefined,
    constraints: objectsOf(element['constraint']).map(constraint => ({
      key: String(constraint['key']),
      severity: constraint['severity'] === 'warning' ? 'warning' : 'error',
      expression: String(constraint['expression']),
      ...(typeof constraint['human'] === 'string' ? { human: constraint['human'] } : {}),
      source: typeof constraint['source'] === 'string' ? constraint['source'] : undefined,
    })),
  };
}

function discriminatorOf(discriminator: Readonly<Record<string, unknown>>): Discriminator {
  return [discriminator['type'] as Discriminator[0], String(discriminator['path'])];
}

/** Ids and URLs of extensions have a type of FHIRPath, which no profile changes. */
function isOfFhir(type: Readonly<Record<string, unknown>>): boolean {
  return !String(type['code']).startsWith('http://hl7.org/fhirpath/');
}

function maxOf(max: unknown): number {
  return max === '*' ? Number.POSITIVE_INFINITY : Number(max);
}

/** The objects of a list; none where there is no list. */
export function objectsOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : [];
}
