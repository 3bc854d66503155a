import { type FhirResource, isObject } from '../resource.ts';
import { reportBase, type Scope } from './session.ts';

/** dom-2 to dom-5: what R4 asks of contained resources, in linear time. */
export function checkContained(resource: FhirResource, path: string, scope: Scope): void {
  const { contained } = resource;
  if (!Array.isArray(contained)) return;
  const referred = referencesIn(resource);
  for (const [at, each] of contained.entries()) {
    if (!isObject(each)) continue;
    const itemPath = `${path}.contained[${at}]`;
    const { id, meta } = each;
    if (each['contained'] !== undefined)
      reportBase(scope, 'invariant', itemPath, 'Une ressource contenue n’en contient pas d’autres.', 'dom-2');
    if (typeof id !== 'string' || !(referred.has(`#${id}`) || refersToContainer(each)))
      reportBase(scope, 'invariant', itemPath, 'Rien ne mène à cette ressource contenue.', 'dom-3');
    if (!isObject(meta)) continue;
    if (meta['versionId'] !== undefined || meta['lastUpdated'] !== undefined)
      reportBase(scope, 'invariant', itemPath, 'Une ressource contenue n’a ni version ni date.', 'dom-4');
    if (meta['security'] !== undefined)
      reportBase(
        scope,
        'invariant',
        itemPath,
        'Une ressource contenue n’a pas d’étiquette de sécurité.',
        'dom-5',
      );
  }
}

function refersToContainer(contained: Readonly<Record<string, unknown>>): boolean {
  return referencesIn(contained).has('#');
}

/** Every text that begins with `#`: references, canonicals, URIs, URLs. */
function referencesIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (typeof value === 'string') {
    if (value.startsWith('#')) found.add(value);
  } else if (Array.isArray(value)) for (const each of value) referencesIn(each, found);
  else if (isObject(value)) for (const each of Object.values(value)) referencesIn(each, found);
  return found;
}
