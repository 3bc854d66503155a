import { createHash } from 'node:crypto';
import { GatewayError } from '../../errors/gateway-error.ts';
import { type Archive, openArchive, overLimit } from './archive.ts';
import { readMetadata } from './metadata.ts';
import { isJunk, metadataPlace, percentDecoded, resolveUri } from './paths.ts';
import type { ArchiveLimits, DocumentEntry, XdmArchive, XdmDocument } from './types.ts';
import { beginsLikeZip } from './zip-start.ts';

/**
 * Reads an IHE_XDM.zip: every submission set and every document that they describe, with its bytes verified.
 *
 * What is wrong with one document (missing, altered, described twice) is that document's fault; what is wrong
 * with the archive or a METADATA.XML throws. An on-demand object is a document like another: without bytes it
 * is missing.
 *
 * @param zip the whole archive
 * @param limits bounds; sizes in bytes
 * @throws GatewayError XDM-001 to XDM-010, XDM-014
 */
export function readXdm(zip: Uint8Array, limits: ArchiveLimits): XdmArchive {
  const archive = openArchive(zip, limits);
  const described = describedIn(archive, limits);
  const located = locate(archive, described);
  const uses = countBy(located, ({ path }) => path);
  return {
    orphans: orphansOf(archive, located),
    documents: located.map(({ path, ...of }) => {
      if (path === undefined) return { ...of, fault: { code: 'XDM-011' } };
      if ((uses.get(path) ?? 0) > 1) return { ...of, fault: { code: 'XDM-020' } };
      return verified(of, documentBytes(archive, path));
    }),
  };
}

type Described = Pick<XdmDocument, 'subset' | 'submission' | 'entry'>;
type Located = Described & { readonly path: string | undefined };

interface MetadataFile {
  readonly path: string;
  readonly wrapper: string;
  readonly directory: string;
}

/**
 * The METADATA.XML to read. IHE_XDM at the root is the archive; where there is none, wrapper folders count,
 * copies of one tree once (seen: the same tree at the root and in a folder).
 */
function metadataFiles(archive: Archive): MetadataFile[] {
  const all = archive.paths.flatMap(path => {
    const place = metadataPlace(path);
    return place === undefined ? [] : [{ path, ...place }];
  });
  const atRoot = all.filter(({ wrapper }) => wrapper === '');
  if (atRoot.length > 0) return atRoot;
  if (all.length === 0) throw new GatewayError(archive.paths.some(isZipName) ? 'XDM-003' : 'XDM-008');
  const wrappers = new Map<string, string>();
  return all.filter(({ path, wrapper }) => {
    const digest = sha1Of(archive.read(path));
    const first = wrappers.get(digest) ?? wrapper;
    wrappers.set(digest, first);
    return first === wrapper;
  });
}

/** More METADATA.XML than this altogether is an attack: one of one document weighs 20 kB. */
const MAX_METADATA_BYTES = 8 * 1024 * 1024;

function describedIn(archive: Archive, limits: ArchiveLimits): Described[] {
  const described: Described[] = [];
  let total = 0;
  for (const { path, directory } of metadataFiles(archive)) {
    const bytes = archive.read(path);
    total += bytes.length;
    if (total > MAX_METADATA_BYTES) throw overLimit('metadata', total, MAX_METADATA_BYTES);
    const submissions = readMetadata(bytes);
    if (submissions.every(({ documents }) => documents.length === 0)) throw new GatewayError('XDM-014');
    for (const submission of submissions)
      for (const entry of submission.documents) described.push({ subset: directory, submission, entry });
    if (described.length > limits.entries) throw overLimit('documents', described.length, limits.entries);
  }
  return described;
}

/**
 * Each document's member: by its URI; those without one by their hash, else the one member that is left over.
 */
function locate(archive: Archive, described: readonly Described[]): Located[] {
  const byUri = described.map(of => ({ ...of, path: pathOf(archive, of.subset, of.entry) }));
  const taken = new Set(byUri.map(({ path }) => path));
  const leftOvers = new Map<string, LeftOver>();
  return byUri.map(of => {
    if (of.entry.uri !== undefined) return of;
    const leftOver = leftOvers.get(of.subset) ?? leftOverIn(archive, of.subset, taken);
    leftOvers.set(of.subset, leftOver);
    return { ...of, path: leftOver.byHash.get(of.entry.hash ?? '') ?? leftOver.only };
  });
}

/** The members of a subset's directory that no URI names. */
interface LeftOver {
  readonly byHash: ReadonlyMap<string, string>;
  readonly only: string | undefined;
}

function leftOverIn(archive: Archive, subset: string, taken: ReadonlySet<string | undefined>): LeftOver {
  const free = archive.paths.filter(
    path => path.startsWith(`${subset}/`) && !taken.has(path) && isDocument(path),
  );
  return {
    byHash: new Map(free.map(path => [sha1Of(archive.read(path)), path])),
    only: free.length === 1 ? free[0] : undefined,
  };
}

function pathOf(archive: Archive, subset: string, { uri }: DocumentEntry): string | undefined {
  if (uri === undefined) return undefined;
  for (const text of new Set([uri, percentDecoded(uri)])) {
    const path = resolveUri(subset, text);
    const found = path === undefined ? undefined : archive.find(path);
    if (found !== undefined && metadataPlace(found) === undefined) return found;
  }
  return undefined;
}

function orphansOf(archive: Archive, located: readonly Located[]): number {
  const taken = new Set(located.map(({ path }) => path));
  const subsets = new Set(located.map(({ subset }) => subset));
  return archive.paths.filter(
    path => subsets.has(directoryName(path)) && !taken.has(path) && isDocument(path),
  ).length;
}

function directoryName(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A member that may be a document: neither METADATA.XML nor junk nor a style sheet. */
function isDocument(path: string): boolean {
  return metadataPlace(path) === undefined && !isJunk(path) && !/\.(?:xslt?|css)$/i.test(path);
}

function documentBytes(archive: Archive, path: string): Uint8Array {
  const bytes = archive.read(path);
  if (beginsLikeZip(bytes)) throw new GatewayError('XDM-003');
  return bytes;
}

/**
 * IHE ITI-32: the importer shall verify hash and size and report a mismatch; absent ones are noted (quirk
 * X5).
 */
function verified(of: Described, bytes: Uint8Array): XdmDocument {
  const sha1 = sha1Of(bytes);
  const { hash, size } = of.entry;
  if (hash !== undefined && hash !== sha1) return { ...of, fault: { code: 'XDM-012' } };
  if (size !== undefined && size !== bytes.length)
    return { ...of, fault: { code: 'XDM-013', fields: { announced: size, found: bytes.length } } };
  return { ...of, bytes, sha1, integrity: hash === undefined ? 'not-given' : 'verified' };
}

function sha1Of(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}

function isZipName(path: string): boolean {
  return /\.zip$/i.test(path);
}

function countBy<T, K>(items: readonly T[], key: (item: T) => K): ReadonlyMap<K, number> {
  const counts = new Map<K, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
