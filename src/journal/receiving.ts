import { addEvent, bytesOf, type JournalContext, now, owe, packAll, putPayloads, tally } from './context.ts';
import type { Statements } from './engine.ts';
import type { Journal, NewDelivery, NewDocument, Receipt } from './journal.ts';
import { documentOf, exchangeOf, number, text } from './rows.ts';
import * as sql from './sql.ts';

type Receiving = Pick<
  Journal,
  | 'see'
  | 'beginReading'
  | 'unread'
  | 'recognise'
  | 'record'
  | 'vanish'
  | 'findDocument'
  | 'owe'
  | 'moved'
  | 'note'
>;

/** SQLite takes 32 766 values in a statement; far fewer keep it readable in a trace. */
const UIDS_AT_ONCE = 500;

/** The intake side of the journal: a mail is seen, read, recorded. */
export function receiving(context: JournalContext): Receiving {
  const { engine } = context;
  return {
    see: ({ mailbox, application, place }) =>
      engine.write(async statements => {
        const { folder, uidValidity, uid } = place;
        const known = await statements.first(sql.SIGHTING_GET, mailbox, uidValidity, uid);
        if (known !== undefined) {
          const exchangeId = text(known, 'exchange_id');
          const row = await statements.first(sql.EXCHANGE_GET, exchangeId);
          return { exchangeId, readings: row === undefined ? 0 : number(row, 'readings') };
        }
        const exchangeId = context.newId();
        const at = now(context);
        await statements.run(
          sql.EXCHANGE_ADD,
          exchangeId,
          mailbox,
          application,
          folder,
          uidValidity,
          uid,
          at,
        );
        await statements.run(sql.SIGHTING_ADD, mailbox, uidValidity, uid, exchangeId);
        return { exchangeId, readings: 0 };
      }),

    beginReading: exchangeId =>
      engine.write(async statements => {
        await statements.run(sql.EXCHANGE_READING, exchangeId);
      }),

    unread: (mailbox, uidValidity, uids) =>
      engine.read(async statements => {
        const finished = new Set<number>();
        for (let start = 0; start < uids.length; start += UIDS_AT_ONCE) {
          const some = uids.slice(start, start + UIDS_AT_ONCE);
          const rows = await statements.all(
            sql.finishedSightings(some.length),
            mailbox,
            uidValidity,
            ...some,
          );
          for (const row of rows) finished.add(number(row, 'uid'));
        }
        return uids.filter(uid => !finished.has(uid)).toSorted((a, b) => a - b);
      }),

    recognise: (exchangeId, messageId, digest) =>
      engine.write(async statements => {
        const own = await statements.first(sql.EXCHANGE_GET, exchangeId);
        if (own === undefined) return undefined;
        const row = await statements.first(
          sql.EXCHANGE_SAME_MAIL,
          text(own, 'mailbox'),
          digest,
          messageId ?? '',
          exchangeId,
        );
        if (row === undefined) return undefined;
        const original = exchangeOf(row);
        await statements.run(sql.SIGHTING_RELINK, original.id, exchangeId);
        await statements.run(sql.EXCHANGE_DROP, exchangeId);
        await addEvent(statements, original.id, now(context), { type: 'seen-again' });
        return original;
      }),

    record: async receipt => {
      const { exchangeId, documents, deliveries, payloads } = receipt;
      const brought = bytesOf([...documents.map(({ delivery }) => delivery), ...deliveries]);
      const packed = await packAll(context, exchangeId, [...payloads, ...brought]);
      await engine.write(async statements => {
        const row = await statements.first(sql.EXCHANGE_GET, exchangeId);
        if (row === undefined || text(row, 'state') !== 'seen') return;
        const owner = { exchangeId, mailbox: text(row, 'mailbox'), application: text(row, 'application') };
        const at = now(context);
        await updateExchange(statements, receipt, packed.length > 0);
        for (const [position, { document, delivery }] of documents.entries()) {
          await addDocument(statements, owner, position, document);
          await owe(
            statements,
            owner,
            delivery,
            at,
            await predecessor(statements, owner.application, document, delivery),
          );
          if (delivery.start.state === 'done') {
            const { outcome, code } = delivery.start.ending;
            await tally(statements, at, owner.application, outcome, code);
          }
        }
        for (const delivery of deliveries) await owe(statements, owner, delivery, at);
        await putPayloads(statements, exchangeId, packed);
        for (const event of receipt.events) await addEvent(statements, exchangeId, at, event);
        await statements.run(sql.EXCHANGE_END_IF_DONE, at, exchangeId);
      });
    },

    vanish: (exchangeId, fault) =>
      engine.write(async statements => {
        const at = now(context);
        const ended = await statements.run(sql.EXCHANGE_VANISH, JSON.stringify(fault), at, exchangeId);
        if (ended > 0)
          await addEvent(statements, exchangeId, at, { type: 'vanished', data: { code: fault.code } });
      }),

    findDocument: (application, uniqueId) =>
      engine.read(async statements => {
        const row = await statements.first(sql.DOCUMENT_LATEST, application, uniqueId);
        return row === undefined ? undefined : documentOf(row);
      }),

    owe: (exchangeId, delivery) =>
      engine.write(async statements => {
        const row = await statements.first(sql.EXCHANGE_GET, exchangeId);
        if (row !== undefined) {
          await owe(statements, { exchangeId, mailbox: text(row, 'mailbox') }, delivery, now(context));
        }
      }),

    moved: (exchangeId, place) =>
      engine.write(async statements => {
        const { folder, uidValidity, uid } = place ?? { folder: null, uidValidity: null, uid: null };
        await statements.run(sql.EXCHANGE_PLACE, folder, uidValidity, uid, exchangeId);
      }),

    note: (exchangeId, event) =>
      engine.write(statements => addEvent(statements, exchangeId, now(context), event)),
  };
}

async function updateExchange(statements: Statements, receipt: Receipt, hasPayloads: boolean): Promise<void> {
  const pending = receipt.documents.filter(({ delivery }) => delivery.start.state !== 'done').length;
  await statements.run(
    sql.EXCHANGE_RECORD,
    receipt.nature,
    receipt.state,
    receipt.messageId ?? null,
    receipt.digest ?? null,
    receipt.sender ?? null,
    receipt.fault === undefined ? null : JSON.stringify(receipt.fault),
    pending,
    Number(hasPayloads),
    receipt.exchangeId,
  );
}

async function addDocument(
  statements: Statements,
  owner: { exchangeId: string; application: string },
  position: number,
  document: NewDocument,
): Promise<void> {
  await statements.run(
    sql.DOCUMENT_ADD,
    document.id,
    owner.exchangeId,
    owner.application,
    position,
    document.uniqueId ?? null,
    document.setId ?? null,
    document.version ?? null,
    JSON.stringify(document.parentIds),
    document.sha1 ?? null,
    document.action ?? null,
    document.typeCode ?? null,
    document.typeLabel ?? null,
    JSON.stringify(document.confidentiality),
    document.patientKey ?? null,
  );
}

/**
 * What replaces or deletes a document that has not ended waits for it, also when that one is held and has left its
 * lane (design §4, invariant 4): known by the parent's unique id, by its own for a deletion, else by the set.
 */
async function predecessor(
  statements: Statements,
  application: string,
  document: NewDocument,
  delivery: NewDelivery,
): Promise<string | undefined> {
  if (document.action !== 'replace' && document.action !== 'delete') return undefined;
  const named =
    document.action === 'delete' ? [document.uniqueId, ...document.parentIds] : document.parentIds;
  const found: string[] = [];
  for (const uniqueId of named) {
    const row = uniqueId && (await statements.first(sql.OWED_BY_UNIQUE_ID, application, uniqueId));
    if (row) found.push(text(row, 'id'));
  }
  const sameSet = document.setId && (await statements.first(sql.OWED_BY_SET_ID, application, document.setId));
  if (sameSet) found.push(text(sameSet, 'id'));
  return found
    .filter(id => id !== delivery.id)
    .toSorted()
    .at(-1);
}
