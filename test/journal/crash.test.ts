import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { openSqlite } from '../../src/journal/sqlite.ts';
import { type JournalBed, openBed, type SqliteStore, sqliteStore, viewOf } from '../kit/journal.ts';
import { seededRandom } from '../kit/random.ts';

const WRITER = fileURLToPath(new URL('crash-writer.ts', import.meta.url));
const KILLS = 20;

let store: SqliteStore;
beforeEach(() => {
  store = sqliteStore();
});
afterEach(() => store.remove());

/** Runs the writer and kills it with SIGKILL as soon as it has said so many lines. @returns all that it said */
async function killedAfter(lines: number, firstUid: number): Promise<string[]> {
  const writer = spawn(process.execPath, [WRITER, store.path, String(firstUid)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(writer, 'exit');
  const said: string[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    said.push(line);
    if (said.length === lines) writer.kill('SIGKILL');
  }
  expect(await exit).toEqual([null, 'SIGKILL']);
  return said;
}

function idsSaid(said: readonly string[], what: string): string[] {
  return said.filter(line => line.startsWith(`${what} `)).map(line => line.slice(what.length + 1));
}

type Said = (what: string, id: string) => boolean;

async function isWholeMail(
  { journal }: JournalBed,
  { exchange, deliveries }: ExchangeView,
): Promise<boolean> {
  const kept = await journal.payload(exchange.id, 'mail');
  return exchange.state === 'seen' ? deliveries.length === 0 : deliveries.length === 2 && kept !== undefined;
}

/** Its preparation, then its mail with its bytes and the report on its recipient, all of them or none. */
async function isWholeRequest(
  { journal }: JournalBed,
  { exchange: { id, state }, deliveries, events }: ExchangeView,
  said: Said,
): Promise<boolean> {
  const [recipient, ...others] = await journal.recipients(id);
  const kept = await journal.payload(id, 'request');
  if (recipient === undefined || others.length > 0 || kept?.byteLength !== 20_000) return false;
  if (events[0]?.type !== 'request-accepted') return false;
  const [preparing, mail, report, ...rest] = deliveries;
  if (preparing?.state !== 'done') return deliveries.length === 1 && !said('prepared', id);
  const bytes = await journal.payload(id, `delivery:${recipient.mailId}`);
  if (mail?.id !== recipient.mailId || report?.kind !== 'report' || rest.length > 0 || !bytes) return false;
  const isSent = recipient.state === 'sent';
  if (isSent !== (report.state === 'done')) return false;
  if (mail.state !== 'done') return state === 'closing' && !said('mailed', id);
  return isSent && state === 'ended';
}

describe('a journal whose process is killed', () => {
  it(`holds all that was acknowledged and nothing by half, ${KILLS} times`, {
    timeout: 120_000,
  }, async () => {
    const random = seededRandom(20_261_120);
    const all: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      all.push(...(await killedAfter(2 + Math.floor(random() * 40), 1 + kill * 10_000)));

      const database = new DatabaseSync(store.path, { readOnly: true });
      expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
      expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
      database.close();
    }
    const bed = await openBed(store);
    for (const exchangeId of idsSaid(all, 'recorded')) {
      const { exchange, documents } = await viewOf(bed, exchangeId);
      expect(exchange.state).toBe('open');
      expect(documents).toHaveLength(2);
    }
    for (const exchangeId of idsSaid(all, 'accepted')) {
      expect((await viewOf(bed, exchangeId)).exchange.nature).toBe('request');
    }
    const ended = new Set(idsSaid(all, 'ended'));
    const sent = new Set(idsSaid(all, 'sending'));
    const said = (what: string, id: string): boolean => all.includes(`${what} ${id}`);
    const wrong: string[] = [];
    for (const { id } of await bed.journal.list({ limit: 100_000 })) {
      const view = await viewOf(bed, id);
      // Recorded or not, said or not: never a part of a transaction.
      const isWhole = view.exchange.nature === 'request' ? isWholeRequest : isWholeMail;
      if (!(await isWhole(bed, view, said))) wrong.push(`exchange by half: ${id}`);
      for (const { id: deliveryId, kind, state, ambiguous, ending } of view.deliveries) {
        const payload = await bed.journal.payload(id, `delivery:${deliveryId}`);
        if (kind === 'mdm' && payload?.byteLength !== 20_000) wrong.push(`no bytes: ${deliveryId}`);
        if (ended.has(deliveryId) && ending?.outcome !== 'accepted')
          wrong.push(`end forgotten: ${deliveryId}`);
        // Killed between its first byte and its end.
        const isRemembered = state === 'done' || state === 'sending' || ambiguous > 0;
        if (sent.has(deliveryId) && !isRemembered) wrong.push(`attempt forgotten: ${deliveryId}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(ended.size).toBeGreaterThan(KILLS);
    expect(idsSaid(all, 'mailed').length).toBeGreaterThan(KILLS / 2);
    await bed.journal.close();
  });

  it('is free for the next gateway at once, and was not before', async () => {
    const writer = spawn(process.execPath, [WRITER, store.path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(writer, 'exit');
    await once(createInterface({ input: writer.stdout }), 'line');
    expect(() => openSqlite({ path: store.path, exclusive: true })).toThrowError('JRN-001');
    writer.kill('SIGKILL');
    await exit;
    await openSqlite({ path: store.path, exclusive: true }).close();
  });
});
