import { splitHeaderBlock } from '../formats/mail/header-block.ts';
import { encodeDate } from '../formats/mail/mime-writer.ts';
import type { AcceptedMail } from './submission.ts';

/** What became of a mail for one recipient (RFC 3464 §2.3). */
export interface Fate {
  readonly address: string;
  readonly action: 'delivered' | 'delayed' | 'failed';
  /** Enhanced status code, `5.1.1`. */
  readonly status: string;
  /** Diagnostic-Code, `X-Postfix; mailbox full`. */
  readonly diagnostic: string;
}

const HOST = 'operateur.sandbox';

/** Of each action: the subject, what the text says, and what is given back. */
const WORDS: Readonly<Record<Fate['action'], { subject: string; text: string; returned: string }>> = {
  delivered: {
    subject: 'Successful Mail Delivery Report',
    text: 'Your message was successfully delivered to the destination(s)\r\nlisted below.',
    returned: 'Message Headers',
  },
  delayed: {
    subject: 'Delayed Mail (still being retried)',
    text: 'THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.\r\n\r\nIt could not be delivered yet, and will be retried.',
    returned: 'Undelivered Message Headers',
  },
  failed: {
    subject: 'Undelivered Mail Returned to Sender',
    text: 'I’m sorry to have to inform you that your message could not\r\nbe delivered to one or more recipients.',
    returned: 'Undelivered Message Headers',
  },
};

/**
 * A delivery status notification as Postfix writes it (RFC 3464), with the headers of the mail; the mail whole where
 * that was asked for (RET=FULL) and it could not be delivered.
 *
 * @param fates of one action, one at least
 */
export function buildDeliveryReport(
  mail: AcceptedMail,
  action: Fate['action'],
  fates: readonly Fate[],
  about: { readonly queueId: string; readonly time: Date },
): Buffer {
  const { envelope } = mail;
  const words = WORDS[action];
  const boundary = `${about.queueId}.${about.time.getTime()}/${HOST}`;
  const part = (description: string, type: string): string[] => [
    '',
    `--${boundary}`,
    `Content-Description: ${description}`,
    `Content-Type: ${type}`,
    'Content-Transfer-Encoding: 8bit',
    '',
  ];
  const whole = envelope.ret === 'FULL' && action === 'failed';
  const head = [
    `Date: ${encodeDate(about.time)}`,
    `From: Mail Delivery System <MAILER-DAEMON@${HOST}>`,
    `Subject: ${words.subject}`,
    `To: ${envelope.from}`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    `\tboundary="${boundary}"`,
    'Content-Transfer-Encoding: 8bit',
    `Message-Id: <${about.time.getTime()}.${action}.${about.queueId}@${HOST}>`,
    '',
    'This is a MIME-encapsulated message.',
    ...part('Notification', 'text/plain; charset=utf-8'),
    `This is the mail system at host ${HOST}.`,
    '',
    words.text,
    '',
    ...fates.map(({ address, diagnostic }) => `<${address}>: ${diagnostic.replace(/^[^;]*; */, '')}`),
    ...part('Delivery report', 'message/delivery-status'),
    `Reporting-MTA: dns; ${HOST}`,
    ...(envelope.envid === undefined ? [] : [`Original-Envelope-Id: ${undoXtext(envelope.envid)}`]),
    `X-Postfix-Queue-ID: ${about.queueId}`,
    `X-Postfix-Sender: rfc822; ${envelope.from}`,
    `Arrival-Date: ${encodeDate(mail.at)}`,
    ...fates.flatMap(fate => ['', ...recipientFields(fate, mail)]),
    ...part(words.returned, whole ? 'message/rfc822' : 'text/rfc822-headers'),
    `Return-Path: <${envelope.from}>`,
    '',
  ];
  return Buffer.concat([
    Buffer.from(head.join('\r\n')),
    whole ? mail.raw : splitHeaderBlock(mail.raw).block,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
}

function recipientFields(
  { address, action, status, diagnostic }: Fate,
  { envelope }: AcceptedMail,
): string[] {
  const orcpt = envelope.recipients.find(recipient => recipient.address === address)?.orcpt;
  return [
    `Final-Recipient: rfc822; ${address}`,
    // Where ORCPT was not given Postfix puts the address that the mail came for.
    `Original-Recipient: ${orcpt === undefined ? `rfc822;${address}` : undoXtext(orcpt)}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: ${diagnostic}`,
  ];
}

/** RFC 3461 §4. */
function undoXtext(text: string): string {
  return text.replaceAll(/\+([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
