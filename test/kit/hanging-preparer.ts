import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface HangingPreparer {
  /** What hangs goes on, and nothing hangs any more. */
  letGo(): void;
  /** Processes are started as they were before. */
  stop(): void;
}

/** Has the processes that this one starts from now on hang on documents that hold a word: see hang.ts. */
export function hangOn(word: string): HangingPreparer {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-hang-'));
  const { execPath } = process;
  const program = join(folder, 'node');
  const go = join(folder, 'go');
  // The gateway starts its processes as `process.execPath`, without an environment.
  const lines = [
    '#!/bin/sh',
    `export HANG_ON='${word}' HANG_UNTIL='${go}'`,
    `exec '${execPath}' --import '${new URL('./hang.ts', import.meta.url).href}' "$@"`,
  ];
  writeFileSync(program, `${lines.join('\n')}\n`, { mode: 0o755 });
  process.execPath = program;
  return {
    letGo: () => writeFileSync(go, ''),
    stop: () => {
      process.execPath = execPath;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
