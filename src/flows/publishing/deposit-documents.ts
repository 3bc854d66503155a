import type { Deposit } from '../../formats/xds/publication.ts';
import { isDuplicate } from '../../formats/xds/registry-error-codes.ts';
import type { DmpConversation } from './dmp-messages.ts';
import { findEntry } from './find-entry.ts';
import type { PublicationRecord } from './publication-record.ts';
import { ownRefusal, type Refusal, refusalOf } from './refusal.ts';

/** What is deposited. */
export interface DepositOrder {
  readonly record: PublicationRecord;
  readonly deposit: Deposit;
  /** Its documents' bytes, in order. */
  readonly documents: readonly Uint8Array[];
}

export const UNKNOWN_ORIGINAL: Refusal = ownRefusal({ code: 'DMP-008' });

/**
 * Deposits documents, or puts them in place of others.
 *
 * @param keep has the record survive whatever comes: that the lot was sent, before it is
 * @returns undefined once the DMP has them, else why not
 * @throws GatewayError of the peer and of {@link refusalOf}
 */
export async function depositDocuments(
  order: DepositOrder,
  dmp: DmpConversation,
  keep: (record: PublicationRecord) => Promise<void>,
): Promise<Refusal | undefined> {
  const { record, deposit, documents } = order;
  const replaced = new Map<string, string>();
  for (const { replaces } of deposit.action === 'replace' ? deposit.documents : []) {
    if (replaces === undefined) continue;
    const { entry, refusal } = await findEntry(replaces, dmp);
    if (refusal !== undefined) return refusal;
    if (entry !== undefined) replaced.set(replaces, entry);
    else if (!deposit.newWhereUnknown) return checked(order, UNKNOWN_ORIGINAL, dmp);
  }
  if (!record.submitted) await keep({ ...record, submitted: true });
  const refusal = refusalOf(await dmp.deposit(deposit, documents, replaced));
  return refusal && checked(order, refusal, dmp);
}

/**
 * A no of the DMP, unless an earlier attempt has brought the documents there without our hearing of it. The entryUUIDs
 * tell: they are random and ours, and a registry keeps those that it is given (ITI TF-3 §4.2.5.1.1, quirk D30). A document
 * of the same id under another entry may be anything: a version of it that is visible to more.
 */
async function checked(
  { record, deposit }: DepositOrder,
  refusal: Refusal,
  dmp: DmpConversation,
): Promise<Refusal | undefined> {
  const isKnown = isDuplicate(refusal.error.code);
  if (!record.submitted && !isKnown) return refusal;
  const entries = [];
  for (const { uniqueId } of deposit.documents) entries.push((await findEntry(uniqueId, dmp)).entry);
  if (entries.some(entry => entry === undefined)) return refusal;
  const ours = new Set([...record.earlierEntries, ...deposit.documents.map(({ entryId }) => entryId)]);
  if (entries.every(entry => ours.has(entry ?? ''))) return undefined;
  return isKnown && record.submitted ? ownRefusal({ code: 'DMP-023' }) : refusal;
}
