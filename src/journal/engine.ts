/** What a statement's `?` can hold, and what a column can. */
export type SqlValue = string | number | Uint8Array | null;
/** A row by its columns' names. */
export type Row = Readonly<Record<string, SqlValue>>;

/** Statements inside one transaction. */
export interface Statements {
  all(sql: string, ...values: SqlValue[]): Promise<Row[]>;
  first(sql: string, ...values: SqlValue[]): Promise<Row | undefined>;
  /** @returns the number of rows changed */
  run(sql: string, ...values: SqlValue[]): Promise<number>;
}

/** A database that keeps the journal: portable SQL with `?`, and transactions one at a time. */
export interface Engine {
  /** Runs `work` in one durable write transaction; a throw undoes it. */
  write<T>(work: (sql: Statements) => Promise<T>): Promise<T>;
  /** Runs `work` on one consistent snapshot. */
  read<T>(work: (sql: Statements) => Promise<T>): Promise<T>;
  /** False once a file of it was removed or replaced: what is written then is lost with the process. Cheap. */
  intact(): boolean;
  close(): Promise<void>;
}
