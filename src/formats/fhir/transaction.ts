import { isError, type Issue, readOutcome, responseOf } from './operation-outcome.ts';
import { classify, type Flow, isSuccess, statusOf, type Verdict } from './operation-outcome-class.ts';
import { restfulName } from './references.ts';
import { type FhirResource, isObject } from './resource.ts';
import { type BundleEntry, entriesOf, listOf, resourceOf, textOf } from './transaction-entries.ts';

/** What a platform says of one entry of a transaction. */
export interface EntryResult {
  /** Place among the entries of the request, from 0. */
  readonly index: number;
  readonly type: string;
  /** Logical id that the platform gave; undefined where it says none. */
  readonly id: string | undefined;
  readonly versionId: string | undefined;
  /** As it is written: instant. */
  readonly lastModified: string | undefined;
}

export type TransactionResult =
  | {
      readonly kind: 'accepted';
      /** One per entry of the request; none where the platform says yes (OperationOutcome) and no more. */
      readonly entries: readonly EntryResult[];
      /** Warnings and remarks. */
      readonly issues: readonly Issue[];
    }
  /** A 2xx that carries an error: a transaction is one, so nothing of it counts. */
  | {
      readonly kind: 'failed';
      readonly verdict: Exclude<Verdict, 'accepted' | 'unreadable'>;
      readonly issues: readonly Issue[];
    }
  /** Whether anything was created is not known; `reason` is for the log. */
  | { readonly kind: 'unreadable'; readonly reason: UnreadableReason };

export type UnreadableReason = 'no-bundle' | 'entry-count' | 'entry-status' | 'entry-type' | 'entry-resource';

/**
 * Reads the body of a 2xx to a transaction: a transaction-response of one entry per entry, in order, each 2xx (R4
 * http.html#transaction-response); the created resources in a Bundle of another type or a JSON list (DUI 2.0.0-ballot);
 * an OperationOutcome without errors. A Bundle that only repeats the request says nothing. Ids come from response.location, else fullUrl, else the resource.
 *
 * @param request the Bundle as it was sent
 * @param answer parsed JSON, undefined where there is none
 */
export function readTransactionResponse(
  flow: Flow,
  request: FhirResource,
  answer: unknown,
): TransactionResult {
  const issues = readOutcome(answer);
  const verdict = classify(flow, 200, answer);
  if (verdict === 'unreadable') return { kind: 'unreadable', reason: 'no-bundle' };
  if (verdict !== 'accepted') return { kind: 'failed', verdict, issues: issues.filter(isError) };
  const answered = answeredEntries(answer);
  if (answered === undefined) return { kind: 'accepted', entries: [], issues };
  const sent = entriesOf(request);
  if (sent.length !== answered.length) return { kind: 'unreadable', reason: 'entry-count' };
  const entries: EntryResult[] = [];
  const given = new Set<string>();
  for (const [index, entry] of sent.entries()) {
    const result = readEntry(index, entry, answered[index]);
    if (typeof result === 'string') return { kind: 'unreadable', reason: result };
    // Two names of ours for one resource of theirs: one person's record would go on in another's.
    const name = result.id === undefined ? undefined : `${result.type}/${result.id}`;
    if (name !== undefined && given.has(name)) return { kind: 'unreadable', reason: 'entry-resource' };
    if (name !== undefined) given.add(name);
    entries.push(result);
  }
  return { kind: 'accepted', entries, issues };
}

interface Answered {
  readonly fullUrl: string | undefined;
  readonly resource: FhirResource | undefined;
  readonly response: Readonly<Record<string, unknown>>;
  /** Of a transaction-response every entry must have one. */
  readonly needsStatus: boolean;
}

function answeredEntries(answer: unknown): readonly Answered[] | undefined {
  if (Array.isArray(answer)) {
    return answer.map(each => ({
      fullUrl: undefined,
      resource: resourceOf(each),
      response: {},
      needsStatus: false,
    }));
  }
  const bundle = resourceOf(answer);
  if (bundle?.resourceType !== 'Bundle') return undefined;
  return listOf(bundle['entry']).map(value => {
    const entry = isObject(value) ? value : {};
    return {
      fullUrl: textOf(entry['fullUrl']),
      resource: resourceOf(entry['resource']),
      response: responseOf(entry),
      needsStatus: bundle['type'] === 'transaction-response',
    };
  });
}

function readEntry(
  index: number,
  sent: BundleEntry,
  answered: Answered | undefined,
): EntryResult | UnreadableReason {
  if (answered === undefined) return 'entry-count';
  const { fullUrl, resource, response, needsStatus } = answered;
  const status = statusOf(response['status']);
  if (status === undefined ? needsStatus : !isSuccess(status)) return 'entry-status';
  const meta = metaOf(resource);
  const location = textOf(response['location']) ?? '';
  const created = resource?.resourceType === 'OperationOutcome' ? undefined : resource;
  const place = nameIn(location) ?? (fullUrl === sent.fullUrl ? undefined : restfulName(fullUrl ?? ''));
  const type = sent.resource?.resourceType;
  const said = [place?.type, created?.resourceType].filter(each => each !== undefined);
  if (type === undefined || said.some(each => each !== type)) return 'entry-type';
  const isAsCreated = status !== undefined || isStamped(created, sent.resource);
  const id = idOf(created, sent.resource, isAsCreated);
  if ((!isAsCreated && id === undefined) || isAnother(created, sent.resource)) return 'entry-resource';
  return {
    index,
    type,
    id: place?.id ?? id,
    versionId: versionIn(location) ?? versionOfEtag(response['etag']) ?? textOf(meta['versionId']),
    lastModified: textOf(response['lastModified']) ?? textOf(meta['lastUpdated']),
  };
}

/** Whether a resource that comes back has a version or a time that the caller did not write. */
function isStamped(created: FhirResource | undefined, sent: FhirResource | undefined): boolean {
  const [now, before] = [metaOf(created), metaOf(sent)];
  return ['versionId', 'lastUpdated'].some(
    member => textOf(now[member]) !== undefined && now[member] !== before[member],
  );
}

/** Whether what comes back is known by identifiers of which what was sent has none: another person's, in another order. */
function isAnother(created: FhirResource | undefined, sent: FhirResource | undefined): boolean {
  const [now, before] = [identifiersOf(created), identifiersOf(sent)];
  return now.length > 0 && before.length > 0 && !before.some(each => now.includes(each));
}

function identifiersOf(resource: FhirResource | undefined): readonly string[] {
  return listOf(resource?.['identifier']).flatMap(each =>
    isObject(each) ? (textOf(each['value']) ?? []) : [],
  );
}

function metaOf(resource: FhirResource | undefined): Readonly<Record<string, unknown>> {
  return isObject(resource?.['meta']) ? resource['meta'] : {};
}

/** The id of a resource that comes back: one that only repeats the caller's own is none that the platform gave. */
function idOf(
  created: FhirResource | undefined,
  sent: FhirResource | undefined,
  isAsCreated: boolean,
): string | undefined {
  const id = textOf(created?.['id']);
  return isAsCreated || id !== textOf(sent?.['id']) ? id : undefined;
}

/** Type and id at the end of a location: absolute, relative, or from the server's root (`/fhir/Patient/9`). */
function nameIn(location: string): { readonly type: string; readonly id: string } | undefined {
  const name = /(?:^|\/)([A-Z][A-Za-z]{1,63}\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?)$/.exec(
    location,
  );
  return restfulName(name?.[1] ?? '');
}

function versionIn(location: string): string | undefined {
  return /\/_history\/([A-Za-z0-9.-]{1,64})$/.exec(location)?.[1];
}

/** `W/"1"` */
function versionOfEtag(etag: unknown): string | undefined {
  return /^(?:W\/)?"([^"]{1,64})"$/.exec(textOf(etag) ?? '')?.[1];
}

/** A resource that a transaction has created. */
export interface CreatedResource {
  readonly type: string;
  readonly id: string;
  readonly versionId?: string;
  /** instant: `2026-03-01T10:05:00.000+01:00` */
  readonly lastModified?: string;
  /** As created, where the answer shall have it. */
  readonly resource?: FhirResource;
}

/**
 * The answer to a transaction, an entry for each of the request's, in order (R4 http.html#transaction-response).
 *
 * @param base of the server that has created them, without `/` at its end
 */
export function transactionResponse(entries: readonly CreatedResource[], base: string): FhirResource {
  return {
    resourceType: 'Bundle',
    type: 'transaction-response',
    entry: entries.map(({ type, id, versionId, lastModified, resource }) => ({
      fullUrl: `${base}/${type}/${id}`,
      ...(resource !== undefined && { resource }),
      response: {
        status: '201 Created',
        location: `${type}/${id}${versionId === undefined ? '' : `/_history/${versionId}`}`,
        ...(versionId !== undefined && { etag: `W/"${versionId}"` }),
        ...(lastModified !== undefined && { lastModified }),
      },
    })),
  };
}
