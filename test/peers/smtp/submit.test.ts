import { afterEach, describe, expect, it } from 'vitest';
import type { MailEnvelope, MailSender, Submission } from '../../../src/peers/interfaces.ts';
import { createMailSender, type SenderSettings } from '../../../src/peers/smtp/sender.ts';
import { startOperator } from '../../../src/sandbox/operator.ts';
import { failureOf } from '../../kit/failure.ts';
import type { ScriptedServer } from '../../kit/scripted-server.ts';
import { cut, type SmtpReplies, startScriptedSmtp } from './scripted-smtp.ts';
import { PASSWORD, rawMail, senderSettings } from './settings.ts';

const [A, B, C] = ['a@labo-y.mssante.fr', 'b@labo-y.mssante.fr', 'c@labo-y.mssante.fr'] as const;
const ENVELOPE = { from: 'pfi@chu-x.mssante.fr', to: [A, B, C], dsn: { envelopeId: 'env=1+2' } };
const ACCEPTED = { result: 'accepted', reply: undefined, status: undefined };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

function sender(settings: SenderSettings): MailSender {
  const made = createMailSender(settings);
  closing.push(async () => await made.close());
  return made;
}

async function scripted(...script: Parameters<typeof startScriptedSmtp>): Promise<ScriptedServer> {
  const server = await startScriptedSmtp(...script);
  closing.push(async () => await server.close());
  return server;
}

async function submit(server: ScriptedServer, envelope: MailEnvelope = ENVELOPE): Promise<Submission> {
  return await sender(senderSettings(server.port)).submit(rawMail('un'), envelope);
}

/** What RCPT is answered, by the first letter of the address. */
function toEach(replies: Readonly<Record<string, string>>): SmtpReplies {
  return {
    RCPT: (_, line) => `${replies[/<(.)/.exec(line)?.[1] ?? ''] ?? '250 fine'}\r\n`,
    // What servers say to DATA when no recipient was accepted.
    ...(Object.keys(replies).length === 3 ? { DATA: '554 5.5.1 no valid recipients' } : {}),
  };
}

describe('submit', () => {
  it('asks for reports where the server offers them', async () => {
    const server = await scripted({});
    const submission = await submit(server);
    expect(submission).toEqual({
      reply: '250 2.0.0 fine',
      dsn: true,
      recipients: [A, B, C].map(address => ({ address, ...ACCEPTED })),
    });
    expect(server.lines).toContain(`MAIL FROM:<${ENVELOPE.from}> RET=HDRS ENVID=env+3D1+2B2`);
    for (const address of [A, B, C]) {
      expect(server.lines).toContain(`RCPT TO:<${address}> NOTIFY=SUCCESS,FAILURE,DELAY`);
    }
  });

  it.each([
    ['nobody asked', { ...ENVELOPE, dsn: undefined }, ['localhost', 'DSN']],
    ['the server offers none', ENVELOPE, ['localhost', '8BITMIME']],
    ['only its name says DSN', ENVELOPE, ['dsn DSN ready', 'X-DSN', 'DSN-NOT', '8BITMIME']],
  ])('asks for none where %s', async (_, envelope, ehlo) => {
    const server = await scripted({}, ehlo);
    const { dsn, recipients } = await sender(senderSettings(server.port)).submit(rawMail('un'), envelope);
    expect([dsn, recipients.length]).toEqual([false, 3]);
    expect(server.lines.join('\n')).not.toMatch(/NOTIFY|ENVID|RET=/);
  });

  it('knows of a kept connection whether the server offers reports', async () => {
    let ehlos = 0;
    const server = await scripted({
      EHLO: () => {
        ehlos += 1;
        return ehlos === 1 ? '250-localhost\r\n250 DSN\r\n' : '250 localhost\r\n';
      },
    });
    const mine = sender(senderSettings(server.port));
    expect(mine.offersDsn()).toBeUndefined();
    expect((await mine.submit(rawMail('un'), ENVELOPE)).dsn).toBe(true);
    expect((await mine.submit(rawMail('deux'), ENVELOPE)).dsn).toBe(true);
    expect([server.accepted(), mine.offersDsn()]).toEqual([1, true]);
    // Two at once: the second connection finds a server that offers them no more.
    const both = await Promise.all(['trois', 'quatre'].map(id => mine.submit(rawMail(id), ENVELOPE)));
    expect(both.map(({ dsn }) => dsn)).toEqual([true, false]);
    expect(mine.offersDsn()).toBe(false);
  });

  it('is told by `probe` too whether the server offers reports', async () => {
    const mine = sender(senderSettings((await scripted({})).port));
    await mine.probe();
    expect(mine.offersDsn()).toBe(true);
  });

  it('tells of each recipient, and the mail leaves for those accepted', async () => {
    const server = await scripted(toEach({ a: '550 5.1.1 unknown', b: '451 4.7.1 later' }));
    expect(await submit(server)).toEqual({
      reply: '250 2.0.0 fine',
      dsn: true,
      recipients: [
        { address: A, result: 'refused', reply: '550', status: '5.1.1' },
        { address: B, result: 'later', reply: '451', status: '4.7.1' },
        { address: C, ...ACCEPTED },
      ],
    });
    expect(server.lines).toContain('.');
  });

  it.each([
    ['one after the other', ['localhost']],
    ['all at once', ['localhost', 'PIPELINING']],
  ])('resolves where none is accepted, asked %s', async (_, ehlo) => {
    const replies = toEach({ a: '550 5.1.1 unknown', b: '451 4.7.1 later', c: '552 full' });
    const server = await scripted(replies, ehlo);
    const mine = sender(senderSettings(server.port));
    const { reply, recipients } = await mine.submit(rawMail('un'), ENVELOPE);
    expect(reply).toBe('');
    expect(recipients.map(each => [each.result, each.reply, each.status])).toEqual([
      ['refused', '550', '5.1.1'],
      ['later', '451', '4.7.1'],
      ['refused', '552', undefined],
    ]);
    expect(server.lines).not.toContain('.');
    // The transaction that was left open is not the next mail's.
    await mine.submit(rawMail('deux'), ENVELOPE);
    expect(server.accepted()).toBe(2);
  });

  it.each<[string, SmtpReplies, string, string | undefined]>([
    ['to MAIL', { MAIL: '553 5.7.1 not you', RCPT: '503 no', DATA: '503 no' }, '553', '5.7.1'],
    ['to MAIL for its size', { MAIL: '552 5.3.4 too big', RCPT: '503 no', DATA: '503 no' }, '552', '5.3.4'],
    ['to DATA', { DATA: '554 5.7.1 no' }, '554', '5.7.1'],
    ['to the content', { dot: '554 5.6.0 a virus' }, '554', '5.6.0'],
    ['to its size in the end', { dot: '552 too much' }, '552', undefined],
  ])('refuses every recipient after a final no %s', async (_, replies, reply, status) => {
    const submission = await submit(await scripted({ ...toEach({ a: '451 later' }), ...replies }));
    const refused = { result: 'refused', reply, status };
    expect(submission).toEqual({
      reply: '',
      dsn: true,
      recipients: [A, B, C].map(address => ({ address, ...refused })),
    });
  });

  it('refuses every recipient of a mail over the size that the server announced', async () => {
    const server = await scripted({}, ['localhost', 'SIZE 1000', 'DSN']);
    const { reply, recipients } = await sender(senderSettings(server.port)).submit(
      rawMail('un', 2_000),
      ENVELOPE,
    );
    expect(reply).toBe('');
    expect(recipients).toEqual(
      [A, B, C].map(address => ({ address, result: 'refused', reply: '552', status: '5.3.4' })),
    );
    expect(server.lines.join('\n')).not.toContain('MAIL');
  });

  it('refuses an address that would write a command of its own, and no other', async () => {
    const server = await scripted({});
    const to = [A, 'b@b.fr>\r\nRCPT TO:<c@d.fr', ' '];
    const { recipients } = await submit(server, { ...ENVELOPE, to });
    const none = { result: 'refused', reply: '553', status: '5.1.3' };
    expect(recipients).toEqual([
      { address: A, ...ACCEPTED },
      ...to.slice(1).map(address => ({ address, ...none })),
    ]);
    expect(server.lines.join('\n')).not.toContain('c@d.fr');
  });

  it('writes an address once that is given twice', async () => {
    const server = await scripted({});
    const { recipients } = await submit(server, { ...ENVELOPE, to: [A, B, A] });
    expect(recipients.map(({ address }) => address)).toEqual([A, B]);
    expect(server.lines.filter(line => line.startsWith('RCPT'))).toHaveLength(2);
  });

  it.each<[string, SmtpReplies, string]>([
    ['a sender asked to wait', { MAIL: '451 4.3.0 later', RCPT: '503 no', DATA: '503 no' }, 'SMTP-005'],
    ['a mail asked to wait', { dot: '452 4.3.1 full' }, 'SMTP-005'],
    ['a session out of step', { MAIL: '503 5.5.1 no', RCPT: '503 no', DATA: '503 no' }, 'SMTP-005'],
    [
      'a login that was not offered',
      { MAIL: '530 5.7.0 log in', RCPT: '503 no', DATA: '503 no' },
      'SMTP-002',
    ],
    ['a login asked for at RCPT', { RCPT: '530 5.7.0 log in', DATA: '503 no' }, 'SMTP-002'],
    ['a server that goes down at MAIL', { MAIL: '421 4.3.2 down' }, 'SMTP-001'],
    ['a server that goes down at RCPT', toEach({ b: '421 4.3.2 down' }), 'SMTP-001'],
    ['a cut before the mail', { RCPT: cut }, 'SMTP-001'],
    ['a cut instead of the final answer', { dot: cut }, 'SMTP-006'],
    ['a final answer that is none', { dot: 'what?' }, 'SMTP-006'],
  ])('throws of %s', async (_, replies, code) => {
    expect(await failureOf(submit(await scripted(replies)))).toMatchObject({ code });
  });

  it('throws of a greeting that is none, and of a sender that cannot be written', async () => {
    const closed = await scripted({}, [], '554 5.3.2 not today');
    expect(await failureOf(submit(closed))).toMatchObject({ code: 'SMTP-001' });
    const server = await scripted({});
    const attempt = submit(server, { ...ENVELOPE, from: 'a@b.fr>\r\nRCPT TO:<c@d.fr' });
    expect(await failureOf(attempt)).toMatchObject({ code: 'SMTP-004' });
    expect(server.lines.join('\n')).not.toContain('c@d.fr');
  });

  it('asks the sandbox’s operator for reports, over STARTTLS', async () => {
    const operator = await startOperator({ mailboxes: [{ address: 'bal', password: 'secret' }] });
    closing.push(async () => await operator.stop());
    const settings = senderSettings(operator.smtpPort, PASSWORD, { mode: 'starttls', ca: operator.ca });
    const { dsn } = await sender(settings).submit(rawMail('un'), ENVELOPE);
    expect(dsn).toBe(true);
    expect(operator.accepted()).toMatchObject([
      { envelope: { ret: 'HDRS', recipients: [A, B, C].map(address => ({ address, orcpt: undefined })) } },
    ]);
  });
});
