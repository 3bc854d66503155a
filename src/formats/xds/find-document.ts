import { slot } from './registry-objects.ts';

const EBXML = 'urn:oasis:names:tc:ebxml-regrep:xsd';

/** The stored query GetDocuments (IHE ITI TF-2 §3.18.4.1.2.3.7.5). */
const GET_DOCUMENTS = 'urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4';

/**
 * The body of TD3.1b (ITI-18): which entry has a document, by its uniqueId. The entryUUID changes with each version of
 * the metadata: it is asked for right before it is used.
 *
 * @param uniqueId an OID.
 */
export function getDocuments(uniqueId: string): string {
  // An SQL literal: the quote within would be doubled.
  const literal = `('${uniqueId.replaceAll("'", "''")}')`;
  return [
    `<query:AdhocQueryRequest xmlns:query="${EBXML}:query:3.0" xmlns:rim="${EBXML}:rim:3.0">`,
    '<query:ResponseOption returnComposedObjects="true" returnType="ObjectRef"/>',
    `<rim:AdhocQuery id="${GET_DOCUMENTS}">`,
    slot('$XDSDocumentEntryUniqueId', literal),
    '</rim:AdhocQuery>',
    '</query:AdhocQueryRequest>',
  ].join('\r\n');
}
