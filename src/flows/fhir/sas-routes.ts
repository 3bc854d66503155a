import type { FhirResource } from '../../formats/fhir/resource.ts';
import { NOT_BY_ID } from '../../formats/fhir/sas/refusals.ts';
import type { FhirRoute } from '../../peers/interfaces.ts';
import { type AccountContext, createAccount, updateAccount } from './sas-accept.ts';

export const SAS_FLOW = 'sas';

const ACCOUNTS = '/fhir/sas/Practitioner';

/** What the SAS platform may ask for. @param metadata the CapabilityStatement */
export function accountRoutes(context: AccountContext, metadata: FhirResource): FhirRoute[] {
  return [
    { method: 'POST', path: ACCOUNTS, flow: SAS_FLOW, handle: asked => createAccount(asked, context) },
    { method: 'PUT', path: ACCOUNTS, flow: SAS_FLOW, handle: asked => updateAccount(asked, context) },
    ...['GET', 'PUT', 'PATCH', 'DELETE'].map(notById),
    {
      method: 'GET',
      path: '/fhir/sas/metadata',
      flow: SAS_FLOW,
      handle: async () => ({ status: 200, body: metadata }),
    },
  ];
}

/** The address of a Location exists, and admits nothing (RFC 9110 §10.2.1). */
function notById(method: string): FhirRoute {
  return {
    method,
    path: `${ACCOUNTS}/:id`,
    flow: SAS_FLOW,
    handle: async () => ({ status: 405, headers: { allow: '' }, body: NOT_BY_ID }),
  };
}
