import { isAscii, isUtf8 } from 'node:buffer';
import { charsetOf, declaredCharset, westernOf } from './charset.ts';
import { Hl7Error } from './hl7-error.ts';
import { type Hl7Message, parseMessage } from './message.ts';
import { locate, requestFault, valueOf } from './request-fields.ts';
import type { Hl7Charset } from './types.ts';
import { isMailText } from './request-wishes.ts';

const OTHER_CHARSET = 'Le message n’est pas écrit dans le jeu de MSH-18.';

/**
 * Parses a request in the charset of MSH-18, or in the one of the profile that its bytes are of. The texts of mails
 * decide nothing: one in another charset turns no name into another.
 *
 * @throws GatewayError REQ-001 for what is no HL7, REQ-010 for separators of another charset, REQ-011 for more segments
 *   than any message has
 */
export function parseRequest(bytes: Uint8Array): Hl7Message {
  try {
    const western = westernOf(declaredCharset(bytes));
    if (western !== undefined) return parseMessage(bytes, western);
    if (isUtf8(bytes)) return parseMessage(bytes, 'utf-8');
    return utf8BesideTexts(bytes) ?? parseMessage(bytes, 'iso-8859-15');
  } catch (thrown) {
    if (!(thrown instanceof Hl7Error)) throw thrown;
    if (thrown.reason === 'too-many-segments')
      throw requestFault('REQ-011', 'MSH^1', 'Trop de segments ou de lignes.');
    if (thrown.reason === 'charset') throw requestFault('REQ-010', 'MSH^1^18', OTHER_CHARSET);
    throw requestFault('REQ-001', 'MSH^1');
  }
}

/** The message as UTF-8 where nothing but texts of mails keeps it from being that; else undefined. */
function utf8BesideTexts(bytes: Uint8Array): Hl7Message | undefined {
  try {
    const message = parseMessage(bytes, 'utf-8');
    return besideTexts(message, bytes).every(part => isUtf8(part)) ? message : undefined;
  } catch (thrown) {
    if (thrown instanceof Hl7Error) return undefined;
    throw thrown;
  }
}

/** The bytes of a message but OBX-5 of the texts of mails; no copy of them. */
function besideTexts({ segments }: Hl7Message, bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const obx of segments.filter(isMailText)) {
    const text = obx.bytes(5);
    const start = text.byteOffset - bytes.byteOffset;
    parts.push(bytes.subarray(at, start));
    at = start + text.byteLength;
  }
  return [...parts, bytes.subarray(at)];
}

/** The spellings of MSH-18, in capitals without punctuation. */
const CHARSETS: ReadonlyMap<string, Hl7Charset> = new Map([
  ['UNICODEUTF8', 'UNICODE UTF-8'],
  ['UTF8', 'UNICODE UTF-8'],
  ['885915', '8859/15'],
  ['ISO885915', '8859/15'],
]);

/**
 * The charset of MSH-18, of which the message must be: a name read in another one would go out wrong. Text that is
 * UTF-8 throughout is not 8859/15, although every byte of it could be: there its `é` is `Ã©`. The texts of mails are
 * not looked at.
 *
 * @param bytes the message, from which it was parsed
 * @throws GatewayError REQ-010
 */
export function readCharset(message: Hl7Message, bytes: Uint8Array): Hl7Charset {
  const { header, encoding } = message;
  const declared = valueOf(header, 18);
  if (declared === '') return charsetOf(encoding);
  const charset = CHARSETS.get(declared.toUpperCase().replaceAll(/[^A-Z0-9]/g, ''));
  if (charset === undefined) {
    throw requestFault('REQ-010', locate(header, 18), 'MSH-18 ne peut être que UNICODE UTF-8 ou 8859/15.');
  }
  if (isAscii(bytes)) return charset;
  const parts = besideTexts(message, bytes);
  if (parts.every(part => isAscii(part))) return charset;
  const isAllUtf8 = parts.every(part => isUtf8(part));
  if (charset === 'UNICODE UTF-8' ? !isAllUtf8 : isAllUtf8 || parts.some(hasControls)) {
    throw requestFault('REQ-010', locate(header, 18), OTHER_CHARSET);
  }
  return charset;
}

/** 0x80 to 0x9F are no characters of 8859/15; Windows has its quotes and dashes there. */
function hasControls(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80 && byte < 0xa0) return true;
  }
  return false;
}
