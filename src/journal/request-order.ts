import type { Statements } from './engine.ts';
import { documentOf, number, text } from './rows.ts';
import * as sql from './sql.ts';
import * as requests from './sql-requests.ts';

/** What of a replacement or deletion may wait: a mail for the original's mails, a deposit for its deposit. */
const WAITING = {
  mail: { uniqueId: requests.UNSENT_BY_UNIQUE_ID, setId: requests.UNSENT_BY_SET_ID },
  dmp: { uniqueId: requests.UNDEPOSITED_BY_UNIQUE_ID, setId: requests.UNDEPOSITED_BY_SET_ID },
} as const;

type WaitingKind = keyof typeof WAITING;

/**
 * What of an earlier request a replacement or deletion waits for: as long as the original has not left, whether it is
 * being prepared, waits for its peer or for a person (docs/design.md §4, invariant 4). Everybody waits for a request
 * accepted before, so that no two wait for each other.
 */
async function originalOf(
  statements: Statements,
  exchangeId: string,
  kind: WaitingKind,
): Promise<string | undefined> {
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
      ...named.map(id => [WAITING[kind].uniqueId, id] as const),
      [WAITING[kind].setId, setId] as const,
    ]) {
      const owed = key && (await statements.first(statement, application, key, before));
      if (owed) found.push({ id: text(owed, 'id'), seq: number(owed, 'seq') });
    }
  }
  return found.toSorted((a, b) => a.seq - b.seq).at(-1)?.id;
}

/** Has what was just owed because of a request wait for the original that it replaces or deletes. */
export async function waitForOriginalRequest(
  statements: Statements,
  exchangeId: string,
  { id, kind }: { readonly id: string; readonly kind: string },
): Promise<void> {
  if (kind !== 'mail' && kind !== 'dmp') return;
  const original = await originalOf(statements, exchangeId, kind);
  if (original !== undefined) await statements.run(sql.WAIT_FOR, original, id);
}

/** What waited for a mail, its preparation or a deposit goes on, or waits for what has come of it. */
export async function endRequestWaits(statements: Statements, deliveryId: string): Promise<void> {
  for (const row of await statements.all(requests.WAITING_FOR, deliveryId)) {
    const waiting = { id: text(row, 'id'), kind: text(row, 'kind') };
    await waitForOriginalRequest(statements, text(row, 'exchange_id'), waiting);
  }
}
