import { readAssociation } from '../../formats/fhir/renacot/association.ts';
import { checkParameters } from '../../formats/fhir/renacot/check-intervention.ts';
import { convertParameters } from '../../formats/fhir/renacot/convert.ts';
import { parametersOfIntervention } from '../../formats/fhir/renacot/read-intervention.ts';
import { readParameters } from '../../formats/fhir/renacot/read-parameters.ts';
import type { Contract } from '../../formats/fhir/renacot/types.ts';
import { type FhirResource, isObject } from '../../formats/fhir/resource.ts';
import { RENACOT_PROFILES } from '../../formats/fhir/rules/renacot.ts';
import { resourceOf } from '../../formats/fhir/transaction-entries.ts';
import { callName, wrongType } from './call-parts.ts';
import type { PlatformFlow } from './platform-flow.ts';

export interface RenacotFlowOptions {
  /** Which contract the platform speaks. */
  readonly contract: Contract;
  /** Of the operation, below the platform's address. */
  readonly path: string;
}

const PROFILE_OF: Readonly<Record<Contract, string>> = {
  registre: RENACOT_PROFILES.input,
  procedure: RENACOT_PROFILES.firstInput,
};

/** The orthopaedic implants registry: an operation that associates implants with an intervention; safe to be repeated. */
export function renacotFlow({ contract, path }: RenacotFlowOptions): PlatformFlow {
  return {
    name: 'renacot',
    profile: PROFILE_OF[contract],
    path,
    isRepeatable: true,
    nameOf: json => callName(json, ['message']),
    namesElsewhere: () => [],
    plan: (json, form) => {
      if (form === 'simple') {
        const { parameters, findings } = parametersOfIntervention(withoutMessage(json), contract);
        return { resource: parameters, findings, about: operationOf(parameters) };
      }
      const resource = resourceOf(json);
      if (resource?.resourceType !== 'Parameters') return wrongType('Parameters');
      const { parameters, findings } = convertParameters(resource, contract);
      const found = [...findings, ...checkParameters(resource)];
      return { resource: parameters, findings: found, about: operationOf(parameters) };
    },
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
function operationOf(parameters: FhirResource | undefined): string | undefined {
  const intervention = parameters && readParameters(parameters).intervention;
  if (intervention === undefined) return undefined;
  const { nir, rpps, finessGeographique, dateIntervention, typeProcedure, lateralite } = intervention;
  return JSON.stringify([nir, rpps, finessGeographique, dateIntervention, typeProcedure, lateralite]);
}
