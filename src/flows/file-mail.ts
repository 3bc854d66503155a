import type { IdSource } from '../basics/ids.ts';
import type { Attempt } from '../journal/dispatcher.ts';
import type { Delivery, Exchange, FolderRole, Journal, NewDelivery } from '../journal/journal.ts';
import { findIn, type MailboxAccess, orWhereItLiesNow, whereItLies } from './find-mail.ts';
import { fromMailPlace, toMailPlace } from './mail-place.ts';
import { targetOf } from './settings.ts';

export interface FilingContext extends MailboxAccess {
  readonly journal: Journal;
}

/** The delivery that moves a mail to one of the mailbox's folders. */
export function filingDelivery(
  exchangeId: string,
  role: FolderRole,
  { newId }: { readonly newId: IdSource },
  mailboxName: string,
): NewDelivery {
  const target = targetOf.imap(mailboxName);
  return {
    id: newId(),
    kind: 'file',
    target,
    subject: role,
    lane: `${target}|${exchangeId}`,
    identifiers: { role },
    start: { state: 'waiting' },
  };
}

/** Moves a mail, or the copy of it that the delivery names, to its folder; one that is not there any more is let be. */
export async function fileMail(
  delivery: Delivery,
  exchange: Exchange,
  context: FilingContext,
): Promise<Attempt> {
  const { journal, mailbox, watcher } = context;
  const { role = 'other', folder, uidValidity, uid } = delivery.identifiers;
  const destination = mailbox.folders[role as FolderRole];
  const copy =
    folder === undefined ? undefined : { folder, uidValidity: Number(uidValidity), uid: Number(uid) };
  const from = copy ?? (await whereItLies(exchange, context));
  if (from === undefined) return gone();
  if (from.folder === destination) return filed();
  const moved =
    (await watcher.move(toMailPlace(from), destination)) ??
    (await orWhereItLiesNow(from, exchange, context, place => watcher.move(place, destination)));
  if (copy !== undefined) return moved === undefined ? gone() : filed();
  // Where the answer to an earlier attempt was lost, it lies there already.
  const now =
    moved === undefined || moved === 'moved'
      ? await findIn(destination, exchange, context)
      : fromMailPlace(moved);
  // Moved by a person: it is no longer where it was, and that is enough.
  if (moved === undefined && now === undefined) return gone();
  await journal.moved(exchange.id, now);
  return filed();
}

function filed(): Attempt {
  return { ended: { outcome: 'accepted' } };
}

/** The reason of what is owed about a mail that is not there. */
function gone(): Attempt {
  return { ended: { outcome: 'abandoned', reason: 'not-there' } };
}
