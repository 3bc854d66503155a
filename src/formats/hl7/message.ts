import { declaredCharset, decodeAs, encodingFor, type Hl7Encoding } from './charset.ts';
import { type Separators, unescapeValue } from './escape.ts';
import { Hl7Error } from './hl7-error.ts';

/**
 * One segment. Fields, components and repetitions are numbered from 1 as in the standard (MSH-1 is the
 * separator). What is absent reads as ''.
 */
export interface Hl7Segment {
  /** Three letters, upper-cased. */
  readonly name: string;
  /** A field as written: decoded, its escapes and delimiters in place. */
  field(field: number): string;
  /** How often a field is given; 0 when it is empty. */
  repetitions(field: number): number;
  /** A component's text, unescaped. */
  component(field: number, component: number, repetition?: number): string;
  /** A subcomponent's text, unescaped. */
  subcomponent(field: number, component: number, subcomponent: number, repetition?: number): string;
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
const CR = 0x0d;
const LF = 0x0a;

/**
 * Reads a message of any type. Nothing is decoded or split before it is asked for, so that a 50 MB document
 * costs one search for segment ends.
 *
 * Tolerant of MLLP framing, a BOM and blanks around the message, and of LF or CRLF line ends: an LF ends a
 * segment only where another follows it, so that base64 broken into lines stays in its field.
 *
 * @throws Hl7Error
 */
export function parseMessage(bytes: Uint8Array): Hl7Message {
  const body = trim(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const separators = separatorsOf(body);
  const encoding = encodingFor(declaredCharset(body), body);
  const segments = splitSegments(body, separators.field).map(line => segmentOf(line, separators, encoding));
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

/** MSH-1, and MSH-2 with the standard's characters for those that a sender left out. */
function separatorsOf(body: Buffer): Separators {
  const head = body.toString('latin1', 0, 16);
  if (!/^MSH./is.test(head)) throw new Hl7Error('no-header');
  const field = head.charAt(3);
  const given = head.slice(4).split(field, 1)[0] ?? '';
  const separators: Separators = {
    field,
    component: given[0] ?? '^',
    repetition: given[1] ?? '~',
    escape: given[2] ?? '\\',
    subcomponent: given[3] ?? '&',
  };
  // Punctuation of ASCII, each once: anything else would split inside names or multi-byte characters.
  const used = Object.values<string>({ ...separators });
  if (used.some(mark => !/[!-/:-@[-`{-~]/.test(mark)) || new Set(used).size < used.length) {
    throw new Hl7Error('separators');
  }
  return separators;
}

function splitSegments(body: Buffer, separator: string): Buffer[] {
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
function* segmentEnds(body: Buffer, separator: string): Generator<number> {
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

function beginsSegment(body: Buffer, at: number, separator: string): boolean {
  const [, mark] = /^[ \t]{0,8}[A-Z][A-Z0-9]{2}(.)/i.exec(body.toString('latin1', at, at + 12)) ?? [];
  return mark === separator;
}

function withoutLeadingBlanks(line: Buffer): Buffer {
  let start = 0;
  while (start < line.length && BLANK.has(line[start] ?? 0)) start++;
  return line.subarray(start);
}

function segmentOf(line: Buffer, separators: Separators, encoding: Hl7Encoding): Hl7Segment {
  const name = line.toString('latin1', 0, 3).toUpperCase();
  const text = (bytes: Buffer) => decodeAs(bytes, encoding);
  const plain = (bytes: Buffer) => unescapeValue(text(bytes), separators);

  function field(number: number): Buffer {
    if (name !== 'MSH') return part(line, separators.field, number + 1);
    return number === 1 ? line.subarray(3, 4) : part(line, separators.field, number);
  }
  function component(number: number, place: number, repetition: number): Buffer {
    const whole = field(number);
    // MSH-1 and MSH-2 hold the delimiters themselves.
    if (name === 'MSH' && number <= 2) return whole;
    return part(part(whole, separators.repetition, repetition), separators.component, place);
  }

  return {
    name,
    field: number => text(field(number)),
    repetitions: number => {
      const whole = field(number);
      return whole.length === 0 ? 0 : count(whole, separators.repetition) + 1;
    },
    component: (number, place, at = 1) => plain(component(number, place, at)),
    subcomponent: (number, place, sub, at = 1) =>
      plain(part(component(number, place, at), separators.subcomponent, sub)),
  };
}

/** The nth part (from 1) between separators; empty when there are fewer. */
function part(bytes: Buffer, separator: string, number: number): Buffer {
  const mark = separator.charCodeAt(0);
  let start = 0;
  for (let skipped = 1; skipped < number; skipped++) {
    const next = bytes.indexOf(mark, start);
    if (next < 0) return bytes.subarray(bytes.length);
    start = next + 1;
  }
  const end = bytes.indexOf(mark, start);
  return bytes.subarray(start, end < 0 ? bytes.length : end);
}

function count(bytes: Buffer, separator: string): number {
  const mark = separator.charCodeAt(0);
  let found = 0;
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) found++;
  return found;
}
