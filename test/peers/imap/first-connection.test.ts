import { afterEach, expect, it } from 'vitest';
import { createMailboxWatcher } from '../../../src/peers/imap/watcher.ts';
import type { MailboxWatcher } from '../../../src/peers/interfaces.ts';
import { type Operator, startOperator } from '../../../src/sandbox/operator.ts';
import { freePort } from '../../kit/free-port.ts';
import { mailboxSettings, passwordServer } from './settings.ts';

const ADDRESS = 'dpi.urologie@chu-x.mssante.fr';
const INBOX = { folder: 'INBOX', uidValidity: 1n, uid: 1 };

let operator: Operator | undefined;
let watcher: MailboxWatcher;

afterEach(async () => {
  await watcher.stop();
  await operator?.stop();
});

function start(port: number, ca: string): MailboxWatcher {
  const server = passwordServer(port, ADDRESS, 'secret', { mode: 'starttls', ca });
  watcher = createMailboxWatcher(
    mailboxSettings(server),
    {
      unread: async () => [],
      handle: async () => undefined,
      polled: () => undefined,
      failed: () => undefined,
      recovered: () => undefined,
    },
    { clock: { now: () => new Date() }, random: () => 0.5 },
  );
  return watcher;
}

// At each restart the filings that were owed were told as an outage of the mailbox, and lost a second over
// it.
it('a move that is asked for before the first connection stands waits for it', async () => {
  operator = await startOperator({ mailboxes: [{ address: ADDRESS, password: 'secret' }] });
  operator.deliver(Buffer.from('Subject: essai\r\n\r\nessai\r\n'), { from: '', to: [ADDRESS] });
  const moving = start(operator.imapPort, operator.ca).move(INBOX, 'Traites');
  watcher.start();
  await moving;
  expect(operator.folder(ADDRESS, 'Traites')).toHaveLength(1);
});

it('a move that is asked for then fails with the first connection', async () => {
  const moving = start(await freePort(), '').move(INBOX, 'Traites');
  watcher.start();
  await expect(moving).rejects.toMatchObject({ code: 'IMAP-001' });
});

it('a move that is asked for then fails when the watch is ended before it began', async () => {
  const moving = start(await freePort(), '').move(INBOX, 'Traites');
  const [outcome] = await Promise.allSettled([moving, watcher.stop()]);
  expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'IMAP-001' } });
});
