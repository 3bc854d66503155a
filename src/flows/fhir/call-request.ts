import { isError } from '../../formats/fhir/operation-outcome.ts';
import type { FhirResource, Finding } from '../../formats/fhir/resource.ts';
import type { NewRequest } from '../../journal/journal.ts';
import { CALL } from './kept-call.ts';

/** What a call's validation found, for the history and the log. */
export interface FindingCounts {
  readonly errors: number;
  readonly warnings: number;
}

export function countsOf(findings: readonly Finding[]): FindingCounts {
  const errors = findings.filter(isError).length;
  return { errors, warnings: findings.length - errors };
}

/** The resource that is sent, as it is kept. */
export function callPayload(resource: FhirResource): NewRequest['payloads'][number] {
  return { name: CALL, bytes: Buffer.from(JSON.stringify(resource)) };
}

/** The deliveries of a flow. */
export function fhirTarget(flow: string): string {
  return `fhir:${flow}`;
}

/** What every call has in the journal: one resource, owed to one target. */
export function callRequest({
  deliveryId,
  target,
  lane,
  counts,
  ...named
}: Pick<
  NewRequest,
  'exchangeId' | 'application' | 'from' | 'digest' | 'since' | 'facts' | 'payloads' | 'answer' | 'refersTo'
> & {
  readonly deliveryId: string;
  readonly target: string;
  /** What leaves in its order, across targets. */
  readonly lane: string;
  readonly counts: FindingCounts;
}): NewRequest {
  return {
    ...named,
    nature: 'fhir',
    mailbox: '',
    documents: [],
    recipients: [],
    deliveries: [
      {
        id: deliveryId,
        kind: 'fhir',
        target,
        subject: '',
        lane,
        identifiers: {},
        start: { state: 'waiting' },
      },
    ],
    events: [{ type: 'call-accepted', data: { ...counts } }],
  };
}
