import type { Headers } from 'mailparser';
import type { MailAttachment } from './types.ts';

/** How much of a body is looked at to tell base64 from anything else. */
const SNIFF = 1024;
const [TAB, LF, CR, SPACE, HYPHEN] = [0x09, 0x0a, 0x0d, 0x20, 0x2d];
const MDN = 'message/disposition-notification';
/** Its line, where a field of the notification is on the next. */
const JOINED_MDN =
  /^message\/disposition-notification[^\r\n]*\r?\n(?=(?:reporting-ua|(?:original|final)-recipient|original-message-id|disposition)[ \t]*:)/i;

/**
 * A part's bytes, decoded where its sender forgot to say how: base64 without a Content-Transfer-Encoding, or
 * under the misspelt `Content-Transfert-Encoding` of the ANS sample (quirk M1), which mailparser leaves as
 * text.
 */
export function undoTransferEncoding(content: Buffer, headers: Headers, mayBeMail: boolean): Uint8Array {
  const start = content.subarray(0, SNIFF).toString('latin1').trimStart();
  if (!/^[A-Za-z0-9+/=\s]+$/.test(start)) return content;
  const misspelt = headers.get('content-transfert-encoding');
  const announced = typeof misspelt === 'string' && misspelt.trim().toLowerCase() === 'base64';
  // `PK\3\4` and `%PDF-` in base64; an enclosed mail in base64 has no field name on its first line.
  const recognised = start.startsWith('UEsDB') || start.startsWith('JVBER');
  if (announced || recognised || (mayBeMail && beginsWithField(decode(Buffer.from(start, 'latin1'))))) {
    return decode(content);
  }
  return content;
}

/**
 * A multipart's body without the blanks that may stand after its delimiters (transport padding, RFC 2046
 * §5.1.1; quirk M1): mailparser does not take such lines for delimiters, and the parts would be lost. The
 * same bytes when there are none.
 */
export function trimBoundaryPadding(body: Uint8Array, boundary: string): Uint8Array {
  const source = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = Buffer.from(`--${boundary}`);
  const pieces: Buffer[] = [];
  let kept = 0;
  for (let at = source.indexOf(delimiter); at !== -1; at = source.indexOf(delimiter, at + delimiter.length)) {
    if (at > 0 && source[at - 1] !== LF) continue;
    let end = at + delimiter.length;
    if (source[end] === HYPHEN && source[end + 1] === HYPHEN) end += 2;
    let next = end;
    while (source[next] === SPACE || source[next] === TAB) next++;
    if (next === end || (source[next] !== CR && source[next] !== LF)) continue;
    pieces.push(source.subarray(kept, end));
    kept = next;
  }
  return pieces.length === 0 ? body : Buffer.concat([...pieces, source.subarray(kept)]);
}

/**
 * A body whose MDN has its fields directly below its Content-Type, as the ANS sample writes them: the blank line
 * that parts them is put in (quirk M1), else mailparser takes them for the part's own header and drops the empty
 * part. The same bytes where there is none.
 */
export function partNotificationFields(body: Uint8Array): Uint8Array {
  const source = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (let at = source.indexOf(MDN); at !== -1; at = source.indexOf(MDN, at + MDN.length)) {
    const before = source.toString('latin1', Math.max(at - 20, 0), at);
    const [joined] = JOINED_MDN.exec(source.toString('latin1', at, at + 200)) ?? [];
    if (joined === undefined || !/(?:^|\n)content-type:[ \t]*$/i.test(before)) continue;
    const end = at + joined.length;
    return Buffer.concat([source.subarray(0, end), Buffer.from('\r\n'), source.subarray(end)]);
  }
  return body;
}

/** A part that holds a mail: by its type or its name, and by its first line. */
export function looksLikeMail(part: MailAttachment): boolean {
  return isMailType(part.contentType, part.filename) && beginsWithField(part.bytes);
}

/** Types and names under which mails are enclosed; some gateways retype them as application/octet-stream. */
export function isMailType(contentType: string, filename: string | undefined): boolean {
  return /^message\/(?:rfc822|global)$/.test(contentType) || /\.eml$/i.test(filename ?? '');
}

function beginsWithField(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, SNIFF)).toString('latin1');
  return /^[\r\n]*(?:>?From |[!-9;-~]+[ \t]*:)/.test(start);
}

function decode(text: Buffer): Uint8Array {
  return Buffer.from(text.toString('latin1'), 'base64');
}
