import type { Logger } from 'pino';
import { startAdmin } from '../admin/server.ts';
import type { GatewayStatus } from '../admin/status.ts';
import { createTieredBudget } from '../basics/budget.ts';
import type { Clock } from '../basics/clock.ts';
import { createLimit } from '../basics/limit.ts';
import type { IdSource } from '../basics/ids.ts';
import type { Config } from '../config/schema.ts';
import { logFields } from '../errors/log-fields.ts';
import { concludeWithoutMailbox } from '../flows/notify-sender.ts';
import { createReader } from '../flows/reading/reader.ts';
import type { Woken } from '../flows/settings.ts';
import { createValidator } from '../flows/validating/validator.ts';
import { createDispatcher, type Dispatcher } from '../journal/dispatcher.ts';
import type { Journal } from '../journal/journal.ts';
import { assembleApplications } from './applications.ts';
import { watchDmpCertificates } from './dmp-certificates.ts';
import { assembleFhir } from './fhir.ts';
import { watchFhirRequests } from './fhir-requests.ts';
import { assembleSas } from './fhir-sas.ts';
import { assembleMailboxes } from './mailboxes.ts';
import { openJournal } from './open-journal.ts';
import { assembleOutgoing } from './outgoing.ts';
import { archiveLimits, gatewaySettings } from './settings.ts';
import { gatherStatus } from './status.ts';
import { createUpkeep } from './upkeep.ts';

export interface GatewayDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Between two looks at what is owed, ms; a second unless a test is in a hurry. */
  readonly heartbeatMs?: number;
}

export interface Gateway {
  /** Where the administration listens. */
  readonly adminPort: number;
  /** Where an application sends its requests; undefined for one that sends none. */
  requestPort(application: string): number | undefined;
  /** Where FHIR calls come in; undefined without a façade. */
  fhirPort(): number | undefined;
  /** Where the SAS platform calls; undefined where it does not. */
  sasPort(): number | undefined;
  readonly journal: Journal;
  status(): Promise<GatewayStatus>;
  /** Stops intake, finishes what is on the wire (at most 30 s), closes. */
  stop(): Promise<void>;
}

const GRACE_MS = 30_000;
/** Bytes of mails that are fetched and read at once; what is made of them takes a few times as much. */
const MAILS_IN_HAND = { small: { upTo: 1024 ** 2, whole: 32 * 1024 ** 2 }, large: 128 * 1024 ** 2 } as const;
/** The reader's bounds: heap of a process in MiB, processes at once. */
export const READER = { memoryMb: 1_024, processes: 2 } as const;

/** The validator's bounds, of which the time is milliseconds: no caller waits for longer. */
const VALIDATOR = { memoryMb: 1_024, processes: 2, deadlineMs: 30_000, turnMs: 60_000 } as const;

/**
 * Starts a gateway from a valid configuration: opens the journal, takes up what a former process left, watches the
 * mailboxes, delivers what is owed. Trouble with a peer is never a reason not to start.
 *
 * @throws GatewayError JRN-001…003 when the journal cannot be used, ADM-001 when the admin address cannot, MLLP-005 when
 *   an address for requests cannot; nothing is left running then.
 */
export async function startGateway(config: Config, deps: GatewayDeps): Promise<Gateway> {
  const { journal, newId } = await openJournal(config, { clock: deps.clock, exclusive: true });
  try {
    return await startOn(journal, newId, config, deps);
  } catch (error) {
    await journal.close();
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
  for (const renamed of await journal.adoptMailboxes(config.mailboxes)) log.warn(renamed, 'mailbox renamed');

  const reader = createReader({
    ...READER,
    limits: archiveLimits(config),
    deadlineMs: config.limits.reading,
  });
  const validator = createValidator(VALIDATOR);
  const requests = watchFhirRequests(log);
  const wake = (targets: Woken): void => {
    for (const target of targets) dispatcher.poke(target);
  };
  const memory = createTieredBudget(MAILS_IN_HAND.small, MAILS_IN_HAND.large);
  const readings = createLimit(READER.processes);
  const common = {
    ...deps,
    journal,
    newId,
    reader,
    memory,
    readings,
    validator,
    requests,
    wake,
    gateway: gatewaySettings(config),
  };
  const applications = assembleApplications(config, common);
  const mailboxes = assembleMailboxes(config, common);
  const outgoing = assembleOutgoing(config, common);
  const fhir = assembleFhir(config, common);
  const sas = assembleSas(config, common);
  const dispatcher: Dispatcher = createDispatcher({
    ...deps,
    journal,
    targets: [
      ...applications.targets(conclude),
      ...[...mailboxes.values()].flatMap(box => box.targets),
      ...outgoing.targets,
      ...fhir.targets,
      ...sas.targets,
    ],
  });

  /** Concludes a mail of which every document has ended; twice at the same time does no harm, the journal takes one. */
  async function conclude(exchangeId: string, mailbox: string): Promise<void> {
    const box = mailboxes.get(mailbox);
    try {
      if (box === undefined) await concludeWithoutMailbox(exchangeId, journal);
      else wake(await box.conclude(exchangeId));
    } catch (error) {
      log.error({ exchange: exchangeId, mailbox, ...logFields(error) }, 'mail not concluded yet');
    }
  }

  const upkeep = createUpkeep({
    journal,
    clock,
    log,
    retention: config.retention,
    reportMs: config.outgoing.report,
    heartbeatMs: deps.heartbeatMs,
    conclude,
    settleOverdue: () => outgoing.settleOverdue(),
    poke: () => dispatcher.poke(),
  });
  const startedAt = clock.now();
  const certificates = watchDmpCertificates(config.dmp);
  let ready = false;
  const status = (): Promise<GatewayStatus> =>
    gatherStatus({
      journal,
      clock,
      startedAt,
      mailboxes: [...mailboxes.values()].map(box => box.state),
      targets: dispatcher.states(),
      certificates,
      requests: requests.tallies,
      journalError: upkeep.journalError(),
    });
  const admin = await startAdmin({
    ...config.admin,
    status,
    alive: () => upkeep.alive(),
    ready: () => ready && upkeep.journalError() === undefined,
    failed: error => log.error(logFields(error), 'admin request failed'),
  });
  try {
    await outgoing.listen();
    await fhir.listen();
    await sas.listen();
  } catch (error) {
    await Promise.all([outgoing.stopIntake(0), fhir.stopIntake(0), sas.stopIntake(0)]);
    await Promise.all([outgoing.close(), fhir.close(), sas.close()]);
    await Promise.all([reader.stop(), validator.stop(), admin.stop()]);
    throw error;
  }
  upkeep.start();
  for (const box of mailboxes.values()) box.start();
  ready = true;
  await warnOfStrays(journal, dispatcher, log);
  log.info({ mailboxes: mailboxes.size, applications: config.applications.length }, 'gateway started');

  return {
    adminPort: admin.port,
    requestPort: application => outgoing.port(application),
    fhirPort: () => fhir.port(),
    sasPort: () => sas.port(),
    journal,
    status,
    stop: async () => {
      ready = false;
      upkeep.leaveOff();
      log.info('gateway stopping');
      await Promise.all([
        outgoing.stopIntake(GRACE_MS),
        fhir.stopIntake(GRACE_MS),
        sas.stopIntake(GRACE_MS),
        ...[...mailboxes.values()].map(box => box.watcher.stop()),
      ]);
      await dispatcher.stop(GRACE_MS);
      await Promise.all([applications.close(), ...[...mailboxes.values()].map(box => box.sender.close())]);
      await upkeep.stop();
      await Promise.all([reader.stop(), validator.stop(), outgoing.close(), fhir.close(), sas.close()]);
      await admin.stop();
      await journal.close();
      log.info('gateway stopped');
    },
  };
}

/** What is owed to a mailbox or application that is configured no more waits for ever: the log says so at each start. */
async function warnOfStrays(journal: Journal, dispatcher: Dispatcher, log: Logger): Promise<void> {
  const known = new Set(dispatcher.states().map(({ name }) => name));
  for (const { target, waiting, held } of (await journal.backlog()).targets) {
    if (!known.has(target)) log.error({ target, waiting, held }, 'owed to a target that is not configured');
  }
}
