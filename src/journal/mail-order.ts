import type { Statements } from './engine.ts';
import { documentOf, number, text } from './rows.ts';
import * as sql from './sql.ts';
import * as requests from './sql-requests.ts';

/**
 * What of an earlier request the mail of a replacement or deletion waits for: as long as the original has not left,
 * whether it is being prepared, waits for the operator or for a person (docs/design.md §4, invariant 4). Everybody waits
 * for a request accepted before, so that no two wait for each other.
 */
async function unsentOriginal(statements: Statements, exchangeId: string): Promise<string | undefined> {
  const request = await statements.first(requests.REQUEST_GET, exchangeId);
  if (request === undefined) return undefined;
  const application = text(request, 'application');
  const before = number(request, 'seq');
  const found: { readonly id: string; readonly seq: number }[] = [];
  for (const row of await statements.all(sql.DOCUMENTS_OF, exchangeId)) {
    const { action, uniqueId, parentIds, setId } = documentOf(row);
    if (action !== 'replace' && action !== 'delete') continue;
    const named = action === 'delete' ? [uniqueId, ...parentIds] : parentIds;
    for (const [statement, key] of [
      ...named.map(id => [requests.UNSENT_BY_UNIQUE_ID, id] as const),
      [requests.UNSENT_BY_SET_ID, setId] as const,
    ]) {
      const unsent = key && (await statements.first(statement, application, key, before));
      if (unsent) found.push({ id: text(unsent, 'id'), seq: number(unsent, 'seq') });
    }
  }
  return found.toSorted((a, b) => a.seq - b.seq).at(-1)?.id;
}

/** Has a mail that was just owed wait for the original that it replaces or deletes. */
export async function waitForOriginalMail(
  statements: Statements,
  exchangeId: string,
  deliveryId: string,
): Promise<void> {
  const original = await unsentOriginal(statements, exchangeId);
  if (original !== undefined) await statements.run(sql.WAIT_FOR, original, deliveryId);
}

/** What waited for a mail or its preparation goes on, or waits for what has come of it. */
export async function endMailWaits(statements: Statements, deliveryId: string): Promise<void> {
  for (const row of await statements.all(requests.MAILS_WAITING_FOR, deliveryId)) {
    await waitForOriginalMail(statements, text(row, 'exchange_id'), text(row, 'id'));
  }
}
