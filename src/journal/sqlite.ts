import { chmodSync, closeSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { GatewayError } from '../errors/gateway-error.ts';
import type { Engine, Row, Statements, SqlValue } from './engine.ts';
import { MIGRATIONS } from './schema.ts';

const BUSY_MS = 10_000;
/** SQLITE_BUSY: somebody else holds the lock. */
const BUSY = 5;

export interface SqliteOptions {
  readonly path: string;
  /** The daemon's own: no second gateway may run on the file while this one lives. Looking and steering need none. */
  readonly exclusive: boolean;
}

/**
 * Opens, and where needed creates or migrates, the journal in one SQLite file (WAL, synchronous=FULL).
 *
 * @throws GatewayError JRN-001 when another gateway runs on it, JRN-002 when it cannot be opened, JRN-003 when a newer
 *   version wrote it.
 */
export function openSqlite(options: SqliteOptions): Engine {
  const { lock, database } = open(options);
  const opened = identities(options.path, options.exclusive);
  const prepared = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  const statements: Statements = {
    all: async (sql, ...values) => rowsOf(prepare(sql), values),
    first: async (sql, ...values) => rowsOf(prepare(sql), values)[0],
    run: async (sql, ...values) => Number(prepare(sql).run(...values).changes),
  };

  // One connection: transactions queue up behind each other, so that an await inside one never meets another.
  let tail: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(begin: string, work: (sql: Statements) => Promise<T>): Promise<T> => {
    const turn = tail.then(() => transaction(database, begin, () => work(statements)));
    tail = turn.catch(() => undefined);
    return turn;
  };

  return {
    write: work => inTurn('BEGIN IMMEDIATE', work),
    read: work => inTurn('BEGIN', work),
    intact: () => identities(options.path, options.exclusive) === opened,
    close: async () => {
      await tail;
      if (options.exclusive) emptyLog(database);
      database.close();
      lock?.close();
    },
  };
}

/** Where the disk is full the write-ahead log stays, and whoever opens the journal next reads it: nothing is lost. */
function emptyLog(database: DatabaseSync): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Every transaction in it is durable.
  }
}

function open({ path: named, exclusive }: SqliteOptions): {
  database: DatabaseSync;
  lock: DatabaseSync | undefined;
} {
  let lock: DatabaseSync | undefined;
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(named), { recursive: true });
    const path = realPath(named);
    if (exclusive) lock = takeLock(`${path}.lock`);
    database = openPrivate(path);
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    migrate(database);
    return { database, lock };
  } catch (cause) {
    database?.close();
    lock?.close();
    throw cause instanceof GatewayError ? cause : new GatewayError('JRN-002', { cause });
  }
}

/**
 * Where the file lies: a second gateway that names it through a link must meet the first one's lock. A file that is not
 * there is made first, so that a link to it can be followed.
 */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    closeSync(openSync(path, 'a', 0o600));
    return realpathSync(path);
  }
}

/** Device and inode of every file that SQLite holds open. */
function identities(path: string, exclusive: boolean): string {
  try {
    const real = realpathSync(path);
    const files = [real, `${real}-wal`, `${real}-shm`, ...(exclusive ? [`${real}.lock`] : [])];
    return files
      .map(file => statSync(file, { bigint: true }))
      .map(({ dev, ino }) => `${dev}:${ino}`)
      .join(' ');
  } catch {
    return 'not there';
  }
}

/** For its owner alone; SQLite gives the files that it puts beside it the same mode. */
function openPrivate(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  try {
    chmodSync(path, 0o600);
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/**
 * A write transaction held open on a file of its own: the operating system drops it with the process, so that a
 * `kill -9` leaves nothing to clean up.
 */
function takeLock(path: string): DatabaseSync {
  const lock = openPrivate(path);
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock.close();
    throw isBusy(cause) ? new GatewayError('JRN-001', { cause }) : cause;
  }
}

function isBusy(cause: unknown): boolean {
  return cause instanceof Error && 'errcode' in cause && cause.errcode === BUSY;
}

/** Writes nothing where there is nothing to do: a full disk must not keep a gateway from starting again. */
function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
    if (version > MIGRATIONS.length) throw new GatewayError('JRN-003', { fields: { version } });
    for (const statement of MIGRATIONS.slice(version).flat()) database.exec(statement);
    if (version < MIGRATIONS.length) database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    database.exec('COMMIT');
  } catch (error) {
    undo(database);
    throw error;
  }
}

async function transaction<T>(database: DatabaseSync, begin: string, work: () => Promise<T>): Promise<T> {
  database.exec(begin);
  try {
    const result = await work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    undo(database);
    throw error;
  }
}

/** A full disk undoes the transaction by itself; to undo it again would hide what happened. */
function undo(database: DatabaseSync): void {
  if (database.isTransaction) database.exec('ROLLBACK');
}

function rowsOf(statement: StatementSync, values: readonly SqlValue[]): Row[] {
  return statement.all(...values) as Row[];
}
