import { assert, constantFrom, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentMail, type MailPart, mailPart, multipartMail, rawMail } from '../../../samples/kit/mail.ts';
import { classify } from '../../../src/formats/mail/classify.ts';
import { openMail } from '../../../src/formats/mail/open-mail.ts';
import { readDsn } from '../../../src/formats/mail/read-dsn.ts';
import type { DsnFacts } from '../../../src/formats/mail/receipt-types.ts';

const SENT = documentMail({ messageId: '<envoi-1@chu-x.mssante.fr>' });
const HEADERS: MailPart = {
  contentType: 'text/rfc822-headers',
  content:
    'Return-Path: <bal@chu-x.mssante.fr>\r\nMESSAGE-ID:\r\n <envoi-1@chu-x.mssante.fr>\r\nSubject: x\r\n',
};
const HEAD = ['Return-Path: <>', 'From: MAILER-DAEMON@relais.mssante.fr', 'Subject: Undelivered'];

/** A DSN of these lines, and of these further parts. */
function dsnMail(lines: readonly string[], parts: readonly MailPart[], head: readonly string[] = []): Buffer {
  return multipartMail([...HEAD, ...head], 'multipart/report; report-type=delivery-status', [
    { contentType: 'text/plain', content: 'relayed to non-DSN-aware mailer\r\n' },
    { contentType: 'message/delivery-status', content: `${lines.join('\r\n')}\r\n` },
    ...parts,
  ]);
}

const factsOf = async (raw: Buffer): Promise<DsnFacts> => {
  const mail = await openMail(raw);
  expect(classify(mail)).toEqual({ kind: 'receipt', report: 'dsn' });
  return readDsn(mail);
};
const read = (...lines: string[]): Promise<DsnFacts> => factsOf(dsnMail(lines, [HEADERS]));
/** The one recipient of a DSN whose second group has these lines. */
const recipient = async (...lines: string[]): Promise<DsnFacts['recipients'][number] | undefined> => {
  const { recipients } = await read('Reporting-MTA: dns; relais.mssante.fr', '', ...lines);
  expect(recipients.length).toBeLessThan(2);
  return recipients[0];
};

describe('readDsn', () => {
  it('reads every recipient of a report in the style of Postfix', async () => {
    const facts = await read(
      'Reporting-MTA: dns; relais.mssante.fr',
      'Original-Envelope-Id: envoi-1',
      'X-Postfix-Queue-ID: 54BD9210949',
      '',
      'Final-Recipient: rfc822; boite@c.mssante.fr',
      'Original-Recipient: rfc822;alias@b.mssante.fr',
      'Action: failed',
      'Status: 5.1.1',
      'Remote-MTA: dns; mx.c.mssante.fr',
      'Diagnostic-Code: smtp; 550 5.1.1 <boite@c.mssante.fr>: Recipient address',
      '    rejected: User unknown',
      '',
      'Final-Recipient: rfc822; lent@b.mssante.fr',
      'Original-Recipient: rfc822;lent@b.mssante.fr',
      'Action: delayed',
      'Status: 4.4.1',
      'Diagnostic-Code: X-Postfix; connect to 127.0.0.1[127.0.0.1]:9: Connection',
      '    refused',
      'Will-Retry-Until: Fri, 20 Nov 2026 03:32:48 +0000 (UTC)',
    );
    expect(facts).toEqual({
      report: 'dsn',
      envelopeId: 'envoi-1',
      originalMessageId: '<envoi-1@chu-x.mssante.fr>',
      recipients: [
        {
          final: 'boite@c.mssante.fr',
          original: 'alias@b.mssante.fr',
          action: 'failed',
          status: '5.1.1',
          reply: '550',
        },
        {
          final: 'lent@b.mssante.fr',
          original: 'lent@b.mssante.fr',
          action: 'delayed',
          status: '4.4.1',
          reply: undefined,
        },
      ],
    });
  });

  it('reads the style of Exim: its spelling, its order, blank lines more than one', async () => {
    const facts = await read(
      '',
      'Reporting-MTA: dns; relais.mssante.fr',
      'Original-Envelope-ID: envoi-1',
      '',
      ' ',
      'Action: delivered',
      'Final-Recipient: rfc822;<ps1@b.mssante.fr>',
      'Status: 2.0.0',
      'Diagnostic-Code: smtp; 250 Ok',
      '',
      '',
      'Action: delivered',
      'Final-Recipient: rfc822;ps2@b.mssante.fr',
      'Status: 2.0.0',
      '',
    );
    expect(facts.envelopeId).toBe('envoi-1');
    expect(facts.recipients.map(each => [each.final, each.original, each.action, each.reply])).toEqual([
      ['ps1@b.mssante.fr', undefined, 'delivered', '250'],
      ['ps2@b.mssante.fr', undefined, 'delivered', undefined],
    ]);
  });

  it.each([
    ['delivered', 'delivered'],
    ['Relayed', 'relayed'],
    ['EXPANDED (to multi-recipient alias)', 'expanded'],
    ['delayed', 'delayed'],
    ['(permanent) failed', 'failed'],
  ])('knows the action %s', async (value, action) => {
    expect(await recipient('Final-Recipient: rfc822; a@b.fr', `ACTION:   ${value}`)).toMatchObject({
      action,
    });
  });

  it.each([
    ['an unknown action', ['Final-Recipient: rfc822; a@b.fr', 'Action: quarantined', 'Status: 5.7.1']],
    ['an action that only begins like one', ['Final-Recipient: rfc822; a@b.fr', 'Action: failed-over']],
    ['no action', ['Final-Recipient: rfc822; a@b.fr', 'Status: 5.1.1']],
  ])('leaves out a recipient with %s', async (_case, lines) => {
    expect(await recipient(...lines)).toBeUndefined();
  });

  it('takes a recipient whose group is not parted from that of the mail', async () => {
    const facts = await read('Original-Envelope-Id: e', 'Final-Recipient: rfc822; a@b.fr', 'Action: failed');
    expect([facts.envelopeId, facts.recipients.length]).toEqual(['e', 1]);
  });

  it.each([
    ['rfc822; a@b.fr', 'a@b.fr'],
    ['RFC822;a@b.fr', 'a@b.fr'],
    ['rfc822 ; <A@B.fr>', 'A@B.fr'],
    ['rfc822; a@b.fr (Jean Martin)', 'a@b.fr'],
    ['rfc822 (x); a@b.fr', 'a@b.fr'],
    ['a@b.fr', 'a@b.fr'],
    ['utf-8; a@b.fr', 'a@b.fr'],
    ['utf-8; hélène@b.fr', undefined],
    ['x400; /G=Jean/S=Martin/', undefined],
    ['rfc822; unknown', undefined],
    ['', undefined],
  ])('reads the address of %j', async (value, address) => {
    const found = await recipient(
      `Final-Recipient: ${value}`,
      `Original-Recipient: ${value}`,
      'Action: failed',
    );
    expect([found?.final, found?.original]).toEqual([address, address]);
  });

  it.each([
    ['envoi+2B1+3D2', 'envoi+1=2'],
    ['envoi+2B3D', 'envoi+3D'],
    ['a+b', 'a+b'],
    ['a+2bc+20d', 'a+2bc+20d'],
  ])('undoes the xtext of %s', async (value, plain) => {
    const facts = await read(
      `Original-Envelope-Id: ${value}`,
      '',
      `Original-Recipient: rfc822;${value}@b.fr`,
      'Action: failed',
    );
    expect([facts.envelopeId, facts.recipients[0]?.original]).toEqual([plain, `${plain}@b.fr`]);
  });

  it.each([
    ['Status: 5.1.1', 'smtp; 550 5.7.26 x', '5.1.1', '550'],
    ['Status: 5.1.1 (bad mailbox)', 'smtp; 550', '5.1.1', '550'],
    ['Status: 550', 'smtp; 550-5.1.1 no such\r\n 550 5.1.1 user', '5.1.1', '550'],
    ['Status:', 'SMTP;552 5.2.2 mailbox full', '5.2.2', '552'],
    ['X: y', 'smtp; 452-4.2.2 mailbox full', '4.2.2', '452'],
    ['X: y', 'smtp;250 2.0.0 OK', '2.0.0', '250'],
    ['X: y', '554 refused', undefined, '554'],
    ['X: y', 'lmtp; 550 gone', undefined, '550'],
    ['X: y', 'X-Postfix; host mx.b.fr[192.0.2.5] said: 554 5.7.1 refused', '5.7.1', '554'],
    ['X: y', 'smtp; SMTP error from mx.b.fr [192.5.1.1]: 550 5.1.1 unknown', '5.1.1', '550'],
    ['X: y', 'X-Unix; 255', undefined, undefined],
    ['X: y', 'X-Postfix; connect to 192.5.1.1[192.5.1.1]:25: Connection timed out', undefined, undefined],
    ['X: y', 'smtp; 5501 x', undefined, undefined],
    ['X: y', 'smtp; timed out after 550 s', undefined, undefined],
    ['X: y', '', undefined, undefined],
  ])('of %s and %s takes status %s and reply %s', async (line, diagnostic, status, reply) => {
    const found = await recipient('Action: failed', line, `Diagnostic-Code: ${diagnostic}`);
    expect([found?.status, found?.reply]).toEqual([status, reply]);
  });
});

describe('the mail that a DSN is about', () => {
  const status = ['Reporting-MTA: dns; x', '', 'Final-Recipient: rfc822; a@b.fr', 'Action: failed'];
  const unopened = Buffer.from(SENT.toString().replace('boundary=', 'bondary='));

  it.each<[string, MailPart[], string[]]>([
    ['given back as headers', [HEADERS], []],
    ['given back whole', [mailPart(SENT)], []],
    ['given back whole, and unreadable', [mailPart(unopened)], []],
    ['given back as text/rfc822', [{ ...HEADERS, contentType: 'text/rfc822' }], []],
    ['given back as message/global-headers', [{ ...HEADERS, contentType: 'message/global-headers' }], []],
    ['given back as message/global', [{ contentType: 'message/global', content: SENT.toString() }], []],
    [
      'answered, where nothing is given back',
      [],
      ['References: <avant@x.fr>\r\n <envoi-1@chu-x.mssante.fr>'],
    ],
    [
      'answered, where what is given back has no Message-ID',
      [{ ...HEADERS, content: 'Subject: x\r\n' }],
      ['In-Reply-To: <envoi-1@chu-x.mssante.fr>', 'References: <envoi-1@chu-x.mssante.fr> <autre@x.fr>'],
    ],
  ])('is the one %s', async (_case, parts, head) => {
    const facts = await factsOf(dsnMail(status, parts, head));
    expect(facts.originalMessageId).toBe('<envoi-1@chu-x.mssante.fr>');
  });

  it('is the one given back rather than the one answered', async () => {
    const facts = await factsOf(dsnMail(status, [HEADERS], ['In-Reply-To: <autre@x.fr>']));
    expect(facts.originalMessageId).toBe('<envoi-1@chu-x.mssante.fr>');
  });

  it('is unknown where nothing tells it', async () => {
    expect((await factsOf(dsnMail(status, []))).originalMessageId).toBeUndefined();
  });
});

describe('other shapes', () => {
  it('message/global-delivery-status (RFC 6533)', async () => {
    const content =
      'Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: utf-8; é@b.fr\r\nOriginal-Recipient: rfc822;a@b.fr\r\nAction: failed\r\n';
    const raw = multipartMail(HEAD, 'multipart/report; report-type=delivery-status', [
      { contentType: 'message/global-delivery-status', content },
    ]);
    expect((await factsOf(raw)).recipients).toEqual([
      { final: undefined, original: 'a@b.fr', action: 'failed', status: undefined, reply: undefined },
    ]);
  });

  it('a status in multipart/mixed, and one that is the whole mail', async () => {
    const status = 'Final-Recipient: rfc822; a@b.fr\r\nAction: failed\r\n';
    const part: MailPart = { contentType: 'message/delivery-status', content: status };
    const lone = rawMail(['From: x@b.fr', 'Content-Type: message/delivery-status', '', status]);
    for (const raw of [documentMail({ subject: 'x', attachments: [part] }), lone]) {
      expect((await factsOf(raw)).recipients.map(({ final }) => final)).toEqual(['a@b.fr']);
    }
  });

  it('a DSN without its status part', async () => {
    const raw = multipartMail(HEAD, 'multipart/report; report-type=delivery-status', [mailPart(SENT)]);
    expect(await factsOf(raw)).toEqual({
      report: 'dsn',
      envelopeId: undefined,
      originalMessageId: '<envoi-1@chu-x.mssante.fr>',
      recipients: [],
    });
  });

  it.each([
    [
      'qmail',
      `Hi. This is the qmail-send program.\n\n<a@b.fr>:\nno such user\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <x@y.fr>\n${SENT.toString()}`,
    ],
    [
      'a quoted header',
      'Your mail came back.\n\n> Subject: x\n> Message-Id: <envoi-1@chu-x.mssante.fr>\n> To: a@b.fr\n',
    ],
    [
      'a folded header',
      'Subject: x\nMessage-ID:\n <envoi-1@chu-x.mssante.fr>\n\nMessage-ID: <dans-le-corps@x.fr>\n',
    ],
  ])('a bounce in the words of a mail server: %s', async (_case, text) => {
    const raw = rawMail(['Return-Path: <>', 'From: MAILER-DAEMON@b.fr', 'Subject: failure notice', '', text]);
    expect(await factsOf(raw)).toEqual({
      report: 'dsn',
      envelopeId: undefined,
      originalMessageId: '<envoi-1@chu-x.mssante.fr>',
      recipients: [],
    });
  });
});

describe('whatever a DSN holds', () => {
  it('takes 500 recipients, of any more none', async () => {
    const group = ['', 'Final-Recipient: rfc822; a@b.fr', 'Action: failed'];
    const lines = Array.from({ length: 20_000 }, () => group).flat();
    const { recipients } = await read('Reporting-MTA: dns; x', ...lines);
    expect(recipients.length).toBe(500);
  });

  it.each(['\r\n', ' \r\n', 'a:\r\n\r\n', '(', 'Action: (', 'Diagnostic-Code: 550 ', '5.', '+2B', ' '])(
    'is read in linear time: 4 MB of %j',
    async unit => {
      const mail = await openMail(dsnMail([unit.repeat(4_000_000 / unit.length)], [HEADERS]));
      const started = performance.now();
      readDsn(mail);
      expect(performance.now() - started).toBeLessThan(1000);
    },
  );

  it('reads any fields to an end, and tells nothing that is not of the format', async () => {
    const names = constantFrom(
      'Action',
      'Final-Recipient',
      'Original-Recipient',
      'Status',
      'Diagnostic-Code',
      '',
    );
    const mail = await openMail(dsnMail([], [HEADERS]));
    assert(
      property(names, string({ unit: 'binary' }), names, string(), (name, value, other, text) => {
        const content = Buffer.from(`Action: failed\r\n${name}: ${value}\r\n${other}: ${text}\r\n`);
        const part = { filename: undefined, contentType: 'message/delivery-status', bytes: content };
        for (const each of readDsn({ ...mail, attachments: [part] }).recipients) {
          for (const address of [each.final, each.original])
            expect(address ?? 'a@b').toMatch(/^[!-~]+@[!-~]+$/);
          expect(each.reply ?? '250').toMatch(/^[245]\d\d$/);
          expect(each.status ?? '2.0.0').toMatch(/^[245]\.\d{1,3}\.\d{1,3}$/);
        }
      }),
    );
  });
});
