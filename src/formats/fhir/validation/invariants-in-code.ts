import { type FhirResource, isObject } from '../resource.ts';

/** Whether an invariant holds for a value of a resource. */
export type InCode = (value: unknown, resource: FhirResource) => boolean;

type Json = Readonly<Record<string, unknown>>;

const NOTHING: Json = {};

/**
 * Invariants of R4 that elements of every resource have, or that take more than linear time as FHIRPath, by their expression:
 * a hundred times faster than it (a test holds them against it).
 */
export const IN_CODE: ReadonlyMap<string, InCode> = new Map<string, InCode>([
  // bdl-1, bdl-2
  [
    "total.empty() or (type = 'searchset') or (type = 'history')",
    bundle => !has(bundle, 'total') || isOfType(bundle, 'searchset', 'history'),
  ],
  [
    "entry.search.empty() or (type = 'searchset')",
    bundle => isOfType(bundle, 'searchset') || entriesOf(bundle).every(entry => !has(entry, 'search')),
  ],
  // bdl-3, bdl-4
  [
    "entry.all(request.exists() = (%resource.type = 'batch' or %resource.type = 'transaction' or %resource.type = 'history'))",
    (bundle, resource) => {
      const asked = isOfType(resource, 'batch', 'transaction', 'history');
      return entriesOf(bundle).every(entry => has(entry, 'request') === asked);
    },
  ],
  [
    "entry.all(response.exists() = (%resource.type = 'batch-response' or %resource.type = 'transaction-response' or %resource.type = 'history'))",
    (bundle, resource) => {
      const asked = isOfType(resource, 'batch-response', 'transaction-response', 'history');
      return entriesOf(bundle).every(entry => has(entry, 'response') === asked);
    },
  ],
  // bdl-5, bdl-8
  [
    'resource.exists() or request.exists() or response.exists()',
    entry => has(entry, 'resource') || has(entry, 'request') || has(entry, 'response'),
  ],
  ["fullUrl.contains('/_history/').not()", entry => !textOf(jsonOf(entry)['fullUrl']).includes('/_history/')],
  // bdl-7
  [
    "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()",
    bundle => isOfType(bundle, 'history') || isDistinct(entriesOf(bundle)),
  ],
  // bdl-9 to bdl-12
  [
    "type = 'document' implies (identifier.system.exists() and identifier.value.exists())",
    bundle => {
      const { identifier } = jsonOf(bundle);
      return !isOfType(bundle, 'document') || (has(identifier, 'system') && has(identifier, 'value'));
    },
  ],
  [
    "type = 'document' implies (timestamp.hasValue())",
    bundle => !isOfType(bundle, 'document') || typeof jsonOf(bundle)['timestamp'] === 'string',
  ],
  [
    "type = 'document' implies entry.first().resource.is(Composition)",
    bundle => !isOfType(bundle, 'document') || startsWith(bundle, 'Composition'),
  ],
  [
    "type = 'message' implies entry.first().resource.is(MessageHeader)",
    bundle => !isOfType(bundle, 'message') || startsWith(bundle, 'MessageHeader'),
  ],
  // att-1, cpt-2, qty-3
  ['data.empty() or contentType.exists()', value => !has(value, 'data') || has(value, 'contentType')],
  ['value.empty() or system.exists()', value => !has(value, 'value') || has(value, 'system')],
  ['code.empty() or system.exists()', value => !has(value, 'code') || has(value, 'system')],
  // inv-1
  [
    '(part.exists() and value.empty() and resource.empty()) or (part.empty() and (value.exists() xor resource.exists()))',
    parameter => {
      const hasValue = Object.keys(jsonOf(parameter)).some(key => /^_?value[A-Z]/.test(key));
      if (has(parameter, 'part')) return !hasValue && !has(parameter, 'resource');
      return hasValue !== has(parameter, 'resource');
    },
  ],
]);

/** An entry without a resource has no answer to that. */
function startsWith(bundle: unknown, type: string): boolean {
  const { resource } = jsonOf(entriesOf(bundle)[0]);
  return resource === undefined || jsonOf(resource)['resourceType'] === type;
}

function isDistinct(entries: readonly unknown[]): boolean {
  const seen = new Set<string>();
  for (const entry of entries) {
    const { fullUrl, resource } = jsonOf(entry);
    if (typeof fullUrl !== 'string') continue;
    const key = fullUrl + textOf(jsonOf(jsonOf(resource)['meta'])['versionId']);
    if (seen.has(key)) return false;
    seen.add(key);
  }
  return true;
}

function isOfType(bundle: unknown, ...types: readonly string[]): boolean {
  return types.includes(String(jsonOf(bundle)['type']));
}

function entriesOf(bundle: unknown): readonly unknown[] {
  const { entry } = jsonOf(bundle);
  return Array.isArray(entry) ? entry : [];
}

/** A primitive exists by its extensions, too. */
function has(value: unknown, name: string): boolean {
  const json = jsonOf(value);
  return isThere(json[name]) || isThere(json[`_${name}`]);
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function jsonOf(value: unknown): Json {
  return isObject(value) ? value : NOTHING;
}
