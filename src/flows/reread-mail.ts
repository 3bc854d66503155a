import type { IdSource } from '../basics/ids.ts';
import type { Fault } from '../errors/gateway-error.ts';
import type { Attempt } from '../journal/dispatcher.ts';
import type { Exchange, Journal, NewDelivery, Place } from '../journal/journal.ts';
import { type MailboxAccess, orWhereItLiesNow, whereItLies } from './find-mail.ts';
import { toMailPlace } from './mail-place.ts';
import { targetOf } from './settings.ts';

export interface RereadContext extends MailboxAccess {
  readonly journal: Journal;
  /** Reads a mail again. */
  readonly reread: (exchange: Exchange, raw: Uint8Array) => Promise<void>;
}

/** The delivery that reads a mail again. */
export function rereadDelivery(exchangeId: string, mailboxName: string, newId: IdSource): NewDelivery {
  const target = targetOf.imap(mailboxName);
  return {
    id: newId(),
    kind: 'read',
    target,
    subject: '',
    lane: `${target}|${exchangeId}`,
    identifiers: {},
    start: { state: 'waiting' },
  };
}

/** Fetches a mail from wherever it lies now and has it read again; one that is gone ends the exchange (MAIL-012). */
export async function readAgain(exchange: Exchange, context: RereadContext): Promise<Attempt> {
  if (exchange.state !== 'seen') return { ended: { outcome: 'accepted' } };
  const place = await whereItLies(exchange, context);
  const raw = place && (await fetchWhereItLies(place, exchange, context));
  if (raw === undefined) {
    const fault: Fault = { code: 'MAIL-012' };
    await context.journal.vanish(exchange.id, fault);
    return { ended: { outcome: 'abandoned', reason: fault.code } };
  }
  await context.reread(exchange, raw);
  return { ended: { outcome: 'accepted' } };
}

async function fetchWhereItLies(
  place: Place,
  exchange: Exchange,
  access: MailboxAccess,
): Promise<Uint8Array | undefined> {
  const { watcher, mailbox } = access;
  return (
    (await watcher.fetchAt(toMailPlace(place), mailbox.maxMail)) ??
    (await orWhereItLiesNow(place, exchange, access, now => watcher.fetchAt(now, mailbox.maxMail)))
  );
}
