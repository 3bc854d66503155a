import { readAssociation } from '../../formats/fhir/renacot/association.ts';
import { checkParameters } from '../../formats/fhir/renacot/check-intervention.ts';
import { convertParameters } from '../../formats/fhir/renacot/convert.ts';
import { parametersOfIntervention } from '../../formats/fhir/renacot/read-intervention.ts';
import { readParameters } from '../../formats/fhir/renacot/read-parameters.ts';
import type { Contract } from '../../formats/fhir/renacot/types.ts';
import { type FhirResource, type Finding, isObject } from '../../formats/fhir/resource.ts';
import { RENACOT_PROFILES } from '../../formats/fhir/rules/renacot.ts';
import type { RuleSet } from '../../formats/fhir/rules/types.ts';
import { resourceOf } from '../../formats/fhir/transaction-entries.ts';
import { validate } from '../../formats/fhir/validation/validate.ts';
import { identifierText, withoutRepetition, wrongType } from './call-parts.ts';
import type { PlannedCall, PlatformFlow } from './platform-flow.ts';

export interface RenacotFlowOptions {
  /** Which contract the platform speaks. */
  readonly contract: Contract;
  /** Of the operation, below the platform's address. */
  readonly path: string;
  readonly rules: RuleSet;
}

const PROFILE_OF: Readonly<Record<Contract, string>> = {
  registre: RENACOT_PROFILES.input,
  procedure: RENACOT_PROFILES.firstInput,
};

/** The orthopaedic implants registry: an operation that associates implants with an intervention; safe to be repeated. */
export function renacotFlow({ contract, path, rules }: RenacotFlowOptions): PlatformFlow {
  function planned(resource: FhirResource | undefined, findings: readonly Finding[]): PlannedCall {
    if (resource === undefined) return { resource, findings, about: undefined };
    const found = withoutRepetition([...findings, ...validate(resource, rules, PROFILE_OF[contract])]);
    return { resource, findings: found, about: readParameters(resource).intervention?.nir };
  }
  return {
    name: 'renacot',
    nameOf: json => identifierText(isObject(json) ? json['message'] : undefined),
    namesElsewhere: () => [],
    plan: (json, form) => {
      if (form === 'simple') {
        const { parameters, findings } = parametersOfIntervention(json, contract);
        return planned(parameters, findings);
      }
      const resource = resourceOf(json);
      if (resource?.resourceType !== 'Parameters') return wrongType('Parameters');
      const { parameters, findings } = convertParameters(resource, contract);
      return planned(parameters, [...findings, ...checkParameters(resource)]);
    },
    request: resource => ({ path, resource }),
    judge: (_resource, status, body) => {
      const { verdict, identifiers } = readAssociation(status, body);
      const ids = identifiers
        .filter(({ isRegistry }) => isRegistry)
        .map(({ name, system, value }) => ({ local: name, remote: `${system ?? ''}|${value}` }));
      return { verdict, ids };
    },
    afterSilence: async () => ({ kind: 'again' }),
  };
}
