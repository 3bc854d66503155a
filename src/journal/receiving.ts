import type { Fault } from '../errors/gateway-error.ts';
import { addEvent, type JournalContext, now, tally } from './context.ts';
import { addDocument } from './document-rows.ts';
import type { Statements } from './engine.ts';
import type { Journal, Place, RecordedMail } from './journal.ts';
import { owe } from './owing.ts';
import { bytesOf, packAll, putPayloads } from './payload-rows.ts';
import { applyReceipts, packReceipts } from './receipts.ts';
import { documentOf, exchangeOf, number, text } from './rows.ts';
import * as sql from './sql.ts';
import { waitForOriginal } from './waiting.ts';

type Receiving = Pick<
  Journal,
  | 'see'
  | 'beginReading'
  | 'forgiveReading'
  | 'vanishMissing'
  | 'unread'
  | 'recognise'
  | 'seenAgain'
  | 'record'
  | 'vanish'
  | 'findDocument'
  | 'moved'
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

    forgiveReading: exchangeId =>
      engine.write(async statements => {
        await statements.run(sql.EXCHANGE_FORGIVE, exchangeId);
      }),

    vanishMissing: (mailbox, uidValidity, uids, fault) =>
      engine.write(async statements => {
        const present = new Set(uids);
        const seen = await statements.all(sql.SEEN_OF_MAILBOX, mailbox);
        const there = seen.filter(
          row => number(row, 'uid_validity') === uidValidity && present.has(number(row, 'uid')),
        );
        const kept = new Set(there.map(row => text(row, 'id')));
        const gone = new Set(seen.map(row => text(row, 'id')).filter(id => !kept.has(id)));
        for (const id of gone) await vanish(statements, id, fault, now(context));
        return gone.size;
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
      engine.read(async statements => {
        const own = await statements.first(sql.EXCHANGE_GET, exchangeId);
        if (own === undefined || text(own, 'state') !== 'seen') return undefined;
        const mailbox = text(own, 'mailbox');
        const same = [mailbox, digest, messageId ?? '', exchangeId] as const;
        const row = await statements.first(sql.EXCHANGE_SAME_MAIL, ...same);
        return row === undefined ? undefined : exchangeOf(row);
      }),

    seenAgain: (exchangeId, originalId, meaning) =>
      engine.write(async statements => {
        const own = await statements.first(sql.EXCHANGE_GET, exchangeId);
        if (own === undefined || text(own, 'state') !== 'seen') return;
        const at = now(context);
        await statements.run(sql.SIGHTING_RELINK, originalId, exchangeId);
        await statements.run(sql.EXCHANGE_DROP, exchangeId);
        await addEvent(statements, originalId, at, { type: 'seen-again' });
        if ('place' in meaning) await putPlace(statements, originalId, meaning.place);
        else
          await owe(
            statements,
            { exchangeId: originalId, mailbox: text(own, 'mailbox') },
            meaning.filing,
            at,
          );
      }),

    record: async recorded => {
      const { exchangeId, documents, deliveries, payloads, receipts = [] } = recorded;
      const brought = bytesOf([...documents.map(({ delivery }) => delivery), ...deliveries]);
      const packed = await packAll(context, exchangeId, [...payloads, ...brought]);
      const zams = await packReceipts(context, receipts);
      await engine.write(async statements => {
        const row = await statements.first(sql.EXCHANGE_GET, exchangeId);
        if (row === undefined || text(row, 'state') !== 'seen') return;
        const owner = { exchangeId, mailbox: text(row, 'mailbox'), application: text(row, 'application') };
        const at = now(context);
        await updateExchange(statements, recorded, packed.length > 0);
        for (const { position, document, delivery } of originalsFirst(documents)) {
          await addDocument(statements, owner, position, document);
          await owe(statements, owner, delivery, at);
          if (delivery.start.state === 'done') {
            await tally(statements, owner.application, 'received', delivery.start.ending);
          } else {
            await waitForOriginal(statements, owner.application, document, delivery.id);
          }
        }
        for (const delivery of deliveries) await owe(statements, owner, delivery, at);
        await putPayloads(statements, exchangeId, packed);
        await applyReceipts(statements, { exchangeId, receipts, packed: zams }, at);
        for (const event of recorded.events) await addEvent(statements, exchangeId, at, event);
        await statements.run(sql.EXCHANGE_END_IF_DONE, at, exchangeId);
      });
    },

    vanish: (exchangeId, fault) =>
      engine.write(statements => vanish(statements, exchangeId, fault, now(context))),

    findDocument: (application, uniqueId) =>
      engine.read(async statements => {
        const row = await statements.first(sql.DOCUMENT_LATEST, application, uniqueId);
        return row === undefined ? undefined : documentOf(row);
      }),

    moved: (exchangeId, place) => engine.write(statements => putPlace(statements, exchangeId, place)),
  };
}

async function putPlace(statements: Statements, exchangeId: string, place: Place | undefined): Promise<void> {
  const { folder, uidValidity, uid } = place ?? { folder: null, uidValidity: null, uid: null };
  await statements.run(sql.EXCHANGE_PLACE, folder, uidValidity, uid, exchangeId);
}

async function updateExchange(
  statements: Statements,
  recorded: RecordedMail,
  hasPayloads: boolean,
): Promise<void> {
  const pending = recorded.documents.filter(({ delivery }) => delivery.start.state !== 'done').length;
  await statements.run(
    sql.EXCHANGE_RECORD,
    recorded.nature,
    recorded.state,
    recorded.messageId ?? null,
    recorded.digest ?? null,
    recorded.sender ?? null,
    recorded.fault === undefined ? null : JSON.stringify(recorded.fault),
    pending,
    Number(hasPayloads),
    recorded.exchangeId,
  );
}

type Planned = RecordedMail['documents'][number];

/** An original that comes in the same mail as its replacement goes first, wherever the archive lists it. */
function originalsFirst(documents: readonly Planned[]): (Planned & { readonly position: number })[] {
  const placed = documents.map((planned, position) => ({ ...planned, position }));
  const byUniqueId = new Map(placed.map(planned => [planned.document.uniqueId, planned]));
  const ordered = new Set<(typeof placed)[number]>();
  for (const planned of placed) {
    const line = new Set<typeof planned>();
    let next: typeof planned | undefined = planned;
    while (next !== undefined && !line.has(next) && !ordered.has(next)) {
      line.add(next);
      const parent: string | undefined = next.document.parentIds.find(id => byUniqueId.has(id));
      next = parent === undefined ? undefined : byUniqueId.get(parent);
    }
    for (const each of [...line].toReversed()) ordered.add(each);
  }
  return [...ordered];
}

async function vanish(statements: Statements, exchangeId: string, fault: Fault, at: number): Promise<void> {
  const changed = await statements.run(sql.EXCHANGE_VANISH, JSON.stringify(fault), exchangeId);
  if (changed === 0) return;
  await addEvent(statements, exchangeId, at, { type: 'vanished', data: { code: fault.code } });
  await statements.run(sql.EXCHANGE_END_IF_DONE, at, exchangeId);
}
