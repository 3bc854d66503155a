import { GatewayError } from '../errors/gateway-error.ts';
import { smtpErrorOf } from '../formats/hl7/smtp-error-codes.ts';
import type { Attempt } from '../journal/dispatcher.ts';
import type { Delivery, NewDelivery, Recipient, SentMail, SubmittedRecipient } from '../journal/journal.ts';
import { payloadName } from '../journal/payload-rows.ts';
import type { MailSender, SubmittedTo } from '../peers/interfaces.ts';
import { type FailureContext, type SmtpError, zamOfFailure } from './failed-recipients.ts';
import { addressOf, keptRequest } from './kept-request.ts';
import type { OutgoingSettings } from './settings.ts';

export interface SendContext extends FailureContext {
  readonly sender: MailSender;
  readonly outgoing: OutgoingSettings;
}

/**
 * Submits a document mail to those of its recipients for whom the operator has not answered yet: refused for one of
 * them it has left for the others; put off for one of them it is tried again for that one alone. Its bytes and
 * Message-ID are those fixed when it was prepared.
 *
 * @throws GatewayError JRN-007 when they are kept no more, JRN-004 when they cannot be unsealed, SMTP-… of the sender
 */
export async function sendMail(delivery: Delivery, context: SendContext): Promise<Attempt> {
  const { journal, sender, outgoing, clock } = context;
  const mail = await journal.sentMail(delivery.id);
  if (mail === undefined) throw new GatewayError('JRN-007');
  const waiting = await withAddresses(mail, context);
  if (waiting.length === 0) return { ended: { outcome: outcomeOf(mail) } };
  const raw = await journal.payload(delivery.exchangeId, payloadName(delivery.id));
  const { from } = delivery.identifiers;
  if (raw === undefined || from === undefined) throw new GatewayError('JRN-007');
  const submission = await sender.submit(raw, {
    from,
    to: waiting.map(({ address }) => address),
    dsn: { envelopeId: delivery.id },
  });
  const answers = waiting.map(({ recipient, address }) => ({
    recipient,
    answer: submission.recipients.find(each => each.address === address) ?? UNANSWERED(address),
  }));
  const answered = answers.filter(({ answer }) => answer.result !== 'later');
  const putOff = answers.find(({ answer }) => answer.result === 'later')?.answer;
  const reportBy = submission.dsn ? clock.now().getTime() + outgoing.reportMs : undefined;
  const noted = async (): Promise<void> => {
    if (answered.length === 0) return;
    const recipients: SubmittedRecipient[] = [];
    for (const { recipient, answer } of answered) {
      recipients.push(await recordOf(recipient, answer, mail, context));
    }
    await journal.submitted(delivery.id, { recipients, reportBy });
  };
  if (putOff !== undefined) {
    return { later: new GatewayError('SMTP-005', { fields: replyFields(putOff) }), noted };
  }
  const taken = answered.some(({ answer }) => answer.result === 'accepted');
  return { ended: { outcome: taken ? 'accepted' : outcomeOf(mail) }, noted };
}

const UNANSWERED = (address: string): SubmittedTo => ({
  address,
  result: 'later',
  reply: undefined,
  status: undefined,
});

interface Addressed {
  readonly recipient: Recipient;
  readonly address: string;
}

async function withAddresses(mail: SentMail, { journal }: SendContext): Promise<Addressed[]> {
  const waiting = mail.recipients.filter(({ state }) => state === 'waiting');
  if (waiting.length === 0) return [];
  const kept = await keptRequest(journal, mail.exchange.id);
  return waiting.map(recipient => {
    const address = addressOf(recipient, kept);
    if (address === undefined) throw new GatewayError('JRN-007');
    return { recipient, address };
  });
}

function outcomeOf({ recipients }: SentMail): 'accepted' | 'refused' {
  return recipients.some(({ state }) => state === 'sent') ? 'accepted' : 'refused';
}

async function recordOf(
  recipient: Recipient,
  { result, reply, status }: SubmittedTo,
  mail: SentMail,
  context: SendContext,
): Promise<SubmittedRecipient> {
  if (result === 'accepted') {
    return { recipientId: recipient.id, state: 'sent', owed: [], hold: undefined };
  }
  const error = smtpErrorOf({ reply, status });
  const about = { exchangeId: mail.exchange.id, application: mail.exchange.application, facts: mail.facts };
  const owed: NewDelivery[] = await zamOfFailure(about, [recipient], error, context);
  const hold =
    owed.length > 0 ? undefined : ({ code: 'OUT-002', detail: `${error.code} : ${error.label}` } as const);
  return { recipientId: recipient.id, state: 'refused', ...error, owed, hold };
}

function replyFields({ reply, status }: SubmittedTo): Readonly<Record<string, string>> {
  return {
    ...(reply === undefined ? {} : { reply }),
    ...(status === undefined ? {} : { enhanced: status }),
  };
}

/**
 * What is owed when a mail waits for a person, or when one gives it up: those who asked learn that it has not reached
 * whom the operator has not answered for.
 */
export async function owedWhenUnsent(
  delivery: Delivery,
  error: SmtpError,
  context: FailureContext,
): Promise<NewDelivery[]> {
  const mail = await context.journal.sentMail(delivery.id);
  if (mail === undefined) return [];
  const waiting = mail.recipients.filter(({ state }) => state === 'waiting');
  const about = { exchangeId: mail.exchange.id, application: mail.exchange.application, facts: mail.facts };
  return zamOfFailure(about, waiting, error, context);
}
