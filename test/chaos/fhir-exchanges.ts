import { join } from 'node:path';
import { systemClock } from '../../src/basics/clock.ts';
import { createIdSource } from '../../src/basics/ids.ts';
import { openSqlite } from '../../src/journal/sqlite.ts';
import { createJournal } from '../../src/journal/store.ts';

/** What has become of an exchange. */
export interface SeenExchange {
  readonly isEnded: boolean;
  /** It waits for a person. */
  readonly isHeld: boolean;
  /** Of each delivery: its outcome, else its state and what it is held for. */
  readonly outcomes: readonly string[];
}

/** Every exchange in the journal of a gateway that runs, or of one that does not. @param folder the journal's */
export async function exchangesIn(folder: string): Promise<SeenExchange[]> {
  const engine = openSqlite({ path: join(folder, 'journal.db'), exclusive: false });
  const newId = createIdSource(systemClock);
  const journal = await createJournal({ engine, clock: systemClock, newId, sealKey: undefined });
  try {
    const exchanges = await journal.list({ limit: 2_000 });
    const views = await Promise.all(exchanges.map(({ id }) => journal.exchange(id)));
    return views
      .filter(view => view !== undefined)
      .map(({ exchange, deliveries }) => ({
        isEnded: exchange.state === 'ended',
        isHeld: deliveries.some(({ state }) => state === 'held'),
        outcomes: deliveries.map(({ state, ending, hold }) => ending?.outcome ?? hold?.code ?? state),
      }));
  } finally {
    await journal.close();
  }
}
