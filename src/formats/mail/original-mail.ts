import { parseAddresses } from './addresses.ts';
import { decodeText, type HeaderField, parseHeaderBlock } from './header-block.ts';
import {
  chunksOf,
  encodeMailbox,
  encodeUnstructured,
  type Header,
  type MimePart,
  textPart,
  writeHeader,
} from './mime-writer.ts';

const ADDRESS_FIELDS = new Set([
  'from',
  'sender',
  'to',
  'cc',
  'reply-to',
  'return-path',
  'delivered-to',
  'disposition-notification-to',
]);

/**
 * The original mail as a message/rfc822 part: its headers and its text, without attachments (the archive and
 * PDFs are given back beside it). The fields that describe the MIME structure are replaced, so that it is a
 * valid mail; raw 8-bit headers are encoded, so that it needs no 8-bit transport.
 *
 * @param filename adds a Content-Disposition: the error mail's `message_original.eml`.
 */
export function originalPart(headerBlock: Uint8Array, text: string, filename?: string): MimePart {
  const verbatim = parseHeaderBlock(headerBlock).filter(
    ({ name }) => !name.startsWith('content-') && name !== 'mime-version',
  );
  const disposition: Header[] =
    filename === undefined ? [] : [['Content-Disposition', `attachment; filename="${filename}"`]];
  const body = textPart(text);
  return {
    headers: [['Content-Type', 'message/rfc822'], ...disposition],
    body: [
      verbatim.map(writeField).join(''),
      ...chunksOf({ headers: [['MIME-Version', '1.0'], ...body.headers], body: body.body }),
    ],
  };
}

/** A field as received where it is valid (its folds kept), else rewritten. */
function writeField(field: HeaderField): string {
  const raw = Buffer.from(field.raw).toString('latin1').replaceAll(/\r?\n/g, '\r\n');
  const lines = raw.split('\r\n');
  // RFC 5322 §4.5.3 lets a blank stand before the colon in old mails; many readers stop reading headers
  // there.
  const valid =
    !/^[^:\s]+[ \t]/.test(raw) &&
    lines.every(line => line.length <= 998 && /^[\t -~]*[!-~][\t -~]*$/.test(line));
  if (valid) return `${raw}\r\n`;
  const name = raw.slice(0, raw.indexOf(':')).trimEnd();
  const value = ADDRESS_FIELDS.has(field.name)
    ? parseAddresses(field.value).map(encodeMailbox).join(', ')
    : encodeUnstructured(decodeText(field.value));
  return writeHeader(name, value);
}
