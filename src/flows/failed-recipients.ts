import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import { smtpErrorOf } from '../formats/hl7/smtp-error-codes.ts';
import type { Delivery, Journal, NewDelivery, Recipient } from '../journal/journal.ts';
import { addressOf, keptForAddresses, type KeptRequest, readFacts } from './kept-request.ts';
import { zamDelivery } from './zam-delivery.ts';

export interface FailureContext {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newId: IdSource;
}

/** Why a mail failed, as table SMTPERRORCODE has it. */
export type SmtpError = ReturnType<typeof smtpErrorOf>;

/** Nobody waits for it any longer. */
export const TOO_LATE: SmtpError = smtpErrorOf({ reply: undefined, status: '4.4.7' });
/** It will not be sent, for a reason that no mail server gave. */
export const NOT_SENT: SmtpError = smtpErrorOf({ reply: undefined, status: undefined });

/** What is owed to the application that asked, of recipients whom a mail did not reach: a Z02 N each, where asked for. */
export async function zamOfFailure(
  mail: Pick<Delivery, 'exchangeId'> & { readonly application: string; readonly facts: string },
  recipients: readonly Recipient[],
  error: SmtpError,
  context: FailureContext,
): Promise<NewDelivery[]> {
  const facts = readFacts(mail.facts);
  if (!facts.ackReception) return [];
  const kept = await keptForAddresses(context.journal, mail.exchangeId, recipients);
  return recipients.flatMap(recipient =>
    failureZam(recipient, { kept, error, facts, application: mail.application }, context),
  );
}

function failureZam(
  recipient: Recipient,
  about: {
    readonly kept: KeptRequest | undefined;
    readonly error: SmtpError;
    readonly facts: ReturnType<typeof readFacts>;
    readonly application: string;
  },
  context: FailureContext,
): NewDelivery[] {
  const address = addressOf(recipient, about.kept);
  return address === undefined ? [] : [zamDelivery({ kind: 'Z02', recipient, address, ...about }, context)];
}
