import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { diag } from 'libxml2-wasm';

/**
 * What many runs leave behind: documents of libxml2 that nobody disposed of, and how far memory outside of JavaScript's
 * heap (libxml2's own is in there) and in it has grown, in MB.
 */
export function leftBehind(
  runs: number,
  run: () => void,
): { documents: number; outside: number; heap: number } {
  for (let index = 0; index < 100; index += 1) run();
  diag.configure({ enabled: true });
  const before = memory();
  for (let index = 0; index < runs; index += 1) run();
  const after = memory();
  const report = diag.report() ?? {};
  diag.configure({ enabled: false });
  return {
    documents: Object.keys(report).length,
    outside: (after.external - before.external) / 1e6,
    heap: (after.heapUsed - before.heapUsed) / 1e6,
  };
}

function memory(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage();
}
