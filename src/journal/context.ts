import type { Clock } from '../basics/clock.ts';
import type { IdSource } from '../basics/ids.ts';
import { publicCode } from '../basics/public-code.ts';
import type { Engine, Statements } from './engine.ts';
import type { NewDelivery, NewEvent } from './journal.ts';
import { pack, type PackedPayload } from './payloads.ts';
import * as sql from './sql.ts';

/** What every part of the journal works with. */
export interface JournalContext {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly newId: IdSource;
  /** Seals payloads at rest; undefined leaves them in clear. */
  readonly sealKey: Uint8Array | undefined;
}

export function now(context: JournalContext): number {
  return context.clock.now().getTime();
}

export async function addEvent(
  statements: Statements,
  exchangeId: string,
  at: number,
  event: NewEvent,
): Promise<void> {
  const { type, deliveryId, data } = event;
  await statements.run(sql.EVENT_ADD, exchangeId, deliveryId ?? null, at, type, JSON.stringify(data ?? {}));
}

/** The row name of a delivery's own bytes. */
export function payloadName(deliveryId: string): string {
  return `delivery:${deliveryId}`;
}

/** Deflates and seals outside the transaction, so that the journal is never kept waiting for it. */
export async function packAll(
  context: JournalContext,
  exchangeId: string,
  payloads: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<PackedPayload[]> {
  const packed: PackedPayload[] = [];
  for (const { name, bytes } of payloads) {
    packed.push({ ...(await pack({ name: `${exchangeId}/${name}`, bytes }, context.sealKey)), name });
  }
  return packed;
}

export async function putPayloads(
  statements: Statements,
  exchangeId: string,
  packed: readonly PackedPayload[],
): Promise<void> {
  for (const { name, deflated, sealed, bytes } of packed) {
    await statements.run(sql.PAYLOAD_PUT, exchangeId, name, Number(deflated), Number(sealed), bytes);
  }
  if (packed.length > 0) await statements.run(sql.PAYLOADS_KEPT, exchangeId);
}

/** The payloads that deliveries bring with them. */
export function bytesOf(deliveries: readonly NewDelivery[]): { name: string; bytes: Uint8Array }[] {
  return deliveries.flatMap(({ id, payload }) =>
    payload === undefined ? [] : [{ name: payloadName(id), bytes: payload }],
  );
}

/**
 * Adds a delivery; one that exists already stays as it is, but filing and reading are owed again.
 *
 * @returns true when it was added
 */
export async function owe(
  statements: Statements,
  owner: { readonly exchangeId: string; readonly mailbox: string },
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
  return added > 0;
}

/** Counts an outcome, under a code that may be shown: a series for whatever an application says would have no end. */
export async function tally(
  statements: Statements,
  application: string,
  outcome: string,
  code: string | undefined,
): Promise<void> {
  await statements.run(sql.TALLY, application, outcome, code === undefined ? '' : publicCode(code));
}
