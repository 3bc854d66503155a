import type { Clock } from '../basics/clock.ts';
import { createIdSource, type IdSource } from '../basics/ids.ts';
import type { Config } from '../config/schema.ts';
import { sealingKey } from '../config/secrets.ts';
import type { Journal } from '../journal/journal.ts';
import { openSqlite } from '../journal/sqlite.ts';
import { createJournal } from '../journal/store.ts';

/** The file that `journal.url` names. */
export function journalPath({ journal }: Config): string {
  return journal.url.replace(/^sqlite:/, '');
}

/**
 * Opens the journal of a configuration, with the ids that whoever works on it gives. The gateway's own is exclusive.
 *
 * @throws GatewayError JRN-001…003 when it cannot be used, CFG-003 when its key cannot be read
 */
export async function openJournal(
  config: Config,
  { clock, exclusive }: { readonly clock: Clock; readonly exclusive: boolean },
): Promise<{ readonly journal: Journal; readonly newId: IdSource }> {
  const newId = createIdSource(clock);
  const { key } = config.journal;
  const sealKey = key === undefined ? undefined : sealingKey(key);
  const engine = openSqlite({ path: journalPath(config), exclusive });
  try {
    return { journal: await createJournal({ engine, clock, newId, sealKey }), newId };
  } catch (error) {
    await engine.close();
    throw error;
  }
}
