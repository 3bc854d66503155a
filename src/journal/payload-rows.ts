import type { JournalContext } from './context.ts';
import type { Statements } from './engine.ts';
import type { NewDelivery, NewPayload } from './journal.ts';
import { pack, type PackedPayload } from './payloads.ts';
import * as sql from './sql.ts';

/** The payload that holds what a FHIR exchange was answered. */
export const ANSWER = 'answer';

/** The row name of a delivery's own bytes. */
export function payloadName(deliveryId: string): string {
  return `delivery:${deliveryId}`;
}

/** The payloads that deliveries bring with them. */
export function bytesOf(deliveries: readonly NewDelivery[]): NewPayload[] {
  return deliveries.flatMap(({ id, payload }) =>
    payload === undefined ? [] : [{ name: payloadName(id), bytes: payload }],
  );
}

/** Deflates and seals outside the transaction, so that the journal is never kept waiting for it. */
export async function packAll(
  { sealKey }: Pick<JournalContext, 'sealKey'>,
  exchangeId: string,
  payloads: readonly NewPayload[],
): Promise<PackedPayload[]> {
  const packed: PackedPayload[] = [];
  for (const { name, bytes } of payloads) {
    packed.push({ ...(await pack({ name: `${exchangeId}/${name}`, bytes }, sealKey)), name });
  }
  return packed;
}

/** Writes what {@link packAll} made; a payload of the same name is replaced. */
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
