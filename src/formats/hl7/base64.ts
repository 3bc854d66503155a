/** A multiple of 3, so that every slice but the last encodes without padding. */
const SLICE = 3 * 64 * 1024;

/**
 * `before`, then `content` as base64, then `after`, in one buffer; no text longer than a slice is ever made.
 */
export function concatWithBase64(before: Uint8Array, content: Uint8Array, after: Uint8Array): Uint8Array {
  const encodedLength = Math.ceil(content.byteLength / 3) * 4;
  const whole = Buffer.allocUnsafe(before.byteLength + encodedLength + after.byteLength);
  const source = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  whole.set(before);
  let at = before.byteLength;
  for (let from = 0; from < source.length; from += SLICE) {
    at += whole.write(source.toString('base64', from, from + SLICE), at, 'latin1');
  }
  whole.set(after, at);
  return whole;
}
