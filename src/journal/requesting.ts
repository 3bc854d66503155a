import { addEvent, type JournalContext, now } from './context.ts';
import { addDocument } from './document-rows.ts';
import type { Statements } from './engine.ts';
import { endDelivery } from './ending.ts';
import type { Delivery, Journal, NewRequest, RequestName, SubmittedRecipient } from './journal.ts';
import { owe, oweWithBytes } from './owing.ts';
import { ANSWER, bytesOf, packAll, putPayloads } from './payload-rows.ts';
import type { PackedPayload } from './payloads.ts';
import { owedBefore, putPlatformIds } from './platform-id-rows.ts';
import { reportOf } from './reports.ts';
import { waitForOriginalRequest } from './request-order.ts';
import { deliveryOf, exchangeOf, recipientOf, text } from './rows.ts';
import { settleReport } from './settling.ts';
import * as sql from './sql.ts';
import * as requests from './sql-requests.ts';

type Requesting = Pick<
  Journal,
  | 'acceptRequest'
  | 'recogniseRequest'
  | 'recipients'
  | 'requestFacts'
  | 'sentMail'
  | 'submitted'
  | 'overdueReports'
  | 'reportOverdue'
>;

/** Requests: accepted, mailed, and what is heard of them. */
export function requesting(context: JournalContext): Requesting {
  const { engine } = context;
  return {
    acceptRequest: async request => {
      const { exchangeId, answer, refersTo, deliveries } = request;
      const packed = await packAll(context, exchangeId, [
        ...request.payloads,
        ...bytesOf(request.deliveries),
        ...(answer === undefined ? [] : [{ name: ANSWER, bytes: answer.bytes }]),
      ]);
      return engine.write(async statements => {
        const at = now(context);
        const known = await recognise(statements, request, at);
        if (known !== undefined) return known;
        const before = refersTo && (await owedBefore(statements, refersTo, context));
        await storeRequest(statements, request, at);
        for (const { id } of before === undefined ? [] : deliveries) {
          await statements.run(sql.WAIT_FOR, before ?? null, id);
        }
        await putPayloads(statements, exchangeId, packed);
        if (answer !== undefined) await putPlatformIds(statements, exchangeId, answer, context);
        return 'accepted';
      });
    },

    recogniseRequest: name => engine.write(statements => recognise(statements, name, now(context))),

    recipients: exchangeId =>
      engine.read(async statements =>
        (await statements.all(requests.RECIPIENTS_OF, exchangeId)).map(recipientOf),
      ),

    requestFacts: exchangeId =>
      engine.read(async statements => {
        const row = await statements.first(requests.REQUEST_GET, exchangeId);
        return row && { application: text(row, 'application'), facts: text(row, 'facts') };
      }),

    sentMail: deliveryId =>
      engine.read(async statements => {
        const row = await statements.first(sql.DELIVERY_GET, deliveryId);
        const delivery = row === undefined ? undefined : deliveryOf(row);
        if (delivery?.kind !== 'mail') return undefined;
        const exchange = await statements.first(sql.EXCHANGE_GET, delivery.exchangeId);
        const request = await statements.first(requests.REQUEST_GET, delivery.exchangeId);
        if (exchange === undefined || request === undefined) return undefined;
        const recipients = await statements.all(requests.RECIPIENTS_OF_MAIL, deliveryId);
        return {
          exchange: exchangeOf(exchange),
          delivery,
          facts: text(request, 'facts'),
          recipients: recipients.map(recipientOf),
        };
      }),

    submitted: async (deliveryId, record) => {
      const owed = record.recipients.flatMap(recipient => recipient.owed);
      const before = await engine.read(statements => statements.first(sql.DELIVERY_GET, deliveryId));
      if (before === undefined) return;
      const mail = deliveryOf(before);
      const packed = await packAll(context, mail.exchangeId, bytesOf(owed));
      await engine.write(async statements => {
        const at = now(context);
        const answered: SubmittedRecipient[] = [];
        for (const recipient of record.recipients) {
          const submission = { recipient, reportBy: record.reportBy, packed };
          if (await recordSubmission(statements, mail, submission, at)) answered.push(recipient);
        }
        if (answered.length === 0) return;
        const count = (state: SubmittedRecipient['state']): number =>
          answered.filter(recipient => recipient.state === state).length;
        await addEvent(statements, mail.exchangeId, at, {
          type: 'mail-submitted',
          deliveryId,
          data: { sent: count('sent'), refused: count('refused') },
        });
      });
    },

    overdueReports: limit =>
      engine.read(async statements =>
        (await statements.all(requests.REPORTS_OVERDUE, now(context), limit)).map(deliveryOf),
      ),

    reportOverdue: async (report, fault, owed) => {
      const packed = await packAll(context, report.exchangeId, bytesOf(owed));
      await engine.write(async statements => {
        const at = now(context);
        const changed = await statements.run(requests.REPORT_OVERDUE, JSON.stringify(fault), report.id, at);
        if (changed === 0) return;
        await oweWithBytes(statements, report, owed, packed, at);
        const event = { type: 'report-overdue', deliveryId: report.id, data: { code: fault.code } } as const;
        await addEvent(statements, report.exchangeId, at, event);
      });
    },
  };
}

/** A request of the same name that was accepted in the window. */
async function recognise(
  statements: Statements,
  name: RequestName,
  at: number,
): Promise<'repeated' | 'conflict' | undefined> {
  const same = await requestNamed(statements, name);
  if (same === undefined) return undefined;
  if (same.digest !== name.digest) return 'conflict';
  await addEvent(statements, same.exchangeId, at, { type: 'request-repeated' });
  return 'repeated';
}

/** The latest request of a name in its window, whatever its bytes were. */
export async function requestNamed(
  statements: Statements,
  { application, from, since }: Omit<RequestName, 'digest'>,
): Promise<{ readonly exchangeId: string; readonly digest: string } | undefined> {
  const row = await statements.first(
    requests.REQUEST_SAME,
    application,
    from.application,
    from.facility,
    from.controlId,
    since,
  );
  return row && { exchangeId: text(row, 'exchange_id'), digest: text(row, 'digest') };
}

/** Writes a request and all that is owed because of it; its payloads aside. */
export async function storeRequest(statements: Statements, request: NewRequest, at: number): Promise<void> {
  const { exchangeId, nature, application, mailbox, from, digest, facts } = request;
  await statements.run(
    requests.REQUEST_EXCHANGE_ADD,
    exchangeId,
    nature,
    mailbox,
    application,
    from.controlId,
    at,
  );
  await statements.run(
    requests.REQUEST_ADD,
    exchangeId,
    application,
    from.application,
    from.facility,
    from.controlId,
    digest,
    facts,
    at,
  );
  for (const [position, document] of request.documents.entries()) {
    await addDocument(statements, request, position, document);
  }
  for (const [position, recipient] of request.recipients.entries()) {
    await statements.run(
      requests.RECIPIENT_ADD,
      recipient.id,
      exchangeId,
      recipient.mailId,
      position,
      recipient.address ?? null,
      recipient.addressKey,
      recipient.identifier ?? null,
    );
  }
  for (const delivery of request.deliveries) {
    await owe(statements, request, delivery, at);
    await waitForOriginalRequest(statements, exchangeId, delivery);
  }
  for (const event of request.events) await addEvent(statements, exchangeId, at, event);
  await statements.run(sql.EXCHANGE_END_IF_DONE, at, exchangeId);
}

/** @returns false for a recipient that the operator, or a report, has answered for before */
async function recordSubmission(
  statements: Statements,
  mail: Delivery,
  submission: {
    readonly recipient: SubmittedRecipient;
    readonly reportBy: number | undefined;
    readonly packed: readonly PackedPayload[];
  },
  at: number,
): Promise<boolean> {
  const { recipient, reportBy, packed } = submission;
  const { recipientId, state, owed } = recipient;
  const changed = await statements.run(requests.RECIPIENT_SUBMITTED, state, recipientId);
  if (changed === 0) return false;
  if (state === 'refused') await statements.run(requests.RECIPIENT_RECEPTION, 'refused', recipientId);
  await oweWithBytes(statements, mail, owed, packed, at);
  const report = await reportOf(statements, { exchangeId: mail.exchangeId, id: recipientId });
  // A report that a crash or its haste has put before this one's answer has the first word.
  if (report?.state !== 'expected') return true;
  if (state === 'refused') {
    await settleReport(statements, report, { ...recipient, outcome: 'refused' }, at);
  } else if (reportBy === undefined) {
    await endDelivery(statements, report.id, { outcome: 'accepted' }, { at, data: { report: false } });
  } else {
    await statements.run(requests.REPORT_BY, reportBy, report.id);
  }
  return true;
}
