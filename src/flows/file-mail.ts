import type { Fault } from '../errors/gateway-error.ts';
import type { Attempt } from '../journal/dispatcher.ts';
import type { Delivery, Exchange, FolderRole, Journal, NewDelivery, Place } from '../journal/journal.ts';
import type { IdSource } from '../basics/ids.ts';
import type { MailboxWatcher, MailPlace } from '../peers/interfaces.ts';
import { type MailboxSettings, targetOf } from './settings.ts';

export interface FilingContext {
  readonly journal: Journal;
  readonly mailbox: MailboxSettings;
  readonly watcher: MailboxWatcher;
  /** Reads a mail again. */
  readonly reread: (exchange: Exchange, raw: Uint8Array) => Promise<void>;
}

/** The delivery that moves a mail to one of the mailbox's folders. */
export function filing(
  exchangeId: string,
  role: FolderRole,
  { newId, mailbox }: { readonly newId: IdSource; readonly mailbox: Pick<MailboxSettings, 'name'> },
): NewDelivery {
  const target = targetOf.imap(mailbox.name);
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

/** The delivery that reads a mail again. */
export function reading(exchangeId: string, mailbox: string, newId: IdSource): NewDelivery {
  const target = targetOf.imap(mailbox);
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

/** What is owed to a mailbox: its mails filed, or one of them read again. */
export async function serveMailbox(delivery: Delivery, context: FilingContext): Promise<Attempt> {
  const view = await context.journal.exchange(delivery.exchangeId);
  if (view === undefined) return gone();
  return delivery.kind === 'read'
    ? readAgain(view.exchange, context)
    : fileMail(delivery, view.exchange, context);
}

async function fileMail(delivery: Delivery, exchange: Exchange, context: FilingContext): Promise<Attempt> {
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

async function readAgain(exchange: Exchange, context: FilingContext): Promise<Attempt> {
  if (exchange.state !== 'seen') return filed();
  const place = await whereItLies(exchange, context);
  const raw = place && (await fetchWhereItLies(place, exchange, context));
  if (raw === undefined) {
    const fault: Fault = { code: 'MAIL-012' };
    await context.journal.vanish(exchange.id, fault);
    return { ended: { outcome: 'abandoned', reason: fault.code } };
  }
  await context.reread(exchange, raw);
  return filed();
}

async function fetchWhereItLies(
  place: Place,
  exchange: Exchange,
  context: FilingContext,
): Promise<Uint8Array | undefined> {
  const { watcher } = context;
  return (
    (await watcher.fetchAt(toMailPlace(place))) ??
    (await orWhereItLiesNow(place, exchange, context, now => watcher.fetchAt(now)))
  );
}

/** What is not done at its place is done where the folder's new UIDVALIDITY has put the mail; undefined for the same one. */
async function orWhereItLiesNow<T>(
  place: Place,
  exchange: Exchange,
  context: FilingContext,
  act: (now: MailPlace) => Promise<T | undefined>,
): Promise<T | undefined> {
  const now = await findIn(place.folder, exchange, context);
  return now === undefined || now.uidValidity === place.uidValidity ? undefined : await act(toMailPlace(now));
}

/** The place in the journal, or a search by Message-ID in the failed folder when a move did not tell it. */
async function whereItLies(exchange: Exchange, context: FilingContext): Promise<Place | undefined> {
  return exchange.place ?? (await findIn(context.mailbox.folders.failed, exchange, context));
}

async function findIn(
  folder: string,
  exchange: Exchange,
  { watcher }: FilingContext,
): Promise<Place | undefined> {
  if (exchange.messageId === undefined) return undefined;
  const place = (await watcher.find(folder, exchange.messageId)).at(-1);
  return place === undefined ? undefined : fromMailPlace(place);
}

function filed(): Attempt {
  return { ended: { outcome: 'accepted' } };
}

function gone(): Attempt {
  return { ended: { outcome: 'abandoned', reason: 'not-there' } };
}

function toMailPlace({ folder, uidValidity, uid }: Place): MailPlace {
  return { folder, uidValidity: BigInt(uidValidity), uid };
}

function fromMailPlace({ folder, uidValidity, uid }: MailPlace): Place {
  return { folder, uidValidity: Number(uidValidity), uid };
}
