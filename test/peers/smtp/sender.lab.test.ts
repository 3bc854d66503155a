import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MailSender, TlsOptions } from '../../../src/peers/interfaces.ts';
import { createMailSender } from '../../../src/peers/smtp/sender.ts';
import { certificates } from '../../kit/certificates.ts';
import { labMissing, type MailLab, startMailLab } from '../../kit/mail-lab.ts';
import { startTcpProxy, type TcpProxy } from '../../kit/tcp-proxy.ts';
import { waitFor } from '../../kit/wait.ts';
import { PASSWORD, rawMail, senderSettings } from './settings.ts';

const TO = 'pfi@labo-y.mssante.fr';
const ENVELOPE = { from: 'dpi@chu-x.mssante.fr', to: [TO] };

describe.skipIf(labMissing !== undefined)('submission to Postfix', () => {
  let lab: MailLab;
  const senders: MailSender[] = [];
  const proxies: TcpProxy[] = [];

  beforeAll(async () => {
    lab = await startMailLab();
  });
  afterEach(async () => {
    await Promise.all(senders.splice(0).map(async sender => await sender.close()));
    await Promise.all(proxies.splice(0).map(async proxy => await proxy.close()));
  });
  afterAll(async () => {
    await lab?.stop();
  });

  function sender(port = lab.smtpPort, tls: Partial<TlsOptions> = {}): MailSender {
    const made = createMailSender(senderSettings(port, PASSWORD, { mode: 'starttls', ca: lab.ca, ...tls }));
    senders.push(made);
    return made;
  }

  async function proxied(): Promise<TcpProxy> {
    const proxy = await startTcpProxy(lab.smtpPort);
    proxies.push(proxy);
    return proxy;
  }

  /** The mails with this Message-ID that lie in the recipient's mailbox. */
  async function delivered(id: string): Promise<string[]> {
    const folder = join(lab.maildir(TO), 'new');
    if (!existsSync(folder)) return [];
    const mails = await Promise.all(
      (await readdir(folder)).map(async name => await readFile(join(folder, name), 'latin1')),
    );
    return mails.filter(mail => mail.includes(`<${id}@test.example>`));
  }

  it('is accepted over required STARTTLS and arrives once, dots and all', async () => {
    const reply = await sender().send(rawMail('accepte', 300_000), ENVELOPE);
    expect(reply).toMatch(/^250 2\.0\.0 Ok: queued/);
    await waitFor(async () => (await delivered('accepte')).length > 0);
    const [mail, ...others] = await delivered('accepte');
    expect(others).toEqual([]);
    expect(mail).toContain('\n.commence par un point\n');
    expect(mail).toContain('Return-Path: <dpi@chu-x.mssante.fr>');
  });

  it('carries the null sender', async () => {
    await sender().send(rawMail('nul'), { from: '', to: [TO] });
    await waitFor(async () => (await delivered('nul')).length > 0);
    expect((await delivered('nul'))[0]).toContain('Return-Path: <>');
  });

  it('is refused for a recipient that does not exist', async () => {
    const attempt = sender().send(rawMail('inconnu'), { ...ENVELOPE, to: ['inconnu@labo-y.mssante.fr'] });
    await expect(attempt).rejects.toMatchObject({
      code: 'SMTP-004',
      class: 'permanent',
      fields: { reply: 550, enhanced: '5.1.1' },
    });
  });

  it('tells of each recipient, and Postfix reports on those that it took', async () => {
    const [taken, refused, full] = ['adam.hoda', 'inconnu', 'plein'].map(
      name => `${name}@hopital-b.mssante.fr`,
    );
    const submission = await sender().submit(rawMail('avis'), {
      from: TO,
      to: [taken, refused, full].filter(address => address !== undefined),
      dsn: { envelopeId: 'avis=1+1' },
    });
    expect(submission.dsn).toBe(true);
    expect(submission.recipients.map(({ result, reply, status }) => [result, reply, status])).toEqual([
      ['accepted', undefined, undefined],
      ['refused', '550', '5.1.1'],
      ['accepted', undefined, undefined],
    ]);
    await waitFor(async () => (await delivered('avis')).length === 2);
    const reports = (await delivered('avis')).map(report =>
      /^Final-Recipient: rfc822; (\S+)$[^]*^Action: (\w+)$[^]*^Status: (\S+)$/m.exec(report)?.slice(1),
    );
    expect(new Set(reports)).toEqual(
      new Set([
        [taken, 'delivered', '2.0.0'],
        [full, 'failed', '5.2.2'],
      ]),
    );
    for (const report of await delivered('avis'))
      expect(report).toContain('\nOriginal-Envelope-Id: avis=1+1\n');
  });

  it('does not trust another authority', async () => {
    const attempt = sender(lab.smtpPort, { ca: certificates.otherCa }).send(rawMail('autre'), ENVELOPE);
    await expect(attempt).rejects.toMatchObject({ code: 'SMTP-003', class: 'unreachable' });
  });

  it('says nothing in the clear where STARTTLS has been stripped', async () => {
    const proxy = await proxied();
    proxy.stripStarttls();
    await expect(sender(proxy.port).send(rawMail('clair'), ENVELOPE)).rejects.toMatchObject({
      code: 'SMTP-003',
    });
    expect(proxy.sent().toString('latin1')).not.toMatch(/AUTH|MAIL|RCPT/);
  });

  it('is ambiguous when the line is cut within the mail, and the repetition arrives', async () => {
    const proxy = await proxied();
    const mine = sender(proxy.port);
    proxy.cutAfterSent(200_000);
    await expect(mine.send(rawMail('coupe', 1_000_000), ENVELOPE)).rejects.toMatchObject({
      code: 'SMTP-006',
      class: 'ambiguous',
    });
    await mine.send(rawMail('coupe', 1_000_000), ENVELOPE);
    await waitFor(async () => (await delivered('coupe')).length === 1);
  });

  it('waits for a server that is down', async () => {
    const proxy = await proxied();
    const mine = sender(proxy.port);
    await mine.send(rawMail('avant'), ENVELOPE);
    await proxy.down();
    await expect(mine.send(rawMail('pendant'), ENVELOPE)).rejects.toMatchObject({
      code: 'SMTP-001',
      class: 'unreachable',
    });
    await proxy.up();
    await mine.send(rawMail('apres'), ENVELOPE);
    await waitFor(async () => (await delivered('apres')).length === 1);
  });

  it('reports to `check` that the lab asks for no login', async () => {
    const report = await sender(lab.smtpPort, { cert: lab.clientCert, key: lab.clientKey }).probe();
    expect(report.lines.join('\n')).toContain('Certificat « localhost », émis par « Lab root »');
    expect(report.warnings.join('\n')).toContain('le compte configuré n’a pas été vérifié');
    expect(report.warnings.join('\n')).not.toContain('DSN');
  });
});
