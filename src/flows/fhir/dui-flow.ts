import { checkConsistency } from '../../formats/fhir/dui/consistency.ts';
import { assignedNames, namesElsewhere, withRemoteNames } from '../../formats/fhir/dui/known-resources.ts';
import { consumerAt } from '../../formats/fhir/dui/own-server.ts';
import { isError } from '../../formats/fhir/operation-outcome.ts';
import { mayBeDone, type Verdict } from '../../formats/fhir/operation-outcome-class.ts';
import { isObject } from '../../formats/fhir/resource.ts';
import { FLOW_PROFILES } from '../../formats/fhir/rules/rules-for.ts';
import { resourceOf } from '../../formats/fhir/transaction-entries.ts';
import { identifierText, patientOf, wrongType } from './call-parts.ts';
import { judgeTransaction } from './judge-transaction.ts';
import type { PlatformFlow } from './platform-flow.ts';

export interface DuiFlowOptions {
  /** The platform's address, and what of its path transactions go to. */
  readonly base: string;
  readonly path: string;
}

/** Transfer of a medico-social record: one transaction that creates all or nothing (guide tddui, flux 1). */
export function duiFlow({ base, path }: DuiFlowOptions): PlatformFlow {
  const isPlatform = consumerAt(base);
  return {
    name: 'dui',
    profile: FLOW_PROFILES.dui,
    path,
    isRepeatable: false,
    nameOf: json => identifierText(isObject(json) ? json['identifier'] : undefined),
    namesElsewhere: json => {
      const resource = resourceOf(json);
      return resource?.resourceType === 'Bundle' ? namesElsewhere(resource, isPlatform) : [];
    },
    plan: (json, _form, known) => {
      const resource = resourceOf(json);
      if (resource?.resourceType !== 'Bundle') return wrongType('Bundle');
      // What an earlier Bundle has brought is no loose end. Named now: until it leaves, a name may come to mean another.
      const sent = withRemoteNames(resource, known, base);
      const findings = checkConsistency(resource, known, isPlatform);
      const mustRefuse = findings.some(isError);
      return { resource: sent, findings, about: patientOf(resource), mustRefuse };
    },
    judge: (resource, status, body) => {
      const judged = judgeTransaction('dui', resource, { status, body }, entries =>
        assignedNames(resource, entries),
      );
      const isDoubtful = REPEATED.has(judged.verdict) && mayBeDone(status, body);
      return isDoubtful ? { verdict: 'unreadable', ids: [] } : judged;
    },
    // The platform cannot be searched, and what is created twice is two records.
    afterSilence: async () => ({ kind: 'unknown' }),
  };
}

/** After these the same is sent again; it must not be where the platform may have created it. */
const REPEATED: ReadonlySet<Verdict> = new Set(['later', 'unauthorised']);
