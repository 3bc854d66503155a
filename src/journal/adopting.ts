import type { Statements } from './engine.ts';
import { text } from './rows.ts';
import * as sql from './sql.ts';

interface NamedMailbox {
  readonly name: string;
  readonly address: string;
}

/**
 * What was seen and is owed is kept under a mailbox's name, and uids mean nothing outside their mailbox: so the journal
 * remembers which address a name stood for, and follows the mailbox rather than the name.
 */
export async function adoptMailboxes(
  statements: Statements,
  configured: readonly NamedMailbox[],
): Promise<{ from: string; to: string }[]> {
  const known = new Map(
    (await statements.all(sql.MAILBOXES)).map(row => [text(row, 'name'), text(row, 'address')] as const),
  );
  for (const { name, address } of configured) {
    const former = known.get(name);
    if (former === undefined || sameAddress(former, address)) continue;
    // The name was given to another mailbox: its former mails must not be taken for that one's.
    await rename(statements, name, former);
    known.delete(name);
    known.set(former, former);
    await statements.run(sql.MAILBOX_SET, former, former);
  }
  const renamed: { from: string; to: string }[] = [];
  for (const { name, address } of configured) {
    const from = known.has(name) ? name : [...known].find(([, each]) => sameAddress(each, address))?.[0];
    if (from !== undefined && from !== name) {
      await rename(statements, from, name);
      renamed.push({ from, to: name });
    }
    await statements.run(sql.MAILBOX_SET, name, address);
  }
  return renamed;
}

async function rename(statements: Statements, from: string, to: string): Promise<void> {
  await statements.run(sql.RENAME_EXCHANGES, to, from);
  await statements.run(sql.RENAME_SIGHTINGS, to, from);
  for (const protocol of ['imap', 'smtp']) {
    const [former, now] = [`${protocol}:${from}`, `${protocol}:${to}`];
    await statements.run(sql.RENAME_DELIVERIES, to, now, now, former.length + 1, former);
  }
  await statements.run(sql.RENAME_DOCUMENT_DELIVERIES, to, from);
  await statements.run(sql.MAILBOX_DROP, from);
}

function sameAddress(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
