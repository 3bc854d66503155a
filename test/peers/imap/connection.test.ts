import { afterEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { openConnection } from '../../../src/peers/imap/connection.ts';
import type { MailAuth } from '../../../src/peers/mail-server.ts';
import type { ScriptedServer } from '../../kit/scripted-server.ts';
import { waitFor } from '../../kit/wait.ts';
import { type Script, scriptedImap } from './scripted-imap.ts';
import { NO_TLS } from './settings.ts';

const CAPABLE = '* OK [CAPABILITY IMAP4rev1 MOVE UIDPLUS AUTH=PLAIN AUTH=XOAUTH2 AUTH=EXTERNAL] ready';
const PASSWORD: MailAuth = { type: 'password', user: 'bal', password: async () => 'secret' };

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const xoauth2 = (token: string): string => base64(`user=bal\x01auth=Bearer ${token}\x01\x01`);

describe('openConnection', () => {
  const servers: ScriptedServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(async server => await server.close()));
  });

  async function enter(
    auth: MailAuth,
    greeting = CAPABLE,
    script: Script = () => undefined,
    timeoutMs = 5_000,
  ): Promise<{ readonly lines: string[]; readonly error: GatewayError | undefined }> {
    const server = await scriptedImap(greeting, script);
    servers.push(server);
    const outcome = await openConnection(
      { host: '127.0.0.1', port: server.port, tls: NO_TLS, auth },
      { timeoutMs },
    ).catch((thrown: unknown) => thrown);
    if (outcome instanceof GatewayError) return { lines: server.lines, error: outcome };
    if (outcome instanceof Error) throw outcome;
    (outcome as { close(): void }).close();
    return { lines: server.lines, error: undefined };
  }

  it('logs in by password', async () => {
    const { lines, error } = await enter(
      PASSWORD,
      CAPABLE,
      continuing(tag => `${tag} OK in\r\n`),
    );
    expect(error).toBeUndefined();
    expect(lines).toContain(base64('\0bal\0secret'));
  });

  it('logs in by XOAUTH2 with a token asked for at each login', async () => {
    let tokens = 0;
    const auth: MailAuth = {
      type: 'xoauth2',
      user: 'bal',
      token: async () => {
        tokens += 1;
        return `jeton${tokens}`;
      },
    };
    expect((await enter(auth)).lines.join('\n')).toContain(`AUTHENTICATE XOAUTH2 ${xoauth2('jeton1')}`);
    expect((await enter(auth)).lines.join('\n')).toContain(`AUTHENTICATE XOAUTH2 ${xoauth2('jeton2')}`);
  });

  it.each([
    ['of the certificate', undefined, ''],
    ['asked for', 'bal@chu-x.mssante.fr', base64('bal@chu-x.mssante.fr')],
  ])('logs in by EXTERNAL with the identity %s', async (_, user, response) => {
    const { lines, error } = await enter(
      { type: 'external', user },
      CAPABLE,
      continuing(tag => `${tag} OK [CAPABILITY IMAP4rev1 MOVE] in\r\n`),
    );
    expect(error).toBeUndefined();
    const at = lines.findIndex(line => line.endsWith('AUTHENTICATE EXTERNAL'));
    expect(at).toBeGreaterThanOrEqual(0);
    expect(lines[at + 1]).toBe(response);
  });

  it('enters where the server greets with PREAUTH', async () => {
    const { lines, error } = await enter({ type: 'none' }, '* PREAUTH [CAPABILITY IMAP4rev1 MOVE] welcome');
    expect(error).toBeUndefined();
    expect(lines.join('\n')).not.toMatch(/LOGIN|AUTHENTICATE/);
  });

  it.each<[string, MailAuth, string, Script, string]>([
    [
      'neither MOVE nor UIDPLUS',
      { type: 'none' },
      '* PREAUTH [CAPABILITY IMAP4rev1] ready',
      () => undefined,
      'IMAP-004',
    ],
    ['no PREAUTH although it was expected', { type: 'none' }, CAPABLE, () => undefined, 'IMAP-002'],
    [
      'no EXTERNAL',
      { type: 'external', user: undefined },
      '* OK [CAPABILITY IMAP4rev1 MOVE AUTH=PLAIN] ready',
      () => undefined,
      'IMAP-002',
    ],
    ['a refused certificate', { type: 'external', user: undefined }, CAPABLE, continuing(no), 'IMAP-002'],
    ['a refused password', PASSWORD, CAPABLE, continuing(no), 'IMAP-002'],
    [
      'a directory that is away for a moment',
      PASSWORD,
      CAPABLE,
      continuing(tag => `${tag} NO [UNAVAILABLE] bal@chu-x.mssante.fr: later\r\n`),
      'IMAP-001',
    ],
    [
      'LOGINDISABLED',
      PASSWORD,
      '* OK [CAPABILITY IMAP4rev1 MOVE LOGINDISABLED] ready',
      () => undefined,
      'IMAP-002',
    ],
    ['BYE', PASSWORD, '* BYE too many connections', () => undefined, 'IMAP-001'],
    [
      'a token that cannot be read',
      { type: 'xoauth2', user: 'bal', token: async () => await Promise.reject(new Error('ENOENT')) },
      CAPABLE,
      () => undefined,
      'IMAP-002',
    ],
  ])('names the trouble: %s', async (_, auth, greeting, script, code) => {
    const { error } = await enter(auth, greeting, script);
    expect(error?.code).toBe(code);
    expect(JSON.stringify(error?.fault)).not.toContain('mssante.fr');
  });

  it('does not wait for ever for a server that says nothing', async () => {
    const { error } = await enter(PASSWORD, CAPABLE, line => (line.includes('AUTH') ? '' : undefined), 200);
    expect(error?.code).toBe('IMAP-001');
  });

  it('gives up at once when told to', async () => {
    const server = await scriptedImap(CAPABLE, () => '');
    servers.push(server);
    const giveUp = new AbortController();
    const attempt = openConnection(
      { host: '127.0.0.1', port: server.port, tls: NO_TLS, auth: PASSWORD },
      { timeoutMs: 60_000, signal: giveUp.signal },
    );
    const outcome = attempt.catch((thrown: unknown) => thrown);
    await waitFor(() => server.lines.length > 0);
    giveUp.abort();
    expect(await outcome).toBeInstanceOf(GatewayError);
  });

  it('refuses a PREAUTH that would skip STARTTLS', async () => {
    const server = await scriptedImap('* PREAUTH [CAPABILITY IMAP4rev1 MOVE] welcome', () => undefined);
    servers.push(server);
    const attempt = openConnection(
      { host: '127.0.0.1', port: server.port, tls: { ...NO_TLS, mode: 'starttls' }, auth: PASSWORD },
      { timeoutMs: 5_000 },
    );
    await expect(attempt).rejects.toMatchObject({ code: 'IMAP-003' });
  });
});

function no(tag: string): string {
  return `${tag} NO [AUTHENTICATIONFAILED] bal@chu-x.mssante.fr is unknown\r\n`;
}

/** Asks for a continuation before it accepts AUTHENTICATE. */
function continuing(final: (tag: string) => string): Script {
  let pending = '';
  return (line, tag) => {
    if (pending !== '') {
      const answered = pending;
      pending = '';
      return final(answered);
    }
    if (!/AUTHENTICATE (PLAIN|EXTERNAL)/.test(line)) return undefined;
    pending = tag;
    return '+ \r\n';
  };
}
