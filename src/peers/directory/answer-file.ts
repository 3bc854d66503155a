import { type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { GatewayError } from '../../errors/gateway-error.ts';
import { readAck } from '../../formats/hl7/ack.ts';
import type { Ack } from '../../formats/hl7/types.ts';

/** The file to wait for, and how. Times in ms, sizes in bytes. */
export interface AnswerFile {
  readonly folder: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly maxAckBytes: number;
  readonly pollMs: number;
  readonly settleMs: number;
  /** Ends the wait. */
  readonly closing: AbortSignal;
}

/**
 * Waits for a file that holds an ACK and has stopped growing: applications write it in place, and half an AE
 * would read as a refusal without its code.
 *
 * @throws GatewayError DIR-002 when there is none in time, HL7-002 when what is there is no ACK
 */
export async function waitForAnswer(file: AnswerFile): Promise<Ack> {
  const deadline = AbortSignal.any([file.closing, AbortSignal.timeout(file.timeoutMs)]);
  const changes = watchFolder(file.folder);
  try {
    let before: Buffer | undefined;
    let unreadable: GatewayError | undefined;
    while (!deadline.aborted) {
      const now = await read(file);
      if (now !== undefined && before?.equals(now) === true) {
        const ack = ackOrFault(now);
        if (!(ack instanceof GatewayError)) return ack;
        unreadable = ack;
      }
      before = now;
      await (now === undefined ? changes.next(file.pollMs, deadline) : pause(file.settleMs, deadline));
    }
    throw unreadable ?? new GatewayError('DIR-002');
  } finally {
    changes.close();
  }
}

async function read({ path, maxAckBytes }: AnswerFile): Promise<Buffer | undefined> {
  try {
    if ((await stat(path)).size > maxAckBytes) throw new GatewayError('HL7-002');
    const bytes = await readFile(path);
    return bytes.length === 0 ? undefined : bytes;
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown;
    return undefined;
  }
}

function ackOrFault(bytes: Uint8Array): Ack | GatewayError {
  try {
    return readAck(bytes);
  } catch (cause) {
    return new GatewayError('HL7-002', { cause });
  }
}

/**
 * The system's announcements of changes in a folder; where there are none, the time passed to `next` decides.
 */
function watchFolder(folder: string): { next(ms: number, until: AbortSignal): Promise<void>; close(): void } {
  let changed = false;
  let wake = (): void => {
    changed = true;
  };
  const watcher = tryWatch(folder);
  watcher?.on('change', () => wake());
  watcher?.on('error', () => {});
  return {
    async next(ms, until) {
      const announced = new AbortController();
      wake = () => announced.abort();
      if (!changed) await pause(ms, AbortSignal.any([until, announced.signal]));
      changed = false;
      wake = () => {
        changed = true;
      };
    },
    close: () => watcher?.close(),
  };
}

function tryWatch(folder: string): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false });
  } catch {
    return undefined;
  }
}

/** Resolves after `ms`, or as soon as `until` is aborted. */
function pause(ms: number, until: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (until.aborted) return resolve();
    const timer = setTimeout(end, ms);
    until.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timer);
      until.removeEventListener('abort', end);
      resolve();
    }
  });
}
