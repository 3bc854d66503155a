import { type FoundReference, restfulName, withoutVersion } from './references.ts';
import { type FhirResource, isObject } from './resource.ts';
import { listOf, resourceOf, textOf } from './transaction-entries.ts';

/** A resource that stands in a Bundle, at any depth of Bundles in Bundles. */
export interface BundledResource {
  /** FHIRPath of its entry: `Bundle.entry[2]`. */
  readonly path: string;
  /** FHIRPath of its Bundle. */
  readonly bundle: string;
  readonly fullUrl: string | undefined;
  readonly resource: FhirResource;
}

/** The resource that a reference names, or undefined where none does, or more than one. */
export type Resolve = (
  found: Pick<FoundReference, 'reference' | 'path' | 'base'>,
) => BundledResource | undefined;

/** The resources of a Bundle, those of Bundles in it after the entry that holds them. */
export function bundledResources(bundle: FhirResource, path = 'Bundle'): readonly BundledResource[] {
  return listOf(bundle['entry']).flatMap((entry, index) => {
    const resource = isObject(entry) ? resourceOf(entry['resource']) : undefined;
    if (!isObject(entry) || resource === undefined) return [];
    const place = `${path}.entry[${index}]`;
    const inside = resource.resourceType === 'Bundle' ? bundledResources(resource, `${place}.resource`) : [];
    return [{ path: place, bundle: path, fullUrl: textOf(entry['fullUrl']), resource }, ...inside];
  });
}

/**
 * Resolves references inside a Bundle (R4 bundle.html#references): an absolute one by fullUrl; a relative one by the
 * fullUrl that it makes with its own entry's base, else by type and id, since guides and examples mix `urn:uuid:` as
 * fullUrl with relative references. Of Bundles in a Bundle the nearest around the reference wins.
 */
export function resolverOf(bundle: FhirResource): Resolve {
  const byUrl: Index = new Map();
  const byId: Index = new Map();
  const byLocalId: Index = new Map();
  for (const bundled of bundledResources(bundle)) {
    const { fullUrl, resource } = bundled;
    if (fullUrl !== undefined) add(byUrl, withoutVersion(fullUrl), bundled);
    const id = textOf(resource['id']);
    if (id === undefined) continue;
    add(byId, `${resource.resourceType}/${id}`, bundled);
    const isElsewhere = restfulName(fullUrl ?? '') !== undefined;
    if (!isElsewhere) add(byLocalId, `${resource.resourceType}/${id}`, bundled);
  }
  return found => {
    const name = withoutVersion(found.reference);
    const absolute = absoluteName(found);
    if (absolute === undefined) return nearest(byUrl, name, found.path) ?? nearest(byId, name, found.path);
    // Of a resource that another server has the same id says nothing.
    return nearest(byUrl, absolute, found.path) ?? nearest(byLocalId, name, found.path);
  };
}

/** What a relative reference is called absolutely, where its entry's fullUrl says so; undefined for any other. */
export function absoluteName({
  reference,
  base,
}: Pick<FoundReference, 'reference' | 'base'>): string | undefined {
  const name = restfulName(reference);
  if (name === undefined || name.root !== '') return undefined;
  const root = restfulName(base ?? '')?.root;
  return root === undefined || root === '' ? undefined : `${root}${name.type}/${name.id}`;
}

/** Name → path of the Bundle → what has the name there; `ambiguous` where several do. */
type Index = Map<string, Map<string, BundledResource | 'ambiguous'>>;

function add(index: Index, name: string, bundled: BundledResource): void {
  const places = index.get(name) ?? new Map<string, BundledResource | 'ambiguous'>();
  places.set(bundled.bundle, places.has(bundled.bundle) ? 'ambiguous' : bundled);
  index.set(name, places);
}

/** The one of the nearest Bundle around the path; else the only one anywhere. */
function nearest(index: Index, name: string, path: string): BundledResource | undefined {
  const places = index.get(name);
  if (places === undefined) return undefined;
  const around = bundlesAround(path).find(bundle => places.has(bundle));
  const found = around === undefined ? only(places) : places.get(around);
  return found === 'ambiguous' ? undefined : found;
}

function only<T>(places: ReadonlyMap<string, T>): T | undefined {
  const [first] = places.values();
  return places.size === 1 ? first : undefined;
}

/** Paths of the Bundles that a path goes through, the nearest first. */
function bundlesAround(path: string): readonly string[] {
  return [...path.matchAll(/\.entry\[\d+\]/g)].map(({ index }) => path.slice(0, index)).toReversed();
}
