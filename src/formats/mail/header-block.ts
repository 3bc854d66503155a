import libmime from 'libmime';
import { GatewayError } from '../../errors/gateway-error.ts';

/** The longest header block that is read, bytes (Postfix's `header_size_limit` is 100 KiB per message). */
export const MAX_HEADER_BLOCK = 256 * 1024;

/**
 * One header field: its name in lower case, its value unfolded and turned to text, encoded words untouched.
 */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
  /** The field's bytes as received, name and folds included, without the last line end. */
  readonly raw: Uint8Array;
}

/** A raw mail cut in two; both are views of the bytes given. */
export interface SplitMail {
  readonly block: Uint8Array;
  readonly body: Uint8Array;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin9 = new TextDecoder('iso-8859-15');
const windows1252 = new TextDecoder('windows-1252');

/**
 * The header block of a raw mail, up to and including the blank line, and its body.
 *
 * Blank lines before the first field are skipped: some relays put one at the head of an enclosed mail.
 *
 * @throws GatewayError MAIL-002 when the block is longer than {@link MAX_HEADER_BLOCK}.
 */
export function splitHeaderBlock(raw: Uint8Array): SplitMail {
  let start = 0;
  while (raw[start] === CR || raw[start] === LF) start++;
  let line = start;
  for (;;) {
    const end = raw.indexOf(LF, line);
    const next = end === -1 ? raw.length : end + 1;
    if (next - start > MAX_HEADER_BLOCK) {
      throw new GatewayError('MAIL-002', { fields: { limit: MAX_HEADER_BLOCK } });
    }
    const blank = end !== -1 && (end === line || (end === line + 1 && raw[line] === CR));
    if (blank || end === -1) {
      return { block: raw.subarray(start, next), body: raw.subarray(next) };
    }
    line = next;
  }
}

/**
 * The fields of a header block, in order. Lines that are neither a field nor its continuation are passed
 * over.
 */
export function parseHeaderBlock(block: Uint8Array): HeaderField[] {
  const fields: HeaderField[] = [];
  let start = 0;
  while (start < block.length) {
    const end = endOfField(block, start);
    const field = readField(trimLineEnd(block.subarray(start, end)));
    if (field !== undefined) fields.push(field);
    start = end;
  }
  return fields;
}

/** The first field of that (lower-case) name; undefined when absent. */
export function firstField(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find(field => field.name === name)?.value;
}

/** Every field of that (lower-case) name, in order. */
export function allFields(fields: readonly HeaderField[], name: string): string[] {
  return fields.filter(field => field.name === name).map(field => field.value);
}

/**
 * An unstructured value as people read it: RFC 2047 words decoded (neighbours of one charset are joined
 * first, so that a character cut in two is whole again), words in an unknown charset left as they are,
 * control characters neutralised after decoding as well as before.
 */
export function decodeText(value: string): string {
  if (!value.includes('=?')) return value;
  const known = new Map<string, boolean>();
  const guarded = value.replace(/=\?([\w.:-]+)(?:\*[\w-]*)?\?[QB]\?/gi, (word, charset: string) =>
    isCharset(charset, known) ? word : `=${GUARD}${word.slice(1)}`,
  );
  return neutralise(libmime.decodeWords(guarded).replaceAll(GUARD, ''));
}

/** A value and its parameters, `type; name=value`. */
export interface StructuredValue {
  readonly value: string;
  readonly params: ReadonlyMap<string, string>;
}

/** The value and parameters of a structured field such as Content-Type: value and names in lower case. */
export function parseStructured(value: string | undefined): StructuredValue {
  if (value === undefined) return { value: '', params: new Map() };
  const parsed = libmime.parseHeaderValue(value);
  // libmime answers `false` for an empty value, whatever its types say.
  const main = typeof parsed.value === 'string' ? parsed.value : '';
  return {
    value: main.replace(/\(.*$/s, '').trim().toLowerCase(),
    params: new Map(Object.entries(parsed.params)),
  };
}

/** Control characters become spaces: no NUL, CR or LF leaves this room inside a value. */
export function neutralise(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}

/**
 * Neutralised, its blanks made one: texts of other people's software can neither add a line nor draw a false
 * one.
 */
export function oneLine(text: string): string {
  return neutralise(text).replaceAll(/ +/g, ' ').trim();
}

/** Neutralised text never holds a NUL, so one can stand for "do not decode" while libmime works. */
const GUARD = '\u0000';

/** A field ends at the line end that no space or tab follows. */
function endOfField(block: Uint8Array, start: number): number {
  let from = start;
  for (;;) {
    const end = block.indexOf(LF, from);
    if (end === -1) return block.length;
    const following = block[end + 1];
    if (following !== SPACE && following !== TAB) return end + 1;
    from = end + 1;
  }
}

function trimLineEnd(line: Uint8Array): Uint8Array {
  let end = line.length;
  if (line[end - 1] === LF) end--;
  if (line[end - 1] === CR) end--;
  return line.subarray(0, end);
}

function readField(raw: Uint8Array): HeaderField | undefined {
  const text = decodeBytes(raw);
  const colon = text.indexOf(':');
  const name = text.slice(0, Math.max(colon, 0)).trimEnd().toLowerCase();
  if (!/^[!-9;-~]+$/.test(name)) return undefined;
  const unfolded = text.slice(colon + 1).replaceAll(/\r?\n(?=[ \t])/g, '');
  return { name, value: neutralise(unfolded).trim(), raw };
}

/**
 * Raw 8-bit headers carry no charset (quirk M11): UTF-8 when they are valid UTF-8, else ISO-8859-15, or
 * Windows-1252 where bytes occur that are only control characters in ISO-8859-15 (typographic apostrophes of
 * old Outlook).
 */
function decodeBytes(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    const windows = bytes.some(byte => byte >= 0x80 && byte <= 0x9f);
    return (windows ? windows1252 : latin9).decode(bytes);
  }
}

function isCharset(label: string, known: Map<string, boolean>): boolean {
  const remembered = known.get(label);
  if (remembered !== undefined) return remembered;
  let answer = false;
  try {
    answer = new TextDecoder(label).encoding !== '';
  } catch {
    // RangeError: not a charset that anybody knows.
  }
  known.set(label, answer);
  return answer;
}
