import { randomUUID } from 'node:crypto';
import type { Clock } from '../../basics/clock.ts';
import { buildTraceBundle } from '../../formats/fhir/dmi/build-bundle.ts';
import { readTrace } from '../../formats/fhir/dmi/trace.ts';
import { classify, isSuccess } from '../../formats/fhir/operation-outcome-class.ts';
import type { FhirResource } from '../../formats/fhir/resource.ts';
import { isObject } from '../../formats/fhir/resource.ts';
import { FLOW_PROFILES } from '../../formats/fhir/rules/rules-for.ts';
import type { RuleSet } from '../../formats/fhir/rules/types.ts';
import { readTransactionResponse, type TransactionResult } from '../../formats/fhir/transaction.ts';
import { entriesOf, listOf, resourceOf, textOf } from '../../formats/fhir/transaction-entries.ts';
import { validate } from '../../formats/fhir/validation/validate.ts';
import type { PlatformId } from '../../journal/journal.ts';
import type { FhirPeer } from '../../peers/interfaces.ts';
import { identifierText, patientOf, wrongType } from './call-parts.ts';
import type { AfterSilence, Judgement, PlatformFlow } from './platform-flow.ts';

export interface DmiFlowOptions {
  readonly clock: Clock;
  /** Below the platform's address. */
  readonly path: string;
  readonly rules: RuleSet;
}

/** Implant traceability: a trace is one transaction, and holds one AuditEvent (reference of the flow: DMI v3.0.0). */
export function dmiFlow({ clock, path, rules }: DmiFlowOptions): PlatformFlow {
  return {
    name: 'dmi',
    nameOf: json => identifierText(isObject(json) ? (json['identifier'] ?? json['message']) : undefined),
    plan: (json, form) => {
      if (form === 'simple') {
        const { trace, findings } = readTrace(json);
        if (trace === undefined) return { resource: undefined, findings, about: undefined };
        const resource = buildTraceBundle(trace, { newUuid: randomUUID, now: clock.now() });
        const found = [...findings, ...validate(resource, rules, FLOW_PROFILES.dmi)];
        return { resource, findings: found, about: patientOf(resource) };
      }
      const resource = resourceOf(json);
      if (resource?.resourceType !== 'Bundle') return wrongType('Bundle');
      return { resource, findings: validate(resource, rules, FLOW_PROFILES.dmi), about: patientOf(resource) };
    },
    namesElsewhere: () => [],
    request: resource => ({ path, resource }),
    judge: (resource, status, body) => judgement(resource, status, body),
    afterSilence: lookForTrace,
  };
}

/** What an answer to a transaction means, each entry checked; the ids are those of its entries. */
function judgement(resource: FhirResource, status: number, body: unknown): Judgement {
  if (!isSuccess(status)) return { verdict: classify('dmi', status, body), ids: [] };
  const result = readTransactionResponse('dmi', resource, body);
  if (result.kind === 'unreadable') return { verdict: 'unreadable', ids: [] };
  if (result.kind === 'failed') return { verdict: result.verdict, ids: [] };
  return { verdict: 'accepted', ids: entryIds(resource, result) };
}

function entryIds(
  resource: FhirResource,
  { entries }: Extract<TransactionResult, { kind: 'accepted' }>,
): PlatformId[] {
  const sent = entriesOf(resource);
  return entries.flatMap(({ index, type, id }) => {
    const local = sent[index]?.fullUrl;
    return local === undefined || id === undefined ? [] : [{ local, remote: `${type}/${id}` }];
  });
}

/**
 * An AuditEvent has no identifier (R4): the platform is asked for those of the trace's type of the day, and the one of
 * the same times is it (reference §6).
 */
async function lookForTrace(resource: FhirResource, peer: FhirPeer): Promise<AfterSilence> {
  const sent = entriesOf(resource);
  const index = sent.findIndex(entry => entry.resource?.resourceType === 'AuditEvent');
  const own = sent[index]?.resource;
  const day = textOf(own?.['recorded'])?.slice(0, 10);
  const code = isObject(own?.['type']) ? textOf(own['type']['code']) : undefined;
  if (own === undefined || day === undefined || code === undefined) return { kind: 'unknown' };
  const asked = new URLSearchParams([
    ['date', `ge${day}`],
    ['date', `le${day}`],
    ['type', code],
  ]);
  const answer = await peer.send({ method: 'GET', path: `/AuditEvent?${asked.toString()}` });
  const searchset = answer.status === 200 ? jsonOf(answer.body) : undefined;
  if (!isObject(searchset) || searchset['type'] !== 'searchset') return { kind: 'unknown' };
  // Of several pages the rest is not looked at: the trace may be there.
  const isWhole = !listOf(searchset['link']).some(link => isObject(link) && link['relation'] === 'next');
  const found = entriesOf(searchset as FhirResource)
    .map(entry => entry.resource)
    .find(each => each !== undefined && isSameTrace(each, own));
  if (found === undefined) return { kind: isWhole ? 'again' : 'unknown' };
  const id = textOf(found['id']);
  const local = sent[index]?.fullUrl;
  return {
    kind: 'taken',
    answer: searchset as FhirResource,
    ids: id === undefined || local === undefined ? [] : [{ local, remote: `AuditEvent/${id}` }],
  };
}

function isSameTrace(one: FhirResource, other: FhirResource): boolean {
  return ['recorded', 'outcomeDesc', 'period', 'type'].every(
    element => JSON.stringify(one[element]) === JSON.stringify(other[element]),
  );
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
