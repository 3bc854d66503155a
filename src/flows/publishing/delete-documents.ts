import type { DeletedDocument, Deletion } from '../../formats/xds/publication.ts';
import { UNKNOWN_ORIGINAL } from './deposit-documents.ts';
import type { DmpConversation } from './dmp-messages.ts';
import { findEntry } from './find-entry.ts';
import type { PublicationRecord } from './publication-record.ts';
import { type Refusal, refusalOf } from './refusal.ts';

/**
 * Deletes documents, one after the other; those that are deleted stay so when another is refused.
 *
 * @param keep has the record survive whatever comes: what was deleted, and what is about to be
 * @returns undefined once the DMP shows none of them, else why not
 * @throws GatewayError of the peer and of {@link refusalOf}
 */
export async function deleteDocuments(
  record: PublicationRecord,
  deletion: Deletion,
  dmp: DmpConversation,
  keep: (record: PublicationRecord) => Promise<void>,
): Promise<Refusal | undefined> {
  let known = record;
  for (const document of deletion.documents) {
    const { uniqueId } = document;
    if (known.deleted.includes(uniqueId)) continue;
    const { entry, refusal } = await findEntry(uniqueId, dmp);
    if (refusal !== undefined) return refusal;
    if (entry === undefined) {
      // Asked for before and shown no more, it was deleted by an attempt that nobody heard the end of.
      if (!known.deleting.includes(uniqueId)) return UNKNOWN_ORIGINAL;
    } else {
      known = { ...known, deleting: [...known.deleting, uniqueId] };
      const refused = await remove(deletion, document, entry, dmp, () => keep(known));
      if (refused !== undefined) return refused;
    }
    known = { ...known, deleted: [...known.deleted, uniqueId] };
    await keep(known);
  }
  return undefined;
}

async function remove(
  deletion: Deletion,
  document: DeletedDocument,
  entry: string,
  dmp: DmpConversation,
  keep: () => Promise<void>,
): Promise<Refusal | undefined> {
  await keep();
  return refusalOf(await dmp.remove(deletion, document, entry));
}
