import { explain, GatewayError } from '../errors/gateway-error.ts';
import type { Attempt } from '../journal/dispatcher.ts';
import type { Delivery, NewDelivery, Recipient } from '../journal/journal.ts';
import { type FailureContext, NOT_SENT, zamOfFailure } from './failed-recipients.ts';
import { keptDocuments, type KeptRequest, keptRequest } from './kept-request.ts';
import type { PreparedMail } from './preparing/prepare-mails.ts';
import type { Preparer } from './preparing/preparer.ts';
import { reportDelivery } from './report-overdue.ts';
import { type MailboxSettings, type OutgoingSettings, targetOf } from './settings.ts';

/** A preparation that was begun this many times and never finished is set aside. */
const MAX_PREPARATIONS = 3;

export interface PrepareContext extends FailureContext {
  readonly preparer: Preparer;
  readonly outgoing: OutgoingSettings;
  /** Every mailbox that mails leave from, by name. */
  readonly mailboxes: ReadonlyMap<string, MailboxSettings>;
}

/**
 * Makes the mails of a request, and has them sent: their bytes and identifiers are fixed here, for every attempt.
 *
 * @throws GatewayError JRN-007 when the request is kept no more, MAIL-013 when its mailbox is not configured any more, OUT-011 when
 *   the preparation did not come to its end, GEN-002
 */
export async function prepareRequest(delivery: Delivery, context: PrepareContext): Promise<Attempt> {
  const { journal, preparer, outgoing, clock } = context;
  const { exchangeId } = delivery;
  const mailbox = context.mailboxes.get(delivery.mailbox);
  if (mailbox === undefined) throw new GatewayError('MAIL-013');
  const request = await keptRequest(journal, exchangeId);
  const documents = request && (await keptDocuments(journal, exchangeId, request));
  if (request === undefined || documents === undefined) throw new GatewayError('JRN-007');
  const job = {
    request,
    documents,
    source: outgoing.source,
    time: clock.now(),
    from: { address: mailbox.address, name: mailbox.displayName },
    domain: mailbox.address.split('@').at(-1) ?? '',
    replyTo: mailbox.replyTo,
    nil: outgoing.nil,
  };
  const outcome = await preparer.prepare(job, delivery.attempts);
  if ('unfinished' in outcome) {
    return delivery.attempts < MAX_PREPARATIONS
      ? { later: new GatewayError('OUT-011', { fields: { because: outcome.unfinished } }) }
      : { hold: { code: 'OUT-006', fields: { because: outcome.unfinished } } };
  }
  if ('fault' in outcome) {
    const { fault } = outcome;
    return { hold: { code: 'OUT-006', detail: explain(fault), fields: { cause: fault.code } } };
  }
  const recipients = await journal.recipients(exchangeId);
  return {
    ended: { outcome: 'accepted' },
    owed: outcome.result.flatMap(mail => owedFor(mail, mailbox, request, recipients, context)),
  };
}

/** The mail, and the operator's word on each of its recipients. */
function owedFor(
  { id, audience, messageId, raw }: PreparedMail,
  mailbox: MailboxSettings,
  request: KeptRequest,
  recipients: readonly Recipient[],
  { newId }: PrepareContext,
): NewDelivery[] {
  const target = targetOf.smtp(mailbox.name);
  const application = request.application;
  return [
    {
      id,
      kind: 'mail',
      target,
      subject: audience,
      // One that the operator puts off keeps none waiting but what replaces it, which waits for it by name.
      lane: `${target}|${id}`,
      identifiers: { messageId, from: mailbox.address },
      start: { state: 'waiting' },
      payload: raw,
    },
    ...recipients
      .filter(({ mailId }) => mailId === id)
      .map(({ id: recipientId, address }) =>
        reportDelivery({ id: newId(), application, mailId: id, recipientId, address }),
      ),
  ];
}

/** What is owed when a request's mails cannot be made: those who asked learn that nobody was reached. */
export async function owedWhenUnprepared(
  { exchangeId }: Delivery,
  context: FailureContext,
): Promise<NewDelivery[]> {
  const facts = await context.journal.requestFacts(exchangeId);
  if (facts === undefined) return [];
  const recipients = await context.journal.recipients(exchangeId);
  return zamOfFailure({ exchangeId, ...facts }, recipients, NOT_SENT, context);
}
