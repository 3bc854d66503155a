import { type FhirResource, isObject } from './resource.ts';
import { resourceOf } from './transaction-entries.ts';

/** Reference.reference, or a link, and where it stands. */
export interface FoundReference {
  /** FHIRPath of the Reference: `Bundle.entry[2].resource.subject`. */
  readonly path: string;
  /** As it is written: `Patient/1`, `https://…/Patient/1`, `urn:uuid:…`, `#contained`, `Patient?identifier=…`. */
  readonly reference: string;
  /** The resource it stands in, the container of a contained one; of nested Bundles the innermost entry's. */
  readonly resource: FhirResource;
  /** fullUrl of the entry it stands in: what a relative reference is relative to. */
  readonly base: string | undefined;
}

/** What is to stand instead of a reference; undefined leaves it. */
export type Rewrite = (found: FoundReference) => string | undefined;

/** Where the walk is: what {@link FoundReference} says of its surroundings. */
type Scope = Pick<FoundReference, 'resource' | 'base'>;

/** Members of type uri, url, oid or uuid, which a transaction rewrites like references (R4 http.html#trules). */
const LINKS: ReadonlySet<string> = new Set(['url', 'valueUri', 'valueUrl', 'valueOid', 'valueUuid']);

/** Links of a narrative. */
const NARRATIVE_LINK = /\b(href|src)="([^"]*)"/g;

/** Every reference of a resource, in document order: of nested Bundles, contained resources and extensions too. */
export function referencesOf(resource: FhirResource): readonly FoundReference[] {
  const found: FoundReference[] = [];
  rewriteWith(resource, reference => {
    found.push(reference);
    return undefined;
  });
  return found;
}

/**
 * The resource with other references, by what is written in them. A version (`Patient/1/_history/2`) is left out where
 * its resource is renamed: the other name has versions of its own. Links (Attachment.url, valueUri, the narrative’s) that
 * are absolute, or name a resource as a reference does, are rewritten too; canonical URLs, identifiers, fullUrl and
 * request.url are not.
 *
 * @param names written reference → the one that shall be written
 * @returns the same object where nothing is renamed; what is not renamed is shared
 */
export function rewriteReferences<R extends FhirResource>(
  resource: R,
  names: ReadonlyMap<string, string>,
): R {
  const rename = (name: string) => names.get(name) ?? names.get(withoutVersion(name));
  return rewriteWith(
    resource,
    ({ reference }) => rename(reference),
    ({ reference }) => rename(reference),
  );
}

/**
 * As {@link rewriteReferences}, for names that depend on where they stand.
 *
 * @param renameLink for links, which are no references
 */
export function rewriteWith<R extends FhirResource>(
  resource: R,
  rewrite: Rewrite,
  renameLink: Rewrite = () => undefined,
): R {
  const start: Scope = { resource, base: undefined };
  return walkObject(resource, resource.resourceType, start, { rewrite, renameLink });
}

interface Visitor {
  readonly rewrite: Rewrite;
  readonly renameLink: Rewrite;
}

function walkObject<T extends Readonly<Record<string, unknown>>>(
  object: T,
  path: string,
  scope: Scope,
  visitor: Visitor,
): T {
  const renamed: [string, unknown][] = [];
  for (const [key, value] of Object.entries(object)) {
    const other =
      typeof value === 'string'
        ? walkText(value, key, path, scope, visitor)
        : walk(value, `${path}.${elementOf(key, value)}`, scopeOf(object, key, scope), visitor);
    if (other !== value) renamed.push([key, other]);
  }
  // Entries instead of assignment: a member may be called __proto__.
  return renamed.length === 0 ? object : (Object.fromEntries([...Object.entries(object), ...renamed]) as T);
}

function walk(value: unknown, path: string, scope: Scope, visitor: Visitor): unknown {
  if (Array.isArray(value)) {
    const list = value.map((each: unknown, index) => walk(each, `${path}[${index}]`, scope, visitor));
    return list.some((each, index) => each !== value[index]) ? list : value;
  }
  return isObject(value) ? walkObject(value, path, scope, visitor) : value;
}

function walkText(text: string, key: string, path: string, scope: Scope, visitor: Visitor): string {
  if (key === 'reference') return visitor.rewrite({ path, reference: text, ...scope }) ?? text;
  const renamed = (link: string): string | undefined =>
    isName(link) ? visitor.renameLink({ path, reference: link, ...scope }) : undefined;
  if (key === 'div') {
    return text.replaceAll(NARRATIVE_LINK, (whole, attribute: string, link: string) => {
      const other = renamed(link);
      return other === undefined ? whole : `${attribute}="${other}"`;
    });
  }
  const isLink = LINKS.has(key) && !path.endsWith('.request');
  return (isLink ? renamed(text) : undefined) ?? text;
}

/** The element's name in FHIRPath, which leaves the type of a choice out: `valueReference` is `value`. */
function elementOf(key: string, value: unknown): string {
  const isChoice = key.length > 9 && key.endsWith('Reference') && isObject(value);
  return isChoice ? key.slice(0, -'Reference'.length) : key;
}

/** Bundle.entry.resource begins a scope of its own; so does the resource of a parameter, a contained one does not. */
function scopeOf(object: Readonly<Record<string, unknown>>, key: string, scope: Scope): Scope {
  const resource = key === 'resource' ? resourceOf(object['resource']) : undefined;
  if (resource === undefined) return scope;
  const { fullUrl } = object;
  return { resource, base: typeof fullUrl === 'string' ? fullUrl : scope.base };
}

/** Whether a link may name a resource: no fragment, file or search does. */
function isName(link: string): boolean {
  return /^[a-z][a-z\d+.-]*:/i.test(link) || restfulName(link) !== undefined;
}

/** The parts of a reference to a resource at a server; `root` ends with `/`, and is '' of a relative one. */
export interface RestfulName {
  readonly root: string;
  readonly type: string;
  readonly id: string;
}

const RESTFUL =
  /^(?<root>(?:https?:\/\/[^?#]+\/)?)(?<type>[A-Z][A-Za-z]{1,63})\/(?<id>[A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

/** `[base/]Type/id[/_history/version]` in parts; undefined for any other form (R4 references.html#regex). */
export function restfulName(reference: string): RestfulName | undefined {
  const { root, type, id } = RESTFUL.exec(reference)?.groups ?? {};
  if (root === undefined || type === undefined || id === undefined) return undefined;
  return { root, type, id };
}

/** The name of the resource, whatever its version. */
export function withoutVersion(reference: string): string {
  return reference.replace(/\/_history\/[^/]*$/, '');
}
