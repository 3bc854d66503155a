import { GatewayError, toGatewayError } from '../../errors/gateway-error.ts';
import { isSuccess, shownIssue } from '../../formats/fhir/operation-outcome-class.ts';
import { judgeHookAnswer, refusalOutcome } from '../../formats/fhir/sas/hook-answer.ts';
import { resourceOf } from '../../formats/fhir/transaction-entries.ts';
import type { Attempt, Pace } from '../../journal/dispatcher.ts';
import type { Delivery, Journal } from '../../journal/journal.ts';
import type { FhirAnswer, FhirPeer } from '../../peers/interfaces.ts';
import { CALL, jsonIn, keptAnswer, type KeptAnswer } from './kept-call.ts';
import { accountOf, type ChangeFacts, changeFacts, isRefusal, note, standing } from './sas-changes.ts';
import type { Hearings } from './sas-hearings.ts';

/** Whatever the hook asks for. */
const LONGEST_PAUSE_MS = 30_000;

export interface RelayContext {
  readonly journal: Pick<
    Journal,
    'payload' | 'answered' | 'requestFacts' | 'findAccounts' | 'undoAccountChange' | 'exchange'
  >;
  /** The agenda software. */
  readonly peer: FhirPeer;
  readonly hearings: Hearings;
}

const TAKEN = { outcome: 'accepted' } as const;
const SUPERSEDED = {
  outcome: 'abandoned',
  reason: 'Un changement plus récent de ce compte est déjà relayé.',
} as const;

/** How what is older than a deactivation of its account is tried, and how long it may keep it back, ms. */
const BEFORE_DEACTIVATION = { pauseMs: 1_000, giveUpAfterMs: 30_000 };

/**
 * Brings an account to the agenda software, under our id: the same PUT as often as it takes. What it refuses is passed on
 * to the platform, where that still waits, and the change is undone; later, a person sees it.
 *
 * @throws GatewayError JRN-007 when the change is kept no more, FHIR-004, FHIR-005
 */
export async function relayChange(delivery: Delivery, context: RelayContext): Promise<Attempt> {
  try {
    return await relay(delivery, context);
  } finally {
    // Nobody waits for an attempt that has ended otherwise than by a word of the hook.
    context.hearings.miss(delivery.exchangeId);
  }
}

async function relay(delivery: Delivery, context: RelayContext): Promise<Attempt> {
  const { journal, peer } = context;
  const { exchangeId } = delivery;
  const body = await journal.payload(exchangeId, CALL);
  const facts = await changeFacts(journal, exchangeId);
  if (body === undefined || facts === undefined) throw new GatewayError('JRN-007');
  const before = await keptAnswer(journal, exchangeId);
  // A crash just after a refusal; or a person's retry of one, which the platform has been told.
  if (before !== undefined && isRefusal(before))
    return { ...refusedAs(before, exchangeId, facts, context), isUntried: true };
  if (delivery.identifiers['order'] !== undefined && (await isSuperseded(exchangeId, facts, context))) {
    return { ended: SUPERSEDED, isUntried: true };
  }
  let answer: FhirAnswer;
  try {
    answer = await peer.send({
      method: 'PUT',
      path: `/Practitioner/${facts.account}`,
      body,
      headers: { 'x-request-id': delivery.id },
    });
  } catch (error) {
    return { later: toGatewayError(error), pace: await paceOf(exchangeId, facts, undefined, context) };
  }
  switch (judgeHookAnswer(answer.status, answer.body)) {
    case 'taken':
      return taken(exchangeId, facts, before, context);
    case 'refused':
      return refused(answer, exchangeId, facts, context);
    case 'later': {
      const fields = { status: answer.status, issue: shownIssue(resourceOf(jsonIn(answer.body))) };
      const pace = await paceOf(exchangeId, facts, answer.retryAfter, context);
      return { later: new GatewayError('FHIR-008', { fields }), pace };
    }
  }
}

function taken(
  exchangeId: string,
  facts: ChangeFacts,
  before: KeptAnswer | undefined,
  { journal, hearings }: RelayContext,
): Attempt {
  const word = hearings.speak(exchangeId);
  return {
    ended: TAKEN,
    noted: async () => {
      if (before === undefined) await note(journal, exchangeId, standing(facts));
      word?.recorded();
    },
  };
}

async function refused(
  answer: FhirAnswer,
  exchangeId: string,
  facts: ChangeFacts,
  context: RelayContext,
): Promise<Attempt> {
  const { journal, hearings } = context;
  const fields = { status: answer.status, issue: shownIssue(resourceOf(jsonIn(answer.body))) };
  const held = { hold: { code: 'FHIR-009', detail: `Réponse HTTP ${answer.status}.`, fields } } as const;
  const word = hearings.speak(exchangeId);
  if (word === undefined) return held;
  try {
    if ((await keptAnswer(journal, exchangeId)) !== undefined) {
      word.recorded();
      return held;
    }
  } catch (error) {
    word.dropped();
    throw error;
  }
  const body = JSON.stringify(refusalOutcome(answer.body));
  // A no in the body of a 200 is told as one.
  const status = isSuccess(answer.status) ? 422 : answer.status;
  const kept = { status, body, isFinal: true };
  const { noted, ...attempt } = refusedAs(kept, exchangeId, facts, context);
  let isTold = false;
  return {
    ...held,
    noted: async () => {
      isTold = word.isHeard();
      // Whom nobody can tell no has been told yes, or will be.
      await note(journal, exchangeId, isTold ? kept : standing(facts));
      if (isTold) await noted();
      word.recorded();
    },
    decide: () => (isTold ? attempt : undefined),
  };
}

function refusedAs(
  { status }: KeptAnswer,
  exchangeId: string,
  { account, before }: ChangeFacts,
  { journal }: RelayContext,
): Extract<Attempt, { ended: unknown }> & { readonly noted: () => Promise<void> } {
  return {
    ended: { outcome: 'refused', code: String(status) },
    noted: () => journal.undoAccountChange(exchangeId, { id: account, before }),
  };
}

/**
 * Whether a newer change of the account has been relayed: one that was set aside and that a person sends again would put
 * the account back.
 */
async function isSuperseded(
  exchangeId: string,
  facts: ChangeFacts,
  { journal }: RelayContext,
): Promise<boolean> {
  let newer = (await accountOf(journal, facts))?.changedBy;
  while (newer !== undefined && newer !== exchangeId) {
    const view = await journal.exchange(newer);
    if (view?.deliveries.some(({ ending }) => ending?.outcome === 'accepted') === true) return true;
    newer = (await changeFacts(journal, newer))?.before?.changedBy;
  }
  // Without the chain to its end, what came after it is so old that it is forgotten.
  return newer === undefined;
}

/** What fails before a deactivation of its account does not keep that back for days. */
async function paceOf(
  exchangeId: string,
  facts: ChangeFacts,
  retryAfter: number | undefined,
  { journal }: RelayContext,
): Promise<Pace> {
  const account = await accountOf(journal, facts);
  const isKeptBack = account?.active === false && account.changedBy !== exchangeId;
  if (isKeptBack) return BEFORE_DEACTIVATION;
  // A deactivation that comes meanwhile must not stay behind what an agenda software asked for an hour ago.
  return retryAfter === undefined ? {} : { pauseMs: Math.min(retryAfter * 1_000, LONGEST_PAUSE_MS) };
}
