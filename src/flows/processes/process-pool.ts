import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLimit } from '../../basics/limit.ts';
import { type Fault, GatewayError } from '../../errors/gateway-error.ts';

/** What a process says of one job. */
export type ProcessAnswer<Result> = { readonly result: Result } | { readonly fault: Fault };

/** The same, or that the job did not come to an end: the process ran out of time or memory, or broke. */
export type JobOutcome<Result> = ProcessAnswer<Result> | { readonly unfinished: 'stalled' | 'crashed' };

export interface ProcessPool<Job, Result> {
  /**
   * Does a job in another process.
   *
   * @param begun awaited when a process stands ready for this job: what ends the gateway before is not the job's doing
   * @param deadlineMs milliseconds for this job, where it has less than any
   * @throws GatewayError GEN-002 when no process can be had, which is not the job's doing either; what `begun` throws
   */
  run(
    job: Job,
    options?: { readonly begun?: (() => Promise<void>) | undefined; readonly deadlineMs?: number },
  ): Promise<JobOutcome<Result>>;
  /** Ends every process; what is being done or waits is refused with GEN-002. */
  stop(): Promise<void>;
}

export interface ProcessPoolOptions {
  /** The module that a process runs, beside the caller, without its extension. */
  readonly program: URL;
  /** Milliseconds for one job. */
  readonly deadlineMs: number;
  /** MiB of heap for one job. */
  readonly memoryMb: number;
  /** Processes at most; jobs beyond them wait. */
  readonly processes: number;
}

/**
 * Processes that work on bytes which anybody sent. A job that stalls or breaks its process costs that process and
 * nothing else: it is ended and the next job gets a new one (docs/design.md §4, invariant 7). Why not threads:
 * docs/decisions/006.
 */
export function createProcessPool<Job, Result>(options: ProcessPoolOptions): ProcessPool<Job, Result> {
  const limit = createLimit(options.processes);
  const idle: ChildProcess[] = [];
  /** Every process, and whether it came to stand ready. */
  const all = new Map<ChildProcess, Promise<boolean>>();
  let stopped = false;

  const start = (): ChildProcess => {
    const child = launch(options);
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
  const runIn = async (
    child: ChildProcess,
    job: Job,
    begun: (() => Promise<void>) | undefined,
    deadlineMs: number,
  ): Promise<JobOutcome<Result>> => {
    let usable = false;
    try {
      if ((await all.get(child)) !== true) throw new GatewayError('GEN-002');
      usable = true;
      await begun?.();
      const outcome = await ask<Result>(child, job, deadlineMs);
      usable = !('unfinished' in outcome);
      return outcome;
    } finally {
      if (usable) idle.push(child);
      else await discard(child);
    }
  };

  return {
    run: (job, { begun, deadlineMs = options.deadlineMs } = {}) =>
      limit.run(async () => {
        const outcome = await runIn(idle.pop() ?? start(), job, begun, deadlineMs);
        if (stopped && 'unfinished' in outcome) throw new GatewayError('GEN-002');
        return outcome;
      }),
    stop: async () => {
      stopped = true;
      const jobs = limit.close(() => new GatewayError('GEN-002'));
      await Promise.all([...all.keys()].map(end));
      await jobs;
    },
  };
}

function launch(options: ProcessPoolOptions): ChildProcess {
  const child = forkProgram(options);
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
function forkProgram({ program, memoryMb }: ProcessPoolOptions): ChildProcess {
  try {
    return fork(`${fileURLToPath(program)}${extname(import.meta.filename)}`, {
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

function ask<Result>(child: ChildProcess, job: unknown, deadlineMs: number): Promise<JobOutcome<Result>> {
  return new Promise(resolve => {
    const finish = (outcome: JobOutcome<Result>): void => {
      clearTimeout(deadline);
      child.off('message', onMessage).off('error', onCrash).off('exit', onCrash);
      resolve(outcome);
    };
    const onMessage = (message: unknown): void =>
      finish(isAnswer<Result>(message) ? message : { unfinished: 'crashed' });
    const onCrash = (): void => finish({ unfinished: 'crashed' });
    const deadline = setTimeout(() => finish({ unfinished: 'stalled' }), deadlineMs);
    child.on('message', onMessage).on('error', onCrash).on('exit', onCrash);
    child.send(job as object);
  });
}

function isAnswer<Result>(message: unknown): message is ProcessAnswer<Result> {
  return typeof message === 'object' && message !== null && ('result' in message || 'fault' in message);
}
