import type { Statements } from './engine.ts';
import type { NewDelivery } from './journal.ts';
import { payloadName, putPayloads } from './payload-rows.ts';
import type { PackedPayload } from './payloads.ts';
import * as sql from './sql.ts';

/** A report is expected once the mail has left: until then no time is set. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** The exchange that something is owed because of, and its mailbox. */
interface Owner {
  readonly exchangeId: string;
  readonly mailbox: string;
}

/**
 * Adds a delivery; one that exists already stays as it is, but filing and reading are owed again.
 *
 * @returns whether it has come to be owed
 */
export async function owe(
  statements: Statements,
  owner: Owner,
  delivery: NewDelivery,
  at: number,
): Promise<boolean> {
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
    start.state === 'expected' ? NEVER : at,
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
  if (added + again === 0) return false;
  await statements.run(sql.EXCHANGE_OWES_AGAIN, owner.exchangeId);
  return true;
}

/**
 * Adds deliveries with their bytes; of those that were owed before, nothing is kept.
 *
 * @param packed bytes, by the names of their rows; may hold more
 * @returns those that have come to be owed
 */
export async function oweWithBytes(
  statements: Statements,
  owner: Owner,
  deliveries: readonly NewDelivery[],
  packed: readonly PackedPayload[],
  at: number,
): Promise<NewDelivery[]> {
  const owed: NewDelivery[] = [];
  for (const delivery of deliveries) {
    if (await owe(statements, owner, delivery, at)) owed.push(delivery);
  }
  const names = new Set(owed.map(({ id }) => payloadName(id)));
  await putPayloads(
    statements,
    owner.exchangeId,
    packed.filter(({ name }) => names.has(name)),
  );
  return owed;
}
