import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Fault } from '../../errors/gateway-error.ts';
import type { ArchiveLimits } from '../../formats/xdm/types.ts';
import type { Reading } from './reading.ts';
import type { ReadRequest } from './reader-worker.ts';

/** A reading, or that it did not come to an end: the thread ran out of time or memory, or broke. */
export type ReadResult = { readonly reading: Reading } | { readonly unfinished: 'stalled' | 'crashed' };

export interface Reader {
  /**
   * Reads a mail in another thread; its bytes are handed over and must not be used afterwards.
   *
   * @param begun awaited when a thread stands ready for this mail: what ends the process before is not the
   *   mail's doing
   */
  read(raw: Uint8Array, begun?: () => Promise<void>): Promise<ReadResult>;
  stop(): Promise<void>;
}

export interface ReaderOptions {
  readonly limits: ArchiveLimits;
  /** Milliseconds for one mail. */
  readonly deadlineMs: number;
  /** MiB of heap for one mail. */
  readonly memoryMb: number;
  /** Threads; mails beyond them wait. */
  readonly threads: number;
}

type Answer = { readonly reading: Reading } | { readonly fault: Fault };

/**
 * Threads that read mails. A mail that stalls or breaks its thread costs that thread and nothing else: it is
 * ended and the next mail gets a new one (docs/design.md §4, invariant 7).
 */
export function createReader(options: ReaderOptions): Reader {
  const idle: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  /** Every thread, and whether it came to stand ready. */
  const all = new Map<Worker, Promise<boolean>>();

  const start = (): Worker => {
    const worker = new Worker(new URL(`./reader-worker${extname(import.meta.filename)}`, import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMb },
    });
    worker.unref();
    // A thread that breaks tells `ask`; without a listener of its own its error would end the process.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      all.delete(worker);
      const at = idle.indexOf(worker);
      if (at >= 0) idle.splice(at, 1);
    });
    all.set(worker, loading(worker, options.deadlineMs));
    return worker;
  };
  const take = async (): Promise<Worker> => {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (all.size < options.threads) return start();
    return new Promise(resolve => waiting.push(resolve));
  };
  const give = (worker: Worker): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  };
  const replace = async (worker: Worker): Promise<void> => {
    all.delete(worker);
    await worker.terminate();
    const next = waiting.shift();
    next?.(start());
  };

  return {
    read: async (raw, begun) => {
      const worker = await take();
      let result: ReadResult = { unfinished: 'crashed' };
      try {
        const ready = await all.get(worker);
        await begun?.();
        if (ready === true) {
          result = await ask(worker, { raw, limits: options.limits }, options.deadlineMs);
        }
      } finally {
        if ('unfinished' in result) await replace(worker);
        else give(worker);
      }
      return result;
    },
    stop: async () => {
      await Promise.all([...all.keys()].map(worker => worker.terminate()));
    },
  };
}

/**
 * A thread says so when its modules are loaded; one that breaks on them or takes too long never stands ready.
 */
function loading(worker: Worker, deadlineMs: number): Promise<boolean> {
  return new Promise(resolve => {
    const finish = (ready: boolean): void => {
      clearTimeout(deadline);
      worker.off('message', onReady).off('exit', onEnd);
      resolve(ready);
    };
    const onReady = (): void => finish(true);
    const onEnd = (): void => finish(false);
    const deadline = setTimeout(onEnd, deadlineMs);
    worker.on('message', onReady).on('exit', onEnd);
  });
}

function ask(worker: Worker, request: ReadRequest, deadlineMs: number): Promise<ReadResult> {
  return new Promise(resolve => {
    const finish = (result: ReadResult): void => {
      clearTimeout(deadline);
      worker.off('message', onMessage).off('error', onCrash).off('exit', onCrash);
      resolve(result);
    };
    const onMessage = (answer: Answer): void =>
      finish('reading' in answer ? { reading: answer.reading } : { unfinished: 'crashed' });
    const onCrash = (): void => finish({ unfinished: 'crashed' });
    const deadline = setTimeout(() => finish({ unfinished: 'stalled' }), deadlineMs);
    worker.on('message', onMessage).on('error', onCrash).on('exit', onCrash);
    worker.postMessage(request, transferable(request.raw));
  });
}

/** A buffer that shares its memory with others (Node's pool) is copied instead. */
function transferable(raw: Uint8Array): ArrayBuffer[] {
  const whole = raw.byteOffset === 0 && raw.byteLength === raw.buffer.byteLength;
  return whole && raw.buffer instanceof ArrayBuffer ? [raw.buffer] : [];
}
