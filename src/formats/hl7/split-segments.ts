import { Hl7Error } from './hl7-error.ts';
import type { Span } from './parts.ts';
import { type Mark, standsAt } from './separators.ts';

/** More segments than any real message has; each costs memory and time, so that hostile input is bounded here. */
const MAX_SEGMENTS = 20_000;
/** A line has so many bytes on average, in a message of more lines than segments need: base64 has 64 or 76. */
const LINE_BYTES = 32;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
/** What may stand around messages and before segments: blanks, line ends, MLLP framing; at the start a BOM. */
const BLANK = tableOf(TAB, LF, 0x0b, CR, 0x1c, SPACE);
const BLANK_OR_BOM = tableOf(TAB, LF, 0x0b, CR, 0x1c, SPACE, 0xef, 0xbb, 0xbf);
const LETTER = tableOf(...Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'));
const DIGIT = tableOf(...Buffer.from('0123456789'));

/** A byte is looked up many times faster so than in a set, and a hostile message is nothing but blanks. */
function tableOf(...bytes: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of bytes) table[byte] = 1;
  return table;
}

function isIn(table: Uint8Array, byte: number | undefined): boolean {
  return byte !== undefined && table[byte] === 1;
}

/** The message without MLLP framing, a BOM and blanks around it; no copy. */
export function trimMessage(bytes: Buffer): Buffer {
  const start = afterBlanks(bytes, 0, bytes.length);
  let end = bytes.length;
  while (end > start && isIn(BLANK, bytes[end - 1])) end--;
  return bytes.subarray(start, end);
}

/** The first line of a message, whatever its line ends are; no copy. */
export function firstLine(body: Buffer): Buffer {
  return body.subarray(0, Math.min(indexOrEnd(body, CR, 0), indexOrEnd(body, LF, 0)));
}

/**
 * Where the segments of a message stand, each without the blanks before it. A segment ends at every CR, and at an LF
 * where another one follows it, so that base64 broken into lines stays in its field.
 *
 * @param body as {@link trimMessage} gives it
 * @param separator MSH-1
 * @throws Hl7Error `too-many-segments`, also for more line ends than any message has: each is looked at
 */
export function splitSegments(body: Buffer, separator: Mark): Span[] {
  const segments: Span[] = [];
  let from = 0;
  for (const end of segmentEnds(body, separator)) {
    const start = afterBlanks(body, from, end);
    from = end + 1;
    if (start === end) continue;
    if (segments.length === MAX_SEGMENTS) throw new Hl7Error('too-many-segments');
    segments.push({ start, end });
  }
  return segments;
}

function* segmentEnds(body: Buffer, separator: Mark): Generator<number> {
  let left = 2 * MAX_SEGMENTS + Math.floor(body.length / LINE_BYTES);
  let cr = indexOrEnd(body, CR, 0);
  let lf = indexOrEnd(body, LF, 0);
  while (cr < body.length || lf < body.length) {
    if (left === 0) throw new Hl7Error('too-many-segments');
    left -= 1;
    if (cr < lf) {
      yield cr;
      cr = indexOrEnd(body, CR, cr + 1);
    } else {
      if (beginsSegment(body, lf + 1, separator)) yield lf;
      lf = indexOrEnd(body, LF, lf + 1);
    }
  }
  yield body.length;
}

function indexOrEnd(body: Buffer, byte: number, from: number): number {
  const found = body.indexOf(byte, from);
  return found < 0 ? body.length : found;
}

/** Few blanks, a name, MSH-1. */
function beginsSegment(body: Buffer, at: number, separator: Mark): boolean {
  let name = at;
  while (name < at + 8 && (body[name] === SPACE || body[name] === TAB)) name++;
  return (
    isIn(LETTER, body[name]) &&
    isInName(body[name + 1]) &&
    isInName(body[name + 2]) &&
    standsAt(body, name + 3, separator)
  );
}

function isInName(byte: number | undefined): boolean {
  return isIn(LETTER, byte) || isIn(DIGIT, byte);
}

function afterBlanks(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && isIn(BLANK_OR_BOM, bytes[at])) at++;
  return at;
}
