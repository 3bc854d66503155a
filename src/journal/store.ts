import { createHmac, randomBytes } from 'node:crypto';
import { accounts } from './accounts.ts';
import { adoptMailboxes } from './adopting.ts';
import type { JournalContext } from './context.ts';
import { delivering } from './delivering.ts';
import type { Journal } from './journal.ts';
import { looking } from './looking.ts';
import { NEVER } from './owing.ts';
import { platform } from './platform.ts';
import { receiving } from './receiving.ts';
import { requesting } from './requesting.ts';
import { text } from './rows.ts';
import * as sql from './sql.ts';
import * as requests from './sql-requests.ts';
import { steering } from './steering.ts';

/** Exchanges purged in one transaction, which nothing else should have to wait for: payloads may be of 25 MB each. */
const PURGED_PAYLOADS = 10;
const PURGED_HISTORY = 200;

/** The journal over an engine. */
export async function createJournal(over: Omit<JournalContext, 'keyOf'>): Promise<Journal> {
  const { engine } = over;
  const identityKey = await identityKeyOf(over);
  const keyOf = (identity: string): string =>
    createHmac('sha256', identityKey).update(identity).digest('base64url').slice(0, 22);
  const context: JournalContext = { ...over, keyOf };

  return {
    keyOf,
    ...receiving(context),
    ...requesting(context),
    ...platform(context),
    ...accounts(context),
    ...delivering(context),
    ...steering(context),
    ...looking(context),

    purge: before =>
      engine.write(async statements => {
        await statements.run(sql.PURGE_PAYLOADS, before.payloads, PURGED_PAYLOADS);
        const emptied = await statements.run(sql.PURGE_PAYLOADS_MARK, before.payloads, PURGED_PAYLOADS);
        const history = await statements.run(sql.PURGE_HISTORY, before.history, PURGED_HISTORY);
        return emptied === PURGED_PAYLOADS || history === PURGED_HISTORY;
      }),

    adoptMailboxes: mailboxes => engine.write(statements => adoptMailboxes(statements, mailboxes)),

    intact: () => engine.intact(),

    touch: () =>
      engine.write(async statements => {
        await statements.run(sql.META_TOUCH, 'touched', String(context.clock.now().getTime()));
      }),

    pullForward: ({ retryBy, reportBy }) =>
      engine.write(async statements => {
        const now = context.clock.now().getTime();
        const due = await statements.run(sql.PULL_FORWARD, now, retryBy);
        return due + (await statements.run(requests.REPORTS_SOONER, reportBy, reportBy, NEVER));
      }),

    close: () => engine.close(),
  };
}

/**
 * The key that turns identities into what they are known by: made once and kept in the journal, and, where payloads were
 * sealed from the start, of no use without their key. There are few enough NIR to try them all.
 */
async function identityKeyOf({ engine, sealKey }: Omit<JournalContext, 'keyOf'>): Promise<Uint8Array> {
  const { kept, isBound } = await engine.write(async statements => {
    const isNew = (await statements.first(sql.META_GET, 'patient-key')) === undefined;
    if (isNew) {
      await statements.run(sql.META_SET, 'patient-key', randomBytes(32).toString('base64'));
      if (sealKey !== undefined) await statements.run(sql.META_SET, 'patient-key-bound', 'yes');
    }
    const row = await statements.first(sql.META_GET, 'patient-key');
    return {
      kept: Buffer.from(row === undefined ? '' : text(row, 'value'), 'base64'),
      isBound: (await statements.first(sql.META_GET, 'patient-key-bound')) !== undefined,
    };
  });
  return isBound && sealKey !== undefined ? createHmac('sha256', sealKey).update(kept).digest() : kept;
}
