import type { Logger } from 'pino';
import { startAdmin } from '../admin/server.ts';
import type { GatewayStatus } from '../admin/status.ts';
import { createBudget } from '../basics/budget.ts';
import type { Clock } from '../basics/clock.ts';
import { createIdSource, type IdSource } from '../basics/ids.ts';
import type { Config } from '../config/schema.ts';
import { sealingKey } from '../config/secrets.ts';
import { logFields } from '../errors/log-fields.ts';
import { createReader } from '../flows/reading/reader.ts';
import { createDispatcher, type Dispatcher } from '../journal/dispatcher.ts';
import type { Journal } from '../journal/journal.ts';
import { openSqlite } from '../journal/sqlite.ts';
import { createJournal } from '../journal/store.ts';
import { assembleApplications } from './applications.ts';
import { type AssembledMailbox, assembleMailboxes } from './mailboxes.ts';
import { archiveLimits, gatewaySettings } from './settings.ts';
import { gatherStatus } from './status.ts';

export interface GatewayDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Between two looks at what is owed, ms; {@link HEARTBEAT_MS} unless a test is in a hurry. */
  readonly heartbeatMs?: number;
}

export interface Gateway {
  /** Where the administration listens. */
  readonly adminPort: number;
  readonly journal: Journal;
  status(): Promise<GatewayStatus>;
  /** Stops intake, finishes what is on the wire (at most 30 s), closes. */
  stop(): Promise<void>;
}

const HEARTBEAT_MS = 1_000;
const PURGE_EVERY_MS = 3_600_000;
const GRACE_MS = 30_000;
/** A heart that has not beaten for this long is dead. */
const DEAD_MS = 60_000;
const SETTLED_AT_ONCE = 100;
/** Bytes of mails that are fetched and read at once; what is made of them takes a few times as much. */
const MAILS_IN_HAND = 128 * 1024 ** 2;
export const READER = { memoryMb: 1_024, threads: 2 } as const;

/**
 * Starts a gateway from a valid configuration: opens the journal, takes up what a former process left, watches the
 * mailboxes, delivers what is owed. Trouble with a peer is never a reason not to start.
 *
 * @throws GatewayError JRN-001…003 when the journal cannot be used, ADM-001 when the admin address cannot; nothing is
 *   left running then.
 */
export async function startGateway(config: Config, deps: GatewayDeps): Promise<Gateway> {
  const newId = createIdSource(deps.clock);
  const sealKey = config.journal.key === undefined ? undefined : sealingKey(config.journal.key);
  const engine = openSqlite({ path: config.journal.url.replace(/^sqlite:/, ''), exclusive: true });
  try {
    const journal = await createJournal({ engine, clock: deps.clock, newId, sealKey });
    return await startOn(journal, newId, config, deps);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

async function startOn(
  journal: Journal,
  newId: IdSource,
  config: Config,
  deps: GatewayDeps,
): Promise<Gateway> {
  const { clock, log } = deps;
  const recovered = await journal.recover();
  if (recovered.claimed + recovered.sending > 0) log.warn(recovered, 'took up what a former process left');

  const reader = createReader({
    ...READER,
    limits: archiveLimits(config),
    deadlineMs: config.limits.reading,
  });
  const beats = { at: clock.now().getTime(), stopping: false, ready: false };
  const wake = (targets: readonly string[]): void => {
    for (const target of targets) dispatcher.poke(target);
  };
  const memory = createBudget(MAILS_IN_HAND);
  const common = { ...deps, journal, newId, reader, memory, wake, gateway: gatewaySettings(config) };
  const applications = assembleApplications(config, common);
  const mailboxes = assembleMailboxes(config, common);
  const dispatcher: Dispatcher = createDispatcher({
    ...deps,
    journal,
    targets: [...applications.targets(conclude), ...[...mailboxes.values()].flatMap(box => box.targets)],
  });

  /** Concludes a mail of which every document has ended; twice at the same time does no harm, the journal takes one. */
  async function conclude(exchangeId: string, mailbox: string): Promise<void> {
    const box = mailboxes.get(mailbox);
    if (box === undefined) return;
    try {
      wake(await box.conclude(exchangeId));
    } catch (error) {
      log.error({ exchange: exchangeId, mailbox, ...logFields(error) }, 'mail not concluded yet');
    }
  }

  const beat = async (): Promise<void> => {
    // Page by page: those that cannot be concluded, their mailbox being configured no more, keep none of the others.
    for (let last: string | undefined = ''; last !== undefined && !beats.stopping; ) {
      const page: string[] = await journal.settled(SETTLED_AT_ONCE, last);
      for (const id of page) {
        const view = await journal.exchange(id);
        if (view !== undefined) await conclude(id, view.exchange.mailbox);
      }
      last = page.at(-1);
    }
    dispatcher.poke();
    beats.at = clock.now().getTime();
  };
  const purge = async (): Promise<void> => {
    const now = clock.now().getTime();
    const { payloads, history } = config.retention;
    while (!beats.stopping && (await journal.purge({ payloads: now - payloads, history: now - history })));
  };
  const startedAt = clock.now();
  const status = (): Promise<GatewayStatus> =>
    gatherStatus({
      journal,
      clock,
      startedAt,
      mailboxes: [...mailboxes.values()].map(box => box.state),
      targets: dispatcher.states(),
    });
  const admin = await startAdmin({
    ...config.admin,
    status,
    alive: () => clock.now().getTime() - beats.at < DEAD_MS,
    ready: () => beats.ready && !beats.stopping,
    failed: error => log.error(logFields(error), 'admin request failed'),
  });
  const timers = [
    every(deps.heartbeatMs ?? HEARTBEAT_MS, beat, error => log.error(logFields(error), 'heartbeat failed')),
    every(PURGE_EVERY_MS, purge, error => log.error(logFields(error), 'purge failed')),
  ];
  for (const box of mailboxes.values()) box.watcher.start();
  beats.ready = true;
  log.info({ mailboxes: mailboxes.size, applications: config.applications.length }, 'gateway started');

  return {
    adminPort: admin.port,
    journal,
    status,
    stop: async () => {
      beats.stopping = true;
      log.info('gateway stopping');
      await stopAll([...mailboxes.values()]);
      await dispatcher.stop(GRACE_MS);
      await Promise.all([applications.close(), ...[...mailboxes.values()].map(box => box.sender.close())]);
      for (const timer of timers) timer.stop();
      await Promise.all(timers.map(timer => timer.idle()));
      await reader.stop();
      await admin.stop();
      await journal.close();
      log.info('gateway stopped');
    },
  };
}

async function stopAll(mailboxes: readonly AssembledMailbox[]): Promise<void> {
  await Promise.all(mailboxes.map(box => box.watcher.stop()));
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
