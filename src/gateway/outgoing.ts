import type { Logger } from 'pino';
import { createTieredBudget } from '../basics/budget.ts';
import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import type { Config } from '../config/schema.ts';
import { logFields } from '../errors/log-fields.ts';
import { acceptRequest, logUnreadable, refuseBroken } from '../flows/accept-request.ts';
import { owedWhenUnprepared, prepareRequest } from '../flows/prepare-request.ts';
import { createPreparer } from '../flows/preparing/preparer.ts';
import { settleOverdueReports } from '../flows/report-overdue.ts';
import { type GatewaySettings, targetOf, type Woken } from '../flows/settings.ts';
import type { Target } from '../journal/dispatcher.ts';
import type { Journal } from '../journal/journal.ts';
import type { MllpServer } from '../peers/interfaces.ts';
import { assembleDmp } from './dmp.ts';
import { requestServer } from './peers.ts';
import { creatorSettings, MAIL_RETRY, mailboxSettings, outgoingSettings } from './settings.ts';

/**
 * The preparer's bounds: heap of a process in MiB, processes at once. One is kept for requests never tried: a document
 * that stalls or breaks its process each time holds up no other.
 */
const PREPARER = { memoryMb: 1_024, processes: 2 } as const;
const PREPARED_AGAIN_AT_ONCE = PREPARER.processes - 1;
/** Bytes of requests that are read and stored at once; what is made of them takes a few times as much. */
const REQUESTS_IN_HAND = {
  small: { upTo: 1024 ** 2, whole: 32 * 1024 ** 2 },
  large: 128 * 1024 ** 2,
} as const;

export interface OutgoingDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly gateway: GatewaySettings;
  readonly wake: (targets: Woken) => void;
}

/** The way out: requests are taken, their mails made; the mailboxes send them. */
export interface AssembledOutgoing {
  readonly targets: readonly Target[];
  /** Opens every address that applications send requests to. @throws GatewayError MLLP-005 */
  listen(): Promise<void>;
  /** Where an application sends its requests; undefined for one that sends none. */
  port(application: string): number | undefined;
  /** Settles reports that have not come in time. Never throws. */
  settleOverdue(): Promise<void>;
  /** Takes no more requests; those in hand are answered, at most `graceMs`. */
  stopIntake(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Every application of the configuration that sends documents. */
export function assembleOutgoing(config: Config, deps: OutgoingDeps): AssembledOutgoing {
  const { log, wake } = deps;
  const preparer = createPreparer({ ...PREPARER, deadlineMs: config.limits.preparing });
  const context = {
    ...deps,
    preparer,
    outgoing: outgoingSettings(config),
    mailboxes: new Map(config.mailboxes.map(box => [box.name, mailboxSettings(box, config)])),
  };
  const dmp = assembleDmp(config, {
    ...deps,
    wakeApplications: () => wake(config.applications.map(({ name }) => name)),
  });
  const memory = createTieredBudget(REQUESTS_IN_HAND.small, REQUESTS_IN_HAND.large);
  const servers = new Map<string, MllpServer>();
  return {
    targets: [
      {
        retry: MAIL_RETRY,
        name: targetOf.prepare,
        logged: { target: targetOf.prepare },
        parallel: PREPARER.processes,
        retriesAtOnce: PREPARED_AGAIN_AT_ONCE,
        attempt: delivery => prepareRequest(delivery, context),
        givenUp: error => ({ code: 'OUT-006', detail: error.publicText }),
        owedWhenHeld: delivery => owedWhenUnprepared(delivery, context),
        ended: async ({ mailbox }) => wake([targetOf.smtp(mailbox)]),
      },
      dmp.target,
    ],
    listen: async () => {
      for (const application of config.applications) {
        const creator = creatorSettings(application, config);
        if (creator === undefined) continue;
        const alog = log.child({ application: application.name });
        const accepting = { ...deps, creator, log: alog };
        const server = await requestServer(application, config.limits.request, {
          handle: message => memory.spend(message.byteLength, () => acceptRequest(message, accepting)),
          broken: (why, begin) => refuseBroken(why, begin, accepting),
          failed: error => alog.warn({ reason: reasonOf(error) }, 'request connection broken'),
          unreadable: run => logUnreadable(run, accepting),
        });
        servers.set(application.name, server);
      }
    },
    port: application => servers.get(application)?.port,
    settleOverdue: async () => {
      try {
        wake(await settleOverdueReports(deps));
      } catch (error) {
        log.error(logFields(error), 'overdue reports not settled yet');
      }
    },
    stopIntake: async graceMs => {
      await Promise.all([...servers.values()].map(server => server.stop(graceMs)));
    },
    close: async () => {
      await Promise.all([preparer.stop(), dmp.close()]);
    },
  };
}

/** What broke a connection: a system's code, or the server's own. */
function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
