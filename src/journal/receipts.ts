import { addEvent, type JournalContext } from './context.ts';
import type { Statements } from './engine.ts';
import type { NewReceipt, Recipient } from './journal.ts';
import { oweWithBytes } from './owing.ts';
import { bytesOf, packAll } from './payload-rows.ts';
import type { PackedPayload } from './payloads.ts';
import { reportOf } from './reports.ts';
import { recipientOf } from './rows.ts';
import { settleReport } from './settling.ts';
import * as requests from './sql-requests.ts';

/** What the transaction that records a mail applies of its receipts. */
export interface ReceiptsOfMail {
  /** The mail's own. */
  readonly exchangeId: string;
  readonly receipts: readonly NewReceipt[];
  /** The bytes of every ZAM that they may give rise to. */
  readonly packed: readonly PackedPayload[];
}

/** Deflates and seals the ZAM of receipts outside the transaction. */
export async function packReceipts(
  context: JournalContext,
  receipts: readonly NewReceipt[],
): Promise<PackedPayload[]> {
  const packed: PackedPayload[] = [];
  for (const { exchangeId, zam } of receipts) {
    if (zam !== undefined) packed.push(...(await packAll(context, exchangeId, bytesOf([zam]))));
  }
  return packed;
}

/**
 * Applies what a mail says of mails of ours, in the transaction that records it. The first to say how one ended wins:
 * the same word again and a contradiction are events, and a failure after a success a person's business (issue 2,
 * “Receipts”).
 */
export async function applyReceipts(
  statements: Statements,
  { exchangeId, receipts, packed }: ReceiptsOfMail,
  at: number,
): Promise<void> {
  for (const receipt of receipts) {
    const row = await statements.first(requests.RECIPIENT_GET, receipt.recipientId);
    if (row === undefined) {
      // Its request was purged since it was matched.
      await addEvent(statements, exchangeId, at, { type: 'receipt-matches-nothing' });
      continue;
    }
    const recipient = recipientOf(row);
    const { aspect, outcome, code } = receipt;
    const before = recipient[aspect];
    const type =
      before === undefined ? 'receipt' : before === outcome ? 'receipt-again' : 'receipt-contradicts';
    await addEvent(statements, exchangeId, at, {
      type: 'receipt-for',
      data: { exchange: recipient.exchangeId },
    });
    await addEvent(statements, recipient.exchangeId, at, {
      type,
      // Whom it is about.
      deliveryId: (await reportOf(statements, recipient))?.id,
      data: { aspect, outcome, by: exchangeId, ...(code === undefined ? {} : { code }) },
    });
    if (type === 'receipt') await takeUp(statements, receipt, recipient, packed, at);
    if (type === 'receipt-contradicts' && outcome === 'refused') {
      await oweWithBytes(statements, receipt, [receipt.failure], [], at);
    }
  }
}

/** The first word on a recipient: remembered, and told to whoever asked or shown to a person. */
async function takeUp(
  statements: Statements,
  receipt: NewReceipt,
  recipient: Recipient,
  packed: readonly PackedPayload[],
  at: number,
): Promise<void> {
  if (receipt.aspect === 'reception') await takeUpReception(statements, receipt, recipient, at);
  else await takeUpReading(statements, receipt, recipient, at);
  if (receipt.zam === undefined) return;
  const { zam } = receipt;
  const owed = await oweWithBytes(statements, receipt, [zam], packed, at);
  if (owed.length > 0) return;
  // A Z02 that said N because no report came, or because the mail waited for a person, is followed by the real one.
  await oweWithBytes(statements, receipt, [{ ...zam, subject: `${zam.subject}:late` }], packed, at);
}

/**
 * A report may come before the operator's answer to the submission is recorded, or where a crash has kept it from being:
 * a mail that was delivered is not sent to that recipient again.
 */
async function takeUpReception(
  statements: Statements,
  receipt: NewReceipt,
  recipient: Recipient,
  at: number,
): Promise<void> {
  const { outcome } = receipt;
  await statements.run(requests.RECIPIENT_RECEPTION, outcome, recipient.id);
  if (outcome === 'accepted') await statements.run(requests.RECIPIENT_SUBMITTED, 'sent', recipient.id);
  const report = await reportOf(statements, recipient);
  if (report !== undefined) await settleReport(statements, report, receipt, at);
}

async function takeUpReading(
  statements: Statements,
  receipt: NewReceipt,
  recipient: Recipient,
  at: number,
): Promise<void> {
  const { outcome, hold, failure } = receipt;
  await statements.run(requests.RECIPIENT_READING, outcome, recipient.id);
  if (hold === undefined) return;
  const held = { ...failure, start: { state: 'held', fault: hold } } as const;
  await oweWithBytes(statements, receipt, [held], [], at);
}
