import { describe, expect, it } from 'vitest';
import { archivePart, documentMail, mailPart, multipartMail } from '../../../samples/kit/mail.ts';
import { receivedMdn } from '../../../samples/special-mails.ts';
import { readMail } from '../../../src/flows/reading/read-mail.ts';
import { LIMITS } from '../../kit/archive-limits.ts';

const sent = documentMail({
  messageId: '<envoi-1@chu-x.mssante.fr>',
  attachments: [archivePart(Buffer.from('PK'))],
});
const status = 'Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.fr\r\nAction: failed\r\n';
const dsn = multipartMail(
  ['Return-Path: <>', 'From: MAILER-DAEMON@b.fr'],
  'multipart/report; report-type=delivery-status',
  [
    { contentType: 'text/plain', content: 'Non remis.\r\n' },
    { contentType: 'message/delivery-status', content: status },
    mailPart(sent),
  ],
);
const bounce = documentMail({
  from: 'MAILER-DAEMON@b.fr',
  returnPath: '<>',
  subject: 'failure notice',
  attachments: [mailPart(sent)],
});
const errorMail = documentMail({ subject: '[KO !][902] XDM/1.0/DDM+CR', attachments: [mailPart(sent)] });

const about = '<envoi-1@chu-x.mssante.fr>';

describe('a receipt is read to plain data, and its archive to none', () => {
  it.each([
    [
      'DSN',
      dsn,
      {
        kind: 'receipt',
        report: 'dsn',
        facts: {
          report: 'dsn',
          originalMessageId: about,
          recipients: [{ final: 'a@b.fr', action: 'failed' }],
        },
      },
    ],
    [
      'a bounce in the words of a mail server',
      bounce,
      { kind: 'receipt', report: 'dsn', facts: { report: 'dsn', originalMessageId: about, recipients: [] } },
    ],
    [
      'MDN',
      receivedMdn(),
      {
        kind: 'receipt',
        report: 'mdn',
        facts: { report: 'mdn', originalMessageId: '<lettre-4711@chu-x.mssante.fr>', error: undefined },
      },
    ],
    [
      'an error mail',
      errorMail,
      {
        kind: 'error-mail',
        about: [about],
        hasArchive: true,
        facts: { report: 'error-mail', code: '902', about: [about] },
      },
    ],
  ])('%s', async (_case, raw, expected) => {
    const reading = await readMail(raw, LIMITS);
    // As it crosses from the reader's process.
    for (const each of [reading, structuredClone(reading)]) {
      expect(each).toMatchObject({ ...expected, attachments: [] });
    }
  });
});
