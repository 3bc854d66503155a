import type { Statements } from './engine.ts';
import type { NewDocument } from './journal.ts';
import { documentOf, number, text } from './rows.ts';
import * as sql from './sql.ts';

/**
 * What replaces or deletes a document that has not ended waits for it, also when that one is held and has left its
 * lane (docs/design.md §4, invariant 4): known by the parent's unique id, by its own for a deletion, else by the set. Where
 * there are several it waits for the latest, and once that has ended for the next. Everybody waits for something
 * journalled before, so that no two wait for each other.
 *
 * @param before the `seq` of the delivery that would wait
 */
async function predecessor(
  statements: Statements,
  application: string,
  { action, uniqueId, parentIds, setId }: NewDocument,
  before: number,
): Promise<string | undefined> {
  if (action !== 'replace' && action !== 'delete') return undefined;
  const named = action === 'delete' ? [uniqueId, ...parentIds] : parentIds;
  const found: { readonly id: string; readonly seq: number }[] = [];
  for (const [statement, key] of [
    ...named.map(id => [sql.OWED_BY_UNIQUE_ID, id] as const),
    [sql.OWED_BY_SET_ID, setId] as const,
  ]) {
    const row = key && (await statements.first(statement, application, key, before));
    if (row) found.push({ id: text(row, 'id'), seq: number(row, 'seq') });
  }
  return found.toSorted((a, b) => a.seq - b.seq).at(-1)?.id;
}

/** Has a delivery that was just added wait for what its document replaces or deletes. */
export async function waitForOriginal(
  statements: Statements,
  application: string,
  document: NewDocument,
  deliveryId: string,
): Promise<void> {
  const row = await statements.first(sql.DELIVERY_GET, deliveryId);
  const original = row && (await predecessor(statements, application, document, number(row, 'seq')));
  if (original !== undefined) await statements.run(sql.WAIT_FOR, original, deliveryId);
}

/** What replaces or deletes the document of a delivery that goes out again, and has not gone out yet, waits for it. */
export async function waitAgain(statements: Statements, target: string, seq: number): Promise<void> {
  for (const row of await statements.all(sql.OWED_AFTER, target, seq)) {
    const original = await predecessor(
      statements,
      text(row, 'application'),
      documentOf(row),
      number(row, 'seq'),
    );
    if (original !== undefined) await statements.run(sql.WAIT_FOR, original, text(row, 'delivery_id'));
  }
}

/** What waited for a delivery that has ended goes on, or waits for the next one. */
export async function endWaits(statements: Statements, deliveryId: string): Promise<void> {
  for (const row of await statements.all(sql.WAITERS, deliveryId)) {
    const next = await predecessor(statements, text(row, 'application'), documentOf(row), number(row, 'seq'));
    if (next !== undefined) await statements.run(sql.WAIT_FOR, next, text(row, 'delivery_id'));
  }
}
