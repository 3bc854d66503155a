import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../src/basics/clock.ts';
import { createIdSource } from '../src/basics/ids.ts';
import type { Journal } from '../src/journal/journal.ts';
import { openSqlite } from '../src/journal/sqlite.ts';
import { createJournal } from '../src/journal/store.ts';
import { addHistory } from '../test/journal/history.ts';
import { bringMail } from '../test/kit/journal.ts';

/**
 * What the journal costs: `npm run bench [-- FOLDER]`, the folder being on the disk to be measured (default: the
 * machine's folder for temporary files).
 */
const WAITING = 20_000;
const HISTORY = 100_000;
const MAILS = 500;

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'pfi-bench-'));
const newId = createIdSource(systemClock);
try {
  await wholeMails('an empty journal', 0);
  await wholeMails(`${HISTORY} mails of history`, HISTORY);
  await claims('one lane, its head in flight', { lanes: 1, isHeadInFlight: true });
  await claims('one lane, its head due', { lanes: 1, isHeadInFlight: false });
  await claims(`${WAITING} lanes`, { lanes: WAITING, isHeadInFlight: false });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Mails of one 50 kB document each, one after the other, from the first sight to the end of its delivery. */
async function wholeMails(what: string, history: number): Promise<void> {
  await withJournal(
    database => (history > 0 ? addHistory(database, history) : undefined),
    async journal => {
      const payload = Buffer.alloc(50_000, 'OBX|1|ED|iVBORw0KGgo');
      const start = performance.now();
      for (let count = 0; count < MAILS; count += 1) {
        await bringMail({ journal, newId }, { documents: [{ payload }] });
        for (const { id } of await journal.claim('dpi', 1)) {
          await journal.sending(id);
          await journal.end(id, { outcome: 'accepted' });
        }
      }
      const seconds = (performance.now() - start) / 1_000;
      tell(`see, record, claim, send, end; ${what}`, `${Math.round(MAILS / seconds)} mails/s`);
      const looked = await timed(20, () => journal.backlog());
      tell(`backlog for /metrics; ${what}`, `${looked.toFixed(2)} ms`);
    },
  );
}

/** What a claim costs when much waits. */
async function claims(what: string, shape: { lanes: number; isHeadInFlight: boolean }): Promise<void> {
  await withJournal(
    database => addWaiting(database, shape),
    async journal => {
      const cost = await timed(10, () => journal.claim('dpi', 1));
      tell(`claim of ${WAITING} waiting; ${what}`, `${cost.toFixed(2)} ms`);
      const look = await timed(10, () => journal.due());
      tell(`due of ${WAITING} waiting; ${what}`, `${look.toFixed(2)} ms`);
    },
  );
}

function addWaiting(
  database: DatabaseSync,
  { lanes, isHeadInFlight }: { lanes: number; isHeadInFlight: boolean },
): void {
  const each = `WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < ${WAITING})`;
  database.exec(`INSERT INTO exchange (id, nature, mailbox, application, state, readings, pending, received_at)
    VALUES ('backlog', 'documents', 'urologie', 'dpi', 'open', 1, ${WAITING}, 0)`);
  database.exec(`INSERT INTO delivery (id, exchange_id, mailbox, kind, target, subject, lane, state, identifiers,
    created_at, next_at) ${each} SELECT printf('d-%08d', n), 'backlog', 'urologie', 'mdm', 'dpi', 's' || n,
    printf('dpi|0123456789abcdef-%d', n % ${lanes}), iif(n = 1 AND ${Number(isHeadInFlight)}, 'sending', 'waiting'),
    '{"controlId":"01234567890123456789"}', 0, 0 FROM each`);
}

async function withJournal(
  fill: (database: DatabaseSync) => void,
  work: (journal: Journal) => Promise<void>,
): Promise<void> {
  const path = join(mkdtempSync(join(folder, 'journal-')), 'journal.db');
  const engine = openSqlite({ path, exclusive: true });
  const journal = await createJournal({ engine, clock: systemClock, newId, sealKey: undefined });
  const database = new DatabaseSync(path);
  fill(database);
  database.close();
  await work(journal);
  await journal.close();
}

/** The median time of a task, ms. */
async function timed(rounds: number, task: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await task();
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

function tell(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(72)} ${figure.padStart(14)}\n`);
}
