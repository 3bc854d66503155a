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
import { callName, withoutRepetition, wrongType } from './call-parts.ts';
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
    return { resource, findings: found, about: operationOf(resource) };
  }
  return {
    name: 'renacot',
    nameOf: json => callName(json, ['message']),
    namesElsewhere: () => [],
    plan: (json, form) => {
      if (form === 'simple') {
        const { parameters, findings } = parametersOfIntervention(withoutMessage(json), contract);
        return planned(parameters, findings);
      }
      const resource = resourceOf(json);
      if (resource?.resourceType !== 'Parameters') return wrongType('Parameters');
      const { parameters, findings } = convertParameters(resource, contract);
      return planned(parameters, [...findings, ...checkParameters(resource)]);
    },
    request: resource => ({ path, resource }),
    judge: (resource, status, body) => {
      const { verdict, identifiers } = readAssociation(status, body);
      const ids = identifiers
        .filter(({ isRegistry }) => isRegistry)
        .map(({ name, system, value }) => ({
          local: `${name} ${operationOf(resource)}`,
          remote: `${system ?? ''}|${value}`,
        }));
      return { verdict, ids };
    },
    afterSilence: async () => ({ kind: 'again' }),
  };
}

/** `message` names the call; the rest is the operation. */
function withoutMessage(json: unknown): unknown {
  if (!isObject(json)) return json;
  const { message: _, ...operation } = json;
  return operation;
}

/** What makes it the same operation: of one patient, others do not wait for one that the registry does not have yet. */
function operationOf(parameters: FhirResource): string | undefined {
  const { intervention } = readParameters(parameters);
  if (intervention === undefined) return undefined;
  const { nir, rpps, finessGeographique, dateIntervention, typeProcedure, lateralite } = intervention;
  return JSON.stringify([nir, rpps, finessGeographique, dateIntervention, typeProcedure, lateralite]);
}
