import { afterEach, describe, expect, test } from 'vitest';
import { classify } from '../../src/formats/mail/classify.ts';
import { openMail } from '../../src/formats/mail/open-mail.ts';
import { readDsn } from '../../src/formats/mail/read-dsn.ts';
import type { DsnFacts } from '../../src/formats/mail/receipt-types.ts';
import type { MailEnvelope, Submission } from '../../src/peers/interfaces.ts';
import { createMailSender } from '../../src/peers/smtp/sender.ts';
import { type Operator, type OperatorReports, startOperator } from '../../src/sandbox/operator.ts';

const SENDER = 'pfi@labo.mssante.fr';
const [READER, OTHER] = ['urologie@chu.mssante.fr', 'biologie@chu.mssante.fr'];
const SILENT = 'muet@chu.mssante.fr';
const RAW = Buffer.from(
  `Message-ID: <envoi-1@labo.mssante.fr>\r\nFrom: ${SENDER}\r\nSubject: \xe9t\xe9\r\n\r\nBonjour\r\n`,
  'latin1',
);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function operatorWith(reports: OperatorReports = {}, dsn = true): Promise<Operator> {
  const mailboxes = [SENDER, READER, OTHER, SILENT].map(address => ({ address, password: 'secret' }));
  const operator = await startOperator({ mailboxes, reports, dsn });
  closing.push(() => operator.stop());
  return operator;
}

async function submit(
  operator: Operator,
  to: readonly string[],
  change: Partial<MailEnvelope> = {},
): Promise<Submission> {
  const sender = createMailSender({
    server: {
      host: 'localhost',
      port: operator.smtpPort,
      tls: { mode: 'starttls', ca: operator.ca, cert: undefined, key: undefined },
      auth: { type: 'password', user: SENDER, password: async () => 'secret' },
    },
    timing: { connect: 5_000, silence: 5_000 },
  });
  try {
    return await sender.submit(RAW, { from: SENDER, to, dsn: { envelopeId: 'env=1+2' }, ...change });
  } finally {
    await sender.close();
  }
}

/** The reports in a BAL, as the gateway reads them. */
async function reportsIn(operator: Operator, address = SENDER): Promise<DsnFacts[]> {
  const mails = operator.folder(address, 'INBOX').map(({ raw }) => openMail(raw));
  return (await Promise.all(mails)).flatMap(mail =>
    classify(mail).kind === 'receipt' ? [readDsn(mail)] : [],
  );
}

const about = { report: 'dsn', envelopeId: 'env=1+2', originalMessageId: '<envoi-1@labo.mssante.fr>' };
const told = (address: string, action: string, status: string, reply?: string) => ({
  final: address,
  original: address,
  action,
  status,
  reply,
});

describe('an operator’s reports', () => {
  test('one report a fate, with every recipient of it', async () => {
    const operator = await operatorWith({
      refused: ['inconnu@chu.mssante.fr'],
      failing: [{ address: OTHER, status: '5.2.2', diagnostic: 'smtp; 552 5.2.2 mailbox full' }],
      delayed: ['lent@chu.mssante.fr'],
      silent: [SILENT],
    });
    const refused = 'inconnu@chu.mssante.fr';
    const to = [READER, refused, OTHER, 'lent@chu.mssante.fr', SILENT, 'nulle.part@chu.mssante.fr'];
    const { dsn, recipients } = await submit(operator, to);
    expect(dsn).toBe(true);
    expect(recipients.filter(({ result }) => result !== 'accepted')).toEqual([
      { address: refused, result: 'refused', reply: '550', status: '5.1.1' },
    ]);
    await operator.until('three reports', () => operator.folder(SENDER, 'INBOX').length === 3);
    expect(await reportsIn(operator)).toEqual([
      { ...about, recipients: [told(READER, 'delivered', '2.0.0')] },
      { ...about, recipients: [told('lent@chu.mssante.fr', 'delayed', '4.4.1')] },
      {
        ...about,
        recipients: [
          told(OTHER, 'failed', '5.2.2', '552'),
          told('nulle.part@chu.mssante.fr', 'failed', '5.1.1'),
        ],
      },
    ]);
    expect([READER, OTHER, SILENT].map(address => operator.folder(address, 'INBOX').length)).toEqual([
      1, 0, 1,
    ]);
  });

  test('come from nobody, and are marked as automatic', async () => {
    const operator = await operatorWith();
    await submit(operator, [READER]);
    await operator.until('the report', () => operator.folder(SENDER, 'INBOX').length === 1);
    const text = operator.folder(SENDER, 'INBOX')[0]?.raw.toString('latin1') ?? '';
    expect(text).toMatch(/^Return-Path: <>\r\n/);
    expect(text).toContain('\r\nAuto-Submitted: auto-replied\r\n');
    // The headers of the mail as it was, and not its text.
    expect(text).toContain('\r\nSubject: \xe9t\xe9\r\n');
    expect(text).not.toContain('Bonjour');
  });

  test('a delayed mail comes to its end when told', async () => {
    const operator = await operatorWith({ delayed: [READER, 'lent@chu.mssante.fr'] });
    await submit(operator, [READER, 'lent@chu.mssante.fr']);
    await operator.until('the delay', () => operator.folder(SENDER, 'INBOX').length === 1);
    expect(operator.folder(READER, 'INBOX')).toEqual([]);
    operator.retryDelayed();
    expect(operator.folder(READER, 'INBOX')).toHaveLength(1);
    operator.retryDelayed();
    const actions = (await reportsIn(operator)).map(({ recipients }) => recipients.map(each => each.action));
    expect(actions).toEqual([['delayed', 'delayed'], ['delivered'], ['failed']]);
  });

  test.each<[string, { dsn?: boolean }, Partial<MailEnvelope>]>([
    ['nobody asked', {}, { dsn: undefined }],
    ['the sender is nobody', {}, { from: '' }],
    ['the sender has no BAL here', {}, { from: 'autre@ailleurs.mssante.fr' }],
    ['the server knows none', { dsn: false }, {}],
  ])('there are none where %s', async (_, { dsn = true }, envelope) => {
    const operator = await operatorWith({ delayed: ['lent@chu.mssante.fr'] }, dsn);
    const submission = await submit(
      operator,
      [READER, 'lent@chu.mssante.fr', 'nulle.part@chu.mssante.fr'],
      envelope,
    );
    expect(submission.dsn).toBe(dsn && !('dsn' in envelope));
    await operator.until('the mail', () => operator.folder(READER, 'INBOX').length === 1);
    expect(operator.folder(SENDER, 'INBOX')).toEqual([]);
  });
});
