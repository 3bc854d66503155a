import { type FoundReference, referencesOf, restfulName } from '../references.ts';
import { type Resolve, resolverOf } from '../references-in-bundle.ts';
import { type FhirResource, type Finding, type IssueCode } from '../resource.ts';
import { type BundleEntry, entriesOf, textOf } from '../transaction-entries.ts';
import { containedIn } from '../validation/references.ts';
import { AMBIGUOUS, type KnownResources, NOTHING_KNOWN, remoteName } from './known-resources.ts';
import type { IsConsumer } from './own-server.ts';

/** Elements of the guide's profiles that refer to one type of resource; paths from the resource's own type. */
const TARGETS: ReadonlyMap<string, string> = new Map([
  ['Encounter.subject', 'Patient'],
  ['Encounter.serviceProvider', 'Organization'],
]);

/** More than anybody reads. */
const MAX_FINDINGS = 400;

/**
 * What must hold of a transaction of the DUI whatever its profile (guide of ans.fhir.fr.tddui, flux 1): it is one, so that
 * all of it is created or nothing, every entry creates, names are unique, every reference finds its resource, of the right
 * type, here or in an earlier Bundle.
 *
 * A reference to another server than the producer’s and the consumer’s, by its absolute URL, is left alone: nobody here can
 * tell. At the consumer’s a producer reaches what it has brought itself.
 *
 * @param known of earlier Bundles, see namesElsewhere
 * @param isConsumer whose resources must be known
 * @returns nothing where the Bundle is consistent; in the order of the entries, references last
 */
export function checkConsistency(
  bundle: FhirResource,
  known: KnownResources = NOTHING_KNOWN,
  isConsumer: IsConsumer = () => false,
): readonly Finding[] {
  if (bundle.resourceType !== 'Bundle') {
    return [finding(bundle.resourceType, 'structure', 'La ressource n’est pas un Bundle.', 'tddui-bundle')];
  }
  const entries = entriesOf(bundle);
  if (entries.length === 0)
    return [finding('Bundle.entry', 'required', 'Le Bundle est vide.', 'tddui-bundle')];
  return [
    ...checkType(bundle),
    ...entries.flatMap(checkRequest),
    ...repeated(entries, 'fullUrl', ({ fullUrl }) => fullUrl),
    ...repeated(entries, 'resource.id', ({ resource }) => ownName(resource)),
    ...entries.flatMap(checkFullUrl),
    ...checkReferences(bundle, entries, { known, isConsumer }),
  ].slice(0, MAX_FINDINGS);
}

function checkType({ type }: FhirResource): readonly Finding[] {
  const message = 'Le Bundle est une transaction : tout est créé, ou rien.';
  return type === 'transaction' ? [] : [finding('Bundle.type', 'value', message, 'tddui-bundle#type')];
}

function checkRequest({ path, resource, method, url, ifNoneExist }: BundleEntry): readonly Finding[] {
  const findings: Finding[] = [];
  if (method !== 'POST') {
    const message = 'Chaque entrée du Bundle crée une ressource : la méthode est POST.';
    findings.push(finding(`${path}.request.method`, 'value', message, 'dui-post'));
  }
  if (ifNoneExist !== undefined) {
    const message = 'La création conditionnelle n’est pas prévue par ce flux.';
    findings.push(finding(`${path}.request.ifNoneExist`, 'not-supported', message, 'dui-post'));
  }
  if (resource === undefined) {
    findings.push(finding(`${path}.resource`, 'required', 'L’entrée n’a pas de ressource.', 'tddui-bundle'));
  } else if (url !== resource.resourceType) {
    findings.push(wrongUrl(`${path}.request.url`, url ?? ''));
  }
  return findings;
}

/** The guide's own examples name the profile (`TDDUIPatientINS`): whoever was built by them is not refused for it. */
function wrongUrl(path: string, url: string): Finding {
  const message = 'L’adresse de la demande n’est pas le type de la ressource.';
  const isName = /^[A-Za-z]+$/.test(url);
  return { ...finding(path, 'value', message, 'dui-url'), severity: isName ? 'warning' : 'error' };
}

/** A fullUrl that names a resource of a server shall agree with its id (R4 bundle.html#bundle-unique). */
function checkFullUrl({ path, fullUrl, resource }: BundleEntry): readonly Finding[] {
  const name = restfulName(fullUrl ?? '');
  const own = ownName(resource);
  if (name === undefined || own === undefined || own === `${name.type}/${name.id}`) return [];
  const message = '`fullUrl` et l’identifiant de la ressource ne concordent pas.';
  return [finding(`${path}.fullUrl`, 'value', message, 'dui-full-url')];
}

function ownName(resource: FhirResource | undefined): string | undefined {
  const id = textOf(resource?.['id']);
  return resource === undefined || id === undefined ? undefined : `${resource.resourceType}/${id}`;
}

/** A finding for each entry that has a name which one before it has. */
function repeated(
  entries: readonly BundleEntry[],
  element: string,
  nameOf: (entry: BundleEntry) => string | undefined,
): readonly Finding[] {
  const seen = new Set<string>();
  return entries.flatMap(entry => {
    const name = nameOf(entry);
    if (name === undefined) return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const message = `\`${element}\` est déjà celui d’une autre entrée du Bundle.`;
    return [finding(`${entry.path}.${element}`, 'business-rule', message, 'dui-unique')];
  });
}

/** What references are checked against. */
interface Reachable {
  readonly resolve: Resolve;
  readonly known: KnownResources;
  readonly isConsumer: IsConsumer;
  /** Servers that fullUrls name: the producer's own, nothing is to be found there but what it sends. */
  readonly ownRoots: ReadonlySet<string>;
}

function checkReferences(
  bundle: FhirResource,
  entries: readonly BundleEntry[],
  about: Pick<Reachable, 'known' | 'isConsumer'>,
): readonly Finding[] {
  const roots = entries.map(({ fullUrl }) => restfulName(fullUrl ?? '')?.root ?? '');
  const reachable = { ...about, resolve: resolverOf(bundle), ownRoots: new Set(['', ...roots]) };
  return referencesOf(bundle).flatMap(found => checkReference(found, reachable) ?? []);
}

function checkReference(found: FoundReference, reachable: Reachable): Finding | undefined {
  const { resolve, known, isConsumer, ownRoots } = reachable;
  const { path, reference, resource } = found;
  if (reference.startsWith('#'))
    return isContained(reference.slice(1), resource) ? undefined : dangling(path);
  if (reference.includes('?')) {
    const message = 'Une référence par critères de recherche n’est pas prévue par ce flux.';
    return finding(path, 'not-supported', message, 'dui-reference');
  }
  const target = resolve(found);
  const remote = target === undefined ? remoteName(found, known, isConsumer) : undefined;
  if (remote === AMBIGUOUS) return ambiguous(path);
  const name = restfulName(remote ?? reference);
  const isElsewhere = name !== undefined && !ownRoots.has(name.root) && !isConsumer(name.root);
  if (target === undefined && remote === undefined && !isElsewhere) return dangling(path);
  const wanted = TARGETS.get(pathInResource(path, resource));
  const type = target?.resource.resourceType ?? name?.type;
  if (wanted === undefined || type === undefined || type === wanted) return undefined;
  const message = `La référence doit désigner une ressource ${wanted}.`;
  return finding(path, 'value', message, 'dui-reference-type');
}

/** `#` alone is the container itself (R4 references.html#contained). */
function isContained(id: string, resource: FhirResource): boolean {
  return id === '' || containedIn(resource).has(id);
}

function pathInResource(path: string, { resourceType }: FhirResource): string {
  return path.replace(/^.*\.resource\./s, `${resourceType}.`);
}

function dangling(path: string): Finding {
  const message = 'La référence ne désigne aucune ressource du Bundle, ni d’un envoi précédent.';
  return finding(path, 'business-rule', message, 'dui-reference');
}

function ambiguous(path: string): Finding {
  const message =
    'La référence désigne deux ressources d’envois précédents : l’une par l’identifiant du producteur, l’autre par celui du consommateur.';
  return finding(path, 'business-rule', message, 'dui-reference');
}

function finding(path: string, code: IssueCode, message: string, rule: string): Finding {
  return { severity: 'error', code, path, message, rule };
}
