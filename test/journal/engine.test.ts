import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/journal/engine.ts';
import { MIGRATIONS } from '../../src/journal/schema.ts';
import { openSqlite } from '../../src/journal/sqlite.ts';
import { bringMail, openBed, sqliteStore, type SqliteStore, viewOf } from '../kit/journal.ts';

const FULL_DISK_WRITER = fileURLToPath(new URL('full-disk-writer.ts', import.meta.url));

/** What a payload holds and nobody may read at rest. */
const CANARY = 'ZZCANARI-MORVAN-CLAIRE-279035121518989';
const SEAL_KEY = Buffer.alloc(32, 5);

let store: SqliteStore;
beforeEach(() => {
  store = sqliteStore();
});
afterEach(() => store.remove());

function openFaulty(path: string, exclusive = true): unknown {
  try {
    openSqlite({ path, exclusive });
  } catch (error) {
    return error;
  }
  throw new Error('opened');
}

describe('opening', () => {
  it('makes the folder and a database that its owner alone may read', async () => {
    const path = join(store.folder, 'deep', 'down', 'journal.db');
    const engine = openSqlite({ path, exclusive: true });
    const bed = await openBed({ open: () => engine, remove: () => undefined });
    await bringMail(bed);
    const files = readdirSync(join(store.folder, 'deep', 'down'));
    expect(files.toSorted()).toEqual([
      'journal.db',
      'journal.db-shm',
      'journal.db-wal',
      'journal.db.lock',
      'journal.db.lock-journal',
    ]);
    for (const file of files) {
      expect(statSync(join(store.folder, 'deep', 'down', file)).mode & 0o777, file).toBe(0o600);
    }
    await bed.journal.close();
  });

  it('refuses a second gateway while the first one runs, and nobody else', async () => {
    const first = openSqlite({ path: store.path, exclusive: true });
    expect(openFaulty(store.path)).toMatchObject({ fault: { code: 'JRN-001' } });
    const beside = await openBed(store);
    await bringMail(beside);
    await beside.journal.close();
    await first.close();
    await openSqlite({ path: store.path, exclusive: true }).close();
  });

  it.each([
    ['a link to the file', 'file'],
    ['a link to its folder', 'folder'],
    ['a link to the file, there before it', 'early'],
  ])('refuses a second gateway that names the journal through %s', async (_, kind) => {
    const folder = join(store.folder, 'real');
    const real = join(folder, 'journal.db');
    const linked =
      kind === 'folder' ? join(store.folder, 'link', 'journal.db') : join(store.folder, 'link.db');
    mkdirSync(folder);
    if (kind === 'folder') symlinkSync(folder, join(store.folder, 'link'));
    else symlinkSync(real, linked);
    const first = openSqlite({ path: kind === 'early' ? linked : real, exclusive: true });
    expect(openFaulty(kind === 'early' ? real : linked)).toMatchObject({ fault: { code: 'JRN-001' } });
    await first.close();
    await openSqlite({ path: linked, exclusive: true }).close();
    expect(readdirSync(folder)).toContain('journal.db.lock');
  });

  it.each<[string, (path: string) => void]>([
    ['its file was removed', path => unlinkSync(path)],
    ['its write-ahead log was removed', path => unlinkSync(`${path}-wal`)],
    ['its lock was removed, and a second gateway could start', path => unlinkSync(`${path}.lock`)],
    [
      'a backup was put in its place',
      path => {
        copyFileSync(path, `${path}.backup`);
        renameSync(`${path}.backup`, path);
      },
    ],
  ])('is intact through work and others that come and go, and no more once %s', async (_, spoil) => {
    await openSqlite({ path: store.path, exclusive: true }).close();
    const engine = openSqlite({ path: store.path, exclusive: true });
    const bed = await openBed({ open: () => engine, remove: () => undefined });
    await bringMail(bed);
    const beside = openSqlite({ path: store.path, exclusive: false });
    expect([engine.intact(), beside.intact()]).toEqual([true, true]);
    await beside.close();
    expect(engine.intact()).toBe(true);
    spoil(store.path);
    expect(engine.intact()).toBe(false);
    await bed.journal.close().catch(() => undefined);
  });

  it.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a lock that is a folder', (path: string) => mkdirSync(`${path}.lock`)],
    [
      'no database',
      (path: string) => writeFileSync(path, 'not a database, but long enough to look at'.repeat(50)),
    ],
    [
      'no lock',
      (path: string) => writeFileSync(`${path}.lock`, 'not a lock, but long enough to look at'.repeat(50)),
    ],
  ])('says so of what is %s', (_, make) => {
    make(store.path);
    expect(openFaulty(store.path)).toMatchObject({ fault: { code: 'JRN-002' } });
  });

  it('says so where the path leads through a file', () => {
    writeFileSync(join(store.folder, 'file'), '');
    const path = join(store.folder, 'file', 'journal.db');
    expect(openFaulty(path)).toMatchObject({ fault: { code: 'JRN-002' } });
  });

  it('leaves alone what a newer version wrote, and lets go of it', async () => {
    await openSqlite({ path: store.path, exclusive: true }).close();
    const database = new DatabaseSync(store.path);
    database.exec('PRAGMA user_version = 99');
    expect(openFaulty(store.path)).toMatchObject({ fault: { code: 'JRN-003', fields: { version: 99 } } });
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.close();
    await openSqlite({ path: store.path, exclusive: true }).close();
  });
});

describe('a transaction', () => {
  it('is undone by a throw, and the next one goes on', async () => {
    const engine = store.open();
    const add = (name: string, then?: Error): Promise<void> =>
      engine.write(async statements => {
        await statements.run('INSERT INTO meta (name, value) VALUES (?, ?)', name, '');
        if (then !== undefined) throw then;
      });
    const results = await Promise.allSettled([add('a'), add('b', new Error('no')), add('a'), add('c')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    const rows = await engine.read(statements => statements.all('SELECT name FROM meta ORDER BY name'));
    expect(rows.map(row => row['name'])).toEqual(['a', 'c']);
    await engine.close();
  });

  it('is one at a time, whatever is awaited within', async () => {
    const engine = store.open();
    const order: string[] = [];
    const turn = (name: string): Promise<void> =>
      engine.write(async () => {
        order.push(`${name} begins`);
        for (let count = 0; count < 5; count += 1) await Promise.resolve();
        order.push(`${name} ends`);
      });
    await Promise.all([turn('one'), turn('two'), turn('three')]);
    expect(order).toEqual(['one', 'two', 'three'].flatMap(name => [`${name} begins`, `${name} ends`]));
    await engine.close();
  });

  it('that finds the disk full is undone, says so, and does no harm', async () => {
    const bed = await openBed(store);
    const before = await bringMail(bed);
    await limitPages(bed.engine, 1);
    const noise = [{ name: 'mail', bytes: randomBytes(300_000) }];
    await expect(bringMail(bed, { uid: 5_001, payloads: noise })).rejects.toMatchObject({
      errstr: 'database or disk is full',
    });
    expect(await bed.journal.unread('urologie', 1, [5_001])).toEqual([5_001]);
    expect((await viewOf(bed, before.exchangeId)).deliveries).toHaveLength(1);
    await limitPages(bed.engine, 100_000);
    const after = await bringMail(bed, { uid: 5_001, payloads: noise });
    expect(await bed.journal.payload(after.exchangeId, 'mail')).toHaveLength(300_000);
    await bed.journal.close();
  });
});

describe('where the disk is full', () => {
  const BOX = [{ name: 'urologie', address: 'dpi.urologie@chu-x.mssante.fr' }];

  it('closing is no failure: what was recorded waits in the log, and is there when it is opened again', async () => {
    const before = await openBed(store);
    await bringMail(before, { payloads: [{ name: 'mail', bytes: randomBytes(500_000) }] });
    await before.journal.close();
    const { size } = statSync(store.path);
    // No file may grow beyond the database as it is, in blocks of 512 bytes.
    const command = `ulimit -f ${size / 512} && exec "$0" "$@"`;
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', command, process.execPath, FULL_DISK_WRITER, store.path],
      { encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(statSync(store.path).size).toBe(size);
    expect(statSync(`${store.path}-wal`).size).toBeGreaterThan(50_000);

    const engine = openSqlite({ path: store.path, exclusive: true });
    const after = await openBed({ open: () => engine, remove: () => undefined });
    expect(await after.journal.payload(stdout, 'mail')).toHaveLength(50_000);
    await after.journal.close();
    expect(statSync(store.path).size).toBeGreaterThan(size);
    expect(readdirSync(store.folder)).not.toContain('journal.db-wal');
  });

  it('a gateway can start again: nothing is written unless something has changed', async () => {
    const start = async (boxes: typeof BOX): Promise<number> => {
      const engine = openSqlite({ path: store.path, exclusive: true });
      const { journal } = await openBed({ open: () => engine, remove: () => undefined });
      await journal.recover();
      await journal.adoptMailboxes(boxes);
      const written = statSync(`${store.path}-wal`).size;
      await journal.close();
      return written;
    };
    expect(await start(BOX)).toBeGreaterThan(0);
    expect(await start(BOX)).toBe(0);
    expect(await start([...BOX, { name: 'orl', address: 'dpi.orl@chu-x.mssante.fr' }])).toBeGreaterThan(0);
  });
});

/** What a full disk does: no page more than these, or than there are. */
async function limitPages(engine: Engine, pages: number): Promise<void> {
  await engine.read(statements => statements.all(`PRAGMA max_page_count = ${pages}`));
}

/** Every file of the journal, a character a byte. */
function bytesAtRest(): string {
  return readdirSync(store.folder)
    .map(file => readFileSync(join(store.folder, file), 'latin1'))
    .join('\n');
}

describe('at rest', () => {
  it('what identities are known by stays, where payloads are sealed from later on', async () => {
    const bed = await openBed(store);
    const known = bed.journal.keyOf(CANARY);
    await bed.journal.close();
    const sealed = await openBed(store, { sealKey: SEAL_KEY });
    expect(sealed.journal.keyOf(CANARY)).toBe(known);
    await sealed.journal.close();
  });

  it('what identities are known by cannot be found again from the file alone', async () => {
    const bed = await openBed(store, { sealKey: SEAL_KEY });
    const known = bed.journal.keyOf(CANARY);
    await bed.journal.close();
    const thief = await openBed(store);
    expect(thief.journal.keyOf(CANARY)).not.toBe(known);
    await thief.journal.close();
    const again = await openBed(store, { sealKey: SEAL_KEY });
    expect(again.journal.keyOf(CANARY)).toBe(known);
    await again.journal.close();
  });

  it.each([
    ['with a key, no payload can be read', SEAL_KEY, false],
    ['without, the bytes lie there in clear', undefined, true],
  ])('%s', async (_, sealKey, readable) => {
    const bed = await openBed(store, sealKey === undefined ? {} : { sealKey });
    const { exchangeId, id } = await bringMail(bed, {
      documents: [{ payload: Buffer.from(`PID|||${CANARY}`), patientKey: bed.journal.keyOf(CANARY) }],
      payloads: [{ name: 'mail', bytes: Buffer.from(`Subject: ${CANARY}`) }],
    });
    expect(bytesAtRest().includes(CANARY)).toBe(readable);
    await bed.journal
      .resend(id, { identifiers: {}, payload: Buffer.from(CANARY), by: 'essai' })
      .catch(() => undefined);
    const ids = [{ local: `Patient/${CANARY}`, remote: `Patient/${CANARY}-0` }];
    const owner = { flow: 'dui', caller: 'editeur' };
    await bed.journal.answered(exchangeId, { bytes: Buffer.from('{}'), ids, owner });
    await bed.journal.close();
    expect(bytesAtRest().includes(CANARY)).toBe(readable);

    const again = await openBed(store, sealKey === undefined ? {} : { sealKey });
    expect(Buffer.from((await again.journal.payload(exchangeId, 'mail')) ?? []).toString()).toContain(CANARY);
    const { remoteOf } = await again.journal.platformIds(owner, [`Patient/${CANARY}`]);
    expect([...remoteOf.values()]).toEqual([`Patient/${CANARY}-0`]);
    await again.journal.close();
    if (sealKey === undefined) return;
    const keyless = await openBed(store);
    await expect(keyless.journal.payload(exchangeId, 'mail')).rejects.toMatchObject({
      fault: { code: 'JRN-004' },
    });
    await keyless.journal.close();
  });
});
