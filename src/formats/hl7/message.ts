import { declaredCharset, decodeAs, encodingFor, type Hl7Encoding } from './charset.ts';
import { type Separators, unescapeValue } from './escape.ts';
import { Hl7Error } from './hl7-error.ts';
import { countParts, type Mark, type Marks, marksOf, part, readSeparators, standsAt } from './separators.ts';

/**
 * One segment. Fields, components and repetitions are numbered from 1 as in the standard (MSH-1 is the
 * separator). What is absent reads as ''.
 */
export interface Hl7Segment {
  /** Three letters, upper-cased. */
  readonly name: string;
  /** Its number among the message's segments of its name, from 1 (ERL-2). */
  readonly sequence: number;
  /** A field as written: decoded, its escapes and delimiters in place. */
  field(field: number): string;
  /** How often a field is given; 0 when it is empty. */
  repetitions(field: number): number;
  /** A component's text, unescaped. */
  component(field: number, component: number, repetition?: number): string;
  /** A subcomponent's text, unescaped. */
  subcomponent(field: number, component: number, subcomponent: number, repetition?: number): string;
  /** A field, or a component of it, as it stands in the message; no copy of it. */
  bytes(field: number, component?: number, repetition?: number): Uint8Array;
}

/** A message that has been read. */
export interface Hl7Message {
  readonly separators: Separators;
  readonly encoding: Hl7Encoding;
  readonly segments: readonly Hl7Segment[];
  /** The header, always there. */
  readonly header: Hl7Segment;
  /** The first segment of a name. */
  first(name: string): Hl7Segment | undefined;
  all(name: string): Hl7Segment[];
}

/** More segments than any real message has; each costs memory, so that hostile input is bounded here. */
const MAX_SEGMENTS = 100_000;
/** No header is longer. */
const HEADER_BYTES = 64 * 1024;
const CR = 0x0d;
const LF = 0x0a;

/**
 * Reads a message of any type. Nothing is decoded or split before it is asked for, so that a 50 MB document
 * costs one search for segment ends.
 *
 * Tolerant of MLLP framing, a BOM and blanks around the message, and of LF or CRLF line ends: an LF ends a
 * segment only where another follows it, so that base64 broken into lines stays in its field.
 *
 * @param encoding what to read it in, where that is known; else what MSH-18 and the bytes say ({@link encodingFor})
 * @throws Hl7Error
 */
export function parseMessage(bytes: Uint8Array, encoding?: Hl7Encoding): Hl7Message {
  return read(trim(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)), encoding);
}

/**
 * Reads the header alone: what can be said of a message that is cut, too large or has too many segments.
 *
 * @throws Hl7Error
 */
export function parseHeader(bytes: Uint8Array): Hl7Message {
  const length = Math.min(bytes.byteLength, HEADER_BYTES);
  const start = trim(Buffer.from(bytes.buffer, bytes.byteOffset, length));
  return read(start.subarray(0, Math.min(indexOrEnd(start, CR, 0), indexOrEnd(start, LF, 0))));
}

function read(body: Buffer, known?: Hl7Encoding): Hl7Message {
  const encoding = known ?? encodingFor(declaredCharset(body), body);
  const separators = readSeparators(body, encoding);
  const marks = marksOf(separators, encoding);
  const segments = numbered(splitSegments(body, marks.field)).map(([line, sequence]) =>
    segmentOf(line, sequence, { separators, marks, encoding }),
  );
  const [header] = segments;
  if (header === undefined) throw new Hl7Error('no-header');
  return {
    separators,
    encoding,
    segments,
    header,
    first: name => segments.find(segment => segment.name === name),
    all: name => segments.filter(segment => segment.name === name),
  };
}

const BLANK = new Set([0x09, 0x0a, 0x0b, 0x0d, 0x1c, 0x20, 0xbb, 0xbf, 0xef]);

function trim(bytes: Buffer): Buffer {
  let start = 0;
  let end = bytes.length;
  while (start < end && BLANK.has(bytes[start] ?? 0)) start++;
  while (end > start && BLANK.has(bytes[end - 1] ?? 0) && (bytes[end - 1] ?? 0) < 0x80) end--;
  return bytes.subarray(start, end);
}

function splitSegments(body: Buffer, separator: Mark): Buffer[] {
  const segments: Buffer[] = [];
  let start = 0;
  for (const end of segmentEnds(body, separator)) {
    const line = withoutLeadingBlanks(body.subarray(start, end));
    start = end + 1;
    if (line.length === 0) continue;
    if (segments.length === MAX_SEGMENTS) throw new Hl7Error('too-many-segments');
    segments.push(line);
  }
  return segments;
}

/**
 * Where segments end, in order: every CR, every LF before another segment's name, and the end of the message.
 */
function* segmentEnds(body: Buffer, separator: Mark): Generator<number> {
  let cr = indexOrEnd(body, CR, 0);
  let lf = indexOrEnd(body, LF, 0);
  while (cr < body.length || lf < body.length) {
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

function beginsSegment(body: Buffer, at: number, separator: Mark): boolean {
  const [name] = /^[ \t]{0,8}[A-Z][A-Z0-9]{2}/i.exec(body.toString('latin1', at, at + 11)) ?? [];
  return name !== undefined && standsAt(body, at + name.length, separator);
}

function withoutLeadingBlanks(line: Buffer): Buffer {
  let start = 0;
  while (start < line.length && BLANK.has(line[start] ?? 0)) start++;
  return line.subarray(start);
}

/** Each line with its number among those of its name. */
function numbered(lines: readonly Buffer[]): [line: Buffer, sequence: number][] {
  const seen = new Map<string, number>();
  return lines.map(line => {
    const name = nameOf(line);
    const sequence = (seen.get(name) ?? 0) + 1;
    seen.set(name, sequence);
    return [line, sequence];
  });
}

function nameOf(line: Buffer): string {
  return line.toString('latin1', 0, 3).toUpperCase();
}

/** How the values of a message are written. */
interface Writing {
  readonly separators: Separators;
  readonly marks: Marks;
  readonly encoding: Hl7Encoding;
}

function segmentOf(line: Buffer, sequence: number, { separators, marks, encoding }: Writing): Hl7Segment {
  const name = nameOf(line);
  const text = (bytes: Buffer) => decodeAs(bytes, encoding);
  const plain = (bytes: Buffer) => unescapeValue(text(bytes), separators);

  function field(number: number): Buffer {
    if (name !== 'MSH') return part(line, marks.field, number + 1);
    return number === 1 ? line.subarray(3, 3 + marks.field.length) : part(line, marks.field, number);
  }
  function component(number: number, place: number, repetition: number): Buffer {
    const whole = field(number);
    // MSH-1 and MSH-2 hold the delimiters themselves.
    if (name === 'MSH' && number <= 2) return whole;
    return part(part(whole, marks.repetition, repetition), marks.component, place);
  }

  return {
    name,
    sequence,
    field: number => text(field(number)),
    repetitions: number => {
      const whole = field(number);
      return whole.length === 0 ? 0 : countParts(whole, marks.repetition);
    },
    component: (number, place, at = 1) => plain(component(number, place, at)),
    subcomponent: (number, place, sub, at = 1) =>
      plain(part(component(number, place, at), marks.subcomponent, sub)),
    bytes: (number, place, at = 1) => (place === undefined ? field(number) : component(number, place, at)),
  };
}
