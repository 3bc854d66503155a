import { GatewayError } from '../../errors/gateway-error.ts';
import { firstField, type HeaderField, parseHeaderBlock, parseStructured } from '../mail/header-block.ts';

/** The longest headers of a part that are read, bytes. */
const MAX_PART_HEADERS = 16 * 1024;
/** RFC 2046 §5.1.1 allows 70; some servers write longer ones. */
const MAX_BOUNDARY = 200;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const DASH = 0x2d;

/** Where a boundary stands: `start` before the line end that belongs to it, `end` after it, before its own line end. */
interface Delimiter {
  readonly start: number;
  readonly end: number;
  readonly isLast: boolean;
}

interface Part {
  readonly fields: readonly HeaderField[];
  readonly content: Uint8Array;
}

/**
 * The envelope of an answer, plain or multipart: a server that speaks MTOM may answer so even with a fault. Of a
 * multipart answer it is the part that `start` names (RFC 2387 §3.2), else the first.
 *
 * @param contentType the HTTP header's value, '' where there is none
 * @returns a view of the bytes given; whether they are an envelope is for its reader to say
 * @throws GatewayError DMP-005 when the answer says that it is multipart and is not, or ends before its envelope does
 */
export function readSoapAnswer(contentType: string, bytes: Uint8Array): Uint8Array {
  const { value, params } = parseStructured(contentType);
  if (!value.startsWith('multipart/')) return bytes;
  const boundary = params.get('boundary') ?? '';
  if (boundary === '' || boundary.length > MAX_BOUNDARY) throw unreadable();
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return rootOf(body, Buffer.from(`--${boundary}`, 'latin1'), withoutBrackets(params.get('start')));
}

function rootOf(body: Buffer, boundary: Buffer, start: string): Uint8Array {
  let first: Part | undefined;
  for (const bytes of partsOf(body, boundary)) {
    const part = splitPart(bytes);
    if (start === '' || withoutBrackets(firstField(part.fields, 'content-id')) === start)
      return contentOf(part);
    first ??= part;
  }
  if (first === undefined) throw unreadable();
  return contentOf(first);
}

/** HTTP carries bytes: nothing there has a reason to be encoded as mail is. */
function contentOf({ fields, content }: Part): Uint8Array {
  const encoding = firstField(fields, 'content-transfer-encoding')?.toLowerCase() ?? 'binary';
  if (!['7bit', '8bit', 'binary'].includes(encoding)) throw unreadable();
  return content;
}

/** Each part from the end of its delimiter line's text, so that a part without headers begins with its blank line. */
function* partsOf(body: Buffer, boundary: Buffer): Generator<Buffer> {
  let before = delimiterFrom(body, boundary, 0);
  while (before !== undefined && !before.isLast) {
    const after = delimiterFrom(body, boundary, before.end);
    if (after === undefined) throw unreadable();
    yield body.subarray(before.end, Math.max(before.end, after.start));
    before = after;
  }
}

function delimiterFrom(body: Buffer, boundary: Buffer, from: number): Delimiter | undefined {
  for (let at = body.indexOf(boundary, from); at !== -1; at = body.indexOf(boundary, at + 1)) {
    if (at > 0 && body[at - 1] !== LF) continue;
    const start = at - (at > 0 ? 1 : 0) - (body[at - 2] === CR ? 1 : 0);
    let end = at + boundary.length;
    if (body[end] === DASH && body[end + 1] === DASH) return { start, end: end + 2, isLast: true };
    while (body[end] === SPACE || body[end] === TAB) end += 1;
    // Anything else belongs to a longer boundary, or to the text of a part.
    if (body[end] === LF || (body[end] === CR && body[end + 1] === LF)) return { start, end, isLast: false };
  }
  return undefined;
}

function splitPart(part: Buffer): Part {
  const head = part.subarray(0, MAX_PART_HEADERS);
  const ends = [
    { at: head.indexOf('\n\r\n'), length: 3 },
    { at: head.indexOf('\n\n'), length: 2 },
  ].filter(end => end.at !== -1);
  const [end] = ends.toSorted((one, other) => one.at - other.at);
  if (end === undefined) throw unreadable();
  return {
    fields: parseHeaderBlock(part.subarray(0, end.at + 1)),
    content: part.subarray(end.at + end.length),
  };
}

function withoutBrackets(id: string | undefined): string {
  return (id ?? '').trim().replace(/^<(.*)>$/, '$1');
}

function unreadable(): GatewayError {
  return new GatewayError('DMP-005', { fields: { reason: 'multipart' } });
}
