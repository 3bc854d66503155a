import type { DeletedDocument, Deletion } from './publication-types.ts';
import {
  APPROVED,
  association,
  idsWithin,
  registryPackage,
  submitObjectsRequest,
} from './registry-objects.ts';

/** The status of a document that nobody is shown any more (CI-SIS, “Partage de documents de santé”). */
const DELETED = 'urn:asip:ci-sis:2010:StatusType:Deleted';

/**
 * The body of TD3.3c (ITI-57): a document leaves what the DMP shows. The same publication gives the same text.
 *
 * @param document one of the publication's.
 * @param entryUuid what TD3.1b has just told of it, `urn:uuid:…`.
 */
export function updateDocumentSet(
  publication: Deletion,
  { setId, setUniqueId }: DeletedDocument,
  entryUuid: string,
): string {
  const newId = idsWithin('part');
  return submitObjectsRequest([
    ...registryPackage({ id: setId, newId }, { ...publication, uniqueId: setUniqueId }),
    ...association({
      id: 'association1',
      type: 'updateAvailability',
      source: setId,
      target: entryUuid,
      slots: [
        ['OriginalStatus', APPROVED],
        ['NewStatus', DELETED],
      ],
    }),
  ]);
}
