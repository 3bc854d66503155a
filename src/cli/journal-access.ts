import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { systemClock } from '../basics/clock.ts';
import { createIdSource } from '../basics/ids.ts';
import type { Config } from '../config/schema.ts';
import { sealingKey } from '../config/secrets.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import type { SteerContext } from '../flows/steer.ts';
import { openSqlite } from '../journal/sqlite.ts';
import { createJournal } from '../journal/store.ts';

/**
 * Opens the journal, beside a running gateway or without one, for as long as `work` takes. Never creates it: a journal
 * made by whoever calls could not be opened by the service's own account.
 *
 * @throws GatewayError JRN-…
 */
export async function withJournal(
  config: Config,
  work: (access: SteerContext) => Promise<void>,
): Promise<void> {
  const path = config.journal.url.replace(/^sqlite:/, '');
  if (!existsSync(path)) {
    throw new GatewayError('JRN-002', {
      detail: `Le fichier ${path} n’existe pas : la passerelle n’a pas encore tourné avec cette configuration.`,
    });
  }
  const clock = systemClock;
  const newId = createIdSource(clock);
  const sealKey = config.journal.key === undefined ? undefined : sealingKey(config.journal.key);
  const engine = openSqlite({ path, exclusive: false });
  try {
    const journal = await createJournal({ engine, clock, newId, sealKey });
    await work({ journal, clock, newId, by: whoActs() });
  } finally {
    await engine.close();
  }
}

/** The person behind `sudo`, else the account; a container may run under a number that has no name. */
function whoActs(): string {
  const { SUDO_USER: person } = process.env;
  if (person !== undefined && person !== '') return person;
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
