import type { Logger } from 'pino';
import type { Budget } from '../basics/budget.ts';
import type { Limit } from '../basics/limit.ts';
import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import type { Config, MailboxConfig } from '../config/schema.ts';
import { toGatewayError } from '../errors/gateway-error.ts';
import { logFields } from '../errors/log-fields.ts';
import { TOO_LATE } from '../flows/failed-recipients.ts';
import { concludeMail, sendNotification } from '../flows/notify-sender.ts';
import { receiveMail, rereadMail } from '../flows/receive-document.ts';
import type { Reader } from '../flows/reading/reader.ts';
import { owedWhenUnsent, sendMail } from '../flows/send-mail.ts';
import { serveMailbox } from '../flows/serve-mailbox.ts';
import { type GatewaySettings, targetOf, type Woken } from '../flows/settings.ts';
import type { Target } from '../journal/dispatcher.ts';
import type { Exchange, Journal } from '../journal/journal.ts';
import type { MailboxEvents, MailboxWatcher, MailSender } from '../peers/interfaces.ts';
import { mailboxWatcher, mailSender } from './peers.ts';
import { applicationSettings, MAIL_RETRY, mailboxSettings, outgoingSettings } from './settings.ts';

/** A mail that could not be taken is asked for at each poll: unheard of for so many, it is no longer there. */
const FORGOTTEN_POLLS = 5;

/** What is known of a mailbox's connection since the start. */
export interface MailboxState {
  readonly name: string;
  connected: boolean;
  error: string | undefined;
  lastPollAt: Date | undefined;
  /** Mails of the inbox that could not be taken: since when, and the last code; by uid. */
  readonly notTaken: Map<string, { since: Date; last: Date; code: string }>;
  /** Whether the operator offers reports, where documents are sent from here; undefined while not known. */
  readonly dsn: () => boolean | undefined;
}

export interface AssembledMailbox {
  readonly state: MailboxState;
  /** Begins watching; returns at once. */
  start(): void;
  readonly watcher: MailboxWatcher;
  readonly sender: MailSender;
  readonly targets: readonly Target[];
  conclude(exchangeId: string): Promise<Woken>;
}

export interface MailboxDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: IdSource;
  readonly log: Logger;
  readonly journal: Journal;
  readonly reader: Reader;
  readonly memory: Budget;
  readonly readings: Limit;
  readonly gateway: GatewaySettings;
  readonly wake: (targets: Woken) => void;
}

/** Every mailbox of the configuration, by name, with its watcher, its sender and the flows between them. */
export function assembleMailboxes(config: Config, deps: MailboxDeps): ReadonlyMap<string, AssembledMailbox> {
  return new Map(config.mailboxes.map(box => [box.name, assembleMailbox(box, config, deps)]));
}

function assembleMailbox(box: MailboxConfig, config: Config, deps: MailboxDeps): AssembledMailbox {
  const { journal, wake, clock } = deps;
  const outgoing = outgoingSettings(config);
  const log = deps.log.child({ mailbox: box.name });
  const mailbox = mailboxSettings(box, config);
  const application = config.applications.find(({ name }) => name === box.application);
  if (application === undefined) throw new Error(`no application ${box.application}: the schema checks this`);
  const context = { ...deps, log, mailbox, application: applicationSettings(application) };
  const sender = mailSender(box);
  const sendsDocuments = config.applications.some(
    each => each.accept !== undefined && each.mailbox === box.name,
  );
  const state: MailboxState = {
    name: box.name,
    connected: false,
    error: undefined,
    lastPollAt: undefined,
    notTaken: new Map(),
    dsn: () => (sendsDocuments ? sender.offersDsn() : undefined),
  };

  /** The first look at the inbox is a whole one: what was begun and is not there any more was taken away meanwhile. */
  let first = true;
  const vanishMissing = async (uidValidity: number, uids: readonly number[]): Promise<void> => {
    const gone = await journal.vanishMissing(box.name, uidValidity, uids, { code: 'MAIL-012' });
    if (gone > 0) log.warn({ code: 'MAIL-012', mails: gone }, 'mails gone before they were read');
  };
  /** The watcher asks again at the next poll and says nothing: what went wrong is ours to log. */
  const told = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      const result = await work();
      state.notTaken.delete(what);
      return result;
    } catch (thrown) {
      const error = toGatewayError(thrown);
      const last = clock.now();
      state.notTaken.set(what, { since: state.notTaken.get(what)?.since ?? last, last, code: error.code });
      log.error(logFields(error), 'mail not taken: again at the next poll');
      throw error;
    }
  };
  const events: MailboxEvents = {
    unread: (uidValidity, uids) =>
      told('inbox', async () => {
        forgetOld(state.notTaken, clock.now().getTime() - FORGOTTEN_POLLS * box.poll);
        if (first) await vanishMissing(Number(uidValidity), uids);
        first = false;
        return journal.unread(box.name, Number(uidValidity), uids);
      }),
    handle: mail =>
      told(`${mail.uidValidity}/${mail.uid}`, async () => wake(await receiveMail(mail, context))),
    polled: at => {
      state.connected = true;
      state.lastPollAt = at;
    },
    failed: error => {
      state.connected = false;
      state.error = error.code;
      log.error({ ...error.fields, code: error.code }, 'mailbox not watched');
    },
    recovered: () => {
      state.connected = true;
      state.error = undefined;
      log.info('mailbox watched again');
    },
  };
  const watcher = mailboxWatcher(box, events, deps);
  const reread = async (exchange: Exchange, raw: Uint8Array): Promise<void> =>
    wake(await rereadMail(exchange, raw, context));

  const common = {
    retry: MAIL_RETRY,
    givenUp: error => error.fault,
    ended: async () => undefined,
  } satisfies Partial<Target>;
  return {
    state,
    start() {
      watcher.start();
      // `status` says whether the operator offers reports before the first document is sent.
      if (sendsDocuments) sender.probe().catch(error => log.warn(logFields(error), 'operator not asked'));
    },
    watcher,
    sender,
    targets: [
      {
        ...common,
        name: targetOf.imap(box.name),
        logged: { mailbox: box.name, target: targetOf.imap(box.name) },
        parallel: 1,
        attempt: delivery => serveMailbox(delivery, { journal, mailbox, watcher, reread }),
      },
      {
        ...common,
        name: targetOf.smtp(box.name),
        logged: { mailbox: box.name, target: targetOf.smtp(box.name) },
        parallel: 2,
        attempt: delivery =>
          delivery.kind === 'mail'
            ? sendMail(delivery, { ...deps, sender, outgoing })
            : sendNotification(delivery, { journal, sender }),
        givenUp: (error, { kind }) =>
          kind === 'mail' ? { code: 'OUT-007', detail: error.publicText } : error.fault,
        owedWhenHeld: delivery => (delivery.kind === 'mail' ? owedWhenUnsent(delivery, TOO_LATE, deps) : []),
        // What the operator refused is a receipt for the application that asked.
        ended: async () => wake(config.applications.map(({ name }) => name)),
      },
    ],
    conclude: exchangeId => concludeMail(exchangeId, context),
  };
}

function forgetOld(notTaken: MailboxState['notTaken'], before: number): void {
  for (const [what, { last }] of notTaken) if (last.getTime() < before) notTaken.delete(what);
}
