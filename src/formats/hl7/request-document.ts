import { describe } from '../../errors/catalogue.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { uniqueIdOf } from '../cda/identity.ts';
import { readCdaHeader } from '../cda/read-header.ts';
import type { CdaHeader } from '../cda/types.ts';
import type { DocumentAction } from '../xdm/types.ts';
import { decodeBase64Field } from './base64.ts';
import type { Hl7Segment } from './message.ts';
import {
  locate,
  missingField,
  type ProfileVersion,
  requestFault,
  requiredValue,
  valueOf,
} from './request-fields.ts';
import type { RequestHead, RequestDocument } from './request-types.ts';
import type { SortedObservations } from './request-wishes.ts';

/** How messages are written, as far as documents depend on it. */
export interface DocumentContext {
  readonly version: ProfileVersion;
  /** The message's escape character. */
  readonly escape: string;
}

/**
 * How many documents may come: an ORU has room for the same one in two forms (levels 1 and 3), an MDM for one.
 *
 * @throws GatewayError REQ-011
 */
export function assertDocumentCount({ documents }: SortedObservations, event: RequestHead['event']): void {
  const surplus = documents[event === 'R01' ? 2 : 1];
  if (surplus !== undefined) throw requestFault('REQ-011', locate(surplus.obx));
}

/** A document, and the OBX that it came in. */
export interface PlacedDocument extends RequestDocument {
  readonly obx: Hl7Segment;
}

/**
 * Decodes the documents and reads their headers. Each is decoded once, into one buffer, and never a text as a whole.
 *
 * @throws GatewayError REQ-008 and REQ-009 where OBX-5 is not base64 by its own word, REQ-010 where it is not in fact,
 *   REQ-014 for what is no CDA, REQ-011 for the same document twice
 */
export function readDocuments(
  { documents }: SortedObservations,
  context: DocumentContext,
): readonly PlacedDocument[] {
  const read = documents.map(({ obx }) => readDocument(obx, context));
  const [first, second] = read;
  // Two documents of one id could not lie in one archive.
  if (first !== undefined && second !== undefined && sameId(first.header, second.header)) {
    throw requestFault('REQ-011', locate(second.obx, 5), 'Les deux documents ont le même identifiant.');
  }
  return read;
}

function sameId(left: CdaHeader, right: CdaHeader): boolean {
  return uniqueIdOf(left.id) === uniqueIdOf(right.id);
}

function readDocument(obx: Hl7Segment, { version, escape }: DocumentContext): PlacedDocument {
  if (obx.repetitions(5) > 1) throw requestFault('REQ-011', locate(obx, 5));
  const encoding = version === '2.1' ? requiredValue(obx, 5, 4) : valueOf(obx, 5, 4) || 'Base64';
  if (encoding.toUpperCase() !== 'BASE64') throw requestFault('REQ-009', locate(obx, 5, 4));
  const bytes = decodeBase64Field(obx.bytes(5, 5), escape);
  if (bytes === undefined)
    throw requestFault('REQ-010', locate(obx, 5, 5), 'Le document n’est pas en base64.');
  if (bytes.byteLength === 0) throw missingField(obx, 5, 5);
  return { obx, bytes, header: headerOf(bytes, obx) };
}

function headerOf(bytes: Uint8Array, obx: Hl7Segment): CdaHeader {
  try {
    return readCdaHeader(bytes);
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    const { code } = cause;
    throw new GatewayError('REQ-014', {
      detail: describe(code).why.replace(/\.?$/, ` (${code}).`),
      fields: { location: locate(obx, 5, 5), cause: code },
      cause,
    });
  }
}

/**
 * A document that replaces must say which one, and not itself (relatedDocument RPLC).
 *
 * @throws GatewayError REQ-015
 */
export function assertReplaces({ obx, header }: PlacedDocument, action: DocumentAction): void {
  if (action !== 'replace') return;
  const own = uniqueIdOf(header.id);
  if (header.replaces.every(replaced => uniqueIdOf(replaced) === own)) {
    throw requestFault('REQ-015', locate(obx, 5, 5));
  }
}
