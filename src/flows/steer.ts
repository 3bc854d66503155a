import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import { describe } from '../errors/catalogue.ts';
import { explain, type Fault, GatewayError } from '../errors/gateway-error.ts';
import { controlIdOf, withControlId } from '../formats/hl7/control-id.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { payloadName } from '../journal/payload-rows.ts';
import type { Delivery, DeliveryKind, ExchangeView, Journal, NewDelivery } from '../journal/journal.ts';
import { NOT_SENT } from './failed-recipients.ts';
import { keptRequest } from './kept-request.ts';
import { owedWhenUnprepared } from './prepare-request.ts';
import { withOrder } from './publishing/publication-record.ts';
import { owedWhenUnpublished } from './publishing/owed-zam.ts';
import { rereadDelivery } from './reread-mail.ts';
import { owedWhenUnsent } from './send-mail.ts';
import { dmpSubject } from './zam-delivery.ts';

export interface SteerContext {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newId: IdSource;
  /** Who acts, for the history. */
  readonly by: string;
}

/** What whoever sends again has made sure of, or wants. */
export interface RetryOptions {
  /** Document and patient belong together. */
  readonly confirmed: boolean;
  /** A replacement of a document that the DMP does not know goes there as a new one, and nothing else is sent. */
  readonly asNew: boolean;
  /** Only what waits for this reason; by default all that waits. */
  readonly heldBy: ErrorCode;
}

/**
 * Sends again what waits for a person: a mail read anew, held documents and notifications; where nothing waits, the
 * documents that were refused. A document leaves under a new MSH-10 (docs/design.md §4, invariant 3).
 *
 * @returns how many deliveries go out again.
 * @throws GatewayError JRN-005 when there is nothing that could be sent again, JRN-006 when it must be confirmed first,
 *   JRN-004 when a document's message cannot be unsealed.
 */
export async function retryExchange(
  exchangeId: string,
  context: SteerContext,
  { confirmed = false, asNew = false, heldBy }: Partial<RetryOptions> = {},
): Promise<number> {
  const view = await load(exchangeId, context);
  if (asNew) return depositAsNew(view, context);
  const { exchange, deliveries } = view;
  const isMeant = (fault: Fault | undefined): boolean => heldBy === undefined || fault?.code === heldBy;
  if (exchange.state === 'held' && exchange.concludedAt === undefined && isMeant(exchange.fault)) {
    await context.journal.reread(
      exchangeId,
      rereadDelivery(exchangeId, exchange.mailbox, context.newId),
      context.by,
    );
    return 1;
  }
  const outdated = deliveries.filter(delivery => isMeant(delivery.hold) && isOutdated(delivery, deliveries));
  for (const { id } of outdated) await context.journal.abandon(id, OUTDATED, context.by);
  const held = deliveries.filter(
    delivery => delivery.state === 'held' && isMeant(delivery.hold) && !outdated.includes(delivery),
  );
  const refused =
    heldBy === undefined
      ? deliveries.filter(({ kind, ending }) => kind === 'mdm' && ending?.outcome === 'refused')
      : [];
  const doubt = held.find(({ hold }) => hold !== undefined && describe(hold.code).doubt)?.hold;
  if (doubt !== undefined && !confirmed) throw new GatewayError('JRN-006', { detail: explain(doubt) });
  let sent = 0;
  for (const delivery of held.length > 0 ? held : refused) sent += await resend(delivery, context);
  if (sent === 0 && outdated.length === 0) {
    const detail =
      held.length + refused.length === 0
        ? 'Rien n’attend dans cet échange, et aucun document n’y est refusé.'
        : held.some(({ kind }) => kind === 'report')
          ? 'Un courriel déjà parti ne peut pas être relancé : faites refaire l’envoi par le logiciel créateur, puis écartez l’échange avec un motif.'
          : 'Aucun message n’a pu être préparé, ou il n’est plus conservé : demandez un nouvel envoi, ou écartez l’échange avec un motif.';
    throw new GatewayError('JRN-005', { detail });
  }
  return sent;
}

/** What the DMP does not know cannot be replaced there (the code of the hold). */
const UNKNOWN_ORIGINAL: ErrorCode = 'DMP-008';

async function depositAsNew({ deliveries }: ExchangeView, context: SteerContext): Promise<number> {
  const held = deliveries.find(({ kind, hold }) => kind === 'dmp' && hold?.code === UNKNOWN_ORIGINAL);
  const request = held && (await keptRequest(context.journal, held.exchangeId));
  const mayBeNew = request !== undefined && (request.action === 'replace' || request.changesVisibility);
  if (held === undefined || !mayBeNew || request.action === 'delete') {
    throw new GatewayError('JRN-005', {
      detail:
        'Dans cet échange, aucun remplacement n’attend parce que le DMP ne connaît pas le document remplacé.',
    });
  }
  const { journal, newId, by } = context;
  const identifiers = withOrder(held, { order: newId(), asNew: true });
  await journal.resend(held.id, { identifiers, payload: undefined, by });
  return 1;
}

const OUTDATED = 'Un accusé plus récent a suivi celui-ci.';

/** A ZAM that a later word on its recipient, or on the DMP, has followed: sent now, it would have the last word. */
function isOutdated(delivery: Delivery, deliveries: readonly Delivery[]): boolean {
  const { kind, state } = delivery;
  return (
    kind === 'zam' &&
    state === 'held' &&
    deliveries.some(other => other.kind === kind && laterThan(delivery).includes(other.subject))
  );
}

/** Subjects of the ZAM that have the last word over one. */
function laterThan({ exchangeId, subject }: Delivery): string[] {
  const isNo = subject.startsWith(dmpSubject(exchangeId, 'N'));
  return [`${subject}:late`, ...(isNo ? [dmpSubject(exchangeId, 'Y')] : [])];
}

async function resend(delivery: Delivery, { journal, clock, newId, by }: SteerContext): Promise<number> {
  // The operator's word cannot be asked for again.
  if (delivery.kind === 'report') return 0;
  if (delivery.kind === 'dmp' || delivery.kind === 'fhir') {
    const identifiers = withOrder(delivery, { order: newId(), asNew: false });
    await journal.resend(delivery.id, { identifiers, payload: undefined, by });
    return 1;
  }
  if (delivery.kind !== 'mdm' && delivery.kind !== 'zam') {
    await journal.resend(delivery.id, { identifiers: delivery.identifiers, payload: undefined, by });
    return 1;
  }
  const message = await journal.payload(delivery.exchangeId, payloadName(delivery.id));
  if (message === undefined) return 0;
  const controlId = controlIdOf(newId());
  const payload = withControlId(message, controlId, clock.now());
  await journal.resend(delivery.id, { identifiers: { ...delivery.identifiers, controlId }, payload, by });
  return 1;
}

/** What a person may give up while it is still being tried. */
const GIVEN_UP: ReadonlySet<DeliveryKind> = new Set<DeliveryKind>([
  'mdm',
  'prepare',
  'mail',
  'zam',
  'dmp',
  'fhir',
]);

/**
 * What of a request is given up while a part waits for a person and the mails are still to leave: that part alone, or
 * all of it.
 */
export type AbandonScope = 'held' | 'all';

/**
 * Gives up what waits, with a reason that its sender will read (code 906).
 *
 * @param scope needed where a request has a part that waits for a person and mails that are still to leave
 * @returns how many deliveries were given up.
 * @throws GatewayError JRN-005 when nothing waits, or the scope is needed and not given.
 */
export async function abandonExchange(
  exchangeId: string,
  reason: string,
  context: SteerContext,
  scope?: AbandonScope,
): Promise<number> {
  const { exchange, deliveries } = await load(exchangeId, context);
  if (exchange.state === 'held') {
    await context.journal.abandonMail(exchangeId, reason, context.by);
    return 1;
  }
  const held = deliveries.filter(({ state }) => state === 'held');
  const waiting = deliveries.filter(({ state, kind }) => state === 'waiting' && GIVEN_UP.has(kind));
  const leaving = exchange.nature === 'request' && waiting.some(({ kind }) => kind !== 'zam');
  if (held.length > 0 && leaving && scope === undefined)
    throw new GatewayError('JRN-005', { detail: AMBIGUOUS });
  const given = scope === 'all' ? [...held, ...waiting] : held.length > 0 ? held : waiting;
  for (const delivery of given) {
    await context.journal.abandon(delivery.id, reason, context.by, await owedWhenGivenUp(delivery, context));
  }
  if (given.length === 0) throw new GatewayError('JRN-005', { detail: 'Rien n’attend dans cet échange.' });
  return given.length;
}

const AMBIGUOUS =
  'Une partie de cette demande attend une décision, et le reste (courriels, dépôt au DMP) est encore à partir. Pour tout écarter, ajoutez --all ; pour n’écarter que ce qui attend une décision, --held.';

/** Whoever asked to hear of a mail learns that it does not leave, unless that was told when it came to wait for a person. */
async function owedWhenGivenUp(delivery: Delivery, context: SteerContext): Promise<readonly NewDelivery[]> {
  if (delivery.kind === 'prepare') return owedWhenUnprepared(delivery, context);
  if (delivery.kind === 'dmp' && delivery.state === 'waiting') {
    return owedWhenUnpublished(delivery, { code: 'DMP-022' }, context);
  }
  return delivery.kind === 'mail' ? owedWhenUnsent(delivery, NOT_SENT, context) : [];
}

async function load(exchangeId: string, { journal }: SteerContext): Promise<ExchangeView> {
  const view = await journal.exchange(exchangeId);
  if (view === undefined)
    throw new GatewayError('JRN-005', { detail: 'Cet échange n’est pas dans le journal.' });
  return view;
}
