import { expect, it } from 'vitest';
import { serveMailbox } from '../../src/flows/serve-mailbox.ts';
import type { Delivery } from '../../src/journal/journal.ts';
import type { MailboxWatcher, MailPlace } from '../../src/peers/interfaces.ts';
import { addDelivery, bringMail, owed, viewOf } from '../kit/journal.ts';
import { useBed } from '../kit/use-bed.ts';

const MAILBOX = { folders: { inbox: 'INBOX', done: 'Traites', failed: 'Erreurs', other: 'Autres' } } as const;

const bed = useBed();

/** A mailbox whose inbox no longer has the mail. */
function watcherThatFinds(places: readonly MailPlace[]): MailboxWatcher {
  return {
    start: () => undefined,
    move: async () => undefined,
    find: async folder => places.filter(place => place.folder === folder),
    fetchAt: async () => undefined,
    stop: async () => undefined,
  };
}

async function filed(places: readonly MailPlace[]): Promise<{ exchangeId: string; attempt: unknown }> {
  const { journal } = bed();
  const { exchangeId } = await bringMail(bed(), { deliveries: [] });
  await addDelivery(
    bed(),
    exchangeId,
    owed(bed(), exchangeId, { subject: 'failed', identifiers: { role: 'failed' } }),
  );
  const [delivery] = await journal.claim('imap:urologie', 1);
  const attempt = await serveMailbox(delivery as Delivery, {
    journal,
    mailbox: MAILBOX as never,
    watcher: watcherThatFinds(places),
    reread: async () => undefined,
  });
  return { exchangeId, attempt };
}

// Without it `exchanges retry` of a held mail said that the mail was gone (MAIL-012) after a kill at the wrong moment.
it('finds a mail that an attempt whose answer was lost has moved already, and remembers where', async () => {
  const there = { folder: 'Erreurs', uidValidity: 3n, uid: 8 };
  const { exchangeId, attempt } = await filed([there]);
  expect(attempt).toEqual({ ended: { outcome: 'accepted' } });
  expect((await viewOf(bed(), exchangeId)).exchange.place).toEqual({
    folder: 'Erreurs',
    uidValidity: 3,
    uid: 8,
  });
});

it('leaves a mail that a person has moved elsewhere where it is', async () => {
  const { exchangeId, attempt } = await filed([{ folder: 'Autres', uidValidity: 3n, uid: 8 }]);
  expect(attempt).toEqual({ ended: { outcome: 'abandoned', reason: 'not-there' } });
  expect((await viewOf(bed(), exchangeId)).exchange.place?.folder).toBe('INBOX');
});
