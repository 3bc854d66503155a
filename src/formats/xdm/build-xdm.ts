import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { ZipFile } from 'yazl';
import type { PatientClass, RequestSender } from '../hl7/request-types.ts';
import { contentTypeOf } from '../terminology/content-types.ts';
import type { SubmissionMetadata } from '../xds/registry-objects.ts';
import { type ArchiveSource, indexHtm, readmeTxt } from './archive-texts.ts';
import { submissionPatientId } from './document-patient.ts';
import type { DocumentMetadata } from './document-types.ts';
import { metadataXml } from './metadata-xml.ts';
import { sourceIdOf, uuidOid } from './oid.ts';
import { submissionAuthor } from './submission-author.ts';
import { utcStamp } from './utc-time.ts';

export type { ArchiveSource } from './archive-texts.ts';

/** A document of an archive: its bytes go in untouched. */
export interface ArchivedDocument {
  readonly bytes: Uint8Array;
  readonly metadata: DocumentMetadata;
}

/** Everything that an archive is made of. */
export interface XdmInput {
  /** One at least, all of one patient. */
  readonly documents: readonly ArchivedDocument[];
  /** PRT SB; where it names nobody, the first author of the first document stands in. */
  readonly author: RequestSender | undefined;
  readonly patientClass: PatientClass;
  readonly time: Date;
  /** A new UUID at each call. */
  readonly newId: () => string;
  readonly source: ArchiveSource;
}

/**
 * An IHE_XDM.zip of one submission (IHE ITI-32, French profile): `DOC0001.XML` and so on beside METADATA.XML
 * in `IHE_XDM/SUBSET01`, INDEX.HTM and README.TXT at the root. The same input with the same ids gives the same
 * bytes.
 */
export async function buildXdm(input: XdmInput): Promise<Uint8Array> {
  const files = input.documents.map((document, place) => ({
    ...document,
    name: `DOC${String(place + 1).padStart(4, '0')}.XML`,
  }));
  const metadata = metadataXml(
    submissionOf(input),
    files.map(({ name, bytes, metadata }) => ({
      metadata,
      uri: name,
      hash: createHash('sha1').update(bytes).digest('hex').toUpperCase(),
      size: bytes.length,
    })),
    input.newId,
  );
  const names = files.map(({ name }) => name);
  return zipped(input.time, [
    ['INDEX.HTM', Buffer.from(indexHtm(input.source))],
    ['README.TXT', Buffer.from(readmeTxt(input.source, names))],
    ['IHE_XDM/'],
    ['IHE_XDM/SUBSET01/'],
    ['IHE_XDM/SUBSET01/METADATA.XML', Buffer.from(metadata)],
    ...files.map(({ name, bytes }) => [`IHE_XDM/SUBSET01/${name}`, bytes] as const),
  ]);
}

function submissionOf({
  documents,
  author,
  patientClass,
  time,
  newId,
  source,
}: XdmInput): SubmissionMetadata {
  const [first, ...others] = documents;
  if (first === undefined) throw new Error('an archive is made of one document at least');
  const { title, patientId, authors } = first.metadata;
  return {
    author: submissionAuthor(author, authors),
    contentTypeCode: contentTypeOf(patientClass),
    title,
    patientId: submissionPatientId(patientId, ...others.map(({ metadata }) => metadata.patientId)),
    sourceId: sourceIdOf(source.establishment.structureId),
    uniqueId: uuidOid(newId()),
    submissionTime: utcStamp(time),
  };
}

type Member = readonly [path: string, bytes?: Uint8Array];

async function zipped(time: Date, members: readonly Member[]): Promise<Uint8Array> {
  const zip = new ZipFile();
  const about = { mtime: dosTime(time), forceDosTimestamp: true };
  for (const [path, bytes] of members) {
    if (bytes === undefined) zip.addEmptyDirectory(path, { ...about, mode: 0o40755 });
    else zip.addBuffer(asBuffer(bytes), path, { ...about, mode: 0o100644 });
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream)
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

/** DOS times have no zone and yazl writes local ones: this is UTC, wherever the gateway runs. */
function dosTime(time: Date): Date {
  return new Date(time.getTime() + time.getTimezoneOffset() * 60_000);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
