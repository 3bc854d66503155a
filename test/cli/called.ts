import { vi } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
import type { Ended } from './processes.ts';

/** Runs a command line in this process: for tables of cases. One at a time. */
export async function called(words: readonly string[]): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map(stream =>
    vi.spyOn(process[stream], 'write').mockImplementation(text => {
      written[stream] += String(text);
      return true;
    }),
  );
  const { exitCode } = process;
  process.exitCode = 0;
  try {
    await runCommandLine(words);
    return { code: process.exitCode, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = exitCode;
  }
}
