import { publicCode } from '../basics/public-code.ts';
import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import { APPLICATION_ERRORS } from '../formats/hl7/error-tables.ts';
import { isMailAddress } from '../formats/hl7/request-address.ts';
import { SMTP_ERRORS, smtpErrorOf } from '../formats/hl7/smtp-error-codes.ts';

import type { DsnFacts, ErrorMailFacts, MdnFacts, ReceiptFacts } from '../formats/mail/receipt-types.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { Journal, NewDelivery, NewEvent, NewReceipt, Recipient, SentMail } from '../journal/journal.ts';
import { addressOf, keptForAddresses, type KeptRequest, readFacts } from './kept-request.ts';
import { addressKeyOf } from './plan-request.ts';
import { zamDelivery } from './zam-delivery.ts';

export interface MatchContext {
  readonly journal: Pick<Journal, 'keyOf' | 'sentMail' | 'payload'>;
  readonly clock: Clock;
  readonly newId: IdSource;
}

/** What a receipt says of our mails. */
export interface MatchedReceipt {
  readonly receipts: readonly NewReceipt[];
  /** It tells of something that is not the end: a delay, a deletion. */
  readonly events: readonly NewEvent[];
  /** It speaks of a mail that left because of a request. */
  readonly found: boolean;
  /** Something of it could be tied to none of our recipients: a failure, or anything else. */
  readonly unmatched: 'failure' | 'other' | undefined;
}

/** One thing that a receipt says of one recipient, by whatever names it is known. */
export interface Saying {
  readonly aspect: NewReceipt['aspect'];
  /** Undefined for what is not the end. */
  readonly outcome: NewReceipt['outcome'] | undefined;
  readonly error: { readonly code: string; readonly label: string } | undefined;
  readonly addresses: readonly (string | undefined)[];
  /** Who has read the mail, where that is said: whoever the recipient sends mails on to. */
  readonly reader?: string | undefined;
}

/**
 * Finds the mail that a receipt speaks of, by its envelope id, then by the Message-ID that it returns, and of that mail
 * each recipient; and makes what is owed because of it. A mail to one recipient alone needs no address to be told.
 *
 * @param from who sent the receipt: of an error mail, or an MDN without Final-Recipient, the recipient
 */
export async function matchReceipt(
  facts: ReceiptFacts,
  from: string | undefined,
  context: MatchContext,
): Promise<MatchedReceipt> {
  const sayings = sayingsOf(facts, from);
  const mail = await findMail(facts, context.journal);
  if (mail === undefined) return { receipts: [], events: [], found: false, unmatched: worst(sayings) };
  const kept = await keptForAddresses(context.journal, mail.exchange.id, mail.recipients);
  const receipts: NewReceipt[] = [];
  const events: NewEvent[] = [];
  const strangers: Saying[] = [];
  const said = new Set<string>();
  let disputed = false;
  for (const saying of sayings) {
    const recipient = recipientOf(saying, mail, context.journal);
    const words = `${recipient?.id} ${saying.outcome}`;
    if (said.has(words)) continue;
    said.add(words);
    if (recipient === undefined) strangers.push(saying);
    else if (!isCredible(recipient, from, mail, context.journal)) disputed = true;
    else if (saying.outcome === undefined) events.push(progress(mail));
    else receipts.push(receiptOf(saying, saying.outcome, recipient, mail, kept, context));
  }
  const unmatched = sayings.length > 0 && strangers.length === 0 ? undefined : worst(strangers);
  return { receipts, events, found: true, unmatched: disputed ? 'failure' : unmatched };
}

/**
 * Everybody who has a mail knows its ids, and may write to us: nobody is believed about a recipient whom it cannot have
 * reached, and no recipient about another.
 */
function isCredible(
  { id, state }: Recipient,
  from: string | undefined,
  { delivery, recipients }: SentMail,
  journal: Pick<Journal, 'keyOf'>,
): boolean {
  const mayHaveLeft = state !== 'waiting' || delivery.state === 'sending' || delivery.ambiguous > 0;
  const author = from && addressKeyOf(from, journal);
  return (
    mayHaveLeft && recipients.every(({ id: other, addressKey }) => addressKey !== author || other === id)
  );
}

/** A report that names nobody is a bounce in a mail server's own words. */
function worst(sayings: readonly Saying[]): 'failure' | 'other' {
  return sayings.length === 0 || sayings.some(({ outcome }) => outcome === 'refused') ? 'failure' : 'other';
}

function progress({ exchange }: SentMail): NewEvent {
  return { type: 'receipt-progress', data: { exchange: exchange.id } };
}

async function findMail(
  facts: ReceiptFacts,
  journal: MatchContext['journal'],
): Promise<SentMail | undefined> {
  const ids =
    facts.report === 'dsn'
      ? [facts.envelopeId, deliveryIdOf(facts.originalMessageId)]
      : facts.report === 'mdn'
        ? [deliveryIdOf(facts.originalMessageId)]
        : facts.about.map(deliveryIdOf);
  for (const id of ids) {
    const mail = id === undefined ? undefined : await journal.sentMail(id);
    if (mail !== undefined) return mail;
  }
  return undefined;
}

/** Our Message-IDs begin with the delivery's id. */
function deliveryIdOf(messageId: string | undefined): string | undefined {
  return /^<([0-9a-f-]{36})@/.exec(messageId ?? '')?.[1];
}

/** @param from who sent the receipt */
export function sayingsOf(facts: ReceiptFacts, from: string | undefined): Saying[] {
  switch (facts.report) {
    case 'dsn':
      return dsnSayings(facts);
    case 'mdn':
      return [mdnSaying(facts, from)];
    case 'error-mail':
      return [errorMailSaying(facts, from)];
  }
}

/** `relayed` and `expanded` are the last that is heard of a success (RFC 3464 §2.3.3). */
function dsnSayings({ recipients }: DsnFacts): Saying[] {
  return recipients.map(({ action, original, final, reply, status }) => ({
    aspect: 'reception',
    outcome: action === 'delayed' ? undefined : action === 'failed' ? 'refused' : 'accepted',
    error: action === 'failed' ? smtpErrorOf({ reply, status }) : undefined,
    addresses: [original, final],
  }));
}

/** Says neither yes nor no: deleted, it was perhaps never read (quirk M16); `denied`, nobody is to know (RFC 2298). */
const TELLS_NOTHING: ReadonlySet<MdnFacts['disposition']> = new Set([undefined, 'deleted', 'denied']);

function mdnSaying(
  { disposition, error, finalRecipient, originalRecipient }: MdnFacts,
  from: string | undefined,
): Saying {
  const taken = TELLS_NOTHING.has(disposition) ? undefined : 'accepted';
  const outcome = error === undefined ? taken : 'refused';
  return {
    aspect: 'reading',
    outcome,
    error: error && labelled(error),
    addresses: [originalRecipient, finalRecipient, from],
    reader: finalRecipient,
  };
}

function errorMailSaying({ code }: ErrorMailFacts, from: string | undefined): Saying {
  return { aspect: 'reading', outcome: 'refused', error: labelled({ code, label: '' }), addresses: [from] };
}

/** The table's label where it knows the code. */
function labelled({ code, label }: { readonly code: string; readonly label: string }) {
  return { code, label: APPLICATION_ERRORS[code] ?? label };
}

/** What the journal keeps in clear: what another system wrote might name the patient, and goes to who asked alone. */
function withoutWords({ code, label }: { readonly code: string; readonly label: string }) {
  const known = APPLICATION_ERRORS[code] === label || SMTP_ERRORS.get(code) === label;
  return { code: publicCode(code), label: known ? label : undefined };
}

function recipientOf(
  { addresses }: Saying,
  { recipients }: SentMail,
  journal: Pick<Journal, 'keyOf'>,
): Recipient | undefined {
  for (const address of addresses) {
    const key = address === undefined ? undefined : addressKeyOf(address, journal);
    const found = recipients.find(({ addressKey }) => addressKey === key);
    if (found !== undefined) return found;
  }
  return recipients.length === 1 ? recipients[0] : undefined;
}

/** Why a person must see what nobody asked to hear of. */
const UNHEARD: Readonly<Record<NewReceipt['aspect'], ErrorCode>> = {
  reception: 'OUT-002',
  reading: 'OUT-004',
};

function receiptOf(
  { aspect, error, addresses, reader }: Saying,
  outcome: NewReceipt['outcome'],
  recipient: Recipient,
  mail: SentMail,
  kept: KeptRequest | undefined,
  context: MatchContext,
): NewReceipt {
  const { exchange } = mail;
  const facts = readFacts(mail.facts);
  const asked = aspect === 'reception' ? facts.ackReception : facts.ackReading;
  const address =
    elsewhere(reader, recipient, context.journal) ??
    addressOf(recipient, kept) ??
    addresses.find(each => each !== undefined);
  const zam =
    asked && address !== undefined
      ? zamDelivery(
          {
            kind: aspect === 'reception' ? 'Z02' : 'Z03',
            facts,
            application: exchange.application,
            recipient,
            address,
            error,
          },
          context,
        )
      : undefined;
  const told = error && withoutWords(error);
  const detail = told === undefined ? {} : { detail: [told.code, told.label].filter(Boolean).join(' : ') };
  const hold = outcome === 'refused' && zam === undefined ? { code: UNHEARD[aspect], ...detail } : undefined;
  return {
    recipientId: recipient.id,
    exchangeId: exchange.id,
    mailbox: exchange.mailbox,
    aspect,
    outcome,
    ...told,
    zam,
    hold,
    failure: failureDelivery(recipient, exchange.application, aspect, context),
  };
}

/** LECTEUR_MSS is the mailbox that has read the mail, DESTINATAIRE_MSS the one that it was sent to. */
function elsewhere(
  reader: string | undefined,
  { addressKey }: Recipient,
  journal: Pick<Journal, 'keyOf'>,
): string | undefined {
  const other = reader !== undefined && isMailAddress(reader) && addressKeyOf(reader, journal) !== addressKey;
  return other ? reader : undefined;
}

/** What stands on the worklist for a failure that no other delivery stands for. */
function failureDelivery(
  { id, mailId, address }: Recipient,
  application: string,
  aspect: NewReceipt['aspect'],
  { newId }: MatchContext,
): NewDelivery {
  return {
    id: newId(),
    kind: 'report',
    target: application,
    subject: `${id}:${aspect}`,
    lane: `report|${id}`,
    identifiers: { mail: mailId, ...(address === undefined ? {} : { to: address }) },
    start: { state: 'held', fault: { code: 'OUT-005' } },
  };
}
