import { type FhirResource, isObject, isResource } from '../resource.ts';
import { withoutVersion } from '../validation/snapshot.ts';
import { CONTENTS, type ContentKind, type Flux, FLUXES, GENERIC_FLUX } from './fluxes.ts';

const SPECIALISED: readonly Flux[] = FLUXES.filter(flux => flux.number !== GENERIC_FLUX.number);
const KINDS = Object.keys(CONTENTS) as readonly ContentKind[];

/** Profiles that one kind alone has: of the content itself, or of the header in its Bundle. */
const KIND_OF_PROFILE: ReadonlyMap<string, ContentKind> = new Map(
  KINDS.map(kind => [CONTENTS[kind].header ?? CONTENTS[kind].profile, kind]),
);

/**
 * The flux of a trace that somebody else made: a Bundle of the transmission, or an AuditEvent alone. The generic flux
 * (22) where it cannot be told.
 */
export function fluxOf(resource: FhirResource): Flux {
  const [flux, ...others] = fluxesOf(resource);
  return flux !== undefined && others.length === 0 ? flux : GENERIC_FLUX;
}

/**
 * The fluxes that a trace may be of, by its type code and its structured content; the code alone does not say (REC is
 * that of 5, 5d and 12). 13a and 14 have the same codes, profile and agents: the intervention's status tells them
 * apart. Agents are no help: nothing in them says what part they play.
 */
export function fluxesOf(resource: FhirResource): readonly Flux[] {
  const entries = entriesOf(resource);
  const audit = auditOf(resource, entries);
  if (audit === undefined) return [];
  const code = codeOf(audit['type']);
  const content = contentOf(audit, entries);
  const kinds = content === undefined ? [] : kindsOf(content);
  const found = SPECIALISED.filter(
    ({ events, content: kind }) =>
      events.some(event => event === code) && kind !== undefined && kinds.includes(kind),
  );
  const status = content?.['status'];
  if (found.length < 2 || content?.resourceType !== 'Procedure' || typeof status !== 'string') return found;
  const isRefusal = status === 'not-done' || status === 'preparation';
  return found.filter(({ number }) => (number === '13a') === isRefusal);
}

function auditOf(resource: FhirResource, entries: readonly FoundEntry[]): FhirResource | undefined {
  if (resource.resourceType === 'AuditEvent') return resource;
  return entries.find(entry => entry.resource.resourceType === 'AuditEvent')?.resource;
}

/** TRE_R254 is not case-sensitive. */
function codeOf(coding: unknown): string | undefined {
  const code = isObject(coding) ? coding['code'] : undefined;
  return typeof code === 'string' ? code.toUpperCase() : undefined;
}

/** What `entity.what` points to; where that is elsewhere, a resource of its type and of nothing else. */
function contentOf(audit: FhirResource, entries: readonly FoundEntry[]): FhirResource | undefined {
  for (const entity of listOf(audit['entity'])) {
    const what = isObject(entity) ? entity['what'] : undefined;
    if (!isObject(what) || typeof what['reference'] !== 'string') continue;
    const { reference } = what;
    const entry = entries.find(({ fullUrl }) => fullUrl === reference || fullUrl?.endsWith(`/${reference}`));
    const type =
      what['type'] ??
      /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/.*)?$/.exec(reference)?.[1];
    if (entry !== undefined) return entry.resource;
    if (typeof type === 'string') return { resourceType: type };
  }
  return undefined;
}

function kindsOf(content: FhirResource): readonly ContentKind[] {
  const within = content.resourceType === 'Bundle' ? entriesOf(content).map(entry => entry.resource) : [];
  for (const profile of [content, ...within].flatMap(profilesOf)) {
    const kind = KIND_OF_PROFILE.get(profile);
    if (kind !== undefined) return [kind];
  }
  const types = new Set(within.map(({ resourceType }) => resourceType));
  return KINDS.filter(kind => {
    const { resourceType, profile } = CONTENTS[kind];
    if (resourceType !== content.resourceType) return false;
    if (types.size === 0) return true;
    return types.has(profile === CONTENTS.demande.profile ? 'SupplyRequest' : 'SupplyDelivery');
  });
}

function profilesOf({ meta }: FhirResource): readonly string[] {
  const profiles = isObject(meta) ? listOf(meta['profile']) : [];
  return profiles.filter(profile => typeof profile === 'string').map(withoutVersion);
}

interface FoundEntry {
  readonly fullUrl: string | undefined;
  readonly resource: FhirResource;
}

function entriesOf(bundle: FhirResource): readonly FoundEntry[] {
  return listOf(bundle['entry']).flatMap(entry => {
    if (!isObject(entry)) return [];
    const { resource, fullUrl } = entry;
    if (!isResource(resource)) return [];
    return [{ resource, fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined }];
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
