/**
 * MLLP blocks (HL7 v2.6 implementation guide, "Minimal Lower Layer Protocol"): VT, message, FS CR. None of
 * the three can occur in a message in an ASCII-compatible charset.
 */
const VT = 0x0b;
const FS = 0x1c;
const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;

/** What stands before a message on an MLLP connection. */
export const BLOCK_START: Uint8Array = Uint8Array.of(VT);
/** What stands after it. */
export const BLOCK_END: Uint8Array = Uint8Array.of(FS, CR);

/**
 * A block around a message; copies it. A sender of large messages writes the three parts one after the other.
 */
export function frame(message: Uint8Array): Uint8Array {
  return Buffer.concat([BLOCK_START, message, BLOCK_END]);
}

/** How much of a block that never ended can be looked at: more than the header of any message. */
const BEGIN_BYTES = 64 * 1024;

/** Thrown when a block grows over the limit; the deframer then waits for the next block. */
export class FrameTooLarge extends Error {
  /** What the block began with, at most 64 KiB. */
  readonly begin: Uint8Array;
  /** The messages that the same chunk completed before it. */
  readonly before: readonly Uint8Array[];

  constructor(begin: Uint8Array, before: readonly Uint8Array[]) {
    super('MLLP block too large');
    this.name = 'FrameTooLarge';
    this.begin = begin;
    this.before = before;
  }
}

/** Cuts a stream of MLLP blocks into messages. */
export interface Deframer {
  /**
   * Takes what arrived and gives the messages that it completes, without their framing.
   *
   * @throws FrameTooLarge, and then what else the chunk held is lost
   */
  push(chunk: Uint8Array): Uint8Array[];
  /** Bytes seen outside blocks so far, line ends and blanks aside, and in empty ones: a peer that does not speak MLLP. */
  readonly stray: number;
  /** True while a block has begun and not ended. */
  readonly open: boolean;
  /** Bytes of that block so far. */
  readonly size: number;
  /** What that block begins with, at most 64 KiB; copied, so that nothing else of it is held. */
  begin(): Uint8Array;
}

/** Bytes of a block that holds nothing. */
const EMPTY_BLOCK = BLOCK_START.length + BLOCK_END.length;
const RESTART = Buffer.from('\x0bMSH', 'latin1');

/**
 * After so many parts of a block, parts of less than `SMALL_PART` bytes on average are joined: each costs
 * hundreds of bytes beside its own, and a peer that sends byte by byte must not make us hold so much more than
 * it sent.
 */
const LOOSE_PARTS = 256;
const SMALL_PART = 1024;

/**
 * Splits a byte stream into messages in linear time: chunks are kept as they came and joined once a block, small
 * ones once before.
 *
 * A block ends with FS CR, or with FS VT where the peer forgot the CR; a lone FS is data. A block that begins
 * again before it ended (VT MSH: the peer restarted in the middle) yields the last beginning only. An empty block, by
 * which some peers find out whether we are there, is no message.
 */
export function createDeframer(options: { readonly maxBytes: number }): Deframer {
  let inside = false;
  let parts: Buffer[] = [];
  let size = 0;
  let loose = 0;
  let looseSize = 0;
  let endsWithFs = false;
  let stray = 0;
  let completed: Uint8Array[] = [];

  function keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    size += bytes.length;
    parts.push(bytes);
    if (size > options.maxBytes) {
      const tooLarge = new FrameTooLarge(begin(), handOver());
      reset(false);
      throw tooLarge;
    }
    loose += 1;
    looseSize += bytes.length;
    if (loose === LOOSE_PARTS) joinLoose();
  }

  function joinLoose(): void {
    if (looseSize < LOOSE_PARTS * SMALL_PART) {
      parts.push(Buffer.concat(parts.splice(-LOOSE_PARTS), looseSize));
    }
    loose = 0;
    looseSize = 0;
  }

  function reset(begun: boolean): void {
    inside = begun;
    parts = [];
    size = 0;
    loose = 0;
    looseSize = 0;
    endsWithFs = false;
  }

  function begin(): Uint8Array {
    const first: Buffer[] = [];
    let length = 0;
    for (const part of parts) {
      if (length >= BEGIN_BYTES) break;
      first.push(part);
      length += part.length;
    }
    return afterRestart(Buffer.concat(first, Math.min(length, BEGIN_BYTES)));
  }

  function complete(next: number | undefined): void {
    if (size === 0) stray += EMPTY_BLOCK;
    else completed.push(joined());
    reset(next === VT);
  }

  function handOver(): Uint8Array[] {
    const messages = completed;
    completed = [];
    return messages;
  }

  function joined(): Buffer {
    return afterRestart(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, size));
  }

  /** Takes bytes outside a block; gives where the block's content begins, or the end. */
  function skip(chunk: Buffer, from: number): number {
    const start = chunk.indexOf(VT, from);
    const end = start < 0 ? chunk.length : start;
    for (let at = from; at < end; at++) {
      const byte = chunk[at];
      if (byte !== CR && byte !== LF && byte !== SPACE && byte !== FS) stray++;
    }
    if (start < 0) return chunk.length;
    reset(true);
    return start + 1;
  }

  /** Takes bytes inside a block up to its end or the chunk's; gives where reading goes on. */
  function take(chunk: Buffer, from: number): number {
    if (endsWithFs) {
      endsWithFs = false;
      if (endsBlock(chunk[from])) {
        complete(chunk[from]);
        return from + 1;
      }
      keep(Buffer.of(FS));
    }
    for (let fs = chunk.indexOf(FS, from); fs >= 0; fs = chunk.indexOf(FS, fs + 1)) {
      if (fs + 1 === chunk.length) {
        keep(chunk.subarray(from, fs));
        endsWithFs = true;
        return chunk.length;
      }
      if (endsBlock(chunk[fs + 1])) {
        keep(chunk.subarray(from, fs));
        complete(chunk[fs + 1]);
        return fs + 2;
      }
    }
    keep(chunk.subarray(from));
    return chunk.length;
  }

  return {
    push(bytes) {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let at = 0;
      while (at < chunk.length) at = inside ? take(chunk, at) : skip(chunk, at);
      return handOver();
    },
    get stray() {
      return stray;
    },
    get open() {
      return inside;
    },
    get size() {
      return size;
    },
    begin,
  };
}

function afterRestart(block: Buffer): Buffer {
  const restart = block.lastIndexOf(RESTART);
  return restart < 0 ? block : block.subarray(restart + 1);
}

function endsBlock(next: number | undefined): boolean {
  return next === CR || next === VT;
}
