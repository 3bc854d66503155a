import type { CertificateStatus, GatewayStatus, RequestTally } from '../admin/status.ts';
import type { Clock } from '../basics/clock.ts';
import type { ErrorFields } from '../errors/gateway-error.ts';
import type { TargetState } from '../journal/dispatcher.ts';
import type { Journal } from '../journal/journal.ts';
import type { MailboxState } from './mailboxes.ts';
import { VERSION } from './version.ts';

/** The gateway's state now: what this process knows of its connections, and what the journal owes. */
export async function gatherStatus(from: {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly startedAt: Date;
  readonly mailboxes: readonly MailboxState[];
  readonly targets: readonly TargetState[];
  readonly certificates: (now: Date) => readonly CertificateStatus[];
  readonly requests: () => readonly RequestTally[];
  /** Why the journal takes no writes; undefined while it does. */
  readonly journalError: ErrorFields | undefined;
}): Promise<GatewayStatus> {
  const { journal, startedAt } = from;
  const now = from.clock.now().getTime();
  const secondsSince = (at: number): number => Math.max(0, Math.round((now - at) / 1000));
  const backlog = await journal.backlog();
  const mailboxes = [];
  for (const { name, connected, error, lastPollAt, notTaken, dsn } of from.mailboxes) {
    const lastMail = await journal.lastMail(name);
    const [oldest] = [...notTaken.values()].toSorted((a, b) => a.since.getTime() - b.since.getTime());
    mailboxes.push({
      name,
      connected,
      error,
      lastPollAt: lastPollAt?.toISOString(),
      secondsSincePoll: lastPollAt === undefined ? undefined : secondsSince(lastPollAt.getTime()),
      lastMailAt: lastMail === undefined ? undefined : new Date(lastMail).toISOString(),
      dsn: dsn(),
      notTaken: oldest && { since: oldest.since.toISOString(), code: oldest.code },
    });
  }
  // What is owed to a mailbox or application that is configured no more is shown too: nothing else would tell of it.
  const known = new Set(from.targets.map(({ name }) => name));
  const strays = backlog.targets.map(({ target }) => target).filter(target => !known.has(target));
  const states = [...from.targets, ...[...new Set(strays)].map(name => ({ name, downSince: now }))];
  const targets = states.map(({ name, downSince }) => {
    const owed = backlog.targets.filter(({ target }) => target === name);
    const oldest = owed.flatMap(({ oldestAt }) => oldestAt ?? []);
    return {
      name,
      configured: known.has(name),
      up: downSince === undefined,
      downSince: downSince === undefined ? undefined : new Date(downSince).toISOString(),
      waiting: owed.reduce((sum, { waiting }) => sum + waiting, 0),
      held: owed.reduce((sum, { held }) => sum + held, 0),
      oldestSeconds: oldest.length === 0 ? undefined : secondsSince(Math.min(...oldest)),
    };
  });
  return {
    version: VERSION,
    startedAt: startedAt.toISOString(),
    mailboxes,
    targets,
    journal: {
      writable: from.journalError === undefined,
      code: from.journalError === undefined ? undefined : String(from.journalError['code']),
    },
    certificates: from.certificates(from.clock.now()),
    worklist: {
      deliveries: backlog.targets.reduce((sum, { held }) => sum + held, 0),
      mails: backlog.heldMails,
    },
    outcomes: backlog.tallies,
    requests: from.requests(),
  };
}
