import type { Exchange, FolderRole, Journal, Place } from '../journal/journal.ts';
import { filingDelivery } from './file-mail.ts';
import type { PlanContext } from './plan-document.ts';
import { targetOf, type Woken } from './settings.ts';

/**
 * The same mail in another place: a second delivery, a mail put back by somebody, or the whole inbox under a new
 * UIDVALIDITY. Nothing is read as new; a copy is filed where its exchange belongs.
 *
 * @param exchangeId the one that was begun for it
 */
export async function seenAgain(
  exchangeId: string,
  place: Place,
  original: Exchange,
  context: PlanContext & { readonly journal: Journal },
): Promise<Woken> {
  const { journal, mailbox } = context;
  const { inbox } = mailbox.folders;
  const lostByServer = original.place?.folder === inbox && original.place.uidValidity !== place.uidValidity;
  if (lostByServer) {
    await journal.seenAgain(exchangeId, original.id, { place });
    return [targetOf.imap(mailbox.name)];
  }
  const role = await roleOf(original, journal);
  const copy = {
    ...filingDelivery(original.id, role, context, mailbox.name),
    subject: `copy:${place.uidValidity}:${place.uid}`,
    identifiers: {
      role,
      folder: place.folder,
      uidValidity: String(place.uidValidity),
      uid: String(place.uid),
    },
  };
  await journal.seenAgain(exchangeId, original.id, { filing: copy });
  return [targetOf.imap(mailbox.name)];
}

async function roleOf({ id, nature, outcome, state }: Exchange, journal: Journal): Promise<FolderRole> {
  if (outcome === 'accepted') return 'done';
  if (outcome !== undefined || state === 'held') return 'failed';
  if (nature !== 'document' || state !== 'open') return 'other';
  const view = await journal.exchange(id);
  return view?.deliveries.some(delivery => delivery.state === 'held') ? 'failed' : 'done';
}
