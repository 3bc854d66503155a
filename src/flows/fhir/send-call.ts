import { GatewayError } from '../../errors/gateway-error.ts';
import { shownIssue } from '../../formats/fhir/operation-outcome-class.ts';
import type { Attempt } from '../../journal/dispatcher.ts';
import type { Delivery, Journal } from '../../journal/journal.ts';
import type { FhirAnswer, FhirPeer } from '../../peers/interfaces.ts';
import { keptAnswer, type KeptAnswer, keptResource } from './kept-call.ts';
import type { Judgement, PlatformFlow } from './platform-flow.ts';
import type { WaitingRoom } from './waiting-room.ts';

export interface SendContext {
  readonly journal: Pick<Journal, 'payload' | 'answered' | 'platformIds' | 'requestFacts'>;
  readonly peer: FhirPeer;
  readonly flow: PlatformFlow;
  readonly room: Pick<WaitingRoom, 'call' | 'isAwaited'>;
  /** How what the registry does not find yet is tried again, ms. */
  readonly pairing: { readonly everyMs: number; readonly giveUpAfterMs: number };
}

const ACCEPTED = { outcome: 'accepted' } as const;
const AGAIN = { kind: 'again' } as const;

/**
 * Sends what a caller asked for to its platform, and keeps the answer before the delivery ends by it.
 *
 * @throws GatewayError JRN-007 when the call is kept no more, FHIR-004 … FHIR-008, FHIR-010, FHIR-013
 */
export async function sendCall(delivery: Delivery, context: SendContext): Promise<Attempt> {
  const { journal, flow, peer } = context;
  const { exchangeId } = delivery;
  const resource = await keptResource(journal, exchangeId);
  const facts = await journal.requestFacts(exchangeId);
  if (resource === undefined || facts === undefined) throw new GatewayError('JRN-007');
  const owner = { flow: flow.name, caller: facts.application };
  if (delivery.identifiers['order'] === undefined) {
    // A crash between the answer and the end of the delivery.
    const before = await keptAnswer(journal, exchangeId);
    if (before?.isFinal === true) return ended(before);
    const after = delivery.ambiguous === 0 ? AGAIN : await flow.afterSilence(resource, peer);
    if (after.kind === 'unknown') return { hold: { code: 'FHIR-013' } };
    if (after.kind === 'taken') {
      const answer = { status: 200, body: JSON.stringify(after.answer), isFinal: true };
      return { ended: ACCEPTED, noted: () => note(exchangeId, answer, after.ids, { ...context, owner }) };
    }
  }
  const known = await journal.platformIds(owner, flow.namesElsewhere(resource));
  const request = flow.request(resource, known);
  const body = Buffer.from(JSON.stringify(request.resource));
  const answer = await peer.send({
    method: 'POST',
    path: request.path,
    body,
    headers: { 'x-request-id': delivery.id },
  });
  const judged = flow.judge(resource, answer.status, bodyOf(answer));
  return concluded(answer, judged, delivery, { ...context, owner });
}

function concluded(
  answer: FhirAnswer,
  { verdict, ids }: Judgement,
  { exchangeId }: Delivery,
  { journal, owner, pairing, room }: Owned & Pick<SendContext, 'pairing'>,
): Attempt {
  const fields = { status: answer.status, issue: shownIssue(bodyOf(answer)) };
  const kept: KeptAnswer = {
    status: answer.status,
    body: answer.body.byteLength === 0 ? undefined : Buffer.from(answer.body).toString(),
    isFinal: verdict !== 'pairing',
  };
  const noted = (): Promise<void> => note(exchangeId, kept, ids, { journal, owner, room });
  switch (verdict) {
    case 'accepted':
      return { ended: ACCEPTED, noted };
    case 'refused':
      // Whoever waits is told at once; nobody else looks.
      return room.isAwaited(exchangeId)
        ? { ended: { outcome: 'refused', code: String(answer.status) }, noted }
        : { hold: { code: 'FHIR-009', detail: `Réponse HTTP ${answer.status}.`, fields }, noted };
    case 'pairing': {
      const pace = { pauseMs: pairing.everyMs, giveUpAfterMs: pairing.giveUpAfterMs };
      return { later: new GatewayError('FHIR-011', { fields }), pace, noted };
    }
    case 'unauthorised':
      throw new GatewayError('FHIR-006', { fields });
    case 'later': {
      const { retryAfter } = answer;
      const pace = retryAfter === undefined ? {} : { pauseMs: retryAfter * 1_000 };
      return { later: new GatewayError('FHIR-008', { fields }), pace };
    }
    case 'unreadable':
      throw new GatewayError('FHIR-010', { fields });
  }
}

function ended({ status }: KeptAnswer): Attempt {
  return status < 300 ? { ended: ACCEPTED } : { ended: { outcome: 'refused', code: String(status) } };
}

type Owned = Pick<SendContext, 'journal' | 'room'> & {
  readonly owner: { readonly flow: string; readonly caller: string };
};

async function note(
  exchangeId: string,
  answer: KeptAnswer,
  ids: Judgement['ids'],
  { journal, owner, room }: Owned,
): Promise<void> {
  await journal.answered(exchangeId, { bytes: Buffer.from(JSON.stringify(answer)), ids, owner });
  room.call(exchangeId);
}

function bodyOf({ body }: FhirAnswer): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}
