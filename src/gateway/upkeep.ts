import type { Logger } from 'pino';
import type { Clock } from '../basics/clock.ts';
import type { Config } from '../config/schema.ts';
import { type ErrorFields, GatewayError } from '../errors/gateway-error.ts';
import { logFields } from '../errors/log-fields.ts';
import type { Journal } from '../journal/journal.ts';

const HEARTBEAT_MS = 1_000;
const PURGE_EVERY_MS = 3_600_000;
/** The journal is tried once in so many beats. */
const TOUCHED_EVERY = 10;
/** A wall clock that goes back by more was set back. */
const CLOCK_JUMP_MS = 60_000;
/** Nothing is put off for longer, unless an application's `retry.max` says so. */
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Without a beat for this long the heart is dead. */
const DEAD_MS = 60_000;
/** Exchanges concluded between two looks at the journal. */
const CONCLUDED_AT_ONCE = 100;

export interface UpkeepOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long payloads and history are kept, ms. */
  readonly retention: Config['retention'];
  /** How long a report may take, ms. */
  readonly reportMs: number;
  /** Between two looks at what is owed, ms; {@link HEARTBEAT_MS} unless a test is in a hurry. */
  readonly heartbeatMs?: number | undefined;
  /** Concludes a mail of which every document has ended. Never throws. */
  readonly conclude: (exchangeId: string, mailbox: string) => Promise<void>;
  /** Settles reports that have not come in time. Never throws. */
  readonly settleOverdue: () => Promise<void>;
  /** Something may be due. */
  readonly poke: () => void;
}

/** What comes round by itself while a gateway runs. */
export interface Upkeep {
  start(): void;
  /** Why the journal takes no writes; undefined while it does. */
  journalError(): ErrorFields | undefined;
  /** False when the heart has not beaten for a minute. */
  alive(): boolean;
  /** Begins nothing more; what has begun goes on. */
  leaveOff(): void;
  /** Resolves once nothing of it runs any more, and never again will. */
  stop(): Promise<void>;
}

interface UpkeepState {
  stopping: boolean;
  /** Monotonic, ms. */
  beatAt: number;
  wallAt: number;
  beats: number;
  journalError: ErrorFields | undefined;
}

/** Has what is owed looked for at each beat, and what is past its time removed each hour. */
export function createUpkeep(options: UpkeepOptions): Upkeep {
  const { journal, clock, log, retention, conclude, poke } = options;
  const state: UpkeepState = {
    stopping: false,
    beatAt: performance.now(),
    wallAt: clock.now().getTime(),
    beats: 0,
    journalError: undefined,
  };

  const beat = async (): Promise<void> => {
    // Page by page: those that cannot be concluded, their mailbox being configured no more, keep none of the others.
    for (let last: string | undefined = ''; last !== undefined && !state.stopping; ) {
      const page: string[] = await journal.readyToConclude(CONCLUDED_AT_ONCE, last);
      for (const id of page) {
        const view = await journal.exchange(id);
        if (view !== undefined) await conclude(id, view.exchange.mailbox);
      }
      last = page.at(-1);
    }
    await followClock();
    await options.settleOverdue();
    poke();
    await touch();
    state.beatAt = performance.now();
  };
  /** Set back, the wall clock would put off what was due soon by as much: bring it forward. */
  const followClock = async (): Promise<void> => {
    const now = clock.now().getTime();
    if (now < state.wallAt - CLOCK_JUMP_MS) {
      const brought = await journal.pullForward({
        retryBy: now + LONGEST_PAUSE_MS,
        reportBy: now + options.reportMs,
      });
      log.warn({ jumpMs: now - state.wallAt, brought }, 'clock set back');
    }
    state.wallAt = now;
  };
  const touch = async (): Promise<void> => {
    state.beats += 1;
    if (state.beats % TOUCHED_EVERY !== 1) return;
    try {
      if (!journal.intact()) throw new GatewayError('JRN-008');
      await journal.touch();
      if (state.journalError !== undefined) log.info('journal writable again');
      state.journalError = undefined;
    } catch (error) {
      if (state.journalError === undefined) log.error(logFields(error), 'journal takes no writes');
      state.journalError = logFields(error);
    }
  };
  const purge = async (): Promise<void> => {
    const now = clock.now().getTime();
    const { payloads, history } = retention;
    while (!state.stopping && (await journal.purge({ payloads: now - payloads, history: now - history })));
  };
  const failed = (what: string) => (error: unknown) => log.error(logFields(error), what);
  let timers: readonly Repeating[] = [];
  return {
    start: () => {
      timers = [
        every(options.heartbeatMs ?? HEARTBEAT_MS, beat, failed('heartbeat failed')),
        every(PURGE_EVERY_MS, purge, failed('purge failed')),
      ];
    },
    alive: () => performance.now() - state.beatAt < DEAD_MS,
    journalError: () => state.journalError,
    leaveOff: () => {
      state.stopping = true;
    },
    stop: async () => {
      for (const timer of timers) timer.stop();
      await Promise.all(timers.map(timer => timer.idle()));
    },
  };
}

interface Repeating {
  stop(): void;
  idle(): Promise<void>;
}

/** Runs a task at a pace, never twice at once; its failures are told and the next turn comes all the same. */
function every(ms: number, task: () => Promise<void>, failed: (error: unknown) => void): Repeating {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const turn = (): void => {
    if (busy) return;
    busy = true;
    running = task()
      .catch(failed)
      .finally(() => {
        busy = false;
      });
  };
  const timer = setInterval(turn, ms);
  turn();
  return { stop: () => clearInterval(timer), idle: () => running };
}
