import { outcomeOf } from '../../formats/fhir/operation-outcome.ts';
import type { FhirRoute } from '../../peers/interfaces.ts';
import { type CallContext, outcome } from './accept-call.ts';

/** Where a caller sees what has become of a call that was answered with 202; its own calls alone. */
export function outcomeRoute(context: CallContext): FhirRoute {
  return {
    method: 'GET',
    path: '/fhir/outcomes/:id',
    flow: undefined,
    handle: async asked => {
      const id = asked.params['id'] ?? '';
      const facts = await context.journal.requestFacts(id);
      if (facts?.application !== asked.caller) return { status: 404, body: outcomeOf([UNKNOWN]) };
      return outcome(id, { ...asked, respondAsync: true }, context);
    },
  };
}

const UNKNOWN = {
  severity: 'error',
  code: 'not-found',
  path: '',
  message: 'Aucune demande de cet appelant n’a cet identifiant.',
  rule: 'facade',
} as const;
