import { isUtf8 } from 'node:buffer';
import { GatewayError } from '../../errors/gateway-error.ts';
import { normalized } from '../unicode/normalized.ts';
import type { Hl7Charset } from './types.ts';

/** A WHATWG encoding that an HL7 message may be read in. */
export type Hl7Encoding = 'utf-8' | 'iso-8859-15' | 'windows-1252';

/** The eight places where ISO-8859-15 differs from ISO-8859-1: character → byte. */
const LATIN9: ReadonlyMap<string, number> = new Map([
  ['€', 0xa4],
  ['Š', 0xa6],
  ['š', 0xa8],
  ['Ž', 0xb4],
  ['ž', 0xb8],
  ['Œ', 0xbc],
  ['œ', 0xbd],
  ['Ÿ', 0xbe],
]);
/** Every character whose byte is not simply its code point. */
const NOT_LATIN1 = /[^\0-\xA3\xA5\xA7\xA9-\xB3\xB5-\xB7\xB9-\xBB\xBF-\xFF]/gu;

/**
 * Encodes HL7 text (its delimiters in place, its values already escaped) in the charset of MSH-18.
 *
 * A character that 8859/15 lacks, after composition (NFC: `e` + U+0301 is `é`), becomes `\X..\` with the
 * hexadecimal of its UTF-8 bytes: HL7 v2.6 §2.7.6 lets the two sides agree on what the bytes mean, and
 * `\Cxxyy\` (§2.7.5) is for charsets that ISO 2022 switches to. Look-alikes (`’` and `'`) are never swapped,
 * `?` is never written.
 *
 * @throws GatewayError HL7-001 for such a character when `unmappable` is `refuse`.
 */
export function encodeHl7(text: string, charset: Hl7Charset, unmappable: 'escape' | 'refuse'): Uint8Array {
  if (charset === 'UNICODE UTF-8') return Buffer.from(text, 'utf8');
  const mapped = normalized(text, 'NFC').replaceAll(NOT_LATIN1, character => {
    const byte = LATIN9.get(character);
    if (byte !== undefined) return String.fromCharCode(byte);
    if (unmappable === 'refuse') throw new GatewayError('HL7-001');
    return `\\X${Buffer.from(character, 'utf8').toString('hex').toUpperCase()}\\`;
  });
  return Buffer.from(mapped, 'latin1');
}

/**
 * Which encoding to read a message in, by MSH-18 (its first repetition; spellings vary in the field).
 *
 * Absent, unknown or ASCII: UTF-8 where the bytes are valid in it, else 8859/15, the two of the profile. The
 * same holds where UTF-8 is declared and the bytes are not: the declaration is then wrong for certain.
 */
export function encodingFor(msh18: string, bytes: Uint8Array): Hl7Encoding {
  return westernOf(msh18) ?? (isUtf8(bytes) ? 'utf-8' : 'iso-8859-15');
}

/** The encoding of single bytes that MSH-18 declares; undefined where it declares none. */
export function westernOf(msh18: string): Exclude<Hl7Encoding, 'utf-8'> | undefined {
  const declared = (msh18.split('~', 1)[0] ?? '').toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  if (declared.endsWith('885915')) return 'iso-8859-15';
  // 8859/1 is read as its superset windows-1252, as every browser does.
  return declared.endsWith('88591') ? 'windows-1252' : undefined;
}

/** The charset of the profile in which to answer a message that was read in an encoding. */
export function charsetOf(encoding: Hl7Encoding): Hl7Charset {
  return encoding === 'utf-8' ? 'UNICODE UTF-8' : '8859/15';
}

/** One of each: to make one costs more than to decode a value. */
const DECODERS = {
  'utf-8': new TextDecoder('utf-8', { ignoreBOM: true }),
  'iso-8859-15': new TextDecoder('iso-8859-15'),
  'windows-1252': new TextDecoder('windows-1252'),
} as const satisfies Record<Hl7Encoding, unknown>;

/** Decodes bytes; what is invalid becomes U+FFFD. */
export function decodeAs(bytes: Uint8Array, encoding: Hl7Encoding): string {
  return DECODERS[encoding].decode(bytes);
}

/** MSH-1, on bytes read as Latin-1: one byte, or the bytes of one character of UTF-8. */
const FIELD_SEPARATOR =
  /MSH([\xC2-\xDF][\x80-\xBF]|[\xE0-\xEF][\x80-\xBF]{2}|[\xF0-\xF4][\x80-\xBF]{3}|.)([^\r\n]*)/i;

/** MSH-18 as written; '' when absent. Looks at the first segment alone. */
export function declaredCharset(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096)).toString(
    'latin1',
  );
  const [, separator = '|', rest = ''] = FIELD_SEPARATOR.exec(head) ?? [];
  return rest.split(separator)[16]?.trim() ?? '';
}
