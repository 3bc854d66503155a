import type { FhirResource } from '../resource.ts';
import { FLOW_PROFILES } from '../rules/rules-for.ts';

export interface Server {
  /** What its callers know it by. */
  readonly url: string;
  readonly software: { readonly name: string; readonly version: string };
  readonly date: Date;
}

/** What the guide asks a keeper of regulators' accounts to be (SAS-GestionnaireStructure, reference fhir-flows §4.1). */
export function capabilityStatement({ url, software, date }: Server): FhirResource {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: date.toISOString(),
    kind: 'instance',
    software,
    implementation: { description: 'Comptes des régulateurs du SAS', url },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/json+fhir', 'application/json', 'json'],
    rest: [
      {
        mode: 'server',
        security: {
          service: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
                  code: 'Certificates',
                },
              ],
            },
          ],
        },
        resource: [
          {
            type: 'Practitioner',
            profile: FLOW_PROFILES.sas,
            interaction: [{ code: 'create' }, { code: 'update' }],
            versioning: 'no-version',
            readHistory: false,
            updateCreate: false,
            conditionalCreate: false,
            conditionalUpdate: true,
            conditionalDelete: 'not-supported',
            searchParam: [{ name: 'identifier', type: 'token' }],
          },
        ],
      },
    ],
  };
}
