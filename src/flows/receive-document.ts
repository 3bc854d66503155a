import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Budget } from '../basics/budget.ts';
import type { Limit } from '../basics/limit.ts';
import { type Fault, toGatewayError } from '../errors/gateway-error.ts';
import { documentSubject } from '../formats/mail/document-subject.ts';
import type { Exchange, Journal, Place, RecordedMail } from '../journal/journal.ts';
import type { InboxMail } from '../peers/interfaces.ts';
import { filingDelivery } from './file-mail.ts';
import { keepMail } from './kept-mail.ts';
import { fromMailPlace } from './mail-place.ts';
import type { PlanContext } from './plan-document.ts';
import { planMail, senderInClear } from './plan-mail.ts';
import type { Reader } from './reading/reader.ts';
import { headOnly } from './reading/read-mail.ts';
import type { MailFacts, Reading } from './reading/reading.ts';
import { seenAgain } from './seen-again.ts';
import type { Woken } from './settings.ts';

/** A mail that was begun this many times and never finished is set aside unread. */
const MAX_READINGS = 3;

export interface ReceiveContext extends PlanContext {
  readonly journal: Journal;
  readonly reader: Reader;
  /** Bytes of mails in hand at once, over all mailboxes. */
  readonly memory: Budget;
  /** Mails being read, planned and recorded at once: what an archive inflates to is bounded by their number. */
  readonly readings: Limit;
  readonly log: Logger;
}

/**
 * Brings a mail of the inbox into the journal: seen, fetched, read, recorded. Once it resolves the mail is safe; every
 * delivery that it gave rise to stands in the journal (docs/design.md §3).
 */
export async function receiveMail(mail: InboxMail, context: ReceiveContext): Promise<Woken> {
  const { journal, mailbox, application, log } = context;
  const place = fromMailPlace({
    folder: mailbox.folders.inbox,
    uidValidity: mail.uidValidity,
    uid: mail.uid,
  });
  for (;;) {
    const { exchangeId, readings } = await journal.see({
      mailbox: mailbox.name,
      application: application.name,
      place,
    });
    if (readings >= MAX_READINGS) return setAside(exchangeId, undefined, { code: 'MAIL-010' }, context);
    if (mail.size > mailbox.maxMail) {
      return setAside(
        exchangeId,
        await mail.fetchHead(),
        { code: 'MAIL-001', fields: { size: mail.size } },
        context,
      );
    }
    const woken = await context.memory.spend(mail.size, () =>
      fetchAndRecord(exchangeId, mail, place, context),
    );
    if (woken !== undefined) return woken;
    log.warn({ exchange: exchangeId, readings }, 'reading did not come to an end');
  }
}

async function fetchAndRecord(
  exchangeId: string,
  mail: InboxMail,
  place: Place,
  context: ReceiveContext,
): Promise<Woken | undefined> {
  const { journal, log } = context;
  let raw: Uint8Array | undefined;
  try {
    raw = await mail.fetch(context.mailbox.maxMail);
  } catch (thrown) {
    const { code, fault } = toGatewayError(thrown);
    // Larger than the server had announced.
    if (code === 'MAIL-001') return setAside(exchangeId, await mail.fetchHead(), fault, context);
    throw thrown;
  }
  if (raw === undefined) {
    await journal.vanish(exchangeId, { code: 'MAIL-012' });
    log.warn({ exchange: exchangeId, code: 'MAIL-012' }, 'mail gone before it was read');
    return [];
  }
  return context.readings.run(() => readAndRecord(exchangeId, raw, place, context));
}

/** Reads a mail again at a person's wish, wherever it lies now. */
export async function rereadMail(
  { id: exchangeId, readings }: Exchange,
  raw: Uint8Array,
  context: ReceiveContext,
): Promise<Woken> {
  if (readings >= MAX_READINGS) return setAside(exchangeId, raw, { code: 'MAIL-010' }, context);
  if (raw.byteLength > context.mailbox.maxMail) {
    return setAside(exchangeId, raw, { code: 'MAIL-001', fields: { size: raw.byteLength } }, context);
  }
  const woken = await context.readings.run(() => readAndRecord(exchangeId, raw, undefined, context));
  return woken ?? setAside(exchangeId, undefined, { code: 'MAIL-010' }, context);
}

async function readAndRecord(
  exchangeId: string,
  raw: Uint8Array,
  /** Where a mail not read before lies in the inbox. */
  newAt: Place | undefined,
  context: ReceiveContext,
): Promise<Woken | undefined> {
  const { journal, reader } = context;
  const result = await reader.read(raw, () => journal.beginReading(exchangeId));
  if ('unfinished' in result) return undefined;
  const { reading } = result;
  try {
    return await recordReading(exchangeId, digestOf(raw), reading, newAt, context);
  } catch (thrown) {
    // The mail was read to its end: whatever keeps it from being recorded, a full disk first of all, is not its doing.
    await journal.forgiveReading(exchangeId).catch(() => undefined);
    throw thrown;
  }
}

async function recordReading(
  exchangeId: string,
  digest: string,
  reading: Reading,
  newAt: Place | undefined,
  context: ReceiveContext,
): Promise<Woken> {
  const { journal, log } = context;
  const { messageId } = reading.outer;
  const earlier = newAt && (await journal.recognise(exchangeId, messageId, digest));
  if (earlier) return seenAgain(exchangeId, newAt, earlier, context);
  const recorded = await planMail(exchangeId, digest, reading, context);
  await journal.record(recorded);
  log.info(
    {
      exchange: exchangeId,
      nature: recorded.nature,
      documents: recorded.documents.length,
      ...(recorded.fault === undefined ? {} : { code: recorded.fault.code }),
    },
    'mail recorded',
  );
  return wokenBy(recorded);
}

/** A mail that cannot be read whole waits for a person, with what its headers tell. */
async function setAside(
  exchangeId: string,
  head: Uint8Array | undefined,
  fault: Fault,
  context: ReceiveContext,
): Promise<Woken> {
  const facts: MailFacts | undefined = head === undefined ? undefined : headOnly(head);
  const recorded: RecordedMail = {
    exchangeId,
    nature: 'unusable',
    state: 'held',
    messageId: facts?.messageId,
    digest: undefined,
    sender: senderInClear(facts?.from?.address),
    fault,
    documents: [],
    deliveries: [filingDelivery(exchangeId, 'failed', context, context.mailbox.name)],
    payloads:
      facts === undefined
        ? []
        : keepMail({
            facts,
            documentSubject: documentSubject(facts.subject, []),
            attachments: [],
            leftOut: true,
          }),
    events: [{ type: 'held', data: { code: fault.code } }],
  };
  await context.journal.record(recorded);
  context.log.warn({ exchange: exchangeId, code: fault.code }, 'mail set aside');
  return wokenBy(recorded);
}

/** SHA-256 of what follows the headers: a relay that sends a mail twice changes trace headers, not the body. */
function digestOf(raw: Uint8Array): string {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const crlf = text.indexOf('\r\n\r\n');
  const lf = text.indexOf('\n\n');
  const end = crlf >= 0 && (lf < 0 || crlf < lf) ? crlf : Math.max(lf, 0);
  return createHash('sha256').update(text.subarray(end)).digest('base64url');
}

function wokenBy(recorded: RecordedMail): Woken {
  const zams = (recorded.receipts ?? []).flatMap(({ zam }) => zam ?? []);
  const owed = [...recorded.documents.map(({ delivery }) => delivery), ...recorded.deliveries, ...zams];
  return [...new Set(owed.filter(({ start }) => start.state === 'waiting').map(({ target }) => target))];
}
