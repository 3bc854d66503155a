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

/** The journal over an engine. The key that turns identities into patient keys is made once and kept in it. */
export async function createJournal(context: JournalContext): Promise<Journal> {
  const { engine } = context;
  const patientKey = await engine.write(async statements => {
    await statements.run(sql.META_SET, 'patient-key', randomBytes(32).toString('base64'));
    const row = await statements.first(sql.META_GET, 'patient-key');
    return Buffer.from(row === undefined ? '' : text(row, 'value'), 'base64');
  });

  return {
    keyOf: identity => createHmac('sha256', patientKey).update(identity).digest('base64url').slice(0, 22),
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
