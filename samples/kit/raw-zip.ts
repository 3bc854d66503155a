import { Buffer } from 'node:buffer';
import { crc32, deflateRawSync } from 'node:zlib';

/** One member of a ZIP written byte by byte. What is not given is right; what is given may lie. */
export interface RawEntry {
  /** As it is written, in UTF-8: may traverse, repeat, or use backslashes. */
  readonly name: string | Buffer;
  readonly bytes?: Buffer | undefined;
  /** Deflated bytes made elsewhere (a bomb); then give `size` and `crc`. */
  readonly deflated?: Buffer | undefined;
  /** 0 stored, 8 deflated (default), anything else is written stored under that number. */
  readonly method?: number | undefined;
  /** Declared inflated size. */
  readonly size?: number | undefined;
  /** Declared deflated size. */
  readonly compressedSize?: number | undefined;
  readonly crc?: number | undefined;
  /** General purpose flags; 0x0800 (UTF-8) by default. */
  readonly flags?: number | undefined;
  /** Sizes and CRC after the data (flag 0x0008), zero in the local header. */
  readonly dataDescriptor?: boolean | undefined;
  /** Unix mode, e.g. 0o120777 for a symbolic link. */
  readonly mode?: number | undefined;
  /** What the local header says where it is not what the central directory says. */
  readonly local?: { readonly name?: string; readonly size?: number; readonly method?: number } | undefined;
  /** Where the central directory says that the local header is. */
  readonly offset?: number | undefined;
}

/** What is wrong with a ZIP as a whole. */
export interface ZipTricks {
  /** Number of entries that the end record declares. */
  readonly count?: number | undefined;
  /** Bytes before the first member that no offset counts. */
  readonly junkBefore?: Buffer | undefined;
  readonly junkAfter?: Buffer | undefined;
  readonly comment?: string | undefined;
  /** Keep only so many bytes. */
  readonly truncateTo?: number | undefined;
  /** The central directory's offset that the end record declares. */
  readonly directoryOffset?: number | undefined;
}

/** A ZIP written as told, however wrong (for hostile samples). */
export function rawZip(entries: readonly RawEntry[], tricks: ZipTricks = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const facts = factsOf(entry);
    const local = localRecord(entry, facts);
    locals.push(local);
    central.push(centralRecord(entry, facts, entry.offset ?? offset));
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const whole = Buffer.concat([
    tricks.junkBefore ?? Buffer.alloc(0),
    ...locals,
    directory,
    endRecord(tricks, entries.length, directory.length, tricks.directoryOffset ?? offset),
    tricks.junkAfter ?? Buffer.alloc(0),
  ]);
  return tricks.truncateTo === undefined ? whole : whole.subarray(0, tricks.truncateTo);
}

/** Deflated zeros: a bomb of `size` bytes in about a thousandth of it. */
export function bomb(name: string, size: number, lies: Partial<RawEntry> = {}): RawEntry {
  const bytes = Buffer.alloc(size);
  return { name, deflated: deflateRawSync(bytes, { level: 9 }), size, crc: crc32(bytes), ...lies };
}

interface Facts {
  readonly name: Buffer;
  readonly data: Buffer;
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
}

const DOS_TIME = 0x4bc0;
const DOS_DATE = 0x5d72;

function factsOf(entry: RawEntry): Facts {
  const bytes = entry.bytes ?? Buffer.alloc(0);
  const method = entry.method ?? 8;
  const data = entry.deflated ?? (method === 8 ? deflateRawSync(bytes) : bytes);
  return {
    name: Buffer.from(entry.name),
    data,
    method,
    flags: (entry.flags ?? 0x0800) | (entry.dataDescriptor === true ? 0x0008 : 0),
    crc: entry.crc ?? crc32(bytes),
    compressedSize: entry.compressedSize ?? data.length,
    size: entry.size ?? bytes.length,
  };
}

function localRecord(entry: RawEntry, facts: Facts): Buffer {
  const name = entry.local?.name === undefined ? facts.name : Buffer.from(entry.local.name);
  const described = entry.dataDescriptor === true;
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(facts.flags, 6);
  header.writeUInt16LE(entry.local?.method ?? facts.method, 8);
  header.writeUInt16LE(DOS_TIME, 10);
  header.writeUInt16LE(DOS_DATE, 12);
  header.writeUInt32LE(described ? 0 : facts.crc, 14);
  header.writeUInt32LE(described ? 0 : facts.compressedSize, 18);
  header.writeUInt32LE(described ? 0 : (entry.local?.size ?? facts.size), 22);
  header.writeUInt16LE(name.length, 26);
  if (!described) return Buffer.concat([header, name, facts.data]);
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(0x08074b50, 0);
  descriptor.writeUInt32LE(facts.crc, 4);
  descriptor.writeUInt32LE(facts.compressedSize, 8);
  descriptor.writeUInt32LE(facts.size, 12);
  return Buffer.concat([header, name, facts.data, descriptor]);
}

function centralRecord(entry: RawEntry, facts: Facts, offset: number): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(entry.mode === undefined ? 20 : 0x0314, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(facts.flags, 8);
  header.writeUInt16LE(facts.method, 10);
  header.writeUInt16LE(DOS_TIME, 12);
  header.writeUInt16LE(DOS_DATE, 14);
  header.writeUInt32LE(facts.crc, 16);
  header.writeUInt32LE(facts.compressedSize, 20);
  header.writeUInt32LE(facts.size, 24);
  header.writeUInt16LE(facts.name.length, 28);
  header.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, facts.name]);
}

function endRecord(tricks: ZipTricks, entries: number, size: number, offset: number): Buffer {
  const comment = Buffer.from(tricks.comment ?? '');
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(tricks.count ?? entries, 8);
  end.writeUInt16LE(tricks.count ?? entries, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([end, comment]);
}
