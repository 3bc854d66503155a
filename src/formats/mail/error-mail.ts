import { multipart, serialize, textPart } from './mime-writer.ts';
import { givenBack, notificationHeaders } from './notification-head.ts';
import { notificationText } from './notification-text.ts';
import { originalPart } from './original-mail.ts';
import type { NotificationInput } from './types.ts';

/** What an error mail is made of: there is none for a success. */
export type ErrorMailInput = NotificationInput & {
  readonly error: { readonly code: string; readonly label: string };
};

/**
 * The standard error mail (ANS, Transmission au LPS v1.1, struct-email-standard), as a raw mail ready to be
 * submitted: for senders who asked for no MDN. It says that a machine wrote it (RFC 3834), so that no other
 * gateway answers it.
 */
export function buildErrorMail(input: ErrorMailInput): Uint8Array {
  return serialize(
    multipart(
      'multipart/mixed',
      input.messageId,
      [
        textPart(notificationText(input)),
        originalPart(input.original.headerBlock, input.original.text, 'message_original.eml'),
        ...givenBack(input.original.attachments),
      ],
      notificationHeaders(input, 'auto-generated'),
    ),
  );
}
