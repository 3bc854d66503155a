import type { Attempt } from '../journal/dispatcher.ts';
import type { Delivery } from '../journal/journal.ts';
import { fileMail } from './file-mail.ts';
import { readAgain, type RereadContext } from './reread-mail.ts';

/** What is owed to a mailbox: its mails filed, or one of them read again. */
export async function serveMailbox(delivery: Delivery, context: RereadContext): Promise<Attempt> {
  const view = await context.journal.exchange(delivery.exchangeId);
  if (view === undefined) return { ended: { outcome: 'abandoned', reason: 'not-there' } };
  return delivery.kind === 'read'
    ? readAgain(view.exchange, context)
    : fileMail(delivery, view.exchange, context);
}
