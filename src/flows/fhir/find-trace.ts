import { GatewayError } from '../../errors/gateway-error.ts';
import { MARK_TYPE } from '../../formats/fhir/dmi/audit-event.ts';
import { hasNextPage, nextPage } from '../../formats/fhir/dmi/search-pages.ts';
import { classify } from '../../formats/fhir/operation-outcome-class.ts';
import { type FhirResource, isObject } from '../../formats/fhir/resource.ts';
import { entriesOf, listOf, resourceOf, textOf } from '../../formats/fhir/transaction-entries.ts';
import type { PlatformId } from '../../journal/journal.ts';
import type { FhirAnswer, FhirPeer } from '../../peers/interfaces.ts';
import { jsonIn } from './kept-call.ts';
import type { AfterSilence } from './platform-flow.ts';

/** Platforms keep instants to the second at least. */
const PRECISION_MS = 1_000;

/** A platform, and its address as it is configured. */
export interface AskedPlatform {
  readonly peer: FhirPeer;
  readonly base: string;
}

/**
 * Whether the platform has a trace that nobody heard the end of. An AuditEvent has no identifier (R4): the platform is asked
 * for those of the trace's type of its second (reference §6). Another patient's may have the same words and times: of what came
 * by no other call, one that proves to be ours is it; of one that may be, and of several, nobody knows.
 *
 * @throws GatewayError as `peer.send`; FHIR-006, FHIR-008 where it is to be asked later
 */
export async function findTrace(
  resource: FhirResource,
  platform: AskedPlatform,
  isKnown: (remote: string) => Promise<boolean>,
): Promise<AfterSilence> {
  const sent = entriesOf(resource);
  const index = sent.findIndex(entry => entry.resource?.resourceType === 'AuditEvent');
  const own = sent[index]?.resource;
  const code = own && typeOf(own);
  const at = Date.parse(textOf(own?.['recorded']) ?? '');
  if (own === undefined || code === undefined || Number.isNaN(at)) return { kind: 'unknown' };
  const asked = new URLSearchParams([
    ['date', `ge${new Date(at - PRECISION_MS).toISOString()}`],
    ['date', `le${new Date(at + PRECISION_MS).toISOString()}`],
    ['type', code],
  ]);
  const all = await tracesAt(`/AuditEvent?${asked.toString()}`, platform);
  if (all === undefined) return { kind: 'unknown' };
  const found = new Map<string, FhirResource>();
  for (const each of all.traces) {
    // What comes while others write may stand on two pages.
    const key = textOf(each['id']) ?? `${found.size}`;
    if (mayBe(each, own) && !(await isKnown(nameOf(each)))) found.set(key, each);
  }
  const [trace] = found.values();
  if (trace === undefined) return { kind: all.isWhole ? 'again' : 'unknown' };
  if (found.size > 1 || !isProven(trace, own)) return { kind: 'unknown' };
  return {
    kind: 'taken',
    answer: wouldBeAnswer(sent.length, index, nameOf(trace)),
    ids: [traceId(sent[index]?.fullUrl, nameOf(trace))],
  };
}

/** More than one second of a hospital fills. */
const MAX_PAGES = 20;

/**
 * What a search finds, page by page.
 *
 * @returns `isWhole` false where there is more than was looked at; undefined where the platform does not say
 * @throws GatewayError as {@link findTrace}
 */
async function tracesAt(
  first: string,
  { peer, base }: AskedPlatform,
): Promise<{ readonly traces: readonly FhirResource[]; readonly isWhole: boolean } | undefined> {
  const traces: FhirResource[] = [];
  const asked = new Set<string>();
  let path: string | undefined = first;
  let isWhole = true;
  while (path !== undefined && !asked.has(path) && asked.size < MAX_PAGES) {
    asked.add(path);
    const answer: FhirAnswer = await peer.send({ method: 'GET', path });
    const searchset = resourceOf(jsonIn(answer.body));
    if (answer.status !== 200) throwIfLater(answer.status, searchset);
    if (answer.status !== 200 || searchset?.['type'] !== 'searchset') return undefined;
    traces.push(...entriesOf(searchset).flatMap(({ resource }) => resource ?? []));
    isWhole = !hasNextPage(searchset);
    path = nextPage(searchset, base);
  }
  return { traces, isWhole };
}

/** What is left of the transaction-response that nobody heard: the trace's name among its entries. */
function wouldBeAnswer(entries: number, index: number, name: string): FhirResource {
  const entry = Array.from({ length: entries }, (_, at) => ({
    response: { status: '201 Created', ...(at === index && { location: name }) },
  }));
  return { resourceType: 'Bundle', type: 'transaction-response', entry };
}

/** What is kept of a name that the platform gave. No later trace refers to it: a fullUrl that comes again takes no other's place. */
export function traceId(fullUrl: string | undefined, remote: string): PlatformId {
  return { local: `${fullUrl ?? ''} ${remote}`, remote };
}

function throwIfLater(status: number, body: FhirResource | undefined): void {
  const verdict = classify('dmi', status, body);
  if (verdict === 'unauthorised') throw new GatewayError('FHIR-006', { fields: { status } });
  if (verdict === 'later' || verdict === 'unreadable')
    throw new GatewayError('FHIR-008', { fields: { status } });
}

function nameOf({ id }: FhirResource): string {
  return `AuditEvent/${textOf(id) ?? ''}`;
}

function typeOf({ type }: FhirResource): string | undefined {
  return isObject(type) ? textOf(type['code']) : undefined;
}

/** By words and times, unless it has the mark of another. A platform that drops marks leaves it to a person. */
function mayBe(found: FhirResource, own: FhirResource): boolean {
  const mark = markOf(found);
  return isAlike(found, own) && (mark === undefined || mark === markOf(own));
}

/** By our mark; a caller's own AuditEvent by all that it says, if it holds a document: words and times are no proof. */
function isProven(found: FhirResource, own: FhirResource): boolean {
  const mark = markOf(own);
  if (mark !== undefined) return markOf(found) === mark;
  return detailsOf(own).some(detail => 'valueBase64Binary' in detail) && isSame(found, own);
}

/** What we have put into it, see buildAuditEvent. */
function markOf(trace: FhirResource): string | undefined {
  return textOf(detailsOf(trace).find(({ type }) => type === MARK_TYPE)?.['valueString']);
}

function detailsOf({ entity }: FhirResource): readonly Readonly<Record<string, unknown>>[] {
  return listOf(entity)
    .filter(isObject)
    .flatMap(({ detail }) => listOf(detail).filter(isObject));
}

/** By what a platform keeps as it is. */
function isSame(one: FhirResource, other: FhirResource): boolean {
  return canonical(one) === canonical(other) && isAlike(one, other) && isSameTime(endOf(one), endOf(other));
}

/** Names, narrative and references are the platform's own, and how it writes times: those are compared as such. */
const ITS_OWN: ReadonlySet<string> = new Set([
  'id',
  'meta',
  'text',
  'reference',
  'display',
  'recorded',
  'period',
]);

/** JSON of what is left, its members in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (!isObject(each)) return each;
    const kept = Object.entries(each).filter(([name]) => !ITS_OWN.has(name));
    return Object.fromEntries(kept.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  });
}

function isAlike(one: FhirResource, other: FhirResource): boolean {
  return (
    typeOf(one) === typeOf(other) &&
    textOf(one['outcomeDesc']) === textOf(other['outcomeDesc']) &&
    isSameTime(one['recorded'], other['recorded']) &&
    isSameTime(startOf(one), startOf(other))
  );
}

function endOf({ period }: FhirResource): unknown {
  return isObject(period) ? period['end'] : undefined;
}

function startOf({ period }: FhirResource): unknown {
  return isObject(period) ? period['start'] : undefined;
}

/** Instants, in whatever zone and precision: `2026-03-05T10:05:00+01:00`. */
function isSameTime(one: unknown, other: unknown): boolean {
  const [a, b] = [Date.parse(textOf(one) ?? ''), Date.parse(textOf(other) ?? '')];
  return Number.isNaN(a) || Number.isNaN(b) ? one === other : Math.abs(a - b) < PRECISION_MS;
}
