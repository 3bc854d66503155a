import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { waitFor } from '../kit/wait.ts';

export const REPOSITORY = resolve(import.meta.dirname, '../..');
export const LAUNCHER = join(REPOSITORY, 'bin/pfi.js');
/** Two cores that other tests share. */
const PATIENCE_MS = 30_000;

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is started; default: Node and bin/pfi.js. */
  readonly program?: readonly string[];
}

export interface Ended {
  /** As a shell would have it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of ours, watched. */
export interface Watched {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Its log lines so far. */
  log(): { readonly [field: string]: unknown; readonly msg: string }[];
  signal(name: NodeJS.Signals): void;
  running(): boolean;
  /** Until the condition on what it wrote holds; fails when the process ends before. */
  until(what: string, condition: () => boolean): Promise<void>;
  /** Until a log line says this, the `times`th time. */
  said(msg: string, times?: number): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Runs a command to its end. */
export function pfi(args: readonly string[], options: ProcessOptions = {}): Promise<Ended> {
  return startPfi(args, options).ended;
}

export function startPfi(args: readonly string[], options: ProcessOptions = {}): Watched {
  const [file = process.execPath, ...before] = options.program ?? [process.execPath, LAUNCHER];
  const child = spawn(file, [...before, ...args], {
    cwd: options.cwd ?? REPOSITORY,
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'pfi-test-compiled'), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
  let isRunning = true;
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    isRunning = false;
    return { code: typeof code === 'number' ? code : signal === 'SIGKILL' ? 137 : 128, stdout, stderr };
  });
  const log = (): ReturnType<Watched['log']> =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as ReturnType<Watched['log']>[number]);
  const until = async (what: string, condition: () => boolean): Promise<void> => {
    await waitFor(() => condition() || !isRunning, { what, timeoutMs: PATIENCE_MS });
    if (!condition()) throw new Error(`the process ended before: ${what}\n${stdout}${stderr}`);
  };
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    log,
    signal: name => void child.kill(name),
    running: () => isRunning,
    until,
    said: (msg, times = 1) => until(msg, () => log().filter(line => line.msg === msg).length >= times),
    ended,
  };
}

/** Whether a process of this id is there. */
export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
