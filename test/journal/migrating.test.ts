import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../src/journal/schema.ts';
import { openSqlite } from '../../src/journal/sqlite.ts';
import {
  addDelivery,
  bringMail,
  claimIds,
  deliver,
  type JournalBed,
  mdn,
  openBed,
  owed,
  seeMail,
  type SqliteStore,
  sqliteStore,
  viewOf,
} from '../kit/journal.ts';
import { hear, receipt, reportOn, zam, zamsOf } from '../kit/receipts.ts';
import { bringSentRequest } from '../kit/requests.ts';
import { addHistory } from './history.ts';

/** What version 0.1 of the gateway, which sent no documents, left behind. */
const [FIRST = []] = MIGRATIONS;
const TABLES = [
  'meta',
  'mailbox',
  'exchange',
  'sighting',
  'document',
  'delivery',
  'payload',
  'event',
  'tally',
];

/** Beyond those that the kit gives out. */
const SEEN_UID = 900_001;

let former: SqliteStore;
let store: SqliteStore;
beforeEach(() => {
  former = sqliteStore();
  store = sqliteStore();
});
afterEach(() => {
  former.remove();
  store.remove();
});

/** Mails in every state that the first version knew. @returns their ids */
async function fill(bed: JournalBed): Promise<string[]> {
  const { journal } = bed;
  await journal.adoptMailboxes([{ name: 'urologie', address: 'urologie@chu-x.mssante.fr' }]);
  const held = { start: { state: 'held', fault: { code: 'DOC-001' } } } as const;
  const seen = await seeMail(bed, { uid: SEEN_UID });
  const open = await bringMail(bed, { documents: [{ uniqueId: '1^A' }, held] });
  const replacing = await bringMail(bed, { documents: [{ action: 'replace', parentIds: ['1^A'] }] });
  const heldMail = await bringMail(bed, { state: 'held', documents: [] });
  const closing = await bringMail(bed, { state: 'closing', documents: [] });
  await addDelivery(bed, closing.exchangeId, mdn(bed, closing.exchangeId));
  await addDelivery(bed, closing.exchangeId, owed(bed, closing.exchangeId));
  const ended = await bringMail(bed, {
    state: 'closing',
    documents: [],
    payloads: [{ name: 'mail', bytes: Buffer.from('head') }],
  });
  const refused = await bringMail(bed);
  await journal.claim('dpi', 3);
  await journal.sending(refused.id);
  await journal.end(refused.id, { outcome: 'refused', code: '902' });
  return [seen, ...[open, replacing, heldMail, closing, ended, refused].map(({ exchangeId }) => exchangeId)];
}

/** A database of the first version with the rows of another one. */
function makeFirstVersion(path: string, rowsOf: string): DatabaseSync {
  const database = new DatabaseSync(path);
  for (const statement of FIRST) database.exec(statement);
  database.exec('PRAGMA user_version = 1');
  database.prepare('ATTACH DATABASE ? AS today').run(rowsOf);
  for (const table of TABLES) {
    const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all(table);
    const names = columns.map(({ name }) => String(name)).join();
    database.exec(`INSERT INTO main.${table} SELECT ${names} FROM today.${table}`);
  }
  database.exec('DETACH DATABASE today');
  return database;
}

function schemaOf(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  const schema = database.prepare('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name').all();
  const version = database.prepare('PRAGMA user_version').get();
  database.close();
  return { schema, version };
}

describe('a journal that the first version wrote', () => {
  it('is what it was, and takes requests', async () => {
    const before = await openBed(former);
    const ids = await fill(before);
    const views = await Promise.all(ids.map(id => viewOf(before, id)));
    const backlog = await before.journal.backlog();
    const { clock, newId } = before;
    const patient = before.journal.keyOf('INS');
    await before.journal.close();
    makeFirstVersion(store.path, former.path).close();

    const bed = await openBed(store, { clock, newId });
    const { journal } = bed;
    expect(schemaOf(store.path)).toEqual(schemaOf(former.path));
    expect(await Promise.all(ids.map(id => viewOf(bed, id)))).toEqual(views);
    expect(await journal.backlog()).toEqual(backlog);
    expect(journal.keyOf('INS')).toBe(patient);
    expect(await journal.recover()).toEqual({ claimed: 1, sending: 0 });
    expect(await journal.unread('urologie', 1, [SEEN_UID])).toEqual([SEEN_UID]);

    // What was owed goes on, and nothing but a delivery's end is needed for it.
    const [claimed = ''] = await claimIds(bed);
    await deliver(bed, claimed);
    expect(await claimIds(bed)).toHaveLength(1);

    const planned = await bringSentRequest(bed);
    expect((await reportOn(bed, planned)).state).toBe('expected');
    await hear(bed, receipt(bed, planned, { zam: zam(bed, 'Z02', planned.recipientId) }));
    expect(await zamsOf(bed, planned.exchangeId)).toHaveLength(1);
    expect(await journal.lastMail('urologie')).toBe(clock.at());
    await journal.close();

    const again = await openBed(store, { clock, newId });
    expect((await again.journal.recipients(planned.exchangeId)).map(({ state }) => state)).toEqual(['sent']);
    await again.journal.close();
  });

  it('with a long history knows when its mailboxes had mail', async () => {
    await openSqlite({ path: former.path, exclusive: false }).close();
    const filled = new DatabaseSync(former.path);
    addHistory(filled, 5_000);
    filled.exec(`DELETE FROM exchange WHERE nature = 'request'`);
    filled.close();
    makeFirstVersion(store.path, former.path).close();
    const bed = await openBed(store);
    expect(await bed.journal.lastMail('urologie')).toBe(5_000);
    expect(await bed.journal.list({ limit: 1 })).toHaveLength(1);
    await bed.journal.close();
  });

  it('is left as it was where it cannot be brought up', async () => {
    await openSqlite({ path: former.path, exclusive: false }).close();
    const database = makeFirstVersion(store.path, former.path);
    // Its last step meets an index of that name.
    database.exec('CREATE INDEX exchange_mails ON exchange (mailbox)');
    const before = schemaOf(store.path);
    expect(() => openSqlite({ path: store.path, exclusive: true })).toThrowError('JRN-002');
    expect(schemaOf(store.path)).toEqual(before);
    database.exec('DROP INDEX exchange_mails');
    database.close();
    await openSqlite({ path: store.path, exclusive: true }).close();
    expect(schemaOf(store.path)).toEqual(schemaOf(former.path));
  });
});
