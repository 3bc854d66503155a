import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { waitFor } from './wait.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
/** Two cores that other tests share. */
const PATIENCE_MS = 60_000;

export interface DaemonLine {
  readonly level: number;
  readonly msg: string;
  readonly code?: string;
  readonly [field: string]: unknown;
}

/** `pfi run` as a process of its own, as systemd starts it. */
export interface Daemon {
  /** Spawns it and returns at once. */
  spawn(): void;
  /** Spawns it and waits until it says that it has started. */
  start(): Promise<void>;
  /** SIGKILL, and its end. @throws Error when it had ended by itself */
  kill(): Promise<void>;
  /** SIGTERM, and its end. @returns its exit code @throws Error when it had ended by itself */
  stop(): Promise<number | null>;
  /** Lets it start and end once: what is compiled is kept by an end in good order alone, for every start after it. */
  warm(): Promise<void>;
  /** Undefined while it does not run. */
  pid(): number | undefined;
  /** Every line that it logged, of all its lives. */
  log(): readonly DaemonLine[];
  /** The lines of one message. */
  logged(msg: string): readonly DaemonLine[];
  /** How often it logged what: `12 × mail recorded`; for a test that fails. */
  summary(): string;
  /** What it wrote on the error output, of all its lives. */
  complaints(): string;
}

/**
 * @param folder where the configuration is written; compiled sources are kept there too, so that a restart is quick
 * @param configuration as the YAML file has it
 */
export function createDaemon(folder: string, configuration: object): Daemon {
  const path = join(folder, 'pfi.yaml');
  writeFileSync(path, JSON.stringify(configuration));
  const lines: DaemonLine[] = [];
  let complaints = '';
  let child: ChildProcess | undefined;
  let ended: Promise<unknown> = Promise.resolve();

  function begin(): void {
    if (child !== undefined) throw new Error('the daemon runs already');
    const process_ = spawn(process.execPath, [join(REPOSITORY, 'bin/pfi.js'), 'run', '--config', path], {
      cwd: folder,
      env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = process_;
    const output = createInterface({ input: process_.stdout });
    output.on('line', line => lines.push(parse(line)));
    process_.stderr.on('data', chunk => {
      complaints += String(chunk);
    });
    const forget = (): void => {
      child = undefined;
    };
    ended = Promise.all([once(process_, 'exit'), once(output, 'close')]).then(forget);
  }

  async function signal(name: NodeJS.Signals): Promise<number | null> {
    const process_ = child;
    if (process_ === undefined)
      throw new Error(`the daemon had ended by itself:\n${complaints}${lastLines()}`);
    process_.kill(name);
    await ended;
    return process_.exitCode;
  }

  const lastLines = (): string =>
    lines
      .slice(-5)
      .map(line => JSON.stringify(line))
      .join('\n');
  const logged = (msg: string): DaemonLine[] => lines.filter(line => line.msg === msg);
  async function start(): Promise<void> {
    const before = logged('gateway started').length;
    begin();
    await waitFor(() => child === undefined || logged('gateway started').length > before, {
      what: 'the daemon has started',
      timeoutMs: PATIENCE_MS,
    });
    if (child === undefined) throw new Error(`the daemon ended at its start:\n${complaints}${lastLines()}`);
  }

  return {
    spawn: begin,
    start,
    async warm() {
      await start();
      await signal('SIGTERM');
    },
    kill: async () => void (await signal('SIGKILL')),
    stop: () => signal('SIGTERM'),
    pid: () => child?.pid,
    log: () => lines,
    logged,
    summary() {
      const groups = Map.groupBy(lines, ({ msg, code = '' }) => `${msg} ${code}`.trimEnd());
      return [...groups].map(([what, { length }]) => `${length} × ${what}`).join('\n');
    },
    complaints: () => complaints,
  };
}

/** A line cut by a SIGKILL is no JSON. */
function parse(line: string): DaemonLine {
  try {
    return JSON.parse(line) as DaemonLine;
  } catch {
    return { level: 0, msg: 'cut line' };
  }
}
