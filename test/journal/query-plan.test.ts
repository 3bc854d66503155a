import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as sql from '../../src/journal/sql.ts';
import * as fhir from '../../src/journal/sql-fhir.ts';
import * as requests from '../../src/journal/sql-requests.ts';
import { addDelivery, bringMail, openBed, owed, type SqliteStore, sqliteStore } from '../kit/journal.ts';
import { bringRequest, bringSentRequest, prepare } from '../kit/requests.ts';
import { addHistory } from './history.ts';

/** Indexes of what is still owed: their length is that of the backlog, whatever the history. */
const OWED = new Set([
  'delivery_due',
  'delivery_lane',
  'delivery_flight',
  'delivery_owed',
  'delivery_subject',
  'delivery_held',
  'delivery_expected',
  'exchange_held',
  'exchange_ready',
  'exchange_seen',
]);

/**
 * What may be scanned: `meta` is a few rows; `mailbox` is as long as the configuration; `tally` has a row for an application, an outcome and a code that may be shown,
 * which the configuration and the codes of the applications bound, not time; `owed` and `each` are what DUE and the history of
 * these tests make themselves.
 */
const SMALL = new Set(['meta', 'mailbox', 'tally', 'owed', 'CONSTANT']);

/** A search by these alone goes through a good part of the history. */
const COMMON = /\((mailbox|application|kind|state)=\?\)/;
/** Reads the first row that such a search finds, and no more. */
const FIRST_ONLY = new Set(['LAST_MAIL']);
/** Done once, at the start after a mailbox was given another name: all of its history gets it. */
const ONCE = new Set([
  'RENAME_EXCHANGES',
  'RENAME_SIGHTINGS',
  'RENAME_DOCUMENT_DELIVERIES',
  'RENAME_DELIVERIES',
]);

const STATEMENTS: [string, string][] = Object.entries({ ...sql, ...requests, ...fhir }).map(
  ([name, statement]) => [name, typeof statement === 'string' ? statement : statement(3)],
);

describe('query plans', () => {
  let store: SqliteStore;
  let database: DatabaseSync;

  beforeAll(async () => {
    store = sqliteStore();
    const bed = await openBed(store);
    database = new DatabaseSync(store.path);
    addHistory(database, 4_000);
    for (let count = 0; count < 20; count += 1) {
      const mail = await bringMail(bed, {
        documents: [{}, { start: { state: 'held', fault: { code: 'DOC-001' } } }],
      });
      await addDelivery(bed, mail.exchangeId, owed(bed, mail.exchangeId));
    }
    for (let count = 0; count < 20; count += 1) await bringSentRequest(bed);
    for (let count = 0; count < 5; count += 1) await prepare(bed, await bringRequest(bed));
    await bringRequest(bed);
    await bed.journal.claim('dpi', 5);
    await bringMail(bed, { state: 'held', documents: [] });
    await bed.journal.close();
  });
  afterAll(() => {
    database.close();
    store.remove();
  });

  function plan(statement: string): string[] {
    return database
      .prepare(`EXPLAIN QUERY PLAN ${statement}`)
      .all()
      .map(row => String(row['detail']));
  }

  /** Steps that look at every row of a table, or build an index of one first. */
  function scans(statement: string): string[] {
    return plan(statement).filter(step => {
      if (step.includes('AUTOMATIC')) return true;
      const scanned = /^SCAN (\S+)/.exec(step)?.[1];
      const index = / USING (?:COVERING )?INDEX (\S+)/.exec(step)?.[1];
      return scanned !== undefined && !SMALL.has(scanned) && !(index !== undefined && OWED.has(index));
    });
  }

  function wideSearches(statement: string): string[] {
    return plan(statement).filter(step => {
      const index = / USING (?:COVERING )?INDEX (\S+)/.exec(step)?.[1];
      return COMMON.test(step) && !(index !== undefined && OWED.has(index));
    });
  }

  it('recognises a wide search', () => {
    expect(wideSearches(`SELECT count(*) FROM exchange WHERE mailbox = 'urologie'`)).toHaveLength(1);
  });

  it('recognises a scan', () => {
    expect(scans(`SELECT * FROM delivery WHERE target = 'dpi'`)).toEqual(['SCAN delivery']);
    expect(scans('SELECT count(*) FROM exchange')).not.toEqual([]);
    expect(scans('SELECT d.id FROM delivery d JOIN delivery e ON e.hold = d.hold')).not.toEqual([]);
  });

  /** Rows of a partial index for which a condition holds. */
  function rowsOf(index: string, condition: string): unknown {
    const row = database.prepare(`SELECT tbl_name, sql FROM sqlite_master WHERE name = ?`).get(index);
    const where = / WHERE (.*)$/s.exec(String(row?.['sql']))?.[1];
    return database
      .prepare(`SELECT count(*) AS count FROM ${String(row?.['tbl_name'])} WHERE (${where}) AND ${condition}`)
      .get()?.['count'];
  }

  it('names partial indexes that hold nothing of the history', () => {
    for (const index of OWED) expect(rowsOf(index, `id LIKE '0-%'`), index).toBe(0);
  });

  it('finds the last mail of a mailbox without going through its requests', () => {
    expect(plan(sql.LAST_MAIL)).toEqual(['SEARCH exchange USING INDEX exchange_mails (mailbox=?)']);
    expect(rowsOf('exchange_mails', `nature = 'request'`)).toBe(0);
  });

  describe.each(['without statistics', 'with statistics'])('%s', statistics => {
    beforeAll(() => {
      if (statistics === 'with statistics') database.exec('ANALYZE');
    });

    it.each(STATEMENTS)('%s scans no table of the history', (_, statement) => {
      expect(scans(statement)).toEqual([]);
    });

    it.each(STATEMENTS.filter(([name]) => !FIRST_ONLY.has(name) && !ONCE.has(name)))(
      '%s searches by what tells rows apart',
      (_, statement) => {
        expect(wideSearches(statement)).toEqual([]);
      },
    );

    it.each(['sighting', 'document', 'delivery', 'payload', 'event', 'request', 'recipient'])(
      'an exchange finds its %s rows',
      table => {
        expect(scans(`DELETE FROM ${table} WHERE exchange_id = 'x'`)).toEqual([]);
      },
    );
  });
});
