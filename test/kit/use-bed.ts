import { afterEach, beforeEach } from 'vitest';
import { type JournalBed, openBed, type SqliteStore, sqliteStore } from './journal.ts';

/** A fresh journal for each test of a file, or of the `describe` that this is called in; gone after it. */
export function useBed(): () => JournalBed {
  let store: SqliteStore;
  let bed: JournalBed;
  beforeEach(async () => {
    store = sqliteStore();
    bed = await openBed(store);
  });
  afterEach(async () => {
    await bed.journal.close();
    store.remove();
  });
  return () => bed;
}
