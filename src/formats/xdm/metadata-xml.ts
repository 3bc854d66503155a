import {
  association,
  extrinsicObject,
  ORIGINAL,
  registryPackage,
  type Slot,
  type SubmissionMetadata,
  submitObjectsRequest,
} from '../xds/registry-objects.ts';
import type { DocumentMetadata } from './document-types.ts';
import type { DocumentAction } from './types.ts';

/** A document and the file that holds it. */
export interface FiledDocument {
  readonly metadata: DocumentMetadata;
  /** Relative to METADATA.XML. */
  readonly uri: string;
  /** SHA-1, hexadecimal. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
}

/** Slot `urn:action:extraMetadataSlot` (quirk X8). */
const ACTION_CODES: Readonly<Record<DocumentAction, string | undefined>> = {
  add: undefined,
  replace: 'C',
  delete: 'D',
};

/**
 * A METADATA.XML (IHE ITI TF-3 §4.2, French profile): one submission set, its documents, and an association
 * of each to it. It is valid against ebXML RegRep 3.0 and has none of the samples' faults (quirks X2, X3).
 *
 * @param newId gives a new UUID at each call.
 */
export function metadataXml(
  submission: SubmissionMetadata,
  documents: readonly FiledDocument[],
  newId: () => string,
): string {
  const newUrn = () => `urn:uuid:${newId()}`;
  const set = { id: newUrn(), newId: newUrn };
  const entries = documents.map(document => ({ document, entry: { id: newUrn(), newId: newUrn } }));
  const { patientId } = submission;
  const request = submitObjectsRequest([
    ...registryPackage(set, submission),
    ...entries.flatMap(({ document, entry }) =>
      extrinsicObject(entry, { metadata: document.metadata, patientId, slots: fileSlots(document) }),
    ),
    ...entries.flatMap(({ entry }) =>
      association({
        id: newUrn(),
        type: 'hasMember',
        source: set.id,
        target: entry.id,
        slots: [ORIGINAL],
      }),
    ),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\r\n${request}\r\n`;
}

function fileSlots({ metadata, uri, hash, size }: FiledDocument): Slot[] {
  const action = ACTION_CODES[metadata.action];
  return [
    ...(action === undefined ? [] : [['urn:action:extraMetadataSlot', action] as const]),
    ['URI', uri],
    ['hash', hash],
    ['size', String(size)],
  ];
}
