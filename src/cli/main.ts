import { failureOf, tellFailure } from './failure.ts';
import { runCommandLine } from './program.ts';

const words = process.argv.slice(2);

// `pfi exchanges list | head`: whoever read us has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

// `run` writes it to its log.
if (words[0] !== 'run') {
  process.on('uncaughtException', error => {
    const failure = failureOf(error, 'pfi');
    tellFailure(failure, false);
    process.exit(failure.exitCode);
  });
}

await runCommandLine(words);
