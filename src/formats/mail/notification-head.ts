import { beginsLikeZip } from '../xdm/zip-start.ts';
import { toAscii } from './ascii.ts';
import {
  attachmentPart,
  encodeDate,
  encodeMailbox,
  encodeUnstructured,
  type Header,
  type MimePart,
} from './mime-writer.ts';
import type { MailAttachment, NotificationInput } from './types.ts';

/** The headers that an MDN and an error mail have in common. */
export function notificationHeaders(
  input: NotificationInput,
  autoSubmitted: 'auto-replied' | 'auto-generated',
): Header[] {
  const answered = asciiId(input.original.messageId);
  return [
    ['Date', encodeDate(input.date)],
    ['From', encodeMailbox(input.from)],
    ['To', encodeMailbox({ address: input.to, name: undefined })],
    ['Message-ID', asciiId(input.messageId)],
    ['Subject', encodeUnstructured(notificationSubject(input))],
    ['In-Reply-To', answered],
    ['References', answered],
    ['Auto-Submitted', autoSubmitted],
    ['X-MSS-NIL', toAscii(input.nil)],
    ['MIME-Version', '1.0'],
  ];
}

/**
 * `[KO Intégration système !][code] XDM/1.0/DDM+…`, or without the brackets for a success (ANS, Transmission
 * au LPS v1.1, struct-msg-mdn; quirk M3).
 */
export function notificationSubject(input: NotificationInput): string {
  return input.error === undefined
    ? input.documentSubject
    : `[KO Intégration système !][${safeCode(input.error.code)}] ${input.documentSubject}`;
}

/** An error code fit for a subject and a Disposition field; 906 ("autre") where nothing is left of it. */
export function safeCode(code: string): string {
  const kept = code.replaceAll(/[^\w.-]/g, '').slice(0, 20);
  return kept === '' ? '906' : kept;
}

/** The attachments given back, the archive under its published name (quirk X1). */
export function givenBack(attachments: readonly MailAttachment[]): MimePart[] {
  const archive = attachments.find(isZip);
  return attachments.map((attachment, index) => {
    if (attachment === archive) {
      return attachmentPart({ ...attachment, contentType: 'application/zip' }, 'IHE_XDM.zip');
    }
    return attachmentPart(attachment, attachment.filename ?? `piece-jointe-${index + 1}`);
  });
}

/** An identifier as a header may hold it, its brackets kept. */
export function asciiId(id: string): string {
  return id.replaceAll(/[^!-~]/g, '');
}

function isZip({ contentType, filename, bytes }: MailAttachment): boolean {
  return (
    /^ihe_xdm[^/\\]*\.zip$/i.test(filename ?? '') ||
    /^application\/(?:x-)?zip/.test(contentType) ||
    beginsLikeZip(bytes)
  );
}
