import { createHash } from 'node:crypto';
import libmime from 'libmime';
import { encode as encodeQuotedPrintable, wrap } from 'nodemailer/lib/qp';
import { toAscii } from './ascii.ts';
import { neutralise, oneLine } from './header-block.ts';
import type { MailAddress, MailAttachment } from './types.ts';

/**
 * A small MIME writer. nodemailer's MailComposer gives no control over the fields of
 * message/disposition-notification nor over what stands inside message/rfc822, and is asynchronous; its
 * encoders and libmime's are used here.
 */

/** A header: name and value. The value is ASCII and ready to be folded. */
export type Header = readonly [name: string, value: string];

/** A body part; `body` is encoded already, its lines end in CRLF. */
export interface MimePart {
  readonly headers: readonly Header[];
  readonly body: readonly (string | Uint8Array)[];
}

const CRLF = '\r\n';
/** Bytes that make one base64 line of 76 characters. */
const BASE64_LINE = 57;

/** A mail or part as bytes. */
export function serialize(part: MimePart): Uint8Array {
  return Buffer.concat(chunksOf(part).map(chunk => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
}

/** A part and all that it holds, not yet joined: attachments are copied once, when the whole mail is. */
export function chunksOf(part: MimePart): (string | Uint8Array)[] {
  return [part.headers.map(([name, value]) => writeHeader(name, value)).join('') + CRLF, ...part.body];
}

/** A multipart of the parts. `seed` makes the boundary, which no base64 or quoted-printable line can hold. */
export function multipart(
  type: string,
  seed: string,
  parts: readonly MimePart[],
  headers: readonly Header[] = [],
): MimePart {
  const boundary = `=_pfi_${createHash('sha256').update(`${type} ${seed}`).digest('hex').slice(0, 32)}`;
  return {
    headers: [...headers, ['Content-Type', `${type}; boundary="${boundary}"`]],
    body: [
      ...parts.flatMap(part => [`--${boundary}${CRLF}`, ...chunksOf(part), CRLF]),
      `--${boundary}--${CRLF}`,
    ],
  };
}

/** A text/plain part in UTF-8, quoted-printable; `text` may have any line ends. */
export function textPart(text: string): MimePart {
  const lines = text.replaceAll(/\r\n?|\n/g, CRLF).replaceAll('\u0000', '');
  return {
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Content-Transfer-Encoding', 'quoted-printable'],
    ],
    body: [wrap(encodeQuotedPrintable(lines), 76)],
  };
}

/** An attachment in base64. Its name stands whole in Content-Disposition, without accents in Content-Type. */
export function attachmentPart(attachment: MailAttachment, filename: string): MimePart {
  return {
    headers: [
      ['Content-Type', `${safeType(attachment.contentType)}; name=${quoted(toAscii(filename))}`],
      ['Content-Transfer-Encoding', 'base64'],
      ['Content-Disposition', `attachment; ${filenameParameter(filename)}`],
    ],
    body: [base64Lines(attachment.bytes)],
  };
}

/**
 * A text for an unstructured header (Subject…): words in plain ASCII as they are, runs of others as RFC 2047
 * words. So `XDM/1.0/DDM+` and an error code stay legible to filters that decode nothing.
 */
export function encodeUnstructured(text: string): string {
  const runs: { plain: boolean; words: string[] }[] = [];
  for (const word of oneLine(text).split(' ')) {
    const plain = isPlain(word);
    const last = runs.at(-1);
    if (last?.plain === plain) last.words.push(word);
    else runs.push({ plain, words: [word] });
  }
  return runs.map(({ plain, words }) => (plain ? words.join(' ') : encodeWords(words.join(' ')))).join(' ');
}

/**
 * A mailbox for From, To…: `"Name" <address>`, the name quoted or encoded. What would make two mailboxes, a
 * group or a comment of the address is dropped from it.
 */
export function encodeMailbox({ address, name }: MailAddress): string {
  const bare = address.replaceAll(/[^!-~]|[<>,;:"()[\]\\]/g, '');
  const line = oneLine(name ?? '');
  if (line === '') return bare;
  return `${line.split(' ').every(isPlain) ? quoted(line) : encodeWords(line)} <${bare}>`;
}

/** RFC 5322 date and time, in UTC. */
export function encodeDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}

/** One header, folded at blanks and ended. Anything that could begin another header is a blank by now. */
export function writeHeader(name: string, value: string): string {
  return libmime.foldLines(`${name}: ${neutralise(value)}`, 76, false) + CRLF;
}

function base64Lines(bytes: Uint8Array): Uint8Array {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines = Math.ceil(source.length / BASE64_LINE);
  const encoded = Buffer.allocUnsafe(Math.ceil(source.length / 3) * 4 + lines * CRLF.length);
  let written = 0;
  for (let from = 0; from < source.length; from += BASE64_LINE) {
    written += encoded.write(source.toString('base64', from, from + BASE64_LINE) + CRLF, written, 'latin1');
  }
  return encoded;
}

/** multipart/… and message/… must not be base64 (RFC 2046); a type that is none is sent as plain bytes. */
function safeType(contentType: string): string {
  const isType = /^[a-z0-9][\w.+-]*\/[a-z0-9][\w.+-]*$/i.test(contentType);
  return isType && !/^(?:multipart|message)\//i.test(contentType) ? contentType : 'application/octet-stream';
}

/** `filename`, by RFC 2231 where it is not short ASCII. */
function filenameParameter(filename: string): string {
  const line = neutralise(filename);
  if (/^[ -~]{1,60}$/.test(line)) return `filename=${quoted(line)}`;
  return libmime
    .buildHeaderParam('filename', line, 50)
    .map(({ key, value }) => `${key}=${key.endsWith('*') ? value : quoted(value)}`)
    .join('; ');
}

/** A word that stands in a header as it is: short printable ASCII that nobody takes for an encoded word. */
function isPlain(word: string): boolean {
  return /^[!-~]{0,200}$/.test(word) && !word.includes('=?');
}

function encodeWords(text: string): string {
  return libmime.encodeWord(text, 'Q', 64);
}

function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
}
