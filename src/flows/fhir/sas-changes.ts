import type { Account, AccountQuery, Journal } from '../../journal/journal.ts';
import { durably } from './durably.ts';
import { type KeptAnswer, keptAnswer } from './kept-call.ts';
import type { Hearings } from './sas-hearings.ts';

/** The deliveries to the agenda software. Deactivations have a target of their own: they wait behind no other account. */
export const SAS_TARGETS = { change: 'fhir:sas', deactivation: 'fhir:sas-off' } as const;

/** What is known of a change of an account for as long as its exchange is: no name, no address. */
export interface ChangeFacts {
  readonly flow: 'sas';
  /** Of the request, so that the same one is known again. */
  readonly digest: string;
  /** What the platform is answered where the change stands. */
  readonly status: 200 | 201;
  /** The account's id. */
  readonly account: string;
  /** What finds it. */
  readonly lookup: AccountQuery;
  /** What it was before; undefined: it was not. */
  readonly before: Account | undefined;
}

/** @returns undefined once the exchange is forgotten */
export async function changeFacts(
  journal: Pick<Journal, 'requestFacts'>,
  exchangeId: string,
): Promise<ChangeFacts | undefined> {
  const known = await journal.requestFacts(exchangeId);
  return known && (JSON.parse(known.facts) as ChangeFacts);
}

/** The account that a change is of, as it is now; undefined where the change was undone that made it. */
export async function accountOf(
  journal: Pick<Journal, 'findAccounts'>,
  { account, lookup }: Pick<ChangeFacts, 'account' | 'lookup'>,
): Promise<Account | undefined> {
  return (await journal.findAccounts([lookup])).find(({ id }) => id === account);
}

/** What a change's answer says that stands; its Location is made of the facts. */
export function standing({ status }: Pick<ChangeFacts, 'status'>): KeptAnswer {
  return { status, body: undefined, isFinal: true };
}

export function isRefusal(answer: KeptAnswer): boolean {
  return answer.status >= 400;
}

/** Keeps what the platform is, or would be, answered: from here on a later change may build on this one. */
export async function note(
  journal: Pick<Journal, 'answered'>,
  exchangeId: string,
  answer: KeptAnswer,
): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(answer));
  await journal.answered(exchangeId, { bytes, ids: [], owner: { flow: 'sas', caller: '' } });
}

/**
 * Waits for the hook's word on a change, at most `waitMs`; then the change stands, and its delivery goes on. Safe for any
 * change, also one that was settled meanwhile.
 *
 * @param listener of who is told the word; undefined where it is another's change
 * @throws GatewayError FHIR-014 when the journal does not take that it stands: the platform is not told so
 */
export async function settle(
  exchangeId: string,
  listener: AbortSignal | undefined,
  { journal, hearings, waitMs }: SettleContext,
): Promise<void> {
  const unheard = async (): Promise<void> => {
    if ((await keptAnswer(journal, exchangeId)) !== undefined) return;
    const facts = await changeFacts(journal, exchangeId);
    if (facts !== undefined) await durably(journal, () => note(journal, exchangeId, standing(facts)));
  };
  const heard = hearings.hear(exchangeId, { ms: waitMs, unheard }, listener);
  // The word may have come before anybody listened.
  const known = async (): Promise<void> => {
    if ((await keptAnswer(journal, exchangeId)) !== undefined) hearings.miss(exchangeId);
  };
  await Promise.all([heard, known()]);
}

export interface SettleContext {
  readonly journal: Pick<Journal, 'payload' | 'answered' | 'requestFacts' | 'intact'>;
  readonly hearings: Hearings;
  /** How long the platform waits for the hook, ms. */
  readonly waitMs: number;
}
