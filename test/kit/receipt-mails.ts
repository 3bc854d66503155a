import { mailPart, type MailPart, multipartMail } from '../../samples/kit/mail.ts';
import type { AcceptedMail } from '../../src/sandbox/operator.ts';
import { headOf, messageIdIn } from './gateway.ts';

// Receipts as other systems write them, for what the sandbox's operator does not send. Each is a mail of its own.

/** What a report says of one recipient: whole fields, `Action: failed`. */
export type RecipientFields = readonly string[];

export interface DsnOptions {
  /** Original-Envelope-Id; default: the one that was asked for. '' leaves it out. */
  readonly envelopeId?: string;
  /** Whether the headers of the mail are given back; default true. */
  readonly returns?: boolean;
}

let receipts = 0;

function newHead(from: string, subject: string): string[] {
  receipts += 1;
  return [
    `From: ${from}`,
    `Subject: ${subject}`,
    `Message-ID: <accuse-${receipts}@autre.mssante.fr>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
  ];
}

/** A delivery status notification (RFC 3464) about a mail, with a group of fields for each recipient. */
export function dsnAbout(
  { raw, envelope }: AcceptedMail,
  recipients: readonly RecipientFields[],
  { envelopeId = envelope.envid ?? '', returns = true }: DsnOptions = {},
): Buffer {
  const groups = [
    [
      'Reporting-MTA: dns; mx.autre.mssante.fr',
      ...(envelopeId === '' ? [] : [`Original-Envelope-Id: ${envelopeId}`]),
    ],
    ...recipients,
  ];
  const status = groups.map(lines => `${lines.join('\r\n')}\r\n`).join('\r\n');
  const returned: MailPart = { contentType: 'text/rfc822-headers', content: headOf(raw).trim() };
  return multipartMail(
    newHead('MAILER-DAEMON@autre.mssante.fr', 'Delivery Status Notification'),
    'multipart/report; report-type=delivery-status',
    [
      { contentType: 'text/plain', content: 'Voici ce qu’est devenu votre message.\r\n' },
      { contentType: 'message/delivery-status', content: status },
      ...(returns ? [returned] : []),
    ],
  );
}

/** What a report says of a recipient in the usual fields. @param diagnostic of type smtp */
export function fate(
  address: string,
  action: string,
  status = '2.0.0',
  diagnostic?: string,
): RecipientFields {
  return [
    `Final-Recipient: rfc822; ${address}`,
    `Action: ${action}`,
    `Status: ${status}`,
    ...(diagnostic === undefined ? [] : [`Diagnostic-Code: smtp; ${diagnostic}`]),
  ];
}

/** A message disposition notification of these fields, Original-Message-ID aside. */
export function mdnAbout(
  { raw }: Pick<AcceptedMail, 'raw'>,
  from: string,
  fields: readonly string[],
): Buffer {
  return multipartMail(
    newHead(from, encodedWord('Accusé de lecture')),
    'multipart/report; report-type=disposition-notification',
    [
      { contentType: 'text/plain; charset=utf-8', content: 'Le message a été traité.\r\n' },
      {
        contentType: 'message/disposition-notification',
        content: [`Original-Message-ID: ${messageIdIn(raw)}`, ...fields, ''].join('\r\n'),
      },
    ],
  );
}

/** An error mail (ANS, struct-email-standard): the code in the subject, the original enclosed. */
export function errorMailAbout({ raw }: AcceptedMail, from: string, code: string): Buffer {
  return multipartMail(
    newHead(from, encodedWord(`[KO Intégration système !][${code}] XDM/1.0/DDM+CR`)),
    'multipart/mixed',
    [
      { contentType: 'text/plain; charset=utf-8', content: 'Le document n’a pas été intégré.\r\n' },
      mailPart(raw),
    ],
  );
}

function encodedWord(text: string): string {
  return `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
}
