import { declaredCharset, decodeAs, encodingFor, type Hl7Encoding } from './charset.ts';
import { type Separators, unescapeValue } from './escape.ts';
import { Hl7Error } from './hl7-error.ts';
import { createCutter, type Cutter, type Span } from './parts.ts';
import { type Marks, marksOf, readSeparators } from './separators.ts';
import { firstLine, splitSegments, trimMessage } from './split-segments.ts';

/**
 * One segment. Fields, components and repetitions are numbered from 1 as in the standard (MSH-1 is the
 * separator). What is absent reads as ''.
 */
export interface Hl7Segment {
  /** Three letters, upper-cased. */
  readonly name: string;
  /** Its number among the message's segments of its name, from 1 (ERL-2). */
  readonly sequence: number;
  /** Bytes, its end aside. */
  readonly size: number;
  /** A field as written: decoded, its escapes and delimiters in place. */
  field(field: number): string;
  /** How often a field is given, counted no further than 1 000; 0 when it is empty. */
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

/** No header is longer. */
const HEADER_BYTES = 64 * 1024;
/** A list is counted no further: none that is read has so many entries, and a hostile one has millions. */
const MAX_REPETITIONS = 1000;

/**
 * Reads a message of any type. Nothing is decoded or cut before it is asked for, and nothing long is cut twice, so that
 * a 50 MB document costs one search for segment ends and one for each kind of separator.
 *
 * Tolerant of MLLP framing, a BOM and blanks around the message, and of LF or CRLF line ends: an LF ends a
 * segment only where another follows it, so that base64 broken into lines stays in its field.
 *
 * @param encoding what to read it in, where that is known; else what MSH-18 and the bytes say ({@link encodingFor})
 * @throws Hl7Error
 */
export function parseMessage(bytes: Uint8Array, encoding?: Hl7Encoding): Hl7Message {
  return read(trimMessage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)), encoding);
}

/**
 * Reads the header alone: what can be said of a message that is cut, too large or has too many segments.
 *
 * @throws Hl7Error
 */
export function parseHeader(bytes: Uint8Array): Hl7Message {
  const length = Math.min(bytes.byteLength, HEADER_BYTES);
  return read(firstLine(trimMessage(Buffer.from(bytes.buffer, bytes.byteOffset, length))));
}

function read(body: Buffer, known?: Hl7Encoding): Hl7Message {
  const encoding = known ?? encodingFor(declaredCharset(body), body);
  const separators = readSeparators(body, encoding);
  const marks = marksOf(separators, encoding);
  const writing = { body, separators, encoding, marks, cut: cuttersOf(body, marks) };
  const sequenceOf = createCount();
  const segments = splitSegments(body, marks.field).map(line => {
    const name = nameOf(body, line);
    return segmentOf(line, { name, sequence: sequenceOf(name) }, writing);
  });
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

/** Counts the segments of each name. */
function createCount(): (name: string) => number {
  const seen = new Map<string, number>();
  return name => {
    const sequence = (seen.get(name) ?? 0) + 1;
    seen.set(name, sequence);
    return sequence;
  };
}

function nameOf(body: Buffer, { start, end }: Span): string {
  return body.toString('latin1', start, Math.min(start + 3, end)).toUpperCase();
}

/** A message's bytes, how its values are written in them, and what cuts them out. */
interface Writing {
  readonly body: Buffer;
  readonly separators: Separators;
  readonly encoding: Hl7Encoding;
  readonly marks: Marks;
  readonly cut: Readonly<Record<keyof Marks, Cutter>>;
}

function cuttersOf(body: Buffer, { field, repetition, component, subcomponent }: Marks): Writing['cut'] {
  return {
    field: createCutter(body, field),
    repetition: createCutter(body, repetition),
    component: createCutter(body, component),
    subcomponent: createCutter(body, subcomponent),
  };
}

function segmentOf(
  line: Span,
  { name, sequence }: Pick<Hl7Segment, 'name' | 'sequence'>,
  { body, separators, encoding, marks, cut }: Writing,
): Hl7Segment {
  const bytes = ({ start, end }: Span) => body.subarray(start, end);
  const text = (place: Span) => decodeAs(bytes(place), encoding);
  const plain = (place: Span) => unescapeValue(text(place), separators);

  function field(number: number): Span {
    if (name !== 'MSH') return cut.field.part(line, number + 1);
    if (number > 1) return cut.field.part(line, number);
    return { start: line.start + 3, end: line.start + 3 + marks.field.length };
  }
  function component(number: number, place: number, repetition: number): Span {
    const whole = field(number);
    // MSH-1 and MSH-2 hold the delimiters themselves.
    if (name === 'MSH' && number <= 2) return whole;
    return cut.component.part(cut.repetition.part(whole, repetition), place);
  }

  return {
    name,
    sequence,
    size: line.end - line.start,
    field: number => text(field(number)),
    repetitions: number => {
      const whole = field(number);
      return whole.start === whole.end ? 0 : cut.repetition.count(whole, MAX_REPETITIONS);
    },
    component: (number, place, at = 1) => plain(component(number, place, at)),
    subcomponent: (number, place, sub, at = 1) =>
      plain(cut.subcomponent.part(component(number, place, at), sub)),
    bytes: (number, place, at = 1) =>
      bytes(place === undefined ? field(number) : component(number, place, at)),
  };
}
