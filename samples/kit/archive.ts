import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { ZipFile } from 'yazl';
import { type CdaSample, cdaDocument } from './cda.ts';
import { metadataXml, patientIdOf, uniqueIdOf } from './metadata.ts';

export { bomb, type RawEntry, rawZip, type ZipTricks } from './raw-zip.ts';

/**
 * A document to put into an archive. What is not given is right; `null` leaves the fact out of METADATA.XML.
 */
export interface ArchiveDocument {
  readonly sample: CdaSample;
  /** C, D, or something wrong; absent for a first sending. */
  readonly action?: string | undefined;
  readonly masks?: readonly string[] | undefined;
  /** The member's bytes, where they are not the sample's document. */
  readonly bytes?: Buffer | undefined;
  /** The member's name; `DOC0001.XML` and so on. */
  readonly file?: string | undefined;
  readonly uri?: string | null | undefined;
  readonly hash?: string | null | undefined;
  readonly size?: number | null | undefined;
  readonly uniqueId?: string | null | undefined;
  readonly patientId?: string | null | undefined;
}

/** One submission and its documents, in a directory of IHE_XDM. */
export interface ArchiveSubset {
  /** `SUBSET01` and so on. */
  readonly directory?: string | undefined;
  readonly documents: readonly ArchiveDocument[];
  /** The sender: XCN and XON. */
  readonly person?: string | undefined;
  readonly institution?: string | undefined;
  /** Last change to METADATA.XML. */
  readonly metadata?: ((xml: string) => string | Buffer) | undefined;
}

/** A file of an archive. */
export interface ArchiveMember {
  readonly name: string;
  readonly bytes: Buffer;
}

/** What an archive is made of: one submission, or several subsets. */
export type ArchiveInput = {
  /** Further members, after the rest. */
  readonly extra?: readonly ArchiveMember[] | undefined;
} & ({ readonly documents: readonly ArchiveDocument[] } | { readonly subsets: readonly ArchiveSubset[] });

const PERSON = '810009990017^KERVELLA^Yann^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS';
const INSTITUTION = 'Laboratoire des Embruns^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1290000999';
/** DOS times are local: these are the same bytes in every time zone. */
const WRITTEN = new Date(2026, 10, 18, 9, 30, 0);

/** An IHE_XDM.zip in the layout of the official ones (IHE ITI-32). */
export async function xdmArchive(input: ArchiveInput): Promise<Buffer> {
  const zip = new ZipFile();
  const options = { mtime: WRITTEN, forceDosTimestamp: true, mode: 0o100644 };
  for (const { name, bytes } of archiveMembers(input)) {
    if (name.endsWith('/'))
      zip.addEmptyDirectory(name, { mtime: WRITTEN, forceDosTimestamp: true, mode: 0o40755 });
    else zip.addBuffer(bytes, name, options);
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** The members of {@link xdmArchive}, in order, directories included: material for {@link rawZip}. */
export function archiveMembers(input: ArchiveInput): ArchiveMember[] {
  const subsets: readonly ArchiveSubset[] =
    'subsets' in input ? input.subsets : [{ documents: input.documents }];
  return [
    { name: 'INDEX.HTM', bytes: Buffer.from(INDEX) },
    { name: 'README.TXT', bytes: Buffer.from(README) },
    { name: 'IHE_XDM/', bytes: Buffer.alloc(0) },
    ...subsets.flatMap(subsetMembers),
    ...(input.extra ?? []),
  ];
}

function subsetMembers(subset: ArchiveSubset, index: number): ArchiveMember[] {
  const directory = `IHE_XDM/${subset.directory ?? `SUBSET${String(index + 1).padStart(2, '0')}`}`;
  const documents = subset.documents.map((document, position) => ({
    ...document,
    bytes: document.bytes ?? cdaDocument(document.sample),
    file: document.file ?? `DOC${String(position + 1).padStart(4, '0')}.XML`,
  }));
  const xml = metadataXml({
    number: index + 1,
    person: subset.person ?? PERSON,
    institution: subset.institution ?? INSTITUTION,
    entries: documents.map(document => ({
      sample: document.sample,
      action: document.action,
      masks: document.masks ?? [],
      uri: given(document.uri, document.file),
      hash: given(document.hash, createHash('sha1').update(document.bytes).digest('hex').toUpperCase()),
      size: given(document.size, document.bytes.length),
      uniqueId: given(document.uniqueId, uniqueIdOf(document.sample.id)),
      patientId: given(document.patientId, patientIdOf(document.sample.patient)),
    })),
  });
  return [
    { name: `${directory}/`, bytes: Buffer.alloc(0) },
    ...documents.map(({ file, bytes }) => ({ name: `${directory}/${file}`, bytes })),
    { name: `${directory}/METADATA.XML`, bytes: Buffer.from(subset.metadata?.(xml) ?? xml) },
  ];
}

function given<T>(value: T | null | undefined, right: T): T | undefined {
  return value === undefined ? right : (value ?? undefined);
}

const INDEX = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN" "http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>IHE_XDM</title></head><body>
<p>Laboratoire des Embruns (1290000999)</p>
<p><a href="README.TXT">README.TXT</a></p>
</body></html>
`.replaceAll('\n', '\r\n');

const README = `Emetteur : Laboratoire des Embruns (1290000999)
Application : pfi-gateway, donnees d'essai
Ouvrez ces documents avec votre logiciel de professionnel de sante.
`.replaceAll('\n', '\r\n');
