import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { systemClock } from '../basics/clock.ts';
import type { Config } from '../config/schema.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import type { SteerContext } from '../flows/steer.ts';
import { journalPath, openJournal } from '../gateway/open-journal.ts';

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
  const path = journalPath(config);
  if (!existsSync(path)) {
    throw new GatewayError('JRN-002', {
      detail: `Le fichier ${path} n’existe pas : la passerelle n’a pas encore tourné avec cette configuration.`,
    });
  }
  const clock = systemClock;
  const { journal, newId } = await openJournal(config, { clock, exclusive: false });
  try {
    await work({ journal, clock, newId, by: whoActs() });
  } finally {
    await journal.close();
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
