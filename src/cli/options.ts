import { InvalidArgumentError, type Command, Option } from 'commander';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { duration } from '../config/units.ts';

/** What {@link configOption} gives a command. */
export interface ConfigOption {
  readonly config: string;
}

/** What {@link jsonOption} gives a command. */
export interface JsonOption {
  readonly json: boolean;
}

/** Which configuration file; `pfi.yaml` unless told otherwise. */
export function configOption(): Option {
  return new Option('-c, --config <fichier>', 'fichier de configuration')
    .env('PFI_CONFIG')
    .default('pfi.yaml');
}

/** Whether a program reads the answer. */
export function jsonOption(): Option {
  return new Option('--json', 'écrit du JSON, pour un programme').default(false);
}

/** Adds the options that most commands share. */
export function withCommonOptions(command: Command): Command {
  return command.addOption(configOption()).addOption(jsonOption());
}

/** An option's duration as the configuration writes them; milliseconds. */
export function durationArgument(text: string): number {
  const read = duration.safeParse(text);
  if (!read.success) throw new InvalidArgumentError('Une durée est attendue, par exemple 90s, 15m ou 2h.');
  return read.data;
}

/** An option's whole number within bounds. */
export function numberArgument(least: number, most: number): (text: string) => number {
  return text => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Un nombre entier de ${least} à ${most} est attendu.`);
  };
}

/** The configuration that a command was given. @throws GatewayError CFG-001, CFG-002 */
export function configOf(command: ConfigOption): Config {
  return loadConfig(command.config, process.env).config;
}
