import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { createIdSource, type IdSource } from '../basics/ids.ts';
import { type Clock, systemClock } from '../basics/clock.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { sealingKey } from '../config/secrets.ts';
import { describe } from '../errors/catalogue.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import type { Journal } from '../journal/journal.ts';
import { openSqlite } from '../journal/sqlite.ts';
import { createJournal } from '../journal/store.ts';

/** Exit code of a command that could not do its work because of how it was called or configured. */
export const EXIT_USAGE = 2;

export function configOption(): Option {
  return new Option('-c, --config <fichier>', 'fichier de configuration')
    .env('PFI_CONFIG')
    .default('pfi.yaml');
}

export function jsonOption(): Option {
  return new Option('--json', 'écrit du JSON').default(false);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** Runs a command's work; a GatewayError is told in French on the error output and ends with `exitCode`. */
export async function orExit(work: () => Promise<void> | void, exitCode = EXIT_USAGE): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    process.stderr.write(`${error.code} : ${error.publicText}\n${describe(error.code).todo}\n`);
    process.exitCode = exitCode;
  }
}

/** The configuration that a command was given. @throws GatewayError CFG-001, CFG-002 */
export function configOf(command: { readonly config: string }): Config {
  return loadConfig(command.config, process.env).config;
}

export interface JournalAccess {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newId: IdSource;
  /** Who acts, for the history. */
  readonly by: string;
}

/** Opens the journal beside a running gateway, for as long as `work` takes. @throws GatewayError JRN-… */
export async function withJournal(
  config: Config,
  work: (access: JournalAccess) => Promise<void>,
): Promise<void> {
  const clock = systemClock;
  const newId = createIdSource(clock);
  const engine = openSqlite({ path: config.journal.url.replace(/^sqlite:/, ''), exclusive: false });
  const sealKey = config.journal.key === undefined ? undefined : sealingKey(config.journal.key);
  const journal = await createJournal({ engine, clock, newId, sealKey });
  try {
    await work({ journal, clock, newId, by: process.env['SUDO_USER'] ?? userInfo().username });
  } finally {
    await journal.close();
  }
}

/** Adds the options that most commands share. */
export function withCommonOptions(command: Command): Command {
  return command.addOption(configOption()).addOption(jsonOption());
}

/** A local date and time as French people write it. */
export function frenchTime(at: number | string): string {
  return new Date(at).toLocaleString('fr-FR', {
    timeZone: 'Europe/Paris',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
}
