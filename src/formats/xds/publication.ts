import { createHash } from 'node:crypto';
import type { PatientClass, RequestDocument, RequestSender } from '../hl7/request-types.ts';
import { contentTypeOf } from '../terminology/content-types.ts';
import { STRUCTURES, xon } from '../xdm/actors.ts';
import { authenticatorSpecialty } from '../xdm/document-authors.ts';
import type { HiddenFrom } from '../xdm/document-metadata.ts';
import { submissionPatientId } from '../xdm/document-patient.ts';
import type { AuthorMetadata, DocumentMetadata } from '../xdm/document-types.ts';
import { submissionAuthor } from '../xdm/submission-author.ts';
import type { DocumentAction } from '../xdm/types.ts';
import { utcStamp } from '../xdm/utc-time.ts';
import type { DigestAlgorithm } from '../xmldsig/algorithms.ts';
import type { SubmissionSignatureInput } from '../xmldsig/submission-signature.ts';
import { dmpMetadata } from './dmp-metadata.ts';
import {
  assertDepositable,
  assertPatient,
  dmpUniqueId,
  isPlainOid,
  type PublicationLimits,
  replacedUniqueId,
} from './publication-faults.ts';
import type {
  Deletion,
  Deposit,
  Publication,
  PublicationFacts,
  PublishedDocument,
  PublishedEntry,
  PublishedSignature,
} from './publication-types.ts';
import type { EntryMetadata } from './registry-objects.ts';
import { signatureEntry } from './signature-entry.ts';
import { oidBelow } from './unique-id.ts';

export type * from './publication-types.ts';

/** How submissions are signed: functions of src/formats/xmldsig, the signer within. */
export interface Signing {
  readonly digest: DigestAlgorithm;
  readonly canonicalDigest: (xml: Uint8Array, algorithm: DigestAlgorithm) => string;
  readonly signSubmission: (lot: Omit<SubmissionSignatureInput, 'signer'>) => string;
}

/** Everything that a publication is made of. */
export interface PublicationInput extends PublicationLimits {
  /** One at least, all of one patient. */
  readonly documents: readonly RequestDocument[];
  readonly action: DocumentAction;
  /** As {@link Deposit.newWhereUnknown}. */
  readonly newWhereUnknown: boolean;
  readonly restrictions: HiddenFrom;
  /** PID-32 VALI, and the INS of PID-3 stands in every document's header with all its traits. */
  readonly qualified: boolean;
  readonly patientClass: PatientClass;
  /** PRT SB. */
  readonly sender: RequestSender | undefined;
  /** The structure that the VIHF names (Identifiant_Structure): Struct_IdNat, and its configured name. */
  readonly structure: { readonly id: string; readonly name: string };
  /** OIDs: the source of submissions; what the uniqueIds made here are below (44 characters at most). */
  readonly oid: { readonly source: string; readonly root: string };
  readonly time: Date;
  /** A new UUID of version 4 at each call. */
  readonly newId: () => string;
  readonly signing: Signing;
}

/** A document, and what the DMP is told of it. */
interface DescribedDocument {
  readonly document: RequestDocument;
  readonly metadata: DocumentMetadata;
}

/**
 * What the DMP is to be told of a request's documents, made once: plain data that every attempt sends again as it is.
 * Documents that are deposited go into one submission set, which is signed; those that are deleted are in a set each,
 * for TD3.3c takes one, and it is not signed.
 *
 * @throws GatewayError DMP-008 to DMP-014 for what the DMP would never take, REQ-018 and CDA-001 to CDA-004 for a
 *   document that lacks what it must be told, and what signing throws (DMP-017, DMP-020)
 */
export function preparePublication(input: PublicationInput): Publication {
  assertPatient(input.documents, input.qualified, input.environment);
  const described = input.documents.map((document, position) => ({
    document,
    metadata: { ...dmpMetadata(document, input), uniqueId: dmpUniqueId(document, position) },
  }));
  const facts = publicationFacts(described, input);
  return input.action === 'delete'
    ? deletion(described, facts, input)
    : deposit(described, facts, { ...input, action: input.action });
}

function deletion(
  described: readonly DescribedDocument[],
  facts: PublicationFacts,
  input: PublicationInput,
): Deletion {
  return {
    ...facts,
    action: 'delete',
    documents: described.map(({ metadata: { uniqueId } }) => ({ uniqueId, ...newSet(input) })),
  };
}

function deposit(
  described: readonly DescribedDocument[],
  facts: PublicationFacts,
  input: PublicationInput & Pick<Deposit, 'action'>,
): Deposit {
  const documents = described.map((each, position) => publishedDocument(each, position, input));
  const lot = { ...facts, ...newSet(input), documents };
  const { action, newWhereUnknown } = input;
  return { ...lot, action, newWhereUnknown, signature: signatureOf(lot, described, input) };
}

function publicationFacts(
  described: readonly DescribedDocument[],
  input: PublicationInput,
): PublicationFacts {
  const [first, ...others] = described.map(({ metadata }) => metadata);
  if (first === undefined) throw new Error('a publication is made of one document at least');
  return {
    author: authorOf(input, first.authors, described.flatMap(peopleOf)),
    contentTypeCode: contentTypeOf(input.patientClass),
    title: first.title,
    patientId: submissionPatientId(first.patientId, ...others.map(({ patientId }) => patientId)),
    sourceId: input.oid.source,
    submissionTime: utcStamp(input.time),
  };
}

/** Who a document says the profession of: who wrote it, who answers for it. */
function peopleOf({ document, metadata }: DescribedDocument): Pick<AuthorMetadata, 'person' | 'specialty'>[] {
  const specialty = authenticatorSpecialty(document.header);
  const answers = specialty === undefined ? [] : [{ person: metadata.legalAuthenticator, specialty }];
  return [...metadata.authors, ...answers];
}

/**
 * The author of the submission, whose institution the DMP compares with the VIHF's structure. The speciality is known
 * where the same person wrote a document or answers for it.
 */
function authorOf(
  { sender, structure }: PublicationInput,
  authors: readonly AuthorMetadata[],
  people: readonly Pick<AuthorMetadata, 'person' | 'specialty'>[],
): AuthorMetadata {
  const author = submissionAuthor(sender, authors);
  const identifier = { root: STRUCTURES, extension: structure.id };
  const name = sender?.organization?.name.trim() || structure.name;
  const id = idOf(author.person);
  const known = people.find(
    ({ person, specialty }) => id !== '' && idOf(person) === id && specialty !== undefined,
  );
  const specialty = author.specialty ?? known?.specialty;
  return {
    ...author,
    institution: xon({ identifier, name }),
    ...(specialty === undefined ? {} : { specialty }),
  };
}

/** XCN-1. */
function idOf(person: string | undefined): string {
  return person?.split('^', 1)[0] ?? '';
}

function publishedDocument(
  { document, metadata }: DescribedDocument,
  position: number,
  input: PublicationInput,
): PublishedDocument {
  assertDepositable(document, metadata, position, input.maxBytes);
  const { action, ...about } = metadata;
  const entry = publishedEntry(about, document.bytes, input);
  if (action !== 'replace') return entry;
  const replaces = originalOf(document, position, input.newWhereUnknown);
  return replaces === undefined ? entry : { ...entry, replaces };
}

/** @returns undefined for an original that the DMP cannot know, where a person has said what is to become of it then */
function originalOf(
  document: RequestDocument,
  position: number,
  newWhereUnknown: boolean,
): string | undefined {
  if (newWhereUnknown && !document.header.replaces.some(isPlainOid)) return undefined;
  return replacedUniqueId(document, position);
}

function signatureOf(
  lot: Omit<Deposit, 'action' | 'newWhereUnknown' | 'signature'>,
  described: readonly DescribedDocument[],
  { time, newId, oid, signing: { digest, canonicalDigest, signSubmission } }: PublicationInput,
): PublishedSignature {
  const [first] = lot.documents;
  if (first === undefined) throw new Error('a lot has one document at least');
  const digests = described.map(({ document, metadata }) => ({
    uniqueId: metadata.uniqueId,
    digest: canonicalDigest(document.bytes, digest),
  }));
  const id = `signature-${newId()}`;
  const xml = signSubmission({ id, setUniqueId: lot.setUniqueId, documents: digests, time, digest });
  const metadata = signatureEntry({
    ...lot,
    uniqueId: oidBelow(oid.root, newId()),
    legalAuthenticator: lot.author.person ?? first.legalAuthenticator,
    document: first,
  });
  return { ...publishedEntry(metadata, Buffer.from(xml), { newId }), xml };
}

function newSet({ newId, oid }: PublicationInput): { setId: string; setUniqueId: string } {
  return { setId: `urn:uuid:${newId()}`, setUniqueId: oidBelow(oid.root, newId()) };
}

function publishedEntry(
  metadata: EntryMetadata,
  bytes: Uint8Array,
  { newId }: Pick<PublicationInput, 'newId'>,
): PublishedEntry {
  return {
    ...metadata,
    entryId: `urn:uuid:${newId()}`,
    hash: createHash('sha1').update(bytes).digest('hex'),
    size: bytes.byteLength,
  };
}
