import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from '../../errors/gateway-error.ts';
import type { ArchiveLimits } from '../../formats/xdm/types.ts';
import type { Reading } from './reading.ts';
import type { ReadRequest } from './reader-process.ts';

/** A reading, or that it did not come to an end: the process ran out of time or memory, or broke. */
export type ReadResult = { readonly reading: Reading } | { readonly unfinished: 'stalled' | 'crashed' };

export interface Reader {
  /**
   * Reads a mail in another process.
   *
   * @param begun awaited when a process stands ready for this mail: what ends the gateway before is not the
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
  /** Processes; mails beyond them wait. */
  readonly processes: number;
}

/** What a process says of one mail. */
export type ReaderAnswer = { readonly reading: Reading } | { readonly fault: Fault };

const PROGRAM = fileURLToPath(new URL(`./reader-process${extname(import.meta.filename)}`, import.meta.url));

/**
 * Processes that read mails. A mail that stalls or breaks its process costs that process and nothing else: it
 * is ended and the next mail gets a new one (docs/design.md §4, invariant 7). Why not threads:
 * docs/decisions/006.
 */
export function createReader(options: ReaderOptions): Reader {
  const idle: ChildProcess[] = [];
  const waiting: ((child: ChildProcess) => void)[] = [];
  /** Every process, and whether it came to stand ready. */
  const all = new Map<ChildProcess, Promise<boolean>>();

  const start = (): ChildProcess => {
    const child = launch(options.memoryMb);
    child.once('exit', () => {
      all.delete(child);
      const at = idle.indexOf(child);
      if (at >= 0) idle.splice(at, 1);
    });
    all.set(child, loading(child, options.deadlineMs));
    return child;
  };
  const take = async (): Promise<ChildProcess> => {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (all.size < options.processes) return start();
    return new Promise(resolve => waiting.push(resolve));
  };
  const give = (child: ChildProcess): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(child);
    else next(child);
  };
  const replace = async (child: ChildProcess): Promise<void> => {
    all.delete(child);
    await end(child);
    const next = waiting.shift();
    next?.(start());
  };

  return {
    read: async (raw, begun) => {
      const child = await take();
      let result: ReadResult = { unfinished: 'crashed' };
      try {
        const ready = await all.get(child);
        await begun?.();
        if (ready === true) {
          result = await ask(child, { raw, limits: options.limits }, options.deadlineMs);
        }
      } finally {
        if ('unfinished' in result) await replace(child);
        else give(child);
      }
      return result;
    },
    stop: async () => {
      await Promise.all([...all.keys()].map(end));
    },
  };
}

/** It gets no environment: who reads what anybody sent holds no password. */
function launch(memoryMb: number): ChildProcess {
  const child = fork(PROGRAM, {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${memoryMb}`],
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // An idle process keeps nobody from ending; while one is asked, the deadline's timer does.
  child.unref();
  child.channel?.unref();
  // One that breaks tells `loading` and `ask`; without a listener of its own its error would end the gateway.
  child.on('error', () => undefined);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const gone = child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  if (gone) return;
  const { promise: exited, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve()).ref();
  child.kill('SIGKILL');
  await exited;
}

/**
 * A process says so when its modules are loaded; one that breaks on them or takes too long never stands ready.
 */
function loading(child: ChildProcess, deadlineMs: number): Promise<boolean> {
  return new Promise(resolve => {
    const finish = (ready: boolean): void => {
      clearTimeout(deadline);
      child.off('message', onReady).off('error', onEnd).off('exit', onEnd);
      resolve(ready);
    };
    const onReady = (): void => finish(true);
    const onEnd = (): void => finish(false);
    const deadline = setTimeout(onEnd, deadlineMs);
    child.on('message', onReady).on('error', onEnd).on('exit', onEnd);
  });
}

function ask(child: ChildProcess, request: ReadRequest, deadlineMs: number): Promise<ReadResult> {
  return new Promise(resolve => {
    const finish = (result: ReadResult): void => {
      clearTimeout(deadline);
      child.off('message', onMessage).off('error', onCrash).off('exit', onCrash);
      resolve(result);
    };
    const onMessage = (message: unknown): void => {
      const answer = message as ReaderAnswer;
      finish('reading' in answer ? { reading: answer.reading } : { unfinished: 'crashed' });
    };
    const onCrash = (): void => finish({ unfinished: 'crashed' });
    const deadline = setTimeout(() => finish({ unfinished: 'stalled' }), deadlineMs);
    child.on('message', onMessage).on('error', onCrash).on('exit', onCrash);
    child.send(request);
  });
}
