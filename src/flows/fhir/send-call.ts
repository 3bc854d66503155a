import { GatewayError, toGatewayError } from '../../errors/gateway-error.ts';
import { isAboutToken, isSuccess, shownIssue } from '../../formats/fhir/operation-outcome-class.ts';
import type { FhirResource } from '../../formats/fhir/resource.ts';
import type { Attempt } from '../../journal/dispatcher.ts';
import type { Delivery, IdOwner, Journal } from '../../journal/journal.ts';
import type { FhirAnswer, FhirPeer } from '../../peers/interfaces.ts';
import { CALL, jsonIn, keptAnswer, textIn, type KeptAnswer } from './kept-call.ts';
import type { AfterSilence, Judgement, PlatformFlow } from './platform-flow.ts';
import { clashIn } from './platform-names.ts';
import type { WaitingRoom } from './waiting-room.ts';

export interface SendContext {
  readonly journal: Pick<Journal, 'payload' | 'answered' | 'isPlatformId' | 'requestFacts'>;
  readonly peer: FhirPeer;
  readonly flow: PlatformFlow;
  readonly room: Pick<WaitingRoom, 'call'>;
  /** How long a request may take, ms. */
  readonly patienceMs: number;
  /** How what the registry does not find yet is tried again, ms. */
  readonly pairing: { readonly everyMs: number; readonly giveUpAfterMs: number };
}

const ACCEPTED = { outcome: 'accepted' } as const;
const AGAIN = { kind: 'again' } as const;
const BARE_YES = 'FHIR-015';
/** Who asks to be tried again at once is, a second later. */
const SHORTEST_PAUSE_S = 1;

/**
 * Sends what a caller asked for to its platform, and keeps the answer before the delivery ends by it.
 *
 * @throws GatewayError JRN-007 when the call is kept no more, FHIR-004 … FHIR-008, FHIR-010, FHIR-015
 */
export async function sendCall(delivery: Delivery, context: SendContext): Promise<Attempt> {
  const { journal, flow, pairing } = context;
  const { exchangeId } = delivery;
  const body = await journal.payload(exchangeId, CALL);
  const facts = await journal.requestFacts(exchangeId);
  if (body === undefined || facts === undefined) throw new GatewayError('JRN-007');
  const owner = { flow: flow.name, caller: facts.application };
  const order = delivery.identifiers['order'];
  const sending: Sending = { ...context, delivery, owner, order };
  const before = await keptAnswer(journal, exchangeId);
  // A crash between the answer and the end of the delivery.
  if (before?.isFinal === true && before.judged?.order === order)
    return { ...(before.judged?.isYes === true ? { ended: ACCEPTED } : heldBy(before)), isUntried: true };
  try {
    return await attempt(body, sending);
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.class === 'permanent') throw thrown;
    // What waits for the registry has more patience, whatever goes wrong meanwhile.
    if (before?.isFinal === false) return { later: thrown, pace: { giveUpAfterMs: pairing.giveUpAfterMs } };
    if (thrown.class !== 'ambiguous' || flow.isRepeatable) throw thrown;
    return { later: thrown, pace: { pauseMs: quietMs(sending) } };
  }
}

/** The longest time in which a platform is not asked what has become of a request, ms. */
const LONGEST_QUIET_MS = 5 * 60_000;

/** A platform that has not answered in its time may still be at work: what it does not find at once is not sent again. */
function quietMs({ patienceMs, delivery: { ambiguous } }: Sending): number {
  return Math.min(patienceMs * 2 ** ambiguous, Math.max(LONGEST_QUIET_MS, patienceMs));
}

interface Sending extends SendContext {
  readonly delivery: Delivery;
  readonly owner: IdOwner;
  /** A person's, to send it again; undefined where nobody had to. */
  readonly order: string | undefined;
}

async function attempt(body: Uint8Array, sending: Sending): Promise<Attempt> {
  const { flow, peer, delivery } = sending;
  const resource = JSON.parse(Buffer.from(body).toString()) as FhirResource;
  const after = isInDoubt(sending) ? await whatBecameOf(resource, sending) : AGAIN;
  if (after.kind === 'unknown') return { hold: { code: 'FHIR-013' } };
  if (after.kind === 'taken') {
    const answer = keptOf({ status: 200, body: JSON.stringify(after.answer) }, 'accepted', sending);
    return { ended: ACCEPTED, noted: async () => void (await note(answer, after.ids, sending)) };
  }
  const answer = await peer.send({
    method: 'POST',
    path: flow.path,
    body,
    headers: { 'x-request-id': delivery.id },
  });
  const json = jsonIn(answer.body);
  return concluded(answer, json, judged(resource, { status: answer.status, json }, flow), sending);
}

/** After a yes that did not say of what, only what is found there is known: an absence does not let it be sent again. */
async function whatBecameOf(resource: FhirResource, sending: Sending): Promise<AfterSilence> {
  const { flow, peer, delivery } = sending;
  const saidYes = delivery.lastError?.code === BARE_YES && !flow.isRepeatable;
  try {
    const after = await flow.afterSilence(resource, peer, isKnownOf(sending));
    return saidYes && after.kind === 'again' ? { kind: 'unknown' } : after;
  } catch (cause) {
    if (!saidYes || toGatewayError(cause).class === 'unreachable') throw cause;
    throw new GatewayError(BARE_YES, { cause });
  }
}

/** Once the platform has answered, whatever goes wrong here leaves open what it has done. */
function judged(
  resource: FhirResource,
  { status, json }: { readonly status: number; readonly json: ReturnType<typeof jsonIn> },
  flow: PlatformFlow,
): Judgement {
  try {
    return flow.judge(resource, status, json);
  } catch (cause) {
    const code = isSuccess(status) ? BARE_YES : 'FHIR-010';
    throw cause instanceof GatewayError ? cause : new GatewayError(code, { fields: { status }, cause });
  }
}

/** Whether an attempt since the call, or since a person's order, may have been taken without anybody hearing of it. */
function isInDoubt({ delivery: { ambiguous, attempts }, order }: Sending): boolean {
  return ambiguous > 0 && (order === undefined || attempts > 1);
}

/** Whether something at the platform is known to be an earlier call's. */
function isKnownOf({ journal, owner }: Sending): (remote: string) => Promise<boolean> {
  return remote => journal.isPlatformId(owner.flow, remote);
}

function concluded(
  answer: FhirAnswer,
  json: ReturnType<typeof jsonIn>,
  { verdict, ids }: Judgement,
  sending: Sending,
): Attempt {
  const { pairing, peer } = sending;
  const { status } = answer;
  const body = json === undefined ? undefined : textIn(answer.body);
  const fields = { status, issue: shownIssue(json) };
  switch (verdict) {
    case 'accepted': {
      const kept = keptOf({ status, body }, verdict, sending);
      return { ended: ACCEPTED, noted: async () => void (await note(kept, ids, sending)) };
    }
    case 'refused':
      return refused(keptOf({ status, body }, verdict, sending), ids, sending);
    case 'pairing': {
      const pace = { pauseMs: pairing.everyMs, giveUpAfterMs: pairing.giveUpAfterMs };
      const kept = keptOf({ status, body }, verdict, sending);
      const noted = async (): Promise<void> => void (await note(kept, ids, sending));
      return { later: new GatewayError('FHIR-011', { fields }), pace, noted };
    }
    case 'unauthorised':
      throw new GatewayError('FHIR-006', { fields });
    case 'later': {
      if (isAboutToken(json)) peer.dropToken();
      const { retryAfter } = answer;
      const pace =
        retryAfter === undefined ? {} : { pauseMs: Math.max(SHORTEST_PAUSE_S, retryAfter) * 1_000 };
      return { later: new GatewayError('FHIR-008', { fields }), pace };
    }
    case 'unreadable':
      throw new GatewayError(isSuccess(status) ? BARE_YES : 'FHIR-010', { fields });
  }
}

function keptOf(
  { status, body }: Pick<KeptAnswer, 'status' | 'body'>,
  verdict: 'accepted' | 'refused' | 'pairing',
  { order }: Sending,
): KeptAnswer {
  return {
    // A no in the body of a yes is told as one: software that looks at the status alone would take it for done.
    status: verdict !== 'accepted' && isSuccess(status) ? 422 : status,
    body,
    isFinal: verdict !== 'pairing',
    judged: { isYes: verdict === 'accepted', order },
  };
}

/** Told to who waits: nobody else looks. Where nobody does, it is a person's. */
function refused(answer: KeptAnswer, ids: Judgement['ids'], sending: Sending): Attempt {
  let isTold = false;
  return {
    ...heldBy(answer),
    noted: async () => {
      isTold = await note(answer, ids, sending);
    },
    decide: () => (isTold ? { ended: { outcome: 'refused', code: String(answer.status) } } : undefined),
  };
}

function heldBy({ status, body }: KeptAnswer): Extract<Attempt, { hold: unknown }> {
  const fields = { status, issue: shownIssue(body === undefined ? undefined : JSON.parse(body)) };
  return { hold: { code: 'FHIR-009', detail: `Réponse HTTP ${status}.`, fields } };
}

/** Keeps an answer. @returns whether anybody waited for it */
async function note(
  answer: KeptAnswer,
  ids: Judgement['ids'],
  { journal, owner, room, delivery: { exchangeId } }: Sending,
): Promise<boolean> {
  const bytes = Buffer.from(JSON.stringify(answer));
  await journal.answered(exchangeId, { bytes, ids, owner, clash: clashIn(owner.flow) });
  return room.call(exchangeId);
}
