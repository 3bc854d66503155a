import type { Logger } from 'pino';
import type { IdSource } from '../../basics/ids.ts';
import type { FhirResource } from '../../formats/fhir/resource.ts';
import { isActive, withId } from '../../formats/fhir/sas/practitioner.ts';
import type { Account, Journal, NewRequest } from '../../journal/journal.ts';
import type { FhirHttpAnswer } from '../../peers/interfaces.ts';
import type { Woken } from '../settings.ts';
import { callPayload, callRequest, type FindingCounts } from './call-request.ts';
import { durably } from './durably.ts';
import { keptAnswer } from './kept-call.ts';
import {
  type ChangeFacts,
  changeFacts,
  isRefusal,
  SAS_TARGETS,
  settle,
  type SettleContext,
} from './sas-changes.ts';
import { identifiersAfter, matchAccount, type Sought } from './sas-match.ts';

/** What the platform wants of an account, read and found good. */
export interface WantedChange extends Sought {
  readonly caller: string;
  /** Of method, criterion and bytes. */
  readonly digest: string;
  readonly practitioner: FhirResource;
  /** What its validation found, for the history. */
  readonly counts: FindingCounts;
  /** Aborted when the platform has left. */
  readonly signal: AbortSignal;
}

/** `settled`: what has become of the exchange is known, now or once it resolves. */
export type Decision =
  | { readonly kind: 'refused'; readonly answer: FhirHttpAnswer }
  /** The same request has changed the account, and nothing since. */
  | { readonly kind: 'repeated' | 'changed'; readonly exchangeId: string; readonly settled: Promise<void> }
  /** Another change must be settled first: it may yet be undone. */
  | { readonly kind: 'busy'; readonly settled: Promise<void> };

export interface DecideContext extends SettleContext {
  readonly journal: Journal;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly wake: (targets: Woken) => void;
}

/**
 * Says what comes of a request, and records it where it changes an account. Only one may be decided at a time: two that
 * found no account would make two.
 *
 * @throws GatewayError FHIR-014 when it cannot be recorded, and the journal's own
 */
export async function decide(wanted: WantedChange, context: DecideContext): Promise<Decision> {
  const { journal } = context;
  const { search, identifiers } = wanted;
  const found = await journal.findAccounts([...(search === undefined ? [] : [search]), ...identifiers]);
  for (const { changedBy } of found) {
    const state = await stateOf(changedBy, context);
    if (state === 'undone') return decide(wanted, context);
    if (state === 'settled') continue;
    const isSame = (await changeFacts(journal, changedBy))?.digest === wanted.digest;
    const settled = settle(changedBy, isSame ? wanted.signal : undefined, context);
    return isSame ? { kind: 'repeated', exchangeId: changedBy, settled } : { kind: 'busy', settled };
  }
  const match = matchAccount(wanted, found);
  if ('refusal' in match) return { kind: 'refused', answer: match.refusal };
  const { account } = match;
  if (account !== undefined && (await isRepeated(account.changedBy, wanted, journal))) {
    return { kind: 'repeated', exchangeId: account.changedBy, settled: Promise.resolve() };
  }
  return change(wanted, account, context);
}

/** What of an account's latest change is certain. One that was refused, just before a crash, is undone here. */
async function stateOf(
  exchangeId: string,
  { journal, hearings }: DecideContext,
): Promise<'open' | 'settled' | 'undone'> {
  if (hearings.isOpen(exchangeId)) return 'open';
  const answer = await keptAnswer(journal, exchangeId);
  if (answer !== undefined && !isRefusal(answer)) return 'settled';
  const facts = await changeFacts(journal, exchangeId);
  if (facts === undefined) return 'settled';
  if (answer !== undefined) {
    await journal.undoAccountChange(exchangeId, { id: facts.account, before: facts.before });
    return 'undone';
  }
  const view = await journal.exchange(exchangeId);
  return view?.deliveries.some(({ state }) => state !== 'done') === true ? 'open' : 'settled';
}

/** What a person has given up is no repetition: the platform sends it again, and so do we. */
async function isRepeated(exchangeId: string, { digest }: WantedChange, journal: Journal): Promise<boolean> {
  if ((await changeFacts(journal, exchangeId))?.digest !== digest) return false;
  const view = await journal.exchange(exchangeId);
  return view?.deliveries.every(({ ending }) => ending?.outcome !== 'abandoned') === true;
}

async function change(
  wanted: WantedChange,
  before: Account | undefined,
  context: DecideContext,
): Promise<Decision> {
  const { journal, newId, log, wake, hearings } = context;
  const account = {
    id: before?.id ?? newId(),
    active: isActive(wanted.practitioner),
    identifiers: identifiersAfter(wanted, before),
  };
  const target = account.active ? SAS_TARGETS.change : SAS_TARGETS.deactivation;
  const request = requestOf(wanted, { account, before, target }, newId);
  const { exchangeId } = request;
  hearings.expect(exchangeId, wanted.signal);
  try {
    await durably(journal, () => journal.changeAccount({ request, account }));
  } catch (error) {
    hearings.forget(exchangeId);
    throw error;
  }
  const settled = settle(exchangeId, wanted.signal, context);
  log.info({ exchange: exchangeId, flow: 'sas', ...wanted.counts }, 'account change accepted');
  wake([target]);
  return { kind: 'changed', exchangeId, settled };
}

function requestOf(
  wanted: WantedChange,
  {
    account,
    before,
    target,
  }: {
    readonly account: Omit<Account, 'changedBy'>;
    readonly before: Account | undefined;
    readonly target: string;
  },
  newId: IdSource,
): NewRequest {
  const { caller, digest, search, practitioner, counts } = wanted;
  const [first] = account.identifiers;
  const facts: ChangeFacts = {
    flow: 'sas',
    digest,
    status: search === undefined || before === undefined ? 201 : 200,
    account: account.id,
    lookup: { system: first?.system, value: first?.value ?? '' },
    before,
  };
  return callRequest({
    exchangeId: newId(),
    deliveryId: newId(),
    application: caller,
    from: { application: 'sas', facility: '', controlId: digest },
    digest,
    since: 0,
    facts: JSON.stringify(facts),
    target,
    // One for both targets: what is wanted of an account leaves in its order.
    lane: `fhir:sas|${account.id}`,
    payloads: [callPayload(withId(practitioner, account.id))],
    counts,
  });
}
