import { XmlError } from './xml-error.ts';

const LABELS: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  ascii: 'utf-8',
  'utf-16': 'utf-16le',
  'utf-16le': 'utf-16le',
  'utf-16be': 'utf-16be',
  'iso-8859-1': 'iso-8859-1',
  'iso-8859-15': 'iso-8859-15',
  'windows-1252': 'windows-1252',
};

/**
 * Decodes XML bytes by byte-order mark, else by the encoding that the declaration names, else as UTF-8
 * (XML 1.0 appendix F), and drops the mark and leading blanks (quirk: 110 of 110 official METADATA begin with blanks).
 *
 * @throws XmlError `encoding` when the name is unknown or the bytes are not valid in it.
 */
export function decodeXml(bytes: Uint8Array): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes).trimStart();
  } catch (cause) {
    throw cause instanceof XmlError ? cause : new XmlError('encoding', { cause });
  }
}

/**
 * The start of an XML text, decoded from at most `limit` bytes; a character cut at the limit is left out.
 *
 * @throws XmlError `encoding`, as {@link decodeXml}.
 */
export function decodeXmlPrefix(bytes: Uint8Array, limit: number): string {
  const decoder = new TextDecoder(encodingOf(bytes), { fatal: true });
  try {
    return decoder.decode(bytes.subarray(0, limit), { stream: true }).trimStart();
  } catch (cause) {
    throw new XmlError('encoding', { cause });
  }
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
  const label = LABELS[declared.toLowerCase()];
  if (label === undefined) throw new XmlError('encoding');
  // A declaration that was read byte by byte is not UTF-16, whatever it says.
  return label.startsWith('utf-16') ? 'utf-8' : label;
}
