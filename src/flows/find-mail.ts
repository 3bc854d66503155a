import type { Exchange, Place } from '../journal/journal.ts';
import type { MailboxWatcher, MailPlace } from '../peers/interfaces.ts';
import { fromMailPlace, toMailPlace } from './mail-place.ts';
import type { MailboxSettings } from './settings.ts';

/** Where mails are looked for. */
export interface MailboxAccess {
  readonly mailbox: MailboxSettings;
  readonly watcher: MailboxWatcher;
}

/** The place in the journal, or a search by Message-ID in the failed folder when a move did not tell it. */
export async function whereItLies(exchange: Exchange, access: MailboxAccess): Promise<Place | undefined> {
  return exchange.place ?? (await findIn(access.mailbox.folders.failed, exchange, access));
}

/** The latest mail of a folder under the exchange's Message-ID. */
export async function findIn(
  folder: string,
  exchange: Exchange,
  { watcher }: MailboxAccess,
): Promise<Place | undefined> {
  if (exchange.messageId === undefined) return undefined;
  const place = (await watcher.find(folder, exchange.messageId)).at(-1);
  return place === undefined ? undefined : fromMailPlace(place);
}

/**
 * What cannot be done at a mail's place is done where the folder's new UIDVALIDITY has put it; undefined where the
 * folder has the same one.
 */
export async function orWhereItLiesNow<T>(
  place: Place,
  exchange: Exchange,
  access: MailboxAccess,
  act: (now: MailPlace) => Promise<T | undefined>,
): Promise<T | undefined> {
  const now = await findIn(place.folder, exchange, access);
  return now === undefined || now.uidValidity === place.uidValidity ? undefined : await act(toMailPlace(now));
}
