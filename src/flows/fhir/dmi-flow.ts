import { randomUUID } from 'node:crypto';
import type { Clock } from '../../basics/clock.ts';
import { buildTraceBundle } from '../../formats/fhir/dmi/build-bundle.ts';
import { checkEntries } from '../../formats/fhir/dmi/check-entries.ts';
import { readTrace } from '../../formats/fhir/dmi/trace.ts';
import type { FhirResource } from '../../formats/fhir/resource.ts';
import { FLOW_PROFILES } from '../../formats/fhir/rules/rules-for.ts';
import type { EntryResult } from '../../formats/fhir/transaction.ts';
import { entriesOf, resourceOf } from '../../formats/fhir/transaction-entries.ts';
import type { PlatformId } from '../../journal/journal.ts';
import { callName, patientOf, wrongType } from './call-parts.ts';
import { findTrace, traceId } from './find-trace.ts';
import { judgeTransaction } from './judge-transaction.ts';
import type { PlatformFlow } from './platform-flow.ts';

export interface DmiFlowOptions {
  readonly clock: Clock;
  /** The platform's address, and what of its path transactions go to. */
  readonly base: string;
  readonly path: string;
}

/** Implant traceability: a trace is one transaction, and holds one AuditEvent (reference of the flow: DMI v3.0.0). */
export function dmiFlow({ clock, base, path }: DmiFlowOptions): PlatformFlow {
  return {
    name: 'dmi',
    profile: FLOW_PROFILES.dmi,
    path,
    isRepeatable: false,
    nameOf: json => callName(json, ['identifier', 'message']),
    plan: (json, form) => {
      if (form === 'simple') {
        const now = clock.now();
        const { trace, findings } = readTrace(json, now);
        if (trace === undefined) return { resource: undefined, findings, about: undefined };
        const resource = buildTraceBundle(trace, { newUuid: randomUUID, now });
        return { resource, findings, about: patientOf(resource) };
      }
      const resource = resourceOf(json);
      if (resource?.resourceType !== 'Bundle') return wrongType('Bundle');
      const findings = checkEntries(resource);
      // Whatever the validation is: no caller changes or deletes at the platform by our certificate.
      return { resource, findings, mustRefuse: findings.length > 0, about: patientOf(resource) };
    },
    namesElsewhere: () => [],
    judge: (resource, status, body) =>
      judgeTransaction('dmi', resource, { status, body }, entries => entryIds(resource, entries)),
    afterSilence: (resource, peer, isKnown) => findTrace(resource, { peer, base }, isKnown),
  };
}

function entryIds(resource: FhirResource, entries: readonly EntryResult[]): PlatformId[] {
  const sent = entriesOf(resource);
  return entries.flatMap(({ index, type, id }) =>
    id === undefined ? [] : [traceId(sent[index]?.fullUrl, `${type}/${id}`)],
  );
}
