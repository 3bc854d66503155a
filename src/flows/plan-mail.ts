import type { Fault } from '../errors/gateway-error.ts';
import { isPatientAddress } from '../formats/hl7/request-address.ts';
import { documentSubject } from '../formats/mail/document-subject.ts';
import type { ReceiptFacts } from '../formats/mail/receipt-types.ts';
import { announcesDocuments } from '../formats/mail/announced.ts';
import { notificationFor } from '../formats/mail/notification-policy.ts';
import type { FolderRole, NewDelivery, NewEvent, RecordedMail } from '../journal/journal.ts';
import { filingDelivery } from './file-mail.ts';
import { keepMail } from './kept-mail.ts';
import { type MatchedReceipt, matchReceipt } from './match-receipt.ts';
import { type PlanContext, planDocument } from './plan-document.ts';
import type { Reading } from './reading/reading.ts';

/** What the journal is told of a reading: the exchange, its documents, and everything that is owed because of them. */
export async function planMail(
  exchangeId: string,
  digest: string,
  reading: Reading,
  context: PlanContext,
): Promise<RecordedMail> {
  const { outer } = reading;
  const base = {
    exchangeId,
    digest,
    messageId: outer.messageId,
    sender: senderInClear(outer.from?.address),
    fault: undefined,
    documents: [],
    deliveries: [],
    payloads: [],
    events: [],
  };
  const filedAs = (role: FolderRole): NewDelivery[] => [
    filingDelivery(exchangeId, role, context, context.mailbox.name),
  ];
  const held = (fault: Fault): RecordedMail => ({
    ...base,
    nature: 'unusable',
    state: 'held',
    fault,
    deliveries: filedAs('failed'),
    payloads: payloadsOf(reading, context),
    events: [{ type: 'held', data: { code: fault.code } }],
  });
  switch (reading.kind) {
    case 'receipt': {
      const matched = await matchReceipt(reading.facts, outer.from?.address, context);
      // An answer of ours that came back, or that a mail server could not deliver: nothing more can be done about it.
      const ids = [...idsOf(reading.facts), ...(outer.messageId === undefined ? [] : [outer.messageId])];
      const ours = !matched.found && (await someAsync(ids, id => context.journal.isOurs(id)));
      const stray = matched.unmatched !== undefined && !ours;
      if (stray && matched.unmatched === 'failure') return { ...held({ code: 'OUT-010' }), ...said(matched) };
      return {
        ...base,
        ...said(matched),
        nature: 'receipt',
        state: 'closing',
        deliveries: filedAs('other'),
        events: [
          { type: `${reading.report}-received` },
          ...(stray ? [{ type: 'receipt-matches-nothing' } as const] : []),
          ...matched.events,
        ],
      };
    }
    case 'error-mail': {
      // Its own Message-ID too: what we sent may come back to us as it is, by a rule of the error mailbox.
      const ids = [...reading.about, ...(outer.messageId === undefined ? [] : [outer.messageId])];
      const ours = await someAsync(ids, id => context.journal.isOurs(id));
      if (!ours && reading.hasArchive) return held({ code: 'MAIL-007' });
      // About none of ours: it may announce documents to us as any other mail does.
      if (!ours && announcesDocuments(outer.subject)) return held({ code: 'MAIL-005' });
      const matched = await matchReceipt(reading.facts, outer.from?.address, context);
      // About a mail of ours, from nobody whom it went to: whose failure it tells is for a person to find out.
      if (matched.found && matched.unmatched !== undefined) {
        return { ...held({ code: 'OUT-010' }), ...said(matched) };
      }
      const type = ours ? 'error-mail-received' : 'error-mail-about-none-of-ours';
      return {
        ...base,
        ...said(matched),
        nature: 'receipt',
        state: 'closing',
        deliveries: filedAs('other'),
        events: [{ type }],
      };
    }
    case 'other':
      return {
        ...base,
        nature: 'other',
        state: 'closing',
        deliveries: filedAs('other'),
        events: [{ type: 'not-a-document' }],
      };
    case 'unusable':
      return held(reading.fault);
    case 'refused':
      return {
        ...base,
        nature: 'document',
        state: 'open',
        fault: reading.fault,
        payloads: payloadsOf(reading, context),
        events: [{ type: 'refused', data: { code: reading.fault.code } }],
      };
    case 'documents': {
      const planned = [];
      for (const document of reading.documents) planned.push(await planDocument(document, reading, context));
      const someHeld = planned.some(({ delivery }) => delivery.start.state === 'held');
      return {
        ...base,
        nature: 'document',
        state: 'open',
        documents: planned,
        deliveries: someHeld ? filedAs('failed') : [],
        payloads: payloadsOf(reading, context),
        events: [
          ...planned.flatMap(({ events }) => events),
          ...(reading.orphans > 0 ? [filesNotDescribed(reading.orphans)] : []),
        ],
      };
    }
  }
}

/** A mail's sender as the journal keeps it unsealed: of a patient's address, which is the INS, the domain alone. */
export function senderInClear(address: string | undefined): string | undefined {
  return address !== undefined && isPatientAddress(address)
    ? address.slice(address.lastIndexOf('@'))
    : address;
}

/** What a receipt says of mails of ours. */
function said({ receipts }: MatchedReceipt): Pick<RecordedMail, 'receipts'> {
  return { receipts };
}

/** The Message-IDs that a receipt is about. */
function idsOf(facts: ReceiptFacts): string[] {
  if (facts.report === 'error-mail') return [...facts.about];
  return facts.originalMessageId === undefined ? [] : [facts.originalMessageId];
}

function filesNotDescribed(count: number): NewEvent {
  return { type: 'files-not-described', data: { count } };
}

/** The head is kept for the notification; the attachments only when one may be sent and may carry them. */
function payloadsOf(reading: Reading, { mailbox }: PlanContext): RecordedMail['payloads'] {
  const { outer: facts, attachments } = reading;
  const answerable = (['accepted', 'refused'] as const).some(
    outcome =>
      notificationFor({ mail: facts, outcome, notify: mailbox.notify, ownAddress: mailbox.address }).kind !==
      'none',
  );
  const size = attachments.reduce(
    (sum, { bytes }) => sum + base64Length(bytes.byteLength),
    facts.headerBlock.byteLength + Buffer.byteLength(facts.text),
  );
  const leftOut = attachments.length > 0 && size > mailbox.notify.maxSize;
  const headers = reading.kind === 'documents' ? reading.documents.flatMap(({ header }) => header ?? []) : [];
  return keepMail({
    facts,
    documentSubject: documentSubject(facts.subject, headers),
    attachments: answerable && !leftOut ? attachments : [],
    leftOut,
  });
}

/** MIME base64: lines of 76 characters and their ends. */
function base64Length(bytes: number): number {
  return Math.ceil(bytes / 57) * 78;
}

async function someAsync<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (await test(item)) return true;
  return false;
}
