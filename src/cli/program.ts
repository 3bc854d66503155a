import { Command } from 'commander';
import { VERSION } from '../gateway/version.ts';
import { addCheck } from './check.ts';
import { addDemo } from './demo.ts';
import { addExchanges } from './exchanges.ts';
import { failureOf, tellFailure } from './failure.ts';
import { addFhir } from './fhir-distill.ts';
import { inFrench } from './french.ts';
import { addInspect } from './inspect.ts';
import { addRun } from './run.ts';
import { addSend } from './send.ts';
import { addStatus } from './status.ts';

/**
 * Runs what a command line asks for; sets the process's exit code. What only some commands need is loaded by them: a
 * monitor runs `pfi status` every minute.
 */
export async function runCommandLine(words: readonly string[]): Promise<void> {
  const program = createProgram();
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (thrown) {
    const failure = failureOf(thrown, nameOf(program, words));
    tellFailure(failure, words.includes('--json'));
    process.exitCode = failure.exitCode;
  }
}

function createProgram(): Command {
  const program = inFrench(
    new Command('pfi')
      .description(
        'Passerelle entre les logiciels d’un hôpital et la messagerie MSSanté, le DMP et les plateformes FHIR nationales.\n\nLe guide : docs/guide.md. Les codes d’erreur : docs/errors.md.',
      )
      .version(VERSION, '-V, --version', 'affiche la version'),
  );
  const commands = [addDemo, addRun, addCheck, addStatus, addInspect, addSend, addExchanges, addFhir];
  for (const add of commands) add(program);
  return program;
}

/** `pfi exchanges show`: the innermost command that the words name. */
function nameOf(command: Command, [word, ...others]: readonly string[]): string {
  const next = command.commands.find(known => known.name() === word);
  return next === undefined ? command.name() : `${command.name()} ${nameOf(next, others)}`;
}
