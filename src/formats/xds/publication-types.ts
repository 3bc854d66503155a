import type { EntryMetadata, SubmissionMetadata } from './registry-objects.ts';

/** What every submission set of a publication says. */
export type PublicationFacts = Omit<SubmissionMetadata, 'uniqueId'>;

/** The ids of a submission set: its entryUUID (`urn:uuid:…`) and its uniqueId (OID). */
export interface SetIds {
  readonly setId: string;
  readonly setUniqueId: string;
}

/** An entry of the registry, and the bytes that it describes by their digest. `uniqueId` is an OID. */
export interface PublishedEntry extends EntryMetadata {
  /** entryUUID, `urn:uuid:…`. */
  readonly entryId: string;
  /** SHA-1 of the exact bytes, lower-case hexadecimal. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
}

/** A document that is deposited; its place among those of the publication is that among the request's. */
export interface PublishedDocument extends PublishedEntry {
  /** uniqueId of the one that it replaces, of which TD3.1b tells the entryUUID. */
  readonly replaces?: string;
}

/** The signature of a submission set, a document of the set itself. */
export interface PublishedSignature extends PublishedEntry {
  /** Without XML declaration, to be sent in UTF-8. */
  readonly xml: string;
}

/** Documents to be deposited, in one submission set (TD2.1). */
export interface Deposit extends PublicationFacts, SetIds {
  readonly action: 'add' | 'replace';
  /** A person wants a replacement deposited as a new document where the DMP does not know what it replaces. */
  readonly newWhereUnknown: boolean;
  readonly documents: readonly PublishedDocument[];
  readonly signature: PublishedSignature;
}

/** A document to be deleted, and the submission set that says so. */
export interface DeletedDocument extends SetIds {
  readonly uniqueId: string;
}

/** Documents to be deleted, in a submission set each (TD3.3c). */
export interface Deletion extends PublicationFacts {
  readonly action: 'delete';
  readonly documents: readonly DeletedDocument[];
}

/**
 * What the DMP is to be told because of a request: plain data (JSON), the same for every attempt. The bytes of the
 * documents are not in it.
 */
export type Publication = Deposit | Deletion;
