import { runCommandLine } from '../../src/cli/program.ts';
import type { Ended } from './processes.ts';

/** Runs a command line in this process: for tables of cases. One at a time. */
export async function called(words: readonly string[]): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const kept = { stdout: process.stdout.write, stderr: process.stderr.write, exitCode: process.exitCode };
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = (text: unknown) => {
      written[stream] += String(text);
      return true;
    };
  }
  process.exitCode = 0;
  try {
    await runCommandLine(words);
    return { code: Number(process.exitCode), ...written };
  } finally {
    process.stdout.write = kept.stdout;
    process.stderr.write = kept.stderr;
    process.exitCode = kept.exitCode;
  }
}
