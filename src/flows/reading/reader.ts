import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLimit } from '../../basics/limit.ts';
import { type Fault, GatewayError } from '../../errors/gateway-error.ts';
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
   * @throws GatewayError GEN-002 when no process can be had, which is not the mail's doing either; what `begun`
   *   throws
   */
  read(raw: Uint8Array, begun?: () => Promise<void>): Promise<ReadResult>;
  /** Ends every process; what is being read or waits is refused with GEN-002. */
  stop(): Promise<void>;
}

export interface ReaderOptions {
  readonly limits: ArchiveLimits;
  /** Milliseconds for one mail. */
  readonly deadlineMs: number;
  /** MiB of heap for one mail. */
  readonly memoryMb: number;
  /** Processes at most; mails beyond them wait. */
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
  const limit = createLimit(options.processes);
  const idle: ChildProcess[] = [];
  /** Every process, and whether it came to stand ready. */
  const all = new Map<ChildProcess, Promise<boolean>>();
  let stopped = false;

  const start = (): ChildProcess => {
    const child = launch(options.memoryMb);
    child.once('exit', () => {
      all.delete(child);
      const at = idle.indexOf(child);
      if (at >= 0) idle.splice(at, 1);
    });
    all.set(child, loading(child));
    return child;
  };
  const discard = async (child: ChildProcess): Promise<void> => {
    all.delete(child);
    await end(child);
  };
  const readIn = async (
    child: ChildProcess,
    raw: Uint8Array,
    begun: () => Promise<void>,
  ): Promise<ReadResult> => {
    let usable = false;
    try {
      if ((await all.get(child)) !== true) throw new GatewayError('GEN-002');
      usable = true;
      await begun();
      const result = await ask(child, { raw, limits: options.limits }, options.deadlineMs);
      usable = 'reading' in result;
      return result;
    } finally {
      if (usable) idle.push(child);
      else await discard(child);
    }
  };

  return {
    read: (raw, begun = async () => undefined) =>
      limit.run(async () => {
        const result = await readIn(idle.pop() ?? start(), raw, begun);
        if (stopped && 'unfinished' in result) throw new GatewayError('GEN-002');
        return result;
      }),
    stop: async () => {
      stopped = true;
      const readings = limit.close(() => new GatewayError('GEN-002'));
      await Promise.all([...all.keys()].map(end));
      await readings;
    },
  };
}

function launch(memoryMb: number): ChildProcess {
  const child = forkReader(memoryMb);
  // An idle process keeps nobody from ending; while one is asked, the deadline's timer does.
  child.unref();
  child.channel?.unref();
  // One that breaks tells `loading` and `ask`; without a listener of its own its error would end the gateway.
  child.on('error', () => undefined);
  return child;
}

/**
 * It gets no environment: who reads what anybody sent holds no password. Some failures to start are thrown, the
 * others come as an event.
 */
function forkReader(memoryMb: number): ChildProcess {
  try {
    return fork(PROGRAM, {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${memoryMb}`],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  } catch (cause) {
    throw new GatewayError('GEN-002', { cause });
  }
}

async function end(child: ChildProcess): Promise<void> {
  const gone = child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  if (gone) return;
  const { promise: exited, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve()).ref();
  child.kill('SIGKILL');
  await exited;
}

/** What the modules may take to load, on a machine that has much else to do. */
const LOADING_MS = 30_000;

/** A process says so when its modules are loaded; one that breaks on them never stands ready. */
function loading(child: ChildProcess): Promise<boolean> {
  return new Promise(resolve => {
    const finish = (ready: boolean): void => {
      clearTimeout(deadline);
      child.off('message', onReady).off('error', onEnd).off('exit', onEnd);
      resolve(ready);
    };
    const onReady = (): void => finish(true);
    const onEnd = (): void => finish(false);
    const deadline = setTimeout(onEnd, LOADING_MS);
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
    const onMessage = (message: unknown): void =>
      finish(isReading(message) ? { reading: message.reading } : { unfinished: 'crashed' });
    const onCrash = (): void => finish({ unfinished: 'crashed' });
    const deadline = setTimeout(() => finish({ unfinished: 'stalled' }), deadlineMs);
    child.on('message', onMessage).on('error', onCrash).on('exit', onCrash);
    child.send(request);
  });
}

/** Anything else that the process says, a fault first of all, is no reading. */
function isReading(message: unknown): message is { readonly reading: Reading } {
  return typeof message === 'object' && message !== null && 'reading' in message;
}
