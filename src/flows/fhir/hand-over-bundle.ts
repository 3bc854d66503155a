import { GatewayError } from '../../errors/gateway-error.ts';
import { classify, isSuccess, shownIssue } from '../../formats/fhir/operation-outcome-class.ts';
import { resourceOf } from '../../formats/fhir/transaction-entries.ts';
import type { Attempt } from '../../journal/dispatcher.ts';
import type { Delivery, Journal } from '../../journal/journal.ts';
import type { FhirAnswer, FhirPeer } from '../../peers/interfaces.ts';
import { CALL, jsonIn } from './kept-call.ts';

export interface HandOverContext {
  readonly journal: Pick<Journal, 'payload'>;
  /** The application's hook. */
  readonly hook: FhirPeer;
}

/**
 * Hands a received Bundle to the application, the same bytes under the same X-Request-Id at every attempt: what nobody
 * heard the end of is sent again. Its no waits for a person, for the sender was told yes before.
 *
 * @throws GatewayError JRN-007 when the Bundle is kept no more, FHIR-004 … FHIR-008, FHIR-010
 */
export async function handOverBundle(
  delivery: Delivery,
  { journal, hook }: HandOverContext,
): Promise<Attempt> {
  const { id, exchangeId } = delivery;
  const body = await journal.payload(exchangeId, CALL);
  if (body === undefined) throw new GatewayError('JRN-007');
  return concluded(await hook.send({ method: 'POST', path: '', body, headers: { 'x-request-id': id } }));
}

function concluded(answer: FhirAnswer): Attempt {
  const { status, retryAfter } = answer;
  const said = jsonIn(answer.body);
  const fields = { status, issue: shownIssue(said) };
  switch (verdictOf(status, said)) {
    case 'accepted':
      return { ended: { outcome: 'accepted' } };
    case 'refused':
    case 'pairing':
      return {
        hold: { code: 'FHIR-009', detail: `Réponse HTTP ${status} de l’application (\`hook\`).`, fields },
      };
    case 'unauthorised':
      // Of no Bundle in particular: all of them wait until it is mended.
      throw new GatewayError('FHIR-006', {
        detail: 'L’application (`hook`) ne nous reconnaît pas : voyez `token` et `clientCertificate`.',
        fields,
      });
    case 'later': {
      const pace = retryAfter === undefined ? {} : { pauseMs: retryAfter * 1_000 };
      return { later: new GatewayError('FHIR-008', { fields }), pace };
    }
    case 'unreadable':
      throw new GatewayError('FHIR-010', { fields });
  }
}

/** As a platform's, but that an application has no need to say more than yes. */
function verdictOf(status: number, said: unknown): ReturnType<typeof classify> {
  const verdict = classify('dui', status, said);
  const isBare = status === 202 || resourceOf(said)?.resourceType !== 'Bundle';
  return verdict === 'unreadable' && isSuccess(status) && isBare ? 'accepted' : verdict;
}
