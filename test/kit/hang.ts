import { existsSync } from 'node:fs';

/**
 * Loaded into a process of the gateway before its own modules (hanging-preparer.ts): on a request of which a document
 * holds a word it hangs, its event loop too, until a file is there.
 */
const { HANG_ON = '', HANG_UNTIL = '' } = process.env;
const never = new Int32Array(new SharedArrayBuffer(4));

process.on('message', job => {
  while (holds(job, HANG_ON) && !existsSync(HANG_UNTIL)) Atomics.wait(never, 0, 0, 10);
});

function holds(job: unknown, word: string): boolean {
  if (typeof job !== 'object' || job === null || !('documents' in job)) return false;
  const { documents } = job;
  return (
    Array.isArray(documents) &&
    documents.some(bytes => bytes instanceof Uint8Array && Buffer.from(bytes).includes(word))
  );
}
