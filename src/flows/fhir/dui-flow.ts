import { checkConsistency } from '../../formats/fhir/dui/consistency.ts';
import { assignedNames, namesElsewhere, withRemoteNames } from '../../formats/fhir/dui/known-resources.ts';
import { classify, isSuccess } from '../../formats/fhir/operation-outcome-class.ts';
import { isObject } from '../../formats/fhir/resource.ts';
import { FLOW_PROFILES } from '../../formats/fhir/rules/rules-for.ts';
import type { RuleSet } from '../../formats/fhir/rules/types.ts';
import { readTransactionResponse } from '../../formats/fhir/transaction.ts';
import { resourceOf } from '../../formats/fhir/transaction-entries.ts';
import { validate } from '../../formats/fhir/validation/validate.ts';
import { identifierText, patientOf, withoutRepetition, wrongType } from './call-parts.ts';
import type { PlatformFlow } from './platform-flow.ts';

export interface DuiFlowOptions {
  /** The platform's address, and what of its path transactions go to. */
  readonly base: string;
  readonly path: string;
  readonly rules: RuleSet;
}

/** Transfer of a medico-social record: one transaction that creates all or nothing (guide tddui, flux 1). */
export function duiFlow({ base, path, rules }: DuiFlowOptions): PlatformFlow {
  return {
    name: 'dui',
    nameOf: json => identifierText(isObject(json) ? json['identifier'] : undefined),
    namesElsewhere: json => {
      const resource = resourceOf(json);
      return resource?.resourceType === 'Bundle' ? namesElsewhere(resource) : [];
    },
    plan: (json, _form, known) => {
      const resource = resourceOf(json);
      if (resource?.resourceType !== 'Bundle') return wrongType('Bundle');
      const findings = withoutRepetition([
        // What an earlier Bundle has brought is no loose end.
        ...validate(withRemoteNames(resource, known, base), rules, FLOW_PROFILES.dui),
        ...checkConsistency(resource, known),
      ]);
      return { resource, findings, about: patientOf(resource) };
    },
    request: (resource, known) => ({ path, resource: withRemoteNames(resource, known, base) }),
    judge: (resource, status, body) => {
      if (!isSuccess(status)) return { verdict: classify('dui', status, body), ids: [] };
      const result = readTransactionResponse('dui', resource, body);
      if (result.kind === 'unreadable') return { verdict: 'unreadable', ids: [] };
      if (result.kind === 'failed') return { verdict: result.verdict, ids: [] };
      return { verdict: 'accepted', ids: assignedNames(resource, result.entries) };
    },
    // The platform cannot be searched, and what is created twice is two records.
    afterSilence: async () => ({ kind: 'unknown' }),
  };
}
