import { isUtf8 } from 'node:buffer';
import type { Hl7Message, Hl7Segment } from './message.ts';
import { unescapeValue } from './escape.ts';
import { decodeAs } from './charset.ts';

/** A mail's text is no longer, in UTF-16 units. */
const MAX_LENGTH = 64 * 1024;
/** Bytes of OBX-5 that are looked at: what the longest text takes as base64, each character of four bytes. */
const MAX_BYTES = 6 * MAX_LENGTH;

/**
 * The text of a mail in OBX-5 (CORPSMAIL_PS, CORPSMAIL_PATIENT), read as well as it can be: a fault in it is never a
 * reason to refuse a document. Base64 without its padding or with other characters in it, text that is not base64
 * although it says so, UTF-8, 8859/15 or Windows-1252; control characters are left out.
 *
 * @returns undefined when nothing is left
 */
export function readMailText(obx: Hl7Segment, { separators, encoding }: Hl7Message): string | undefined {
  const isEncapsulated = obx.bytes(5, 5).length > 0;
  const field = Buffer.from(obx.bytes(5, isEncapsulated ? 5 : 1)).subarray(0, MAX_BYTES);
  const written = unescapeValue(decodeAs(field, encoding), separators);
  const says = obx.component(5, isEncapsulated ? 4 : 2).trim();
  const text = fromBase64(written, says.toUpperCase() === 'BASE64') ?? written;
  const clean = cleaned(text)
    .slice(0, MAX_LENGTH)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim();
  return clean === '' ? undefined : clean;
}

/** Lines end with LF; no other control characters but tabs, and no character that stands for undecodable bytes. */
function cleaned(text: string): string {
  return text
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]|[\uFEFF\uFFFD]/gu, '');
}

/**
 * The text that base64 digits hold; undefined where they hold none, and are themselves the text.
 *
 * @param isDeclared whether the sender calls it base64; else only what could be nothing else is taken for it
 */
function fromBase64(written: string, isDeclared: boolean): string | undefined {
  const digits = written.replaceAll(/[\s=]+/g, '');
  const isPure = /^[A-Za-z0-9+/]*$/.test(digits);
  if (!isDeclared && !(isPure && digits.length % 4 !== 1 && digits.length >= 8)) return undefined;
  const bytes = Buffer.from(digits.replaceAll(/[^A-Za-z0-9+/]/g, ''), 'base64');
  const utf8 = asUtf8(bytes);
  if (utf8 !== undefined) return utf8;
  // Written language has blanks between its words; base64 has none.
  return isDeclared && !/\S[ \t]+\S/.test(written) ? asWestern(bytes) : undefined;
}

/** Undefined where it is not UTF-8; a last character that was cut is left out. */
function asUtf8(bytes: Buffer): string | undefined {
  const whole = [0, 1, 2, 3].map(cut => bytes.subarray(0, Math.max(0, bytes.length - cut))).find(isUtf8);
  return whole?.toString('utf8');
}

/** Undefined for bytes that are no text: with control characters of ASCII. Windows has its quotes among those of 8859. */
function asWestern(bytes: Buffer): string | undefined {
  const isWindows = bytes.some(byte => byte >= 0x80 && byte < 0xa0);
  const text = decodeAs(bytes, isWindows ? 'windows-1252' : 'iso-8859-15');
  return /[\0-\x08\x0B\x0C\x0E-\x1F\x7F]/.test(text) ? undefined : text;
}
