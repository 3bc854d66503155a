/**
 * The bytes of a base64 text. Line ends and a wrong count of `=` are forgiven; what follows a `=` is read as
 * another base64 text, where Node stops: some encoders join pieces that they encoded one by one.
 */
export function decodeBase64(text: string): Uint8Array {
  const padding = text.indexOf('=');
  if (padding < 0 || !/[^=\s]/.test(text.slice(padding))) return Buffer.from(text, 'base64');
  const bytes = Buffer.alloc(Math.ceil((text.length / 4) * 3));
  let length = 0;
  for (const [piece] of text.matchAll(/[^=]+/g)) length += bytes.write(piece, length, 'base64');
  return bytes.subarray(0, length);
}
