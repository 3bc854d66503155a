/** A multiple of 3 and of 4, so that every slice but the last is encoded, and decoded, without padding. */
const SLICE = 3 * 64 * 1024;

/**
 * `before`, then `content` as base64, then `after`, in one buffer; no text longer than a slice is ever made.
 */
export function concatWithBase64(before: Uint8Array, content: Uint8Array, after: Uint8Array): Uint8Array {
  const encodedLength = Math.ceil(content.byteLength / 3) * 4;
  const whole = Buffer.allocUnsafe(before.byteLength + encodedLength + after.byteLength);
  const source = bufferOf(content);
  whole.set(before);
  let at = before.byteLength;
  for (let from = 0; from < source.length; from += SLICE) {
    at += whole.write(source.toString('base64', from, from + SLICE), at, 'latin1');
  }
  whole.set(after, at);
  return whole;
}

/** An escape sequence that may stand for a line end is no longer: `\X0D0A\`. */
const LONGEST_BREAK = 16;
const BLANKS = [0x20, 0x09, 0x0a, 0x0d];
/** Of the URL's base64: Node reads them, other receivers of the document would not. */
const OTHER_ALPHABET = ['-', '_'];

/**
 * The bytes of a base64 field, decoded slice by slice into one buffer; undefined where it is no base64. Padding that
 * is absent or wrong is forgiven, and so are line breaks, also those that a sender wrote as `\.br\` or `\X0D0A\`.
 *
 * @param field as it stands in the message
 * @param escape the message's escape character
 */
export function decodeBase64Field(field: Uint8Array, escape: string): Uint8Array | undefined {
  const source = withoutPadding(bufferOf(field));
  if (OTHER_ALPHABET.some(character => source.includes(character))) return undefined;
  const breaks =
    source.includes(escape) || BLANKS.some(blank => source.includes(blank)) ? lineBreaks(escape) : undefined;
  const decoded = Buffer.allocUnsafe(Math.ceil((source.length / 4) * 3));
  let length = 0;
  let carried = '';
  for (let from = 0; from < source.length; from += SLICE) {
    const isLast = from + SLICE >= source.length;
    const slice = carried + source.toString('latin1', from, from + SLICE);
    const text = breaks === undefined ? slice : slice.replaceAll(breaks, '');
    const cut = isLast ? -1 : text.indexOf(escape, Math.max(0, text.length - LONGEST_BREAK));
    const end = cut < 0 ? text.length : cut;
    const whole = isLast ? end : end - (end % 4);
    const written = decoded.write(text.slice(0, whole), length, 'base64');
    // Node passes over what is no base64, and so writes less; a lone last digit holds no byte.
    if (written < Math.floor((whole * 3) / 4) || whole % 4 === 1) return undefined;
    length += written;
    carried = text.slice(whole);
  }
  return decoded.subarray(0, length);
}

/** Blanks and `=` at the end taken off. */
function withoutPadding(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x3d || BLANKS.includes(bytes[end - 1] ?? 0))) end--;
  return bytes.subarray(0, end);
}

function lineBreaks(escape: string): RegExp {
  const mark = `\\${escape}`;
  return new RegExp(`[ \\t\\r\\n]+|${mark}(?:\\.br|X(?:0[DdAa]){1,2})${mark}`, 'g');
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
