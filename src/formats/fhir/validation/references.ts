import { bundledResources } from '../references-in-bundle.ts';
import { type FhirResource, isObject } from '../resource.ts';
import type { RuleSet } from '../rules/types.ts';
import { profileAt } from './compile.ts';
import { isResourceType } from './model.ts';
import type { Scope } from './session.ts';
import { typeOfForeign } from './targets.ts';

/** What a reference leads to: a type, something that cannot be known from here, or nothing where something must be. */
export type Led = { readonly type: string } | 'unknown' | 'nothing';

const RELATIVE = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

const indexes = new WeakMap<FhirResource, ReadonlyMap<string, string>>();

/**
 * The type that a Reference leads to: a contained resource, an entry of the Bundle that it is in, of one around that, or else
 * the only entry of that name in any Bundle of the outermost one (nested Bundles refer across, reference §1.5.3), or by its
 * URL. A urn: that no entry has leads nowhere.
 */
export function ledBy(value: Readonly<Record<string, unknown>>, scope: Scope): Led {
  const { reference, type } = value;
  if (typeof reference !== 'string') return typeof type === 'string' ? typeNamed(type) : 'unknown';
  if (reference.startsWith('#')) return ledInside(reference.slice(1), scope.root);
  const inBundle = ledInBundles(reference, scope);
  if (inBundle !== undefined) return { type: inBundle };
  const [, named = ''] = RELATIVE.exec(reference) ?? [];
  if (isResourceType(named)) return { type: named };
  return /^urn:(uuid|oid):/.test(reference) && bundleAround(scope) !== undefined ? 'nothing' : 'unknown';
}

/** The R4 type of a target that a profile names; undefined when it cannot be known. */
export function typeOfTarget(target: string, rules: RuleSet): string | undefined {
  if (!target.includes('/')) return target;
  return profileAt(target, rules)?.type ?? typeOfForeign(target);
}

function typeNamed(type: string): Led {
  const name = type.slice(type.lastIndexOf('/') + 1);
  return isResourceType(name) ? { type: name } : 'unknown';
}

/** `#` alone is the resource that contains. */
function ledInside(id: string, root: FhirResource): Led {
  if (id === '') return { type: root.resourceType };
  const type = containedIn(root).get(id);
  return type === undefined ? 'nothing' : { type };
}

const containers = new WeakMap<FhirResource, ReadonlyMap<string, string>>();

/** Types of contained resources by id, the first of each; looked for once in each resource. */
export function containedIn(root: FhirResource): ReadonlyMap<string, string> {
  const known = containers.get(root);
  if (known !== undefined) return known;
  const types = new Map<string, string>();
  for (const each of Array.isArray(root['contained']) ? root['contained'] : []) {
    if (!isObject(each) || typeof each['id'] !== 'string' || types.has(each['id'])) continue;
    types.set(each['id'], String(each['resourceType']));
  }
  containers.set(root, types);
  return types;
}

function ledInBundles(reference: string, scope: Scope): string | undefined {
  let outermost: FhirResource | undefined;
  for (let around = bundleAround(scope); around !== undefined; around = bundleAround(around)) {
    outermost = around.resource;
    const type = entriesOf(outermost).get(reference);
    if (type !== undefined) return type;
  }
  return outermost === undefined ? undefined : nestedEntriesOf(outermost).get(reference);
}

function bundleAround(scope: Scope): Scope | undefined {
  let around = scope.outer;
  while (around !== undefined && around.resource.resourceType !== 'Bundle') around = around.outer;
  return around;
}

/** Types of a Bundle's resources by fullUrl. */
function entriesOf(bundle: FhirResource): ReadonlyMap<string, string> {
  const known = indexes.get(bundle);
  if (known !== undefined) return known;
  const types = new Map<string, string>();
  const { entry } = bundle;
  for (const each of Array.isArray(entry) ? entry : []) {
    if (!isObject(each) || typeof each['fullUrl'] !== 'string' || !isObject(each['resource'])) continue;
    types.set(each['fullUrl'], String(each['resource']['resourceType']));
  }
  indexes.set(bundle, types);
  return types;
}

const nested = new WeakMap<FhirResource, ReadonlyMap<string, string | undefined>>();

/** Types of the resources at every depth of Bundles by fullUrl; undefined where several have it: nobody knows which is meant. */
function nestedEntriesOf(outermost: FhirResource): ReadonlyMap<string, string | undefined> {
  const known = nested.get(outermost);
  if (known !== undefined) return known;
  const types = new Map<string, string | undefined>();
  for (const { fullUrl, resource } of bundledResources(outermost)) {
    if (fullUrl === undefined) continue;
    types.set(fullUrl, types.has(fullUrl) ? undefined : resource.resourceType);
  }
  nested.set(outermost, types);
  return types;
}
