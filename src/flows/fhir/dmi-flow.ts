import { randomUUID } from 'node:crypto';
import type { Clock } from '../../basics/clock.ts';
import { buildTraceBundle } from '../../formats/fhir/dmi/build-bundle.ts';
import { checkEntries } from '../../formats/fhir/dmi/check-entries.ts';
import { readTrace } from '../../formats/fhir/dmi/trace.ts';
import { classify, isSuccess } from '../../formats/fhir/operation-outcome-class.ts';
import type { FhirResource } from '../../formats/fhir/resource.ts';
import { FLOW_PROFILES } from '../../formats/fhir/rules/rules-for.ts';
import type { RuleSet } from '../../formats/fhir/rules/types.ts';
import { readTransactionResponse, type TransactionResult } from '../../formats/fhir/transaction.ts';
import { entriesOf, resourceOf } from '../../formats/fhir/transaction-entries.ts';
import { validate } from '../../formats/fhir/validation/validate.ts';
import type { PlatformId } from '../../journal/journal.ts';
import { callName, patientOf, withoutRepetition, wrongType } from './call-parts.ts';
import { findTrace, traceId } from './find-trace.ts';
import type { Judgement, PlatformFlow } from './platform-flow.ts';

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
    nameOf: json => callName(json, ['identifier', 'message']),
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
      const wrong = checkEntries(resource);
      const findings = withoutRepetition([...wrong, ...validate(resource, rules, FLOW_PROFILES.dmi)]);
      // Whatever the validation is: no caller changes or deletes at the platform by our certificate.
      return { resource, findings, mustRefuse: wrong.length > 0, about: patientOf(resource) };
    },
    namesElsewhere: () => [],
    request: resource => ({ path, resource }),
    judge: (resource, status, body) => judgement(resource, status, body),
    afterSilence: findTrace,
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
  return entries.flatMap(({ index, type, id }) =>
    id === undefined ? [] : [traceId(sent[index]?.fullUrl, `${type}/${id}`)],
  );
}
