import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { MailEnvelope, MailSender } from '../../../src/peers/interfaces.ts';
import type { MailAuth } from '../../../src/peers/mail-server.ts';
import { createMailSender, type SenderSettings } from '../../../src/peers/smtp/sender.ts';
import { certificates } from '../../kit/certificates.ts';
import { type ScriptedServer, startScriptedServer } from '../../kit/scripted-server.ts';
import { waitFor } from '../../kit/wait.ts';
import { cut, type SmtpReplies, startScriptedSmtp } from './scripted-smtp.ts';
import { PASSWORD, rawMail, senderSettings } from './settings.ts';

const ENVELOPE = { from: 'dpi@chu-x.mssante.fr', to: ['pfi@labo-y.mssante.fr'] };

describe('createMailSender', () => {
  const senders: MailSender[] = [];
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(senders.splice(0).map(async sender => await sender.close()));
    await Promise.all(closing.splice(0).map(async close => await close()));
  });

  function sender(settings: SenderSettings): MailSender {
    const made = createMailSender(settings);
    senders.push(made);
    return made;
  }

  interface Received {
    readonly from: string;
    readonly to: readonly string[];
    readonly text: string;
  }

  async function smtpServer(
    options: SMTPServerOptions = {},
  ): Promise<{ readonly port: number; readonly received: Received[] }> {
    const received: Received[] = [];
    const server = new SMTPServer({
      ...certificates.server,
      hideDSN: false,
      authOptional: true,
      onAuth(auth, _, answer) {
        const isRight =
          auth.username === 'bal' && (auth.password === 'secret' || auth.accessToken === 'jeton');
        answer(isRight ? null : new Error('Invalid username or password'), { user: 'bal' });
      },
      onData(stream, session, answer) {
        text(stream).then(
          body => {
            const { mailFrom, rcptTo } = session.envelope;
            received.push({
              from: mailFrom === false ? '' : mailFrom.address,
              to: rcptTo.map(({ address }) => address),
              text: body,
            });
            answer(null, 'queued as 4711');
            return undefined;
          },
          (failure: unknown) => answer(failure instanceof Error ? failure : new Error('unreadable')),
        );
      },
      ...options,
    });
    server.on('error', () => {});
    const net = server.listen(0, '127.0.0.1');
    await once(net, 'listening');
    closing.push(async () => await new Promise(resolve => server.close(resolve)));
    return { port: (net.address() as AddressInfo).port, received };
  }

  async function scripted(...script: Parameters<typeof startScriptedSmtp>): Promise<ScriptedServer> {
    const server = await startScriptedSmtp(...script);
    closing.push(async () => await server.close());
    return server;
  }

  describe('submits', () => {
    it('over required STARTTLS, logged in, the bytes as they are', async () => {
      const server = await smtpServer();
      const raw = rawMail('un', 200_000);
      const reply = await sender(
        senderSettings(server.port, PASSWORD, { mode: 'starttls', ca: certificates.ca }),
      ).send(raw, ENVELOPE);
      expect(reply).toBe('250 queued as 4711');
      expect(server.received).toEqual([{ ...ENVELOPE, text: Buffer.from(raw).toString() }]);
    });

    it('over implicit TLS with a client certificate', async () => {
      const server = await smtpServer({
        secure: true,
        ca: certificates.ca,
        requestCert: true,
        rejectUnauthorized: true,
      });
      const tls = { mode: 'implicit', ca: certificates.ca, ...certificates.client } as const;
      await sender(senderSettings(server.port, { type: 'none' }, tls)).send(rawMail('un'), ENVELOPE);
      expect(server.received).toHaveLength(1);
    });

    it.each([
      ['says so of a mail with bytes over 127', 'é', true],
      ['does not of a plain one', 'e', false],
    ])('%s', async (_, letter, expected) => {
      const server = await scripted({}, ['localhost', '8BITMIME']);
      await sender(senderSettings(server.port)).send(Buffer.from(`Subject: ${letter}\r\n\r\n`), ENVELOPE);
      expect(server.lines.some(line => /^MAIL .*BODY=8BITMIME/.test(line))).toBe(expected);
    });

    it('with the null sender and to several recipients', async () => {
      const server = await smtpServer({ disabledCommands: ['STARTTLS'] });
      const to = ['a@labo-y.mssante.fr', 'b@labo-y.mssante.fr'];
      await sender(senderSettings(server.port)).send(rawMail('un'), { from: '', to });
      expect(server.received).toMatchObject([{ from: '', to }]);
    });

    it('one mail after the other on the same connection, and two side by side at most', async () => {
      const server = await scripted({});
      const mine = sender(senderSettings(server.port));
      for (const id of ['un', 'deux', 'trois']) await mine.send(rawMail(id), ENVELOPE);
      expect(server.accepted()).toBe(1);
      const many = Array.from({ length: 20 }, async (_, n) => await mine.send(rawMail(`m${n}`), ENVELOPE));
      expect(new Set(await Promise.all(many))).toEqual(new Set(['250 2.0.0 fine']));
      expect(server.accepted()).toBe(2);
    });

    it('on a new connection when the server has hung up on the one at rest', async () => {
      const sockets: Socket[] = [];
      const server = await scripted({
        EHLO: socket => {
          sockets.push(socket);
          return '250 localhost\r\n';
        },
      });
      const mine = sender(senderSettings(server.port));
      await mine.send(rawMail('un'), ENVELOPE);
      sockets[0]?.destroy();
      await mine.send(rawMail('deux'), ENVELOPE);
      expect(server.accepted()).toBe(2);
      // And when it says so only once asked.
      let busy = true;
      const impatient = await scripted({
        MAIL: () => {
          busy = !busy;
          return busy ? '421 4.4.2 idle for too long\r\n' : '250 fine\r\n';
        },
      });
      const other = sender(senderSettings(impatient.port));
      await other.send(rawMail('un'), ENVELOPE);
      await other.send(rawMail('deux'), ENVELOPE);
      expect(impatient.accepted()).toBe(2);
    });

    it('logs in by XOAUTH2 with a token asked for at each login, even where PLAIN is offered', async () => {
      const server = await smtpServer({ authMethods: ['PLAIN', 'XOAUTH2'], disabledCommands: ['STARTTLS'] });
      let asked = 0;
      const auth: MailAuth = {
        type: 'xoauth2',
        user: 'bal',
        token: async () => {
          asked += 1;
          return 'jeton';
        },
      };
      await sender(senderSettings(server.port, auth)).send(rawMail('un'), ENVELOPE);
      await sender(senderSettings(server.port, auth)).send(rawMail('deux'), ENVELOPE);
      expect(server.received).toHaveLength(2);
      expect(asked).toBe(2);
    });

    it.each([
      ['of the certificate', undefined, 'AUTH EXTERNAL ='],
      ['asked for', 'bal', 'AUTH EXTERNAL YmFs'],
    ])('logs in by EXTERNAL with the identity %s', async (_, user, command) => {
      const server = await scripted({ AUTH: '235 welcome' }, ['localhost', 'AUTH EXTERNAL']);
      await sender(senderSettings(server.port, { type: 'external', user })).send(rawMail('un'), ENVELOPE);
      expect(server.lines).toContain(command);
    });
  });

  describe('refuses to send', () => {
    it.each(['starttls', 'implicit'] as const)('to a server of another authority (%s)', async mode => {
      const server = await smtpServer({ secure: mode === 'implicit' });
      const attempt = sender(senderSettings(server.port, PASSWORD, { mode, ca: certificates.otherCa })).send(
        rawMail('un'),
        ENVELOPE,
      );
      await expect(attempt).rejects.toMatchObject({
        code: 'SMTP-003',
        publicText: expect.stringContaining('autorité de confiance'),
      });
      expect(server.received).toEqual([]);
    });

    it.each([
      ['STARTTLS is not offered', { STARTTLS: '502 5.5.1 no' }, ['localhost', 'AUTH PLAIN'], 'SMTP-003'],
      ['STARTTLS is not possible now', { STARTTLS: '454 4.7.0 no' }, ['localhost', 'STARTTLS'], 'SMTP-003'],
      ['there is not even EHLO', { EHLO: '502 5.5.1 what?' }, ['localhost'], 'SMTP-001'],
    ])('in the clear when %s', async (_, replies, ehlo, code) => {
      const server = await scripted(replies, ehlo);
      const attempt = sender(
        senderSettings(server.port, PASSWORD, { mode: 'starttls', ca: certificates.ca }),
      ).send(rawMail('un'), ENVELOPE);
      await expect(attempt).rejects.toMatchObject({ code, class: 'unreachable' });
      expect(server.lines.join('\n')).not.toMatch(/AUTH|MAIL/);
    });
  });

  describe('tells', () => {
    it.each<[string, SmtpReplies, string, object]>([
      ['an unknown recipient', { RCPT: '550 5.1.1 unknown', DATA: '554 no' }, 'SMTP-004', { reply: 550 }],
      ['greylisting', { RCPT: '450 4.2.0 later', DATA: '554 no' }, 'SMTP-005', { enhanced: '4.2.0' }],
      [
        'a refused sender',
        { MAIL: '553 5.7.1 no', RCPT: '503 no', DATA: '503 no' },
        'SMTP-004',
        { reply: 553 },
      ],
      ['a login that was not offered', { MAIL: '530 5.7.0 log in' }, 'SMTP-002', { reply: 530 }],
      ['a refusal of the content', { dot: '554 5.7.1 spam' }, 'SMTP-004', { reply: 554 }],
      ['a full disk', { dot: '452 4.3.1 full' }, 'SMTP-005', { reply: 452 }],
      ['a cut before the mail', { MAIL: cut }, 'SMTP-001', {}],
      ['a cut between DATA and its answer', { DATA: cut }, 'SMTP-001', {}],
      ['a cut instead of the final answer', { dot: cut }, 'SMTP-006', {}],
      ['silence instead of the final answer', { dot: () => '' }, 'SMTP-006', {}],
    ])('%s', async (_, replies, code, fields) => {
      const server = await scripted(replies);
      const settings = senderSettings(server.port);
      const attempt = sender({ ...settings, timing: { connect: 1_000, silence: 200 } }).send(
        rawMail('un'),
        ENVELOPE,
      );
      await expect(attempt).rejects.toMatchObject({ code, fields });
    });

    it('a cut in the middle of a large mail', async () => {
      let seen = 0;
      const server = await startScriptedServer('220 ready\r\n', () => (line, socket) => {
        if (/^(EHLO|MAIL|RCPT)/.test(line)) return '250 fine\r\n';
        if (line === 'DATA') return '354 go on\r\n';
        seen += 1;
        if (seen === 1_000) socket.destroy();
        return '';
      });
      closing.push(async () => await server.close());
      const attempt = sender(senderSettings(server.port)).send(rawMail('un', 5_000_000), ENVELOPE);
      await expect(attempt).rejects.toMatchObject({ code: 'SMTP-006', class: 'ambiguous' });
    });

    it('a wrong password, without a word of it', async () => {
      const server = await smtpServer({ disabledCommands: ['STARTTLS'] });
      const auth: MailAuth = { type: 'password', user: 'bal', password: async () => 'faux' };
      const attempt = sender(senderSettings(server.port, auth)).send(rawMail('un'), ENVELOPE);
      await expect(attempt).rejects.toMatchObject({ code: 'SMTP-002', fields: { reply: 535 } });
    });

    it.each<[string, MailAuth, readonly string[]]>([
      [
        'a refused token',
        { type: 'xoauth2', user: 'bal', token: async () => 'vieux' },
        ['334 e30=', '535 no'],
      ],
      ['a refused certificate', { type: 'external', user: undefined }, ['535 5.7.8 no']],
      [
        'a secret that cannot be read',
        { type: 'password', user: 'bal', password: async () => await Promise.reject(new Error('ENOENT')) },
        [],
      ],
    ])('%s', async (_, auth, answers) => {
      const left = [...answers];
      const next = (): string => `${left.shift() ?? '500 what?'}\r\n`;
      const server = await scripted({ AUTH: next, '': next }, ['localhost', 'AUTH PLAIN XOAUTH2 EXTERNAL']);
      const attempt = sender(senderSettings(server.port, auth)).send(rawMail('un'), ENVELOPE);
      await expect(attempt).rejects.toMatchObject({ code: 'SMTP-002' });
    });

    it('a server that hangs up while the secret is being read', async () => {
      const sockets: Socket[] = [];
      const server = await scripted({
        EHLO: socket => {
          sockets.push(socket);
          return '250-localhost\r\n250 AUTH PLAIN\r\n';
        },
      });
      const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
      const { promise: secret, resolve: reveal } = Promise.withResolvers<string>();
      const auth: MailAuth = {
        type: 'password',
        user: 'bal',
        password: async () => {
          ask();
          return await secret;
        },
      };
      const attempt = sender(senderSettings(server.port, auth)).send(rawMail('un'), ENVELOPE);
      await asked;
      for (const socket of sockets) socket.destroy();
      await waitFor(() => sockets.every(socket => socket.closed));
      reveal('secret');
      await expect(attempt).rejects.toMatchObject({ code: 'SMTP-001' });
    });

    it('how many recipients were refused, and gives up only when all of those are final', async () => {
      const answers = ['250 fine', '550 5.1.1 unknown', '250 fine', '450 4.2.0 later', '550 5.1.1 unknown'];
      const server = await scripted({ RCPT: () => `${answers.shift()}\r\n` });
      const mine = sender(senderSettings(server.port));
      await expect(mine.send(rawMail('un'), toMany(2))).rejects.toMatchObject({
        code: 'SMTP-004',
        fields: { accepted: 1, refused: 1, reply: 550 },
      });
      await expect(mine.send(rawMail('deux'), toMany(3))).rejects.toMatchObject({
        code: 'SMTP-005',
        fields: { accepted: 1, refused: 2, reply: 450 },
      });
    });

    it('an address that would write a command of its own', async () => {
      const server = await scripted({});
      const to = ['a@b.fr>\r\nRCPT TO:<c@d.fr'];
      const attempt = sender(senderSettings(server.port)).send(rawMail('un'), { from: '', to });
      await expect(attempt).rejects.toMatchObject({ code: 'SMTP-004' });
      expect(server.lines.join('\n')).not.toContain('c@d.fr');
    });

    it('nobody listening, and a greeting that never comes', async () => {
      await expect(sender(senderSettings(1)).send(rawMail('un'), ENVELOPE)).rejects.toMatchObject({
        code: 'SMTP-001',
      });
      const mute = await scripted({}, [], '');
      const settings = { ...senderSettings(mute.port), timing: { connect: 200, silence: 200 } };
      await expect(sender(settings).send(rawMail('un'), ENVELOPE)).rejects.toMatchObject({
        code: 'SMTP-001',
      });
    });
  });

  it('lets the mail in hand finish when closed, and sends no other', async () => {
    const answers: (() => void)[] = [];
    const server = await scripted({
      dot: socket => {
        answers.push(() => socket.write('250 2.0.0 fine\r\n'));
        return '';
      },
    });
    const mine = sender(senderSettings(server.port));
    const sending = mine.send(rawMail('un'), ENVELOPE);
    await waitFor(() => answers.length === 1);
    const closed = mine.close();
    answers[0]?.();
    expect(await sending).toBe('250 2.0.0 fine');
    await closed;
    await expect(mine.send(rawMail('deux'), ENVELOPE)).rejects.toMatchObject({ code: 'SMTP-001' });
    expect(server.accepted()).toBe(1);
  });

  describe('reports to `check`', () => {
    it('what an administrator wants to know', async () => {
      const server = await smtpServer();
      const tls = { mode: 'starttls', ca: certificates.ca, ...certificates.client } as const;
      const report = await sender(senderSettings(server.port, PASSWORD, tls)).probe();
      const lines = report.lines.join('\n');
      expect(lines).toContain('connexion chiffrée');
      expect(lines).toMatch(/Certificat « localhost », émis par « Autorité des tests »/);
      expect(lines).toContain('Certificat client « passerelle »');
      expect(lines).toContain('Connexion acceptée');
      // Certificates of thirty days.
      expect(report.warnings.filter(warning => !/expire dans 29 jours/.test(warning))).toEqual([]);
    });

    it('a login that was skipped and reports that cannot be asked for', async () => {
      const server = await scripted({}, ['localhost']);
      const report = await sender(senderSettings(server.port, PASSWORD)).probe();
      expect(report.warnings).toEqual([
        'Le serveur SMTP ne demande pas d’authentification : le compte configuré n’a pas été vérifié',
        'Le serveur SMTP n’offre pas DSN : aucun avis de remise ne pourra être demandé',
      ]);
    });

    it('a wrong password', async () => {
      const server = await smtpServer({ disabledCommands: ['STARTTLS'] });
      const auth: MailAuth = { type: 'password', user: 'bal', password: async () => 'faux' };
      await expect(sender(senderSettings(server.port, auth)).probe()).rejects.toMatchObject({
        code: 'SMTP-002',
      });
    });
  });
});

function toMany(count: number): MailEnvelope {
  return { ...ENVELOPE, to: Array.from({ length: count }, (_, n) => `r${n}@labo-y.mssante.fr`) };
}
