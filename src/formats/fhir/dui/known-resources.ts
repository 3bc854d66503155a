import {
  type FoundReference,
  referencesOf,
  restfulName,
  rewriteWith,
  withoutVersion,
} from '../references.ts';
import { absoluteName, bundledResources, resolverOf } from '../references-in-bundle.ts';
import type { FhirResource } from '../resource.ts';
import type { EntryResult } from '../transaction.ts';
import { entriesOf, textOf } from '../transaction-entries.ts';
import { consumerAt, type IsConsumer } from './own-server.ts';

/** A resource by the name that its producer gave it, and the one that its consumer gave it. */
export interface AssignedName {
  /** fullUrl, or `Type/id` of the resource as sent. */
  readonly local: string;
  /** `Type/id` at the consumer. */
  readonly remote: string;
}

/** What was created by earlier Bundles of the same producer at the same consumer. */
export interface KnownResources {
  /** Local name → remote name. */
  readonly remoteOf: ReadonlyMap<string, string>;
  /** Remote names, which a producer may use too: the guide since 2.0.0 wants it so. */
  readonly remotes: ReadonlySet<string>;
}

export const NOTHING_KNOWN: KnownResources = { remoteOf: new Map(), remotes: new Set() };

/**
 * The names to be kept of a Bundle that was taken: under fullUrl and under `Type/id`, since later Bundles refer to a
 * resource by either.
 *
 * @param bundle as the producer has sent it, before references were rewritten
 */
export function assignedNames(
  bundle: FhirResource,
  results: readonly EntryResult[],
): readonly AssignedName[] {
  const entries = entriesOf(bundle);
  return results.flatMap(({ index, type, id }) => {
    const entry = entries[index];
    if (entry === undefined || id === undefined) return [];
    const ownId = textOf(entry.resource?.['id']);
    const names = [entry.fullUrl, ownId === undefined ? undefined : `${type}/${ownId}`];
    return names.filter(name => name !== undefined).map(local => ({ local, remote: `${type}/${id}` }));
  });
}

/**
 * The names by which a Bundle refers to resources that are not in it, each once: what is to be looked for among the
 * local and the remote names of earlier Bundles. A relative reference is looked for under its absolute name too, one to
 * the consumer's own server under its relative one.
 */
export function namesElsewhere(bundle: FhirResource, isConsumer: IsConsumer = nobody): readonly string[] {
  const resolve = resolverOf(bundle);
  const outside = referencesOf(bundle).filter(found => resolve(found) === undefined);
  const names = outside
    .map(found => namesFor(found, isConsumer))
    .flatMap(({ local, remote }) => [local, remote]);
  return [...new Set(names.filter(name => name !== undefined))];
}

/** Without it no server is the consumer's. */
function nobody(): boolean {
  return false;
}

interface Names {
  readonly local: string | undefined;
  readonly remote: string | undefined;
}

/**
 * What a reference may be called by its producer and by the consumer; neither for a fragment or a search. Of an entry that a
 * server has, a relative one means that server's resource: another server's of the same type and id is another.
 */
function namesFor(found: Pick<FoundReference, 'reference' | 'base'>, isConsumer: IsConsumer): Names {
  const local = withoutVersion(found.reference);
  const name = restfulName(local);
  if (name === undefined) {
    const isUrn = /^urn:(?:uuid|oid):/.test(local);
    return { local: isUrn ? local : undefined, remote: isUrn ? local : undefined };
  }
  const mayBeRemote = name.root === '' || isConsumer(name.root);
  const remote = mayBeRemote ? `${name.type}/${name.id}` : undefined;
  return { local: absoluteName(found) ?? local, remote };
}

/**
 * The consumer's name of a resource of an earlier Bundle, by whichever name the reference calls it; undefined for what
 * is not known, `ambiguous` for a name that is both a local one and, of another resource, a remote one: nobody knows
 * which patient is meant.
 */
export function remoteName(
  found: Pick<FoundReference, 'reference' | 'base'>,
  { remoteOf, remotes }: KnownResources,
  isConsumer: IsConsumer = nobody,
): string | undefined {
  const names = namesFor(found, isConsumer);
  const remote = names.local === undefined ? undefined : remoteOf.get(names.local);
  const own = names.remote !== undefined && remotes.has(names.remote) ? names.remote : undefined;
  return remote !== undefined && own !== undefined && own !== remote ? AMBIGUOUS : (remote ?? own);
}

/** No name of a resource: kept for a name that its producer gave to two, and said of a reference to either. */
export const AMBIGUOUS = 'ambiguous';

/**
 * The Bundle with the consumer's names instead of the producer's, for resources of earlier Bundles. What is in the
 * Bundle itself is not renamed. A remote name that this Bundle uses for a resource of its own is written absolutely,
 * else the consumer would take the one for the other.
 *
 * @param bundle of which checkConsistency says no error: an ambiguous reference is left as it is
 * @param base of the consumer's server, without `/` at its end
 */
export function withRemoteNames(bundle: FhirResource, known: KnownResources, base: string): FhirResource {
  const isConsumer = consumerAt(base);
  const resolve = resolverOf(bundle);
  const taken = ownNames(bundle);
  return rewriteWith(bundle, found => {
    if (resolve(found) !== undefined) return undefined;
    const remote = remoteName(found, known, isConsumer);
    if (remote === undefined || remote === AMBIGUOUS || remote === found.reference) return undefined;
    return taken.has(remote) ? `${base}/${remote}` : remote;
  });
}

/** `Type/id` of every resource of the Bundle, by its id and by its fullUrl, whatever server that names. */
function ownNames(bundle: FhirResource): ReadonlySet<string> {
  const names = bundledResources(bundle).flatMap(({ fullUrl, resource }) => {
    const name = restfulName(fullUrl ?? '');
    const id = textOf(resource['id']);
    return [name && `${name.type}/${name.id}`, id && `${resource.resourceType}/${id}`];
  });
  return new Set(names.filter(name => name !== undefined));
}
