import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import { explain, type Fault, GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import { OTHER_ERROR } from '../formats/hl7/error-tables.ts';
import { isPatientAddress } from '../formats/hl7/request-address.ts';
import { buildErrorMail } from '../formats/mail/error-mail.ts';
import { parseHeaderBlock, splitHeaderBlock } from '../formats/mail/header-block.ts';
import { readHead } from '../formats/mail/mail-head.ts';
import { buildMdn } from '../formats/mail/mdn.ts';
import { type NotificationDecision, notificationFor } from '../formats/mail/notification-policy.ts';
import type { DocumentResult, NotificationInput } from '../formats/mail/types.ts';
import { payloadName } from '../journal/payload-rows.ts';
import type { Attempt } from '../journal/dispatcher.ts';
import type {
  Delivery,
  Exchange,
  ExchangeView,
  Journal,
  NewDelivery,
  NewEvent,
  Outcome,
} from '../journal/journal.ts';
import type { MailSender } from '../peers/interfaces.ts';
import { filingDelivery } from './file-mail.ts';
import { type KeptMail, keptMail } from './kept-mail.ts';
import { type GatewaySettings, type MailboxSettings, targetOf, type Woken } from './settings.ts';

export interface NotifyContext {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly gateway: GatewaySettings;
  readonly mailbox: MailboxSettings;
}

/** How a mail ended as a whole. */
interface Conclusion {
  readonly outcome: Outcome;
  readonly error: { readonly code: string; readonly label: string } | undefined;
  readonly documents: readonly DocumentResult[];
}

/**
 * Once every document of a mail has ended: fixes what the mail as a whole became, tells its sender once, and has it
 * filed. A mail concluded before (a person sent a refused document again) is filed anew and nobody is told twice.
 */
export async function concludeMail(exchangeId: string, context: NotifyContext): Promise<Woken> {
  const { journal, mailbox } = context;
  const view = await journal.exchange(exchangeId);
  if (view === undefined || view.exchange.state !== 'open') return [];
  // One that ends just after this look would let the journal take a conclusion that does not know how it ended.
  if (view.documents.some(({ delivery }) => delivery.state !== 'done')) return [];
  const conclusion = concluded(view);
  const file = filingDelivery(
    exchangeId,
    conclusion.outcome === 'accepted' ? 'done' : 'failed',
    context,
    mailbox.name,
  );
  const notification = await notificationOf(view.exchange, conclusion, context);
  const hold = notification.delivery === undefined ? unheard(view, conclusion) : undefined;
  await journal.conclude(exchangeId, {
    outcome: conclusion.outcome,
    code: conclusion.error?.code,
    hold,
    deliveries: [file, ...(notification.delivery === undefined ? [] : [notification.delivery])],
    events: [
      notification.event,
      ...(hold === undefined ? [] : [{ type: 'held', data: { code: hold.code } } as const]),
    ],
  });
  return [targetOf.imap(mailbox.name), targetOf.smtp(mailbox.name)];
}

/**
 * Fixes what became of a mail whose mailbox is no longer configured: nobody can be told and nothing filed, so a person
 * has it (MAIL-013).
 */
export async function concludeWithoutMailbox(exchangeId: string, journal: Journal): Promise<void> {
  const view = await journal.exchange(exchangeId);
  if (view === undefined || view.documents.some(({ delivery }) => delivery.state !== 'done')) return;
  const { outcome, error } = concluded(view);
  const hold: Fault = { code: 'MAIL-013' };
  await journal.conclude(exchangeId, {
    outcome,
    code: error?.code,
    hold,
    deliveries: [],
    events: [{ type: 'held', data: { code: hold.code } }],
  });
}

/** One refused document makes the mail refused, with the first refusal's code; then one abandoned; else accepted. */
function concluded({ exchange, documents }: ExchangeView): Conclusion {
  const { fault, abandonReason } = exchange;
  if (documents.length === 0) {
    const abandoned = abandonReason !== undefined;
    const reason = abandoned ? abandonReason : fault && explain(fault);
    const outcome = abandoned ? 'abandoned' : 'refused';
    const archive = {
      label: 'Archive IHE_XDM.zip',
      uniqueId: undefined,
      action: undefined,
      uncertain: false,
    };
    return { outcome, error: OTHER_ERROR, documents: [{ ...archive, outcome, error: OTHER_ERROR, reason }] };
  }
  const results = documents.map(({ document, delivery }): DocumentResult => {
    const { outcome = 'abandoned', code, label, reason } = delivery.ending ?? {};
    return {
      label: document.typeLabel ?? 'Document',
      uniqueId: document.uniqueId,
      action: document.action,
      outcome,
      uncertain: outcome === 'abandoned' && delivery.ambiguous > 0,
      error:
        outcome === 'accepted'
          ? undefined
          : { code: code ?? OTHER_ERROR.code, label: label ?? OTHER_ERROR.label },
      reason,
    };
  });
  const worst =
    results.find(({ outcome }) => outcome === 'refused') ??
    results.find(({ outcome }) => outcome === 'abandoned');
  return { outcome: worst?.outcome ?? 'accepted', error: worst?.error, documents: results };
}

/**
 * A refusal that nobody hears of is a person's to deal with, whatever the reason for the silence (docs/design.md §4,
 * invariant 2).
 */
function unheard({ exchange, deliveries }: ExchangeView, { outcome }: Conclusion): Fault | undefined {
  const told = deliveries.some(({ kind }) => kind === 'mdn' || kind === 'error-mail');
  if (outcome !== 'refused' || told) return undefined;
  const { fault } = exchange;
  return { code: 'DOC-004', ...(fault === undefined ? {} : { detail: explain(fault) }) };
}

async function notificationOf(
  exchange: Exchange,
  conclusion: Conclusion,
  context: NotifyContext,
): Promise<{ delivery?: NewDelivery; event: NewEvent }> {
  if (exchange.concludedAt !== undefined) return silent('notified-before');
  const kept = await keptOrNot(context.journal, exchange.id);
  if (kept === undefined) return silent('mail-not-readable');
  if (kept.facts.messageId === undefined) return silent('no-message-id');
  const { notify, address } = context.mailbox;
  const outcome = conclusion.outcome === 'accepted' ? 'accepted' : 'refused';
  const decision = notificationFor({ mail: kept.facts, outcome, notify, ownAddress: address });
  if (decision.kind === 'none') return silent(decision.because);
  return {
    delivery: notificationDelivery(exchange, kept, kept.facts.messageId, conclusion, decision, context),
    event: { type: 'notification-owed', data: { kind: decision.kind } },
  };
}

function silent(because: string): { event: NewEvent } {
  return { event: { type: 'not-notified', data: { because } } };
}

/** Bytes sealed with a key that is no longer configured must not keep the mail from being concluded. */
async function keptOrNot(journal: Journal, exchangeId: string): Promise<KeptMail | undefined> {
  try {
    return await keptMail(journal, exchangeId);
  } catch (error) {
    if (toGatewayError(error).code === 'JRN-004') return undefined;
    throw error;
  }
}

function notificationDelivery(
  exchange: Exchange,
  kept: KeptMail,
  originalId: string,
  { error, documents }: Conclusion,
  decision: Exclude<NotificationDecision, { kind: 'none' }>,
  { clock, newId, gateway, mailbox }: NotifyContext,
): NewDelivery {
  const id = newId();
  const { facts, attachments, leftOut, documentSubject } = kept;
  const messageId = `<${id}@${mailbox.address.split('@').at(-1)}>`;
  const input: NotificationInput = {
    messageId,
    date: clock.now(),
    from: { address: mailbox.address, name: mailbox.displayName },
    to: decision.to,
    audience: decision.to === mailbox.notify.errorMailbox ? 'establishment' : 'sender',
    nil: gateway.nil,
    product: gateway.product,
    original: {
      messageId: originalId,
      subject: facts.subject,
      from: facts.from?.address,
      date: facts.date,
      headerBlock: facts.headerBlock,
      text: facts.text,
      finalRecipient: mailbox.address,
      // Quirk M6.
      originalRecipient:
        facts.originalRecipient ?? facts.deliveredTo ?? facts.to[0]?.address ?? mailbox.address,
      attachments,
      attachmentsLeftOut: leftOut,
    },
    documents,
    error,
    documentSubject,
  };
  const target = targetOf.smtp(mailbox.name);
  return {
    id,
    kind: decision.kind,
    target,
    subject: '',
    lane: `${target}|${exchange.id}`,
    identifiers: {
      messageId,
      from: mailbox.notify.envelopeFrom === 'null' ? '' : mailbox.address,
      // A patient's address is the INS: it stands in the sealed bytes alone.
      ...(isPatientAddress(decision.to) ? {} : { to: decision.to }),
    },
    start: { state: 'waiting' },
    payload:
      decision.kind === 'mdn' || error === undefined ? buildMdn(input) : buildErrorMail({ ...input, error }),
  };
}

/**
 * Submits a notification; its bytes and Message-ID are those fixed when it was owed.
 *
 * @throws GatewayError JRN-007 when they are kept no more, JRN-004 when they cannot be unsealed, SMTP-… of the sender
 */
export async function sendNotification(
  delivery: Delivery,
  { journal, sender }: { readonly journal: Journal; readonly sender: MailSender },
): Promise<Attempt> {
  const raw = await journal.payload(delivery.exchangeId, payloadName(delivery.id));
  const { from = '' } = delivery.identifiers;
  const to = delivery.identifiers['to'] ?? (raw && addresseeOf(raw));
  if (raw === undefined || to === undefined) throw new GatewayError('JRN-007');
  await sender.send(raw, { from, to: [to] });
  return { ended: { outcome: 'accepted' } };
}

function addresseeOf(raw: Uint8Array): string | undefined {
  return readHead(parseHeaderBlock(splitHeaderBlock(raw).block)).to[0]?.address;
}
