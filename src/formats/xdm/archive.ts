import { Buffer } from 'node:buffer';
import AdmZip from 'adm-zip';
import { GatewayError } from '../../errors/gateway-error.ts';
import { archivePath, foldPath, metadataPlace } from './paths.ts';
import type { ArchiveLimits } from './types.ts';

/** An opened archive, in memory. Nothing is inflated before it is read, and nothing twice. */
export interface Archive {
  /** The files' paths, directories left out, in the archive's order. */
  readonly paths: readonly string[];
  /** The path of a file as the archive has it: looked up exactly, then without regard to case. */
  readonly find: (path: string) => string | undefined;
  /** @throws GatewayError XDM-001 when the member cannot be inflated, XDM-007 when its headers lie. */
  readonly read: (path: string) => Buffer;
}

type Header = AdmZip.IZipEntry['header'];

const MAX_NAME_BYTES = 1024;
/** ISO 9660 allows 8. */
const MAX_DEPTH = 16;
const RATIO_FROM = 1024 * 1024;

/**
 * Opens a ZIP within bounds: every check on its directory is made before the first byte is inflated.
 * Accepts data descriptors, missing directory entries, backslashes, junk members (quirk X7).
 *
 * @param bytes the whole archive
 * @param limits bounds; sizes in bytes
 * @throws GatewayError XDM-001 unreadable, XDM-002 encrypted, XDM-004 forbidden name, XDM-005 duplicate name,
 *   XDM-006 over a limit, XDM-007 lying sizes.
 */
export function openArchive(bytes: Uint8Array, limits: ArchiveLimits): Archive {
  const buffer = asBuffer(bytes);
  const entries = directoryOf(buffer, limits);
  const files = guarded(entries, limits);
  const folded = new Map([...files.keys()].map(path => [foldPath(path), path]));
  const cache = new Map<string, Buffer>();
  return {
    paths: [...files.keys()],
    find: path => (files.has(path) ? path : folded.get(foldPath(path))),
    read: path => {
      const known = cache.get(path);
      if (known !== undefined) return known;
      const entry = files.get(path);
      if (entry === undefined) throw new GatewayError('XDM-001', { fields: { missing: true } });
      const data = inflate(buffer, entry);
      cache.set(path, data);
      return data;
    },
  };
}

/**
 * Whether a ZIP's directory names an `IHE_XDM/<directory>/METADATA.XML`. Reads names alone, however many or
 * wrong the members are: an archive that {@link openArchive} refuses is still known as one. Never throws.
 */
export function looksLikeXdm(bytes: Uint8Array): boolean {
  const buffer = asBuffer(bytes);
  const end = buffer.lastIndexOf(END_SIGNATURE);
  if (end < 0 || end + 22 > buffer.length) return false;
  // Counting back from the end finds the directory behind a junk prefix too.
  let at = end - buffer.readUInt32LE(end + 12);
  if (at < 0 || buffer.readUInt32LE(at) !== CENTRAL_SIGNATURE) at = buffer.indexOf(CENTRAL_BYTES);
  while (at >= 0 && at + 46 <= end && buffer.readUInt32LE(at) === CENTRAL_SIGNATURE) {
    const nameEnd = at + 46 + buffer.readUInt16LE(at + 28);
    const path = archivePath(
      decodeName(buffer.subarray(at + 46, Math.min(nameEnd, at + 46 + MAX_NAME_BYTES))),
    );
    if (path !== undefined && metadataPlace(path) !== undefined) return true;
    at = nameEnd + buffer.readUInt16LE(at + 30) + buffer.readUInt16LE(at + 32);
  }
  return false;
}

const END_SIGNATURE = Buffer.from('PK\u0005\u0006');
const CENTRAL_BYTES = Buffer.from('PK\u0001\u0002');
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const ENCRYPTED = 0x0001;
const DESCRIPTOR = 0x0008;
const IN_ZIP64 = 0xffffffff;

/** The members that adm-zip reads from the central directory; it refuses exact duplicates itself. */
function directoryOf(buffer: Buffer, limits: ArchiveLimits): readonly AdmZip.IZipEntry[] {
  // adm-zip decodes names while it reads, then makes an entry of every folder on their way: deep ones must
  // stop here.
  const decoder = { encode: encodeLatin1, decode: decodeBounded };
  const options = { noSort: true, decoder };
  try {
    const zip = new AdmZip(buffer, options);
    const count = zip.getEntryCount();
    if (count > limits.entries)
      throw new GatewayError('XDM-006', {
        detail: `Elle annonce ${count} fichiers ; la limite est ${limits.entries}.`,
        fields: { count },
      });
    return zip.getEntries();
  } catch (thrown) {
    throw refusal(thrown);
  }
}

function encodeLatin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function decodeBounded(name: Buffer): string {
  const text = name.toString('latin1');
  if (name.length > MAX_NAME_BYTES || text.split('/', MAX_DEPTH + 1).length > MAX_DEPTH)
    throw new GatewayError('XDM-006', { detail: 'Un nom de fichier est démesuré.' });
  return text;
}

/**
 * What adm-zip or zlib threw, as a code. It is never kept as the cause: adm-zip's texts hold member names,
 * and repeat the first one that they ever held (its error templates keep their arguments).
 */
function refusal(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const text = thrown instanceof Error ? thrown.message : '';
  if (/duplicate entry/i.test(text)) return new GatewayError('XDM-005');
  if (/crc32/i.test(text)) return new GatewayError('XDM-007', { fields: { lies: 'crc' } });
  if (thrown instanceof RangeError && 'code' in thrown && thrown.code === 'ERR_BUFFER_TOO_LARGE')
    return new GatewayError('XDM-007', { fields: { lies: 'size' } });
  return new GatewayError('XDM-001');
}

function guarded(
  entries: readonly AdmZip.IZipEntry[],
  limits: ArchiveLimits,
): ReadonlyMap<string, AdmZip.IZipEntry> {
  const files = new Map<string, AdmZip.IZipEntry>();
  const seen = new Set<string>();
  let total = 0;
  for (const entry of entries) {
    const path = archivePath(decodeName(entry.rawEntryName));
    if (path === undefined) throw new GatewayError('XDM-004');
    if (isSpecialFile(entry.header))
      throw new GatewayError('XDM-004', { detail: 'Elle contient un lien symbolique.' });
    if ((entry.header.flags & ENCRYPTED) !== 0) throw new GatewayError('XDM-002');
    if (entry.isDirectory) continue;
    guardSize(entry.header, limits);
    total += entry.header.size;
    if (total > limits.totalBytes) throw overLimit('total', total, limits.totalBytes);
    const folded = foldPath(path);
    if (seen.has(folded)) throw new GatewayError('XDM-005');
    seen.add(folded);
    files.set(path, entry);
  }
  return files;
}

function guardSize({ method, size, compressedSize }: Header, limits: ArchiveLimits): void {
  if (method !== 0 && method !== 8)
    throw new GatewayError('XDM-001', {
      detail: 'Sa méthode de compression n’est pas prise en charge.',
      fields: { method },
    });
  if (method === 0 && size !== compressedSize)
    throw new GatewayError('XDM-007', { fields: { lies: 'size' } });
  if (size > limits.memberBytes) throw overLimit('member', size, limits.memberBytes);
  const ratio = Math.ceil(size / Math.max(1, compressedSize));
  if (size > RATIO_FROM && ratio > limits.ratio) throw overLimit('ratio', ratio, limits.ratio);
}

/** XDM-006: `value`, a size in bytes or a number of things, is over what is `allowed` of `limit`. */
export function overLimit(limit: string, value: number, allowed: number): GatewayError {
  return new GatewayError('XDM-006', { fields: { limit, value, allowed } });
}

/** Symbolic links, devices and the like, in archives made on Unix (3) or macOS (19). */
function isSpecialFile({ made, attr }: Header): boolean {
  const host = made >>> 8;
  const type = (attr >>> 16) & 0o170000;
  return (host === 3 || host === 19) && type !== 0 && type !== 0o100000 && type !== 0o040000;
}

function inflate(buffer: Buffer, entry: AdmZip.IZipEntry): Buffer {
  checkLocalHeader(buffer, entry);
  const data = inflated(entry);
  // zlib stops at the declared size, so a longer member has thrown; a shorter one has not.
  if (data.length !== entry.header.size) throw new GatewayError('XDM-007', { fields: { lies: 'size' } });
  return data;
}

function inflated(entry: AdmZip.IZipEntry): Buffer {
  try {
    return entry.getData();
  } catch (thrown) {
    throw refusal(thrown);
  }
}

/** The header before the data must say what the directory says: two readings of one archive are an attack. */
function checkLocalHeader(buffer: Buffer, { header, rawEntryName }: AdmZip.IZipEntry): void {
  const at = header.offset;
  if (at + 30 > buffer.length || buffer.readUInt32LE(at) !== LOCAL_SIGNATURE)
    throw new GatewayError('XDM-001');
  const name = buffer.subarray(at + 30, at + 30 + buffer.readUInt16LE(at + 26));
  const described = (buffer.readUInt16LE(at + 6) & DESCRIPTOR) !== 0;
  const agrees =
    name.equals(rawEntryName) &&
    buffer.readUInt16LE(at + 8) === header.method &&
    (described ||
      (sameSize(buffer.readUInt32LE(at + 18), header.compressedSize) &&
        sameSize(buffer.readUInt32LE(at + 22), header.size)));
  if (!agrees) throw new GatewayError('XDM-007', { fields: { lies: 'local header' } });
}

function sameSize(local: number, central: number): boolean {
  return local === central || local === IN_ZIP64;
}

/** UTF-8 where it is valid, whatever the flag says; old zippers' code pages only ever matter for junk. */
function decodeName(name: Uint8Array): string {
  try {
    return UTF_8.decode(name);
  } catch {
    return asBuffer(name).toString('latin1');
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
