import type { Statements } from './engine.ts';
import type { NewDelivery } from './journal.ts';
import * as sql from './sql.ts';

/** Adds a delivery; one that exists already stays as it is, but filing and reading are owed again. */
export async function owe(
  statements: Statements,
  owner: { readonly exchangeId: string; readonly mailbox: string },
  delivery: NewDelivery,
  at: number,
): Promise<void> {
  const { id, kind, target, subject, lane, identifiers, start } = delivery;
  const ending = start.state === 'done' ? start.ending : undefined;
  const added = await statements.run(
    sql.DELIVERY_ADD,
    id,
    owner.exchangeId,
    owner.mailbox,
    kind,
    target,
    subject,
    lane,
    start.state,
    JSON.stringify(identifiers),
    null,
    at,
    at,
    start.state === 'held' ? JSON.stringify(start.fault) : null,
    ending?.outcome ?? null,
    ending?.code ?? null,
    ending?.label ?? null,
    ending?.reason ?? null,
    ending === undefined ? null : at,
  );
  const again =
    added === 0 && (kind === 'file' || kind === 'read')
      ? await statements.run(sql.DELIVERY_OWE_AGAIN, at, owner.exchangeId, kind, target, subject)
      : 0;
  if (added + again > 0) await statements.run(sql.EXCHANGE_OWES_AGAIN, owner.exchangeId);
}
