import type { Narrative } from './narrative-types.ts';
import { readBody } from './read-body.ts';

/**
 * What a document gives people to read: the text of its sections, or its body where that is plain text or an
 * image; without sections where the body is a PDF. Entries are no narrative; images that the text shows are
 * taken from them.
 *
 * @param bytes a document whose header has been read.
 * @throws GatewayError CDA-001, CDA-002, CDA-003, CDA-004, CDA-008.
 */
export function readNarrative(bytes: Uint8Array): Narrative {
  return readBody(bytes).narrative();
}
