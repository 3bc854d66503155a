import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { openConnection } from '../../../src/peers/imap/connection.ts';
import { probeMailbox } from '../../../src/peers/imap/probe.ts';
import type { WatcherSettings } from '../../../src/peers/imap/watcher-settings.ts';
import type { MailboxEvents, MailboxWatcher, TlsOptions } from '../../../src/peers/interfaces.ts';
import type { MailServer } from '../../../src/peers/mail-server.ts';
import { certificates } from '../../kit/certificates.ts';
import { labMissing, type MailLab, startMailLab } from '../../kit/mail-lab.ts';
import { startTcpProxy, type TcpProxy } from '../../kit/tcp-proxy.ts';
import { waitFor } from '../../kit/wait.ts';
import { mail, recordingFlow } from './recording-flow.ts';
import { MAX_MAIL, HURRIED, mailboxSettings, passwordServer, watch } from './settings.ts';

describe.skipIf(labMissing !== undefined)('a mailbox on Dovecot', () => {
  let lab: MailLab;
  let next = 0;
  const watchers: MailboxWatcher[] = [];
  const proxies: TcpProxy[] = [];

  beforeAll(async () => {
    lab = await startMailLab();
  });
  afterEach(async () => {
    await Promise.all(watchers.splice(0).map(async watcher => await watcher.stop()));
    await Promise.all(proxies.splice(0).map(async proxy => await proxy.close()));
  });
  afterAll(async () => {
    await lab?.stop();
  });

  /** A mailbox that no other test has touched. */
  function freshAddress(): string {
    next += 1;
    return `bal${next}@chu-x.mssante.fr`;
  }

  function server(user: string, port = lab.imapPort, tls: Partial<TlsOptions> = {}): MailServer {
    return passwordServer(port, user, 'secret', { mode: 'starttls', ca: lab.ca, ...tls });
  }

  function start(settings: WatcherSettings, events: MailboxEvents): MailboxWatcher {
    const watcher = watch(settings, events);
    watchers.push(watcher);
    return watcher;
  }

  async function proxied(target = lab.imapPort): Promise<TcpProxy> {
    const proxy = await startTcpProxy(target);
    proxies.push(proxy);
    return proxy;
  }

  describe('entering', () => {
    it.each([
      ['starttls', 'localhost'],
      ['starttls', '127.0.0.1'],
      ['implicit', 'localhost'],
      ['implicit', '127.0.0.1'],
    ] as const)('reads mails over TLS (%s, %s)', async (mode, host) => {
      const address = freshAddress();
      await lab.deliver(address, mail('un'));
      const flow = recordingFlow();
      const port = mode === 'implicit' ? lab.imapsPort : lab.imapPort;
      start(mailboxSettings({ ...server(address, port, { mode }), host }), flow.events);
      await waitFor(() => flow.handled.length === 1);
      expect(flow.texts()).toEqual(['un']);
      expect(flow.handled[0]?.size).toBe(mail('un').length);
      expect(flow.failures).toEqual([]);
    });

    it.each([
      ['starttls', 'imapPort'],
      ['implicit', 'imapsPort'],
    ] as const)('refuses a server of another authority (%s)', async (mode, port) => {
      const proxy = await proxied(lab[port]);
      const error = await refusal(server('bal1', proxy.port, { mode, ca: certificates.otherCa }));
      expect(error.code).toBe('IMAP-003');
      expect(error.publicText).toContain('autorité de confiance');
      expect(proxy.sent().toString('latin1')).not.toMatch(/LOGIN|AUTHENTICATE/);
    });

    it('sends no credentials where STARTTLS has been stripped', async () => {
      const proxy = await proxied();
      proxy.stripStarttls();
      const error = await refusal(server('bal1@chu-x.mssante.fr', proxy.port));
      expect(error.code).toBe('IMAP-003');
      expect(proxy.sent().toString('latin1')).toContain('ID (');
      expect(proxy.sent().toString('latin1')).not.toMatch(/LOGIN|AUTHENTICATE|secret|bal1/);
    });

    it.each([
      ['a wrong password', (lab: MailLab) => ({ port: lab.imapPort, password: 'faux' }), 'IMAP-002'],
      ['a port where nobody listens', () => ({ port: 1, password: 'secret' }), 'IMAP-001'],
    ])('says what is wrong with %s', async (_, where, code) => {
      const { port, password } = where(lab);
      const error = await refusal(
        passwordServer(port, 'bal1@chu-x.mssante.fr', password, { mode: 'starttls', ca: lab.ca }),
      );
      expect(error.code).toBe(code);
      expect(JSON.stringify(error.fault)).not.toContain('bal1');
    });

    it('reports to `check` what an administrator wants to know', async () => {
      const address = freshAddress();
      await lab.deliver(address, mail('un'));
      const own = { cert: lab.clientCert, key: lab.clientKey };
      const report = await probeMailbox(mailboxSettings(server(address, lab.imapPort, own)));
      const text = report.lines.join('\n');
      expect(text).toContain('TLSv1.3');
      expect(text).toMatch(
        /Certificat « localhost », émis par « Lab root », valable jusqu’au \d\d\/\d\d\/\d{4}/,
      );
      expect(text).toContain('Certificat client « passerelle.chu-x »');
      expect(text).toContain('IDLE oui, MOVE oui, UIDPLUS oui');
      expect(text).toContain('Dossier « INBOX » : 1 courriel\n');
      expect(text).toContain('Dossier « Traites » : absent, il sera créé au démarrage');
      // The lab's certificates live for 30 days.
      expect(report.warnings.join('\n')).toMatch(/« localhost » du serveur expire dans 29 jours/);
    });
  });

  describe('watching', () => {
    it('sees a mail by IDLE long before the next poll', async () => {
      const address = freshAddress();
      const flow = recordingFlow();
      start(mailboxSettings(server(address)), flow.events);
      await waitFor(() => flow.polls > 0);
      await lab.deliver(address, mail('un'));
      await waitFor(() => flow.handled.length === 1, { timeoutMs: 5_000 });
      await lab.deliver(address, mail('deux'));
      await waitFor(() => flow.handled.length === 2, { timeoutMs: 5_000 });
      expect(flow.asked.map(({ uids }) => uids)).toEqual([[], [1], [2]]);
    });

    it('sees a mail at the poll, over the same connection', async () => {
      const address = freshAddress();
      const flow = recordingFlow();
      const proxy = await proxied();
      start(mailboxSettings(server(address, proxy.port), { pollMs: 100 }), flow.events);
      await waitFor(() => flow.polls > 3);
      await lab.deliver(address, mail('un'));
      await waitFor(() => flow.handled.length === 1);
      await lab.deliver(address, mail('deux'));
      await waitFor(() => flow.handled.length === 2);
      expect(flow.texts()).toEqual(['un', 'deux']);
      expect(proxy.accepted()).toBe(1);
    });

    it('handles 200 mails in UID order, each exactly once, while more arrive', async () => {
      const address = freshAddress();
      for (let n = 1; n <= 150; n += 1) await lab.deliver(address, mail(`m${n}`));
      const flow = recordingFlow();
      start(mailboxSettings(server(address), { pollMs: 200 }), flow.events);
      await waitFor(() => flow.handled.length > 20);
      for (let n = 151; n <= 200; n += 1) await lab.deliver(address, mail(`m${n}`));
      await waitFor(() => flow.handled.length >= 200, { timeoutMs: 20_000 });
      expect(flow.begun).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
      expect(flow.texts()).toEqual(Array.from({ length: 200 }, (_, index) => `m${index + 1}`));
    });

    it('asks again for a mail whose handling threw, and goes on meanwhile', async () => {
      const address = freshAddress();
      for (const subject of ['un', 'deux', 'trois']) await lab.deliver(address, mail(subject));
      let refusals = 2;
      const flow = recordingFlow(async ({ uid }) => {
        if (uid !== 2 || refusals === 0) return;
        refusals -= 1;
        throw new Error('not yet');
      });
      start(mailboxSettings(server(address), { pollMs: 100 }), flow.events);
      await waitFor(() => flow.handled.length === 3);
      expect(flow.begun).toEqual([1, 2, 3, 2, 2]);
      expect(flow.texts()).toEqual(['un', 'trois', 'deux']);
      expect(flow.failures).toEqual([]);
    });

    it('survives a journal that cannot answer', async () => {
      const address = freshAddress();
      await lab.deliver(address, mail('un'));
      const flow = recordingFlow();
      let broken = 3;
      const events: MailboxEvents = {
        ...flow.events,
        async unread(uidValidity, uids) {
          broken -= 1;
          if (broken > 0) throw new Error('disk full');
          return await flow.events.unread(uidValidity, uids);
        },
        polled() {
          flow.events.polled(new Date());
          throw new Error('a listener at fault');
        },
      };
      start(mailboxSettings(server(address), { pollMs: 50 }), events);
      await waitFor(() => flow.handled.length === 1);
      expect(flow.failures).toEqual([]);
    });

    it('hands over the head of a mail too large to fetch', async () => {
      const address = freshAddress();
      await lab.deliver(address, mail('grand', 'x'.repeat(300_000)));
      const heads: Uint8Array[] = [];
      const flow = recordingFlow(async large => {
        const head = await large.fetchHead();
        if (head !== undefined) heads.push(head);
      });
      start(mailboxSettings(server(address)), flow.events);
      await waitFor(() => flow.handled.length === 1);
      expect(heads.map(head => head.length)).toEqual([65_536]);
      expect(Buffer.from(heads[0] ?? []).toString('latin1')).toContain('Subject: grand');
    });

    it('finishes the mail in hand when stopped, and no other', async () => {
      const address = freshAddress();
      for (const subject of ['un', 'deux']) await lab.deliver(address, mail(subject));
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const flow = recordingFlow(async () => await released);
      const watcher = start(mailboxSettings(server(address)), flow.events);
      await waitFor(() => flow.begun.length === 1);
      const stopped = watcher.stop();
      release();
      await stopped;
      expect(flow.texts()).toEqual(['un']);
      expect(flow.begun).toEqual([1]);
      expect(flow.failures).toEqual([]);
    });

    it('does not wait for ever for a mail that never ends', async () => {
      const address = freshAddress();
      await lab.deliver(address, mail('un'));
      const { promise: never, resolve: release } = Promise.withResolvers<void>();
      const flow = recordingFlow(async () => await never);
      const watcher = start(
        mailboxSettings(server(address), { timing: { ...HURRIED, stop: 200 } }),
        flow.events,
      );
      await waitFor(() => flow.begun.length === 1);
      const before = performance.now();
      await watcher.stop();
      expect(performance.now() - before).toBeLessThan(2_000);
      release();
    });
  });

  describe('moving and finding', () => {
    it('moves while listening and tells the new place, which can be read and found', async () => {
      const address = freshAddress();
      for (const subject of ['un', 'deux']) await lab.deliver(address, mail(subject));
      const flow = recordingFlow();
      const watcher = start(mailboxSettings(server(address)), flow.events);
      await waitFor(() => flow.handled.length === 2);
      const uidValidity = flow.handled[0]?.uidValidity ?? 0n;

      const place = await watcher.move({ folder: 'INBOX', uidValidity, uid: 1 }, 'Traites');
      expect(place).toEqual({ folder: 'Traites', uidValidity: expect.any(BigInt), uid: 1 });
      if (place === undefined || place === 'moved') throw new Error('no place');
      expect(Buffer.from((await watcher.fetchAt(place, MAX_MAIL)) ?? []).toString()).toBe(mail('un'));
      expect(await watcher.find('Traites', '<un@test.example>')).toEqual([place]);
      expect(await watcher.find('INBOX', '<un@test.example>')).toEqual([]);
      expect(await watcher.find('INBOX', 'deux@test.example')).toEqual([
        { folder: 'INBOX', uidValidity, uid: 2 },
      ]);
      // Part of an id is not the id.
      expect(await watcher.find('INBOX', 'eux@test.example')).toEqual([]);
      expect(await watcher.find('INBOX', '')).toEqual([]);
      expect(await watcher.find('Absent', 'deux@test.example')).toEqual([]);

      // What came while another folder was open is seen without waiting for the poll.
      await lab.deliver(address, mail('trois'));
      await waitFor(() => flow.handled.length === 3, { timeoutMs: 5_000 });
      expect(flow.failures).toEqual([]);
    });

    it('says so when the mail is no longer there', async () => {
      const address = freshAddress();
      await lab.deliver(address, mail('un'));
      const flow = recordingFlow();
      const watcher = start(mailboxSettings(server(address)), flow.events);
      await waitFor(() => flow.handled.length === 1);
      const uidValidity = flow.handled[0]?.uidValidity ?? 0n;
      const here = { folder: 'INBOX', uidValidity, uid: 1 };
      expect(await watcher.move({ ...here, uidValidity: uidValidity + 1n }, 'Traites')).toBeUndefined();
      expect(await watcher.move({ ...here, uid: 99 }, 'Traites')).toBeUndefined();
      expect(await watcher.fetchAt({ ...here, uid: 99 }, MAX_MAIL)).toBeUndefined();
      expect(await watcher.move(here, 'Traites')).toMatchObject({ uid: 1 });
      expect(await watcher.move(here, 'Traites')).toBeUndefined();
    });

    it('creates a folder anew that somebody deleted, and reports one that cannot be', async () => {
      const address = freshAddress();
      await lab.deliver(address, mail('un'));
      const flow = recordingFlow();
      const watcher = start(mailboxSettings(server(address)), flow.events);
      await waitFor(() => flow.handled.length === 1);
      const here = { folder: 'INBOX', uidValidity: flow.handled[0]?.uidValidity ?? 0n, uid: 1 };
      await expect(watcher.move(here, '~nobody/x')).rejects.toMatchObject({ code: 'IMAP-007' });
      await rm(join(lab.maildir(address), '.Erreurs'), { recursive: true });
      expect(await watcher.move(here, 'Erreurs')).toMatchObject({ folder: 'Erreurs' });
    });

    it('moves 50 mails from inside their handling, side by side with the others', async () => {
      const address = freshAddress();
      for (let n = 1; n <= 50; n += 1) await lab.deliver(address, mail(`m${n}`));
      const flow = recordingFlow();
      const moves: Promise<unknown>[] = [];
      const watcher = start(mailboxSettings(server(address)), {
        ...flow.events,
        async handle(one) {
          await flow.events.handle(one);
          moves.push(
            watcher.move({ folder: 'INBOX', uidValidity: one.uidValidity, uid: one.uid }, 'Traites'),
          );
        },
      });
      await waitFor(() => moves.length === 50);
      const places = await Promise.all(moves);
      expect(places).toHaveLength(50);
      expect(places.every(place => typeof place === 'object')).toBe(true);
      expect(flow.begun).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    });

    it('refuses a move while there is no connection', async () => {
      const flow = recordingFlow();
      const watcher = start(mailboxSettings(server(freshAddress(), 1)), flow.events);
      const move = watcher.move({ folder: 'INBOX', uidValidity: 1n, uid: 1 }, 'Traites');
      await expect(move).rejects.toMatchObject({ code: 'IMAP-001', class: 'unreachable' });
    });
  });

  describe('trouble', () => {
    it('begins again after a cut in the middle of a fetch', async () => {
      const address = freshAddress();
      for (const subject of ['un', 'deux']) await lab.deliver(address, mail(subject, 'x'.repeat(400_000)));
      const proxy = await proxied(lab.imapPort);
      const flow = recordingFlow(async () => {
        if (flow.begun.length === 1) proxy.cutAfterAnswer(100_000);
      });
      start(mailboxSettings(server(address, proxy.port)), flow.events);
      await waitFor(() => flow.handled.length === 2);
      expect(flow.texts()).toEqual(['un', 'deux']);
      expect(flow.begun).toEqual([1, 1, 2]);
      expect(flow.failures.map(error => error.code)).toEqual(['IMAP-006']);
      expect(flow.recoveries).toBe(1);
    });

    it('survives a cut at any point of the conversation, and each mail is read once', async () => {
      const address = freshAddress();
      const proxy = await proxied();
      const flow = recordingFlow();
      start(mailboxSettings(server(address, proxy.port), { pollMs: 100 }), flow.events);
      await waitFor(() => flow.polls > 0);
      // A whole conversation is about 7 kB with its handshake.
      const cuts = Array.from({ length: 40 }, (_, n) => 1 + n * 180);
      for (const [n, cut] of cuts.entries()) {
        await lab.deliver(address, mail(`m${n + 1}`));
        const before = flow.failures.length;
        proxy.cut();
        proxy.cutAfterAnswer(cut);
        await waitFor(() => flow.failures.length > before && flow.handled.length === n + 1);
        proxy.cutAfterAnswer(Number.POSITIVE_INFINITY);
      }
      expect(flow.texts()).toEqual(cuts.map((_, n) => `m${n + 1}`));
      await waitFor(() => flow.recoveries === flow.failures.length);
    });

    it.each([
      ['while listening', 0],
      ['in the middle of the work', 20],
    ])('notices within bounds a line that loses everything in silence %s', async (_, mails) => {
      const address = freshAddress();
      for (let n = 1; n <= mails; n += 1) await lab.deliver(address, mail(`m${n}`));
      const proxy = await proxied();
      const flow = recordingFlow(async ({ uid }) => {
        if (uid === 10 && flow.failures.length === 0) proxy.swallow(true);
      });
      const timing = { ...HURRIED, command: 300, watchdog: 300 };
      start(mailboxSettings(server(address, proxy.port), { timing }), flow.events);
      await waitFor(() => (mails === 0 ? flow.polls > 0 : flow.begun.includes(10)));
      proxy.swallow(true);
      const before = performance.now();
      await waitFor(() => flow.failures.length === 1, { timeoutMs: 5_000 });
      expect(performance.now() - before).toBeLessThan(2_500);
      expect(flow.failures[0]?.code).toBe('IMAP-006');
      proxy.swallow(false);
      // The attempts that were under way in the dark must end first.
      proxy.cut();
      await lab.deliver(address, mail('ensuite'));
      await waitFor(() => flow.handled.length === mails + 1);
      expect(flow.recoveries).toBe(1);
      expect(new Set(flow.handled.map(({ uid }) => uid)).size).toBe(mails + 1);
    });

    it('waits for a server that is down, and tells the outage once', async () => {
      const address = freshAddress();
      const proxy = await proxied();
      const flow = recordingFlow();
      let attempts = 0;
      watchers.push(
        watch(mailboxSettings(server(address, proxy.port)), flow.events, () => {
          attempts += 1;
          return 0.5;
        }),
      );
      await waitFor(() => flow.polls > 0);
      await proxy.down();
      await waitFor(() => flow.failures.length === 1);
      await lab.deliver(address, mail('pendant'));
      await waitFor(() => attempts > 4);
      await proxy.up();
      await waitFor(() => flow.handled.length === 1);
      expect(flow.failures).toHaveLength(1);
      expect(flow.recoveries).toBe(1);
      expect(flow.texts()).toEqual(['pendant']);
    });

    it('leaves the other mailbox in peace', async () => {
      const [sick, sound] = [freshAddress(), freshAddress()];
      const proxy = await proxied();
      const [sickFlow, soundFlow] = [recordingFlow(), recordingFlow()];
      start(mailboxSettings(server(sick, proxy.port)), sickFlow.events);
      start(mailboxSettings(server(sound)), soundFlow.events);
      await waitFor(() => sickFlow.polls > 0 && soundFlow.polls > 0);
      await proxy.down();
      await waitFor(() => sickFlow.failures.length === 1);
      await lab.deliver(sound, mail('un'));
      await waitFor(() => soundFlow.handled.length === 1);
      expect(soundFlow.failures).toEqual([]);
      await proxy.up();
    });

    it.each(['disconnected', 'connected'])(
      'takes up new UIDs after a change of UIDVALIDITY while %s',
      async how => {
        const address = freshAddress();
        for (const subject of ['un', 'deux']) await lab.deliver(address, mail(subject));
        const proxy = await proxied();
        const flow = recordingFlow();
        start(mailboxSettings(server(address, proxy.port), { pollMs: 200 }), flow.events);
        await waitFor(() => flow.handled.length === 2);
        if (how === 'disconnected') await proxy.down();
        const changed = await renumber(lab.maildir(address));
        if (how === 'disconnected') await proxy.up();
        await waitFor(() => flow.handled.length === 4);
        expect(flow.texts()).toEqual(['un', 'deux', 'un', 'deux']);
        expect(flow.handled.slice(2).map(({ uidValidity }) => uidValidity)).toEqual([changed, changed]);
      },
    );
  });
});

/** Restores the mailbox as from a backup: the same mails under another UIDVALIDITY. */
async function renumber(maildir: string): Promise<bigint> {
  const list = join(maildir, 'dovecot-uidlist');
  const header = /^3 V(\d+)/.exec(await readFile(list, 'latin1'))?.[1];
  const changed = BigInt(header ?? 1) + 1_000n;
  const aside = `${maildir}.aside`;
  await rename(maildir, aside);
  await mkdir(maildir);
  for (const entry of await readdir(aside)) {
    if (!/^dovecot[.-]/.test(entry)) await rename(join(aside, entry), join(maildir, entry));
  }
  await rm(aside, { recursive: true });
  await writeFile(list, `3 V${changed} N1 G${'ab'.repeat(16)}\n`);
  await chown(maildir, 65_534, 65_534);
  await chown(list, 65_534, 65_534);
  return changed;
}

async function refusal(server: MailServer): Promise<GatewayError> {
  const outcome: unknown = await openConnection(server, { timeoutMs: 5_000 }).catch(
    (thrown: unknown) => thrown,
  );
  if (outcome instanceof GatewayError) return outcome;
  throw new Error('the connection was not refused');
}
