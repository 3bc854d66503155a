import { runCommandLine } from './program.ts';

// `pfi exchanges list | head`: whoever read us has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

await runCommandLine(process.argv.slice(2));
