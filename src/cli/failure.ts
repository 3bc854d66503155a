import { CommanderError } from 'commander';
import { configFaults } from '../config/report.ts';
import { describe } from '../errors/catalogue.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { logFields } from '../errors/log-fields.ts';
import { usageMessage } from './french.ts';
import { printError, printJson } from './output.ts';

/** Exit code of a command that could not do its work because of how it was called or configured. */
export const EXIT_USAGE = 2;
/** Exit code of a command that met what nobody foresaw. */
export const EXIT_UNEXPECTED = 1;

/** What was asked cannot be done; `message` says why, in French. */
export class UsageError extends Error {}

/** How a command that threw ends. */
export interface Failure {
  readonly exitCode: number;
  /** Empty where all was said: help was asked for, or shown instead. */
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * What to say of anything that a command threw. Of an unexpected error its kind and origin, never its message: that
 * may quote a document.
 */
export function failureOf(thrown: unknown, command: string): Failure {
  if (thrown instanceof CommanderError) return failureOfUsage(thrown, command);
  if (thrown instanceof UsageError) {
    return { exitCode: EXIT_USAGE, text: thrown.message, data: { text: thrown.message } };
  }
  if (thrown instanceof GatewayError && thrown.code !== 'GEN-001') {
    const { code, publicText } = thrown;
    const { todo } = describe(code);
    const faults = configFaults(thrown);
    return {
      exitCode: EXIT_USAGE,
      text: `${code} : ${publicText}\n${todo}`,
      data: { code, text: describe(code).why, todo, ...(faults.length === 0 ? {} : { faults }) },
    };
  }
  const { why, todo } = describe('GEN-001');
  const fields = logFields(thrown);
  return {
    exitCode: EXIT_UNEXPECTED,
    text: `GEN-001 : ${why}\n${todo}\n${JSON.stringify(fields)}`,
    data: { text: why, todo, ...fields },
  };
}

/** The code of a CommanderError of which all was said: only its exit code is left to take up. */
export const TOLD = 'pfi.told';

function failureOfUsage(error: CommanderError, command: string): Failure {
  const { code, exitCode } = error;
  if (exitCode === 0 || code === TOLD) return { exitCode, text: '', data: {} };
  if (code === 'commander.help') return { exitCode: EXIT_USAGE, text: '', data: {} };
  const text = usageMessage(error);
  return { exitCode: EXIT_USAGE, text: `${text}\nAide : ${command} --help`, data: { text } };
}

/** Tells a failure: for people on the error output, for a program that asked for JSON on the output too. */
export function tellFailure({ text, data }: Failure, json: boolean): void {
  if (text === '') return;
  printError(text);
  if (json) printJson({ error: data });
}
