import { XmlError } from './xml-error.ts';

const LABELS: ReadonlyMap<string, string> = new Map([
  ['utf-8', 'utf-8'],
  ['utf8', 'utf-8'],
  ['us-ascii', 'utf-8'],
  ['ascii', 'utf-8'],
  ['utf-16', 'utf-16le'],
  ['utf-16le', 'utf-16le'],
  ['utf-16be', 'utf-16be'],
  ['iso-8859-1', 'iso-8859-1'],
  ['iso8859-1', 'iso-8859-1'],
  ['latin1', 'iso-8859-1'],
  ['iso-8859-15', 'iso-8859-15'],
  ['iso8859-15', 'iso-8859-15'],
  ['windows-1252', 'windows-1252'],
  ['cp1252', 'windows-1252'],
]);

/**
 * Decodes XML bytes by byte-order mark, else by the encoding that the declaration names, else as UTF-8
 * (XML 1.0 appendix F), and drops the mark and leading blanks (quirk X4).
 *
 * @throws XmlError `encoding` when the name is unknown or the bytes are not valid in it.
 */
export function decodeXml(bytes: Uint8Array): string {
  return withoutLead(decode(encodingOf(bytes), bytes, false));
}

/**
 * The start of an XML text, decoded from at most `limit` bytes; a character cut at the limit is left out.
 *
 * @throws XmlError `encoding`, as {@link decodeXml}.
 */
export function decodeXmlPrefix(bytes: Uint8Array, limit: number): string {
  return withoutLead(decode(encodingOf(bytes), bytes.subarray(0, limit), limit < bytes.byteLength));
}

/**
 * The end of an XML text, decoded from at most `limit` bytes; a character cut at its start is left out.
 *
 * @throws XmlError `encoding`, as {@link decodeXml}: also when the last character is not whole.
 */
export function decodeXmlSuffix(bytes: Uint8Array, limit: number): string {
  const label = encodingOf(bytes);
  let start = Math.max(0, bytes.byteLength - limit);
  if (label === 'utf-8') while (isContinuation(bytes[start])) start += 1;
  if (label.startsWith('utf-16')) {
    start += start % 2;
    if (start > 0 && isLowSurrogate(bytes[label === 'utf-16be' ? start : start + 1])) start += 2;
  }
  return decode(label, bytes.subarray(start), false);
}

function decode(label: string, bytes: Uint8Array, more: boolean): string {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes, { stream: more });
  } catch (cause) {
    throw new XmlError('encoding', { cause });
  }
}

function withoutLead(text: string): string {
  return text.replace(/^[\uFEFF \t\r\n]+/, '');
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte <= 0xbf;
}

/** By the high byte of a UTF-16 unit. */
function isLowSurrogate(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0xdc && byte <= 0xdf;
}

/** The WHATWG label of the encoding of XML bytes. */
export function encodingOf(bytes: Uint8Array): string {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0x3c && b === 0x00) return 'utf-16le';
  if (a === 0x00 && b === 0x3c) return 'utf-16be';
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 400)).toString(
    'latin1',
  );
  const declared = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']+)["']/.exec(head)?.[1];
  if (declared === undefined) return 'utf-8';
  const label = LABELS.get(declared.toLowerCase());
  if (label === undefined) throw new XmlError('encoding');
  // A declaration that was read byte by byte is not UTF-16, whatever it says.
  return label.startsWith('utf-16') ? 'utf-8' : label;
}
