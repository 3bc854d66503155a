import { checkConsistency } from '../../formats/fhir/dui/consistency.ts';
import { assignedNames, namesElsewhere, withRemoteNames } from '../../formats/fhir/dui/known-resources.ts';
import { consumerAt } from '../../formats/fhir/dui/own-server.ts';
import { mayBeDone, type Verdict } from '../../formats/fhir/operation-outcome-class.ts';
import { isObject } from '../../formats/fhir/resource.ts';
import { FLOW_PROFILES } from '../../formats/fhir/rules/rules-for.ts';
import type { RuleSet } from '../../formats/fhir/rules/types.ts';
import { resourceOf } from '../../formats/fhir/transaction-entries.ts';
import { validate } from '../../formats/fhir/validation/validate.ts';
import { identifierText, patientOf, withoutRepetition, wrongType } from './call-parts.ts';
import { judgeTransaction } from './judge-transaction.ts';
import type { PlatformFlow } from './platform-flow.ts';

export interface DuiFlowOptions {
  /** The platform's address, and what of its path transactions go to. */
  readonly base: string;
  readonly path: string;
  readonly rules: RuleSet;
}

/** Transfer of a medico-social record: one transaction that creates all or nothing (guide tddui, flux 1). */
export function duiFlow({ base, path, rules }: DuiFlowOptions): PlatformFlow {
  const isPlatform = consumerAt(base);
  return {
    name: 'dui',
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
      const loose = checkConsistency(resource, known, isPlatform);
      const findings = withoutRepetition([...validate(sent, rules, FLOW_PROFILES.dui), ...loose]);
      const mustRefuse = loose.some(({ severity }) => severity === 'error');
      return { resource: sent, findings, about: patientOf(resource), mustRefuse };
    },
    request: resource => ({ path, resource }),
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
