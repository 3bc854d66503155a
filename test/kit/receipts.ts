import type { Delivery, NewDelivery, NewReceipt } from '../../src/journal/journal.ts';
import { bringMail, type Brought, viewOf } from './journal.ts';
import { type Bed, CREATOR, payloadText, type PlannedRequest } from './requests.ts';

/** A receipt for the application that asked. */
export function zam(
  { newId }: Pick<Bed, 'newId'>,
  kind: 'Z02' | 'Z03',
  recipientId: string,
  text = 'MSH|^~\\&|PFI||||||ZAM',
): NewDelivery {
  const id = newId();
  return {
    id,
    kind: 'zam',
    target: CREATOR,
    subject: `${kind}:${recipientId}`,
    lane: `${CREATOR}|zam`,
    identifiers: { controlId: id.slice(-20) },
    start: { state: 'waiting' },
    payload: Buffer.from(text),
  };
}

/** What a receipt says of a recipient: delivered, and nobody asked to hear of it. */
export function receipt(
  bed: Bed,
  { exchangeId, request, recipientId: first }: PlannedRequest,
  change: Partial<NewReceipt> = {},
): NewReceipt {
  const recipientId = change.recipientId ?? first;
  const aspect = change.aspect ?? 'reception';
  return {
    recipientId,
    exchangeId,
    mailbox: request.mailbox,
    aspect,
    outcome: 'accepted',
    zam: undefined,
    hold: undefined,
    failure: {
      id: bed.newId(),
      kind: 'report',
      target: request.application,
      subject: `${recipientId}:${aspect}`,
      lane: `report|${recipientId}`,
      identifiers: {},
      start: { state: 'held', fault: { code: 'OUT-005' } },
    },
    ...change,
  };
}

/** A mail that tells these receipts. */
export async function hear(bed: Bed, ...receipts: readonly NewReceipt[]): Promise<Brought> {
  return bringMail(bed, { nature: 'receipt', state: 'closing', documents: [], receipts });
}

/** The report on a recipient. */
export async function reportOn(
  bed: Bed,
  { exchangeId, recipientId }: Pick<PlannedRequest, 'exchangeId' | 'recipientId'>,
): Promise<Delivery> {
  const { deliveries } = await viewOf(bed, exchangeId);
  const found = deliveries.find(({ kind, subject }) => kind === 'report' && subject === recipientId);
  if (found === undefined) throw new Error(`no report on ${recipientId}`);
  return found;
}

/** Subjects of the ZAM that are owed or were sent, in order. */
export async function zamsOf(bed: Bed, exchangeId: string): Promise<string[]> {
  const { deliveries } = await viewOf(bed, exchangeId);
  return deliveries.filter(({ kind }) => kind === 'zam').map(({ subject }) => subject);
}

/** The text of a ZAM as it is kept; undefined where it never came to be owed. */
export async function zamText(
  bed: Bed,
  planned: PlannedRequest,
  delivery: Pick<NewDelivery, 'id'> | undefined,
): Promise<string | undefined> {
  return payloadText(bed, planned, `delivery:${delivery?.id}`);
}

/** Codes of what waits for a person in an exchange. */
export async function worklistOf(
  bed: Bed,
  { exchangeId }: { readonly exchangeId: string },
): Promise<string[]> {
  return (await viewOf(bed, exchangeId)).deliveries.flatMap(({ hold }) => hold?.code ?? []);
}

/** Why a failure that nobody asked to hear of waits for a person. */
export const UNHEARD = { reception: { code: 'OUT-002' }, reading: { code: 'OUT-004' } } as const;

/** As `flows/match-receipt.ts` makes it: told where asked for, else a failure is shown to a person. */
export function saying(
  bed: Bed,
  planned: PlannedRequest,
  [aspect, outcome]: readonly [NewReceipt['aspect'], NewReceipt['outcome']],
  { asked }: { readonly asked: boolean },
): NewReceipt {
  const kind = aspect === 'reception' ? 'Z02' : 'Z03';
  return receipt(bed, planned, {
    aspect,
    outcome,
    ...(outcome === 'refused' ? { code: '5.1.1', label: 'Bad destination' } : {}),
    zam: asked ? zam(bed, kind, planned.recipientId, `${aspect} ${outcome}`) : undefined,
    hold: outcome === 'refused' && !asked ? UNHEARD[aspect] : undefined,
  });
}
