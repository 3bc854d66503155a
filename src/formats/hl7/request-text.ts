import { isUtf8 } from 'node:buffer';
import { decodeAs } from './charset.ts';
import { type Separators, unescapeValue } from './escape.ts';
import type { Hl7Segment } from './message.ts';
import { isWord } from './request-fields.ts';

/** A mail's text is no longer, in UTF-16 units. */
const MAX_LENGTH = 64 * 1024;
/** Bytes of OBX-5 that are looked at: what the longest text takes as base64, each character of four bytes. */
const MAX_BYTES = 6 * MAX_LENGTH;

/**
 * The text of a mail in OBX-5 (CORPSMAIL_PS, CORPSMAIL_PATIENT), read as well as it can be: a fault in it is never a
 * reason to refuse a document. Base64 without its padding or with other characters in it, text that is not base64
 * although it says so, UTF-8, 8859/15 or Windows-1252 whatever the message is written in; control characters are left
 * out.
 *
 * @returns undefined when nothing is left
 */
export function readMailText(obx: Hl7Segment, separators: Separators): string | undefined {
  const isEncapsulated = obx.bytes(5, 5).length > 0;
  const field = Buffer.from(obx.bytes(5, isEncapsulated ? 5 : 1).subarray(0, MAX_BYTES));
  const written = unescapeValue(asUtf8(field) ?? decodeAs(field, westernIn(field)), separators);
  const isDeclared = isWord(obx, 5, isEncapsulated ? 4 : 2, 'BASE64');
  const text = fromBase64(written, isDeclared) ?? written;
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

/** The start of a character that was cut, of those that French has in UTF-8; `é` or `à` of 8859/15 is none. */
const CUT_CHARACTER = /(?:[\xC2-\xC5]|\xE2[\x80-\xBF]?|\xF0[\x80-\xBF]{0,2})$/;

/** Undefined where it is not UTF-8; a last character that was cut is left out. */
function asUtf8(bytes: Buffer): string | undefined {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const [cut = ''] = CUT_CHARACTER.exec(bytes.toString('latin1', Math.max(0, bytes.length - 3))) ?? [];
  const whole = bytes.subarray(0, bytes.length - cut.length);
  return isUtf8(whole) ? whole.toString('utf8') : undefined;
}

/** Undefined for bytes that are no text: with control characters of ASCII. */
function asWestern(bytes: Buffer): string | undefined {
  const text = decodeAs(bytes, westernIn(bytes));
  return /[\0-\x08\x0B\x0C\x0E-\x1F\x7F]/.test(text) ? undefined : text;
}

/** Windows has its quotes and dashes where 8859 has control characters. */
function westernIn(bytes: Uint8Array): 'windows-1252' | 'iso-8859-15' {
  return bytes.some(byte => byte >= 0x80 && byte < 0xa0) ? 'windows-1252' : 'iso-8859-15';
}
