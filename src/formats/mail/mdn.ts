import { toAscii } from './ascii.ts';
import {
  encodeUnstructured,
  type Header,
  type MimePart,
  multipart,
  serialize,
  textPart,
  writeHeader,
} from './mime-writer.ts';
import { asciiId, givenBack, notificationHeaders, safeCode } from './notification-head.ts';
import { notificationText } from './notification-text.ts';
import { originalPart } from './original-mail.ts';
import type { NotificationInput } from './types.ts';

/** A label longer than this is cut in the Disposition field; the Error field and the text have it whole. */
const MAX_DISPOSITION_LABEL = 120;

/**
 * The MDN (ANS, Transmission au LPS v1.1, struct-msg-mdn), as a raw mail ready to be submitted: text,
 * notification, original mail, archive, PDFs. A success where `input.error` is undefined.
 */
export function buildMdn(input: NotificationInput): Uint8Array {
  return serialize(
    multipart(
      'multipart/report; report-type=disposition-notification',
      input.messageId,
      [
        textPart(notificationText(input)),
        notificationPart(input),
        originalPart(input.original.headerBlock, input.original.text),
        ...givenBack(input.original.attachments),
      ],
      notificationHeaders(input, 'auto-replied'),
    ),
  );
}

/** RFC 8098 §3: fields in ASCII, as the body of a part of their own. */
function notificationPart(input: NotificationInput): MimePart {
  const { from, original, error } = input;
  const fields: Header[] = [
    ['Reporting-UA', `${toAscii(from.address.split('@').at(-1) ?? '')}; ${toAscii(input.product)}`],
    ['Original-Recipient', `rfc822; ${asciiId(original.originalRecipient)}`],
    ['Final-Recipient', `rfc822; ${asciiId(original.finalRecipient)}`],
    ['Original-Message-ID', asciiId(original.messageId)],
  ];
  return {
    headers: [['Content-Type', 'message/disposition-notification']],
    body: [
      ...fields.map(([name, value]) => writeHeader(name, value)),
      // One line, never folded: receivers are known to read this field line by line.
      `Disposition: ${disposition(error)}\r\n`,
      ...(error === undefined
        ? []
        : [writeHeader('Error', encodeUnstructured(`${safeCode(error.code)}^${withoutMarks(error.label)}`))]),
    ],
  };
}

/** A label that readers of `code^label|…` take for one. */
function withoutMarks(label: string): string {
  return label.replaceAll(/[\^|]/g, ' ');
}

/**
 * `…; processed/Error: code^label` (quirk M2). RFC 8098 knows no encoding in this field: the label stands in
 * it without accents, and without the characters that the field or its ANS form give a meaning to.
 */
function disposition(error: NotificationInput['error']): string {
  const done = 'automatic-action/MDN-sent-automatically; processed';
  if (error === undefined) return done;
  const label = toAscii(error.label.replaceAll(/[\p{Cc}^|;,/\\"()<>[\]]/gu, ' '))
    .replaceAll(/ +/g, ' ')
    .trim()
    .slice(0, MAX_DISPOSITION_LABEL)
    .trim();
  return `${done}/Error: ${safeCode(error.code)}^${label === '' ? 'Erreur' : label}`;
}
