import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import createHoodiecrow, { type ImapServer } from 'hoodiecrow-imap';
import { afterEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../../src/peers/imap/connection.ts';
import { probeMailbox } from '../../../src/peers/imap/probe.ts';
import type { MailboxWatcher } from '../../../src/peers/interfaces.ts';
import { certificates } from '../../kit/certificates.ts';
import type { ScriptedServer } from '../../kit/scripted-server.ts';
import { waitFor } from '../../kit/wait.ts';
import { mail, type RecordingFlow, recordingFlow } from './recording-flow.ts';
import { type Script, scriptedImap } from './scripted-imap.ts';
import { HURRIED, MAX_MAIL, mailboxSettings, NO_TLS, passwordServer, watch } from './settings.ts';

const PLUGINS = ['STARTTLS', 'LOGINDISABLED', 'IDLE', 'LITERALPLUS', 'UNSELECT'];

describe('a mailbox on a server in this process', () => {
  const watchers: MailboxWatcher[] = [];
  const servers: { close(): void }[] = [];
  const scripted: ScriptedServer[] = [];
  afterEach(async () => {
    await Promise.all(watchers.splice(0).map(async watcher => await watcher.stop()));
    for (const server of servers.splice(0)) server.close();
    await Promise.all(scripted.splice(0).map(async server => await server.close()));
  });

  async function hoodiecrow(
    plugins: readonly string[],
    certificate = certificates.server,
  ): Promise<{ readonly imap: ImapServer; readonly port: number }> {
    const imap = createHoodiecrow({
      credentials: { ...certificate },
      plugins: [...PLUGINS, ...plugins],
      storage: { INBOX: {}, '': { separator: '/', type: 'personal', folders: {} } },
    });
    imap.server.listen(0, '127.0.0.1');
    await once(imap.server, 'listening');
    servers.push(imap.server);
    return { imap, port: (imap.server.address() as AddressInfo).port };
  }

  function start(port: number, flow: RecordingFlow, pollMs = 60_000): MailboxWatcher {
    const server = passwordServer(port, 'testuser', 'testpass', { mode: 'starttls', ca: certificates.ca });
    const watcher = watch(mailboxSettings(server, { pollMs }), flow.events);
    watchers.push(watcher);
    return watcher;
  }

  it('brings mails over STARTTLS, present and to come, and moves them', async () => {
    const { imap, port } = await hoodiecrow(['UIDPLUS', 'MOVE']);
    deliver(imap, mail('un'));
    const flow = recordingFlow();
    const watcher = start(port, flow);
    await waitFor(() => flow.handled.length === 1);
    deliver(imap, mail('deux'));
    await waitFor(() => flow.handled.length === 2);
    expect(flow.texts()).toEqual(['un', 'deux']);
    expect(flow.handled[0]?.text).toBe(mail('un'));

    const uidValidity = flow.handled[0]?.uidValidity ?? 0n;
    const place = await watcher.move({ folder: 'INBOX', uidValidity, uid: 1 }, 'Traites');
    expect(place).toMatchObject({ folder: 'Traites', uid: 1 });
    expect(await watcher.find('Traites', '<un@test.example>')).toEqual([place]);
    deliver(imap, mail('trois'));
    await waitFor(() => flow.handled.length === 3);
    expect(flow.failures).toEqual([]);
  });

  it.each([
    ['MOVE alone', ['MOVE'], 'moved'],
    [
      'UIDPLUS alone: COPY and UID EXPUNGE',
      ['UIDPLUS'],
      { folder: 'Traites', uid: 1, uidValidity: expect.any(BigInt) },
    ],
  ])('moves on a server with %s, and leaves what others have marked', async (_, plugins, expected) => {
    const { imap, port } = await hoodiecrow(plugins);
    const inbox = imap.getMailbox('INBOX');
    if (inbox === undefined) throw new Error('no inbox');
    imap.appendMessage(inbox, ['\\Deleted'], new Date(), mail('marque'));
    deliver(imap, mail('le-notre'));
    const flow = recordingFlow();
    const watcher = start(port, flow);
    await waitFor(() => flow.handled.length === 2);
    const uidValidity = flow.handled[0]?.uidValidity ?? 0n;
    const place = await watcher.move({ folder: 'INBOX', uidValidity, uid: 2 }, 'Traites');
    expect(place).toEqual(expected);
    expect(inbox.messages.map(({ uid }) => uid)).toEqual([1]);
    expect(imap.getMailbox('Traites')?.messages).toHaveLength(1);
  });

  it.each([
    ['has expired', certificates.expired, 'Le certificat du serveur a expiré.'],
    ['is of another host', certificates.stranger, 'pas au nom de l’adresse configurée'],
  ])('refuses a certificate that %s', async (_, certificate, words) => {
    const { port } = await hoodiecrow(['MOVE'], certificate);
    const server = passwordServer(port, 'testuser', 'testpass', { mode: 'starttls', ca: certificates.ca });
    const error: unknown = await openConnection(server, { timeoutMs: 5_000 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'IMAP-003', publicText: expect.stringContaining(words) });
  });

  /** A mailbox with one mail of five bytes, whose server can be made to misbehave. */
  async function peculiar(
    script: Script,
    capabilities = 'IMAP4rev1 MOVE UIDPLUS IDLE',
  ): Promise<ScriptedServer> {
    const server = await scriptedImap(`* PREAUTH [CAPABILITY ${capabilities}] ready`, (line, tag, socket) => {
      const own = script(line, tag, socket);
      if (own !== undefined) return own;
      if (/ LIST /.test(line)) return `* LIST () "/" INBOX\r\n${tag} OK listed\r\n`;
      if (/ SELECT /.test(line)) {
        return `* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 2] ok\r\n${tag} OK [READ-WRITE] open\r\n`;
      }
      if (/ UID SEARCH /.test(line)) return `* SEARCH 1\r\n${tag} OK found\r\n`;
      if (/ UID FETCH .*BODY/.test(line)) {
        return `* 1 FETCH (UID 1 RFC822.SIZE 5 BODY[] {5}\r\nun\r\n!)\r\n${tag} OK fetched\r\n`;
      }
      if (/ UID FETCH /.test(line)) return `* 1 FETCH (UID 1 RFC822.SIZE 5)\r\n${tag} OK fetched\r\n`;
      return undefined;
    });
    scripted.push(server);
    return server;
  }

  function startOpen(port: number, flow: RecordingFlow, pollMs = 50): MailboxWatcher {
    const server = { host: '127.0.0.1', port, tls: NO_TLS, auth: { type: 'none' } } as const;
    const watcher = watch(
      mailboxSettings(server, { pollMs, timing: { ...HURRIED, command: 200, stop: 500 } }),
      flow.events,
    );
    watchers.push(watcher);
    return watcher;
  }

  it('takes a mail of another size than announced once a second fetch brings the same bytes', async () => {
    const server = await peculiar((line, tag) =>
      / UID FETCH .*BODY/.test(line)
        ? `* 1 FETCH (UID 1 RFC822.SIZE 9 BODY[] {5}\r\nun\r\n!)\r\n${tag} OK fetched\r\n`
        : undefined,
    );
    const bodies: string[] = [];
    const flow = recordingFlow(async mail => {
      bodies.push(Buffer.from((await mail.fetch(MAX_MAIL)) ?? []).toString());
    });
    startOpen(server.port, flow);
    await waitFor(() => flow.handled.length === 1);
    expect(bodies).toEqual(['un\r\n!']);
  });

  it('does not take a mail that two fetches bring differently', async () => {
    let fetches = 0;
    const server = await peculiar((line, tag) => {
      if (!/ UID FETCH .*BODY/.test(line)) return undefined;
      fetches += 1;
      return `* 1 FETCH (UID 1 RFC822.SIZE 9 BODY[] {5}\r\nun\r\n${fetches % 10})\r\n${tag} OK fetched\r\n`;
    });
    const errors: unknown[] = [];
    const flow = recordingFlow(async mail => {
      await mail.fetch(MAX_MAIL).catch((thrown: unknown) => {
        errors.push(thrown);
        throw thrown;
      });
    });
    startOpen(server.port, flow);
    await waitFor(() => errors.length > 1);
    expect(errors[0]).toMatchObject({ code: 'IMAP-008', fields: { announced: 9, read: 5 } });
    expect(flow.handled).toEqual([]);
    expect(flow.failures).toEqual([]);
  });

  it('is not misled by news of other mails in the answer to a fetch', async () => {
    const server = await peculiar((line, tag) =>
      / UID FETCH .*BODY/.test(line)
        ? `* 1 FETCH (UID 9 FLAGS (\\Seen))\r\n* 1 FETCH (UID 1 RFC822.SIZE 5 BODY[] {5}\r\nun\r\n!)\r\n${tag} OK fetched\r\n`
        : undefined,
    );
    const flow = recordingFlow();
    startOpen(server.port, flow);
    await waitFor(() => flow.handled.length === 1);
    expect(flow.handled[0]?.text).toBe('un\r\n!');
  });

  it('lets the others pass a mail on which the server always hangs up', async () => {
    const server = await peculiar((line, tag, socket) => {
      if (/ UID SEARCH /.test(line)) return `* SEARCH 1 2 3\r\n${tag} OK found\r\n`;
      if (/ UID FETCH /.test(line) && !/BODY/.test(line)) {
        const sizes = [1, 2, 3].map(uid => `* ${uid} FETCH (UID ${uid} RFC822.SIZE 5)\r\n`);
        return `${sizes.join('')}${tag} OK fetched\r\n`;
      }
      const uid = / UID FETCH (\d) .*BODY/.exec(line)?.[1];
      if (uid === undefined) return undefined;
      if (uid === '1') socket.destroy();
      return `* ${uid} FETCH (UID ${uid} RFC822.SIZE 5 BODY[] {5}\r\nun\r\n!)\r\n${tag} OK fetched\r\n`;
    });
    const flow = recordingFlow();
    startOpen(server.port, flow);
    await waitFor(() => flow.handled.length === 2);
    expect(flow.handled.map(({ uid }) => uid)).toEqual([2, 3]);
    expect(flow.begun.slice(0, 5)).toEqual([1, 1, 2, 3, 1]);
  });

  it('lets the flow learn of a mail that is gone', async () => {
    let searches = 0;
    const server = await peculiar((line, tag) => {
      if (/ UID SEARCH /.test(line) && ++searches > 1) return `* SEARCH\r\n${tag} OK none\r\n`;
      return / UID FETCH .*BODY/.test(line) ? `${tag} OK nothing\r\n` : undefined;
    });
    const seen: unknown[] = [];
    const flow = recordingFlow(async mail => {
      seen.push(await mail.fetch(MAX_MAIL));
    });
    startOpen(server.port, flow);
    await waitFor(() => seen.length > 0);
    expect(seen[0]).toBeUndefined();
  });

  // The flow closed the exchange as vanished (MAIL-012): a mail lost without a word.
  it.each([
    ['nothing', ''],
    ['no body', '* 1 FETCH (UID 1 RFC822.SIZE 5)\r\n'],
    ['NIL', '* 1 FETCH (UID 1 RFC822.SIZE 5 BODY[] NIL)\r\n'],
    ['an empty body', '* 1 FETCH (UID 1 RFC822.SIZE 5 BODY[] "")\r\n'],
    ['another mail', '* 2 FETCH (UID 2 RFC822.SIZE 5 BODY[] {5}\r\nun\r\n!)\r\n'],
  ])('does not take a mail for gone when its fetch brings %s', async (_, data) => {
    const server = await peculiar((line, tag) =>
      / UID FETCH .*BODY/.test(line) ? `${data}${tag} OK fetched\r\n` : undefined,
    );
    const outcomes: unknown[] = [];
    const flow = recordingFlow(async mail => {
      outcomes.push(...(await Promise.allSettled([mail.fetch(MAX_MAIL), mail.fetchHead()])));
    });
    startOpen(server.port, flow);
    await waitFor(() => outcomes.length > 1);
    const fault = { code: 'IMAP-009', fields: { command: 'fetch', reason: 'no-body' } };
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: fault });
    expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: fault });
    expect(flow.handled).toEqual([]);
  });

  // Without it no mail can be told from another: each place was taken for the same for ever.
  it.each(['', '* OK [UIDVALIDITY 0] ok\r\n'])(
    'does not watch an inbox without UIDVALIDITY (%j), nor does the probe accept it',
    async validity => {
      const server = await peculiar((line, tag) =>
        / (SELECT|EXAMINE) /.test(line)
          ? `* 1 EXISTS\r\n${validity}${tag} OK [READ-WRITE] open\r\n`
          : / STATUS /.test(line)
            ? `* STATUS INBOX (MESSAGES 1)\r\n${tag} OK\r\n`
            : undefined,
      );
      const flow = recordingFlow();
      startOpen(server.port, flow);
      await waitFor(() => flow.failures.length === 1);
      const fault = { code: 'IMAP-005', fields: { reason: 'no-uidvalidity' } };
      expect(flow.failures[0]).toMatchObject(fault);
      const open = { host: '127.0.0.1', port: server.port, tls: NO_TLS, auth: { type: 'none' } } as const;
      await expect(probeMailbox(mailboxSettings(open))).rejects.toMatchObject(fault);
    },
  );

  it('does not believe a MOVE that moves nothing', async () => {
    const server = await peculiar(() => undefined);
    const flow = recordingFlow();
    const watcher = startOpen(server.port, flow);
    await waitFor(() => flow.handled.length === 1);
    const moving = watcher.move({ folder: 'INBOX', uidValidity: 7n, uid: 1 }, 'Traites');
    await expect(moving).rejects.toMatchObject({ code: 'IMAP-007', fields: { reason: 'not-moved' } });
  });

  // A server that announced 10 bytes and sent 400 MB was read to the end, whatever `limits.mail` said.
  it('stops reading a mail that is longer than the bound, whatever size was announced', async () => {
    const server = await peculiar((line, _, socket) => {
      if (!/ UID FETCH .*BODY/.test(line)) return undefined;
      socket.write('* 1 FETCH (UID 1 RFC822.SIZE 5 BODY[] {400000000}\r\n');
      return 'x'.repeat(100_000);
    });
    const outcomes: unknown[] = [];
    const flow = recordingFlow(async mail => {
      outcomes.push(...(await Promise.allSettled([mail.fetch(MAX_MAIL)])));
      throw new Error('not read');
    });
    startOpen(server.port, flow);
    await waitFor(() => outcomes.length > 0);
    expect(outcomes[0]).toMatchObject({ reason: { code: 'IMAP-006', fields: { reason: 'too-large' } } });
    await waitFor(() => flow.failures.length > 0);
    expect(flow.failures[0]).toMatchObject({ code: 'IMAP-006' });
  });

  it('does not ask for a mail that is larger than the bound, in the inbox and elsewhere', async () => {
    const server = await peculiar((line, tag) =>
      / UID FETCH /.test(line) ? `* 1 FETCH (UID 1 RFC822.SIZE 6)\r\n${tag} OK fetched\r\n` : undefined,
    );
    const outcomes: unknown[] = [];
    const flow = recordingFlow(async mail => {
      outcomes.push(...(await Promise.allSettled([mail.fetch(5)])));
      throw new Error('too large');
    });
    const watcher = startOpen(server.port, flow);
    await waitFor(() => outcomes.length > 0);
    const fault = { code: 'MAIL-001', fields: { size: 6 } };
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: fault });
    const place = { folder: 'Traites', uidValidity: 7n, uid: 1 };
    await expect(watcher.fetchAt(place, 5)).rejects.toMatchObject(fault);
    expect(server.lines.filter(line => /BODY/.test(line))).toEqual([]);
  });

  // 300 000 uids that stand for no mail became 300 000 exchanges.
  it('does not offer what the search names and the server does not have, and asks for it a few times', async () => {
    const server = await peculiar((line, tag) => {
      if (/ UID SEARCH UID /.test(line)) return `* SEARCH\r\n${tag} OK none\r\n`;
      return / UID SEARCH /.test(line) ? `* SEARCH 1 2 3\r\n${tag} OK found\r\n` : undefined;
    });
    const flow = recordingFlow();
    startOpen(server.port, flow);
    await waitFor(() => flow.polls > 6);
    expect(flow.begun).toEqual([1]);
    expect(server.lines.filter(line => / UID FETCH .*RFC822\.SIZE\)?$/.test(line))).toHaveLength(3);
  });

  it('handles a flood of mails 10 000 at a time, and the rest at the next look', async () => {
    const uids = Array.from({ length: 10_050 }, (_, index) => index + 1);
    const server = await peculiar((line, tag) => {
      if (/ UID SEARCH UID /.test(line)) return `* SEARCH\r\n${tag} OK none\r\n`;
      if (/ UID SEARCH /.test(line)) return `* SEARCH ${uids.join(' ')}\r\n${tag} OK found\r\n`;
      const asked = / UID FETCH ([\d,:]+) /.exec(line)?.[1];
      if (asked === undefined) return undefined;
      const some = asked.split(',').flatMap(part => {
        const [from, to] = part.split(':').map(Number);
        return uids.slice((from ?? 1) - 1, to ?? from);
      });
      return `${some.map(uid => `* ${uid} FETCH (UID ${uid} RFC822.SIZE 5)\r\n`).join('')}${tag} OK fetched\r\n`;
    });
    const taken: number[] = [];
    const looks: number[] = [];
    const flow = recordingFlow();
    const events = {
      ...flow.events,
      unread: async (_: bigint, asked: readonly number[]) => {
        looks.push(taken.length);
        return [...asked];
      },
      handle: async ({ uid }: { readonly uid: number }) => {
        taken.push(uid);
      },
    };
    startOpen(server.port, { ...flow, events });
    await waitFor(() => taken.length === uids.length, { timeoutMs: 10_000 });
    expect(taken).toEqual(uids);
    expect(looks.slice(0, 2)).toEqual([0, 10_000]);
  });

  it.each<[string, RegExp]>([
    ['a search', / UID SEARCH /],
    ['a fetch', / UID FETCH .*BODY/],
    ['the opening of the inbox', / SELECT /],
    ['the NOOP', / NOOP/],
    // imapflow (2.1) alone would wait for four minutes here.
    ['IDLE, before its continuation', / IDLE/],
  ])('gives up a server that never answers %s, and connects anew', async (_, silent) => {
    let silences = 0;
    const server = await peculiar(line => {
      if (!silent.test(line) || silences > 0) return undefined;
      silences += 1;
      return '';
    });
    const flow = recordingFlow();
    startOpen(server.port, flow);
    await waitFor(() => flow.failures.length === 1 && flow.recoveries === 1, { timeoutMs: 5_000 });
    await waitFor(() => flow.handled.length === 1);
    expect(flow.failures[0]?.code).toBe('IMAP-006');
  });

  it.each<[string, RegExp, string]>([
    ['the inbox cannot be opened', / SELECT /, 'IMAP-005'],
    ['a folder cannot be created', / CREATE /, 'IMAP-005'],
    ['a search is refused', / UID SEARCH /, 'IMAP-009'],
  ])('says so when %s', async (_, refused, code) => {
    const server = await peculiar((line, tag) => (refused.test(line) ? `${tag} NO no\r\n` : undefined));
    const flow = recordingFlow();
    startOpen(server.port, flow);
    await waitFor(() => flow.failures.length === 1);
    expect(flow.failures[0]?.code).toBe(code);
  });

  it('does not watch an inbox that it may only read', async () => {
    const server = await peculiar((line, tag) =>
      / SELECT /.test(line)
        ? `* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n${tag} OK [READ-ONLY] open\r\n`
        : undefined,
    );
    const flow = recordingFlow();
    startOpen(server.port, flow);
    await waitFor(() => flow.failures.length === 1);
    expect(flow.failures[0]?.code).toBe('IMAP-005');
  });

  it('lives without IDLE, and with one that is refused', async () => {
    const without = await peculiar(() => undefined, 'IMAP4rev1 MOVE');
    const refusing = await peculiar((line, tag) => (/ IDLE/.test(line) ? `${tag} NO no\r\n` : undefined));
    for (const server of [without, refusing]) {
      const flow = recordingFlow();
      startOpen(server.port, flow);
      await waitFor(() => flow.polls > 3);
      expect(flow.failures).toEqual([]);
    }
    expect(without.lines.filter(line => / IDLE/.test(line))).toHaveLength(0);
    expect(refusing.lines.filter(line => / IDLE/.test(line))).toHaveLength(1);
  });

  it('does not hammer a server that lets it in and hangs up: the waits grow with each drop', async () => {
    const server = await peculiar((line, _, socket) => {
      if (!/ UID SEARCH /.test(line)) return undefined;
      socket.destroy();
      return '';
    });
    const flow = recordingFlow();
    const draws: number[] = [];
    const settings = mailboxSettings(
      { host: '127.0.0.1', port: server.port, tls: NO_TLS, auth: { type: 'none' } },
      { timing: { ...HURRIED, retryFirst: 10, retryMax: 10_000 } },
    );
    watchers.push(
      watch(settings, flow.events, () => {
        draws.push(performance.now());
        return 0;
      }),
    );
    await waitFor(() => draws.length === 6);
    // Waits of 5, 10, 20, 40 and 80 ms: the login alone has reset nothing.
    expect((draws[5] ?? 0) - (draws[0] ?? 0)).toBeGreaterThan(150);
    expect(flow.failures).toHaveLength(1);
  });
});

function deliver(imap: ImapServer, raw: string): void {
  const inbox = imap.getMailbox('INBOX');
  if (inbox === undefined) throw new Error('no inbox');
  imap.appendMessage(inbox, [], new Date(), raw);
}
