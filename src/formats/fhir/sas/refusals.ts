import { outcomeOf } from '../operation-outcome.ts';
import type { FhirResource } from '../resource.ts';

/** Several accounts answer to the criterion (FHIR R4 http.html#cond-update): 412. */
export const SEVERAL_MATCHES: FhirResource = {
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: 'error',
      code: 'multiple-matches',
      diagnostics: 'Plusieurs comptes ont cet identifiant : son système est attendu.',
      expression: ['identifier'],
    },
  ],
};

/** Accounts are never deleted, nor updated by the server's id: 405. */
export const NOT_BY_ID: FhirResource = {
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: 'error',
      code: 'not-supported',
      diagnostics:
        'Un compte est modifié par `PUT Practitioner?identifier=système|valeur`, et désactivé ainsi avec `active` à faux.',
    },
  ],
};

/** An identifier of the body is, or was, that of another account: 422. @param paths FHIRPath of each */
export function identifiersOfAnother(paths: readonly string[]): FhirResource {
  return outcomeOf(
    paths.map(path => ({
      severity: 'error',
      code: 'business-rule',
      path,
      message: 'Cet identifiant est celui d’un autre compte.',
      rule: 'sas-autre-compte',
    })),
  );
}
