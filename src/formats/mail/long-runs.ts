import { GatewayError } from '../../errors/gateway-error.ts';

/** A run is looked for at every 32nd byte: no run of 32 escapes, and what is not one costs next to nothing. */
const LONG = 32;
/** What libqp may spend on the blanks of one mail, about one second: it is quadratic in each run. */
const MAX_BLANK_WORK = 1e9;
/** Bytes of long runs of empty lines that a mail may hold; and how much is left of each run beyond that. */
const MAX_EMPTY = 1024 * 1024;
/** mailparser spends some 70 bytes of memory on each line of text; 4 million are 300 MB of base64. */
const MAX_LINES = 4_000_000;
const [TAB, LF, CR, SPACE] = [0x09, 0x0a, 0x0d, 0x20];

/**
 * The body without the runs of blanks and of empty lines that would hold mailparser up for hours or take all
 * its memory. The same bytes unless they are beyond anything that people or their software write: the lines
 * of quoted-printable end at 76 characters (RFC 2045 §6.7), those of any mail at 998 (RFC 5322 §2.1.1).
 *
 * @throws GatewayError MAIL-002 when it has too many lines all the same.
 */
export function shortenLongRuns(body: Uint8Array): Uint8Array {
  let blankWork = 0;
  let empty = 0;
  for (const { start, end, blank } of longRuns(body)) {
    if (blank) blankWork += (end - start) ** 2;
    else empty += end - start;
  }
  const blanks = blankWork > MAX_BLANK_WORK;
  const lines = empty > MAX_EMPTY;
  const short = blanks || lines ? shorten(body, blanks, lines) : body;
  if (short.length > MAX_LINES && countLines(short) > MAX_LINES) {
    throw new GatewayError('MAIL-002', { fields: { lines: MAX_LINES } });
  }
  return short;
}

/** Of a run its last byte, or its last two: a line end stays one. */
function shorten(body: Uint8Array, blanks: boolean, lines: boolean): Uint8Array {
  const short = Buffer.allocUnsafe(body.length);
  let length = 0;
  let kept = 0;
  const keep = (until: number): void => {
    short.set(body.subarray(kept, until), length);
    length += until - kept;
  };
  for (const { start, end, blank } of longRuns(body)) {
    if (blank ? !blanks : !lines) continue;
    keep(start);
    kept = blank ? end - 1 : end - 2;
  }
  keep(body.length);
  return short.subarray(0, length);
}

function* longRuns(body: Uint8Array): Generator<{ start: number; end: number; blank: boolean }> {
  for (let at = LONG - 1; at < body.length; ) {
    const byte = body[at];
    const blank = byte === SPACE || byte === TAB;
    if (!blank && byte !== LF && byte !== CR) {
      at += LONG;
      continue;
    }
    const [one, other] = blank ? [SPACE, TAB] : [LF, CR];
    const isOne = (index: number): boolean => body[index] === one || body[index] === other;
    let start = at;
    while (start > at - LONG && isOne(start - 1)) start--;
    let end = at + 1;
    while (isOne(end)) end++;
    if (end - start >= LONG) yield { start, end, blank };
    at = Math.max(end - 1, at) + LONG;
  }
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (const byte of bytes) if (byte === LF) lines++;
  return lines;
}
