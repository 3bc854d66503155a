import type { Invariant, TypeFacts } from '../rules/types.ts';
import { invariantOf, isOwn } from './distill-element.ts';
import { isResourceType } from './model.ts';
import type { Snapshot, SnapshotElement } from './snapshot.ts';

/** Held by the engine of every resource. */
const OF_ALL = /^(ele|ext|dom)-\d$/;

/**
 * What R4 says of a resource type, as a profile's snapshot carries it (`base`, R4's own invariants and value sets);
 * undefined for profiles of datatypes.
 */
export function factsFromSnapshot(snapshot: Snapshot): TypeFacts | undefined {
  if (!isResourceType(snapshot.type)) return undefined;
  const own = snapshot.elements.filter(element => isOfType(element, snapshot.type));
  const paths = own.map(element => [within(element.path), element] as const);
  return {
    many: paths.filter(([path, { base }]) => path !== '' && (base?.max ?? 1) > 1).map(([path]) => path),
    required: paths.filter(([path, { base }]) => path !== '' && (base?.min ?? 0) > 0).map(([path]) => path),
    bindings: Object.fromEntries(
      paths.flatMap(([path, { binding }]) =>
        binding?.startsWith('http://hl7.org/fhir/ValueSet/') === true ? [[path, binding]] : [],
      ),
    ),
    invariants: Object.fromEntries(
      paths
        .map(([path, element]) => [path, invariantsOf(element, snapshot.type)] as const)
        .filter(([, invariants]) => invariants.length > 0),
    ),
  };
}

/** Facts of one type from two snapshots: what R4 says is the same in all of them, but a profile may leave elements out. */
export function mergeFacts(a: TypeFacts | undefined, b: TypeFacts): TypeFacts {
  if (a === undefined) return b;
  return {
    many: union(a.many, b.many),
    required: union(a.required, b.required),
    bindings: { ...b.bindings, ...a.bindings },
    invariants: { ...b.invariants, ...a.invariants },
  };
}

/** An element that the type itself has: no slice, no datatype's part, nothing of every resource. */
function isOfType({ id, path, base }: SnapshotElement, type: string): boolean {
  return !id.includes(':') && (path === type || base?.path === path);
}

function invariantsOf(element: SnapshotElement, type: string): Invariant[] {
  return element.constraints
    .filter(constraint => !isOwn(constraint) && !OF_ALL.test(constraint.key))
    .filter(({ source }) => source === undefined || source.endsWith(`/${type}`) || source === type)
    .map(invariantOf);
}

function within(path: string): string {
  const dot = path.indexOf('.');
  return dot < 0 ? '' : path.slice(dot + 1);
}

function union(a: readonly string[] = [], b: readonly string[] = []): string[] {
  return [...new Set([...a, ...b])];
}
