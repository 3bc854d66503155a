import { refused, type Said } from './outcome.ts';
import {
  type CreatedEntry,
  createEntries,
  danglingFaults,
  responseTo,
  transactionFaults,
} from './transaction.ts';

/** What takes medico-social records (“consommateur”). */
export interface RecordKeeper {
  submit(body: unknown): Said;
  read(name: string): Said;
  /** The transactions that were taken, in order. */
  transactions(): readonly (readonly CreatedEntry[])[];
}

export interface RecordKeeperOptions {
  /** Its own address, without `/` at its end. */
  readonly base: string;
  /** Of a success: 201 until 2.0.0-ballot, 200 since 2.0.0. */
  readonly success: 200 | 201;
  readonly clock: () => Date;
}

/** All of a transaction is created, or nothing. */
export function createRecordKeeper({ base, success, clock }: RecordKeeperOptions): RecordKeeper {
  const transactions: (readonly CreatedEntry[])[] = [];
  const find = (name: string): CreatedEntry | undefined =>
    transactions.flat().find(({ type, id }) => `${type}/${id}` === name);
  return {
    submit(body) {
      const form = transactionFaults(body);
      if (form.length > 0) return refused(400, ...form);
      const dangling = danglingFaults(body, name => find(name) !== undefined);
      if (dangling.length > 0) return refused(422, ...dangling);
      const created = createEntries(body, clock());
      transactions.push(created);
      return { status: success, body: responseTo(created, base) };
    },
    read(name) {
      const found = find(name);
      if (found !== undefined) return { status: 200, body: found.resource };
      return refused(404, { code: 'not-found', path: '', reason: 'there is no such thing' });
    },
    transactions: () => transactions,
  };
}
