import { createServer } from 'node:http';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BAL, LABORATORY } from '../../samples/actors.ts';
import { newMail } from '../kit/gateway.ts';
import { type MllpServer, startMllpServer } from '../kit/mllp-server.ts';
import { certificates } from '../kit/certificates.ts';
import { startPfi } from './processes.ts';
import { type Site, type SiteOptions, startSite } from './site.ts';

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.stop();
});

async function site(options?: SiteOptions): Promise<Site> {
  const started = await startSite(options);
  open.push(started);
  return started;
}

async function application(): Promise<MllpServer> {
  const started = await startMllpServer();
  open.push(started);
  return started;
}

const deliverTo = ({ port }: MllpServer): SiteOptions => ({
  application: { deliver: { mllp: { host: '127.0.0.1', port }, timeout: '20s' } },
});

async function bring({ operator }: Site): Promise<void> {
  operator.deliver(await newMail(), { from: LABORATORY, to: [BAL] });
}

describe('pfi run does not start', () => {
  it('on a wrong configuration: every fault with its place, exit 2, nothing made', async () => {
    const here = await site();
    const wrong = ['establishment: {}', 'mailboxes:', '  - name: a b', '    imap: { port: 70000 }', ''];
    writeFileSync(here.config, wrong.join('\n'));
    const { code, stdout, stderr } = await here.pfi('run');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^CFG-001 : La configuration n’est pas valide\. \d+ fautes :\n/);
    for (const place of [':1:', ':3:5 — mailboxes[0].name', ':4:13 — mailboxes[0].imap.port']) {
      expect(stderr).toContain(`${here.config}${place}`);
    }
    expect(existsSync(join(here.folder, 'data'))).toBe(false);
  });

  it('beside another one on the same journal, which goes on: JRN-001, exit 2', async () => {
    const here = await site();
    const first = await here.run();
    const { code, stdout, stderr } = await here.pfi('run');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^JRN-001 : Une autre passerelle utilise déjà ce journal\./);
    expect((await here.get('/readyz')).status).toBe(200);
    expect(first.running()).toBe(true);
  });

  it('where another program has the admin port: ADM-001, exit 2, and it leaves the journal free', async () => {
    const here = await site();
    const other = createServer().listen(here.adminPort, '127.0.0.1');
    const { code, stdout, stderr } = await here.pfi('run');
    await new Promise(closed => other.close(closed));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(
      `ADM-001 : L’adresse d’administration (\`admin\`) ne peut pas être ouverte. 127.0.0.1:${here.adminPort} : un autre programme l’occupe.`,
    );
    await here.run();
  });

  it.each([
    ['another program having the port', '127.0.0.1', 'EADDRINUSE'],
    ['the address being another machine’s', '192.0.2.1', 'EADDRNOTAVAIL'],
  ])(
    'where requests cannot be listened for, %s: MLLP-005 says whose, where and why',
    async (_, host, reason) => {
      const other = await application();
      const here = await site({
        application: { accept: { mllp: { host, port: other.port } }, mailbox: 'urologie' },
      });
      const { code, stderr } = await here.pfi('run');
      expect(code).toBe(2);
      expect(stderr).toContain(
        `MLLP-005 : L’adresse d’écoute des demandes (applications, façade FHIR, SAS) ne peut pas être ouverte. Application dpi, ${host}:${other.port} (${reason}).`,
      );
    },
  );
});

describe('pfi run stops', () => {
  it('in good order at SIGTERM: what is on the wire finishes, nothing else begins, and it starts again', async () => {
    const dpi = await application();
    const here = await site(deliverTo(dpi));
    const first = await here.run();
    dpi.script('silence');
    await bring(here);
    await dpi.until(() => dpi.frames.length === 1);

    first.signal('SIGTERM');
    await first.said('gateway stopping');
    expect((await here.get('/readyz')).status).toBe(503);
    expect((await here.get('/livez')).status).toBe(200);
    // Asked again, or asked to reload: it is stopping all the same.
    first.signal('SIGHUP');
    first.signal('SIGINT');
    first.signal('SIGTERM');
    await bring(here);
    dpi.answerSilence();
    const { code, stderr } = await first.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(first.log().filter(({ msg }) => msg === 'gateway started')).toHaveLength(1);
    expect(first.log().at(-1)).toMatchObject({ msg: 'gateway stopped' });
    expect(dpi.frames).toHaveLength(1);

    const second = await here.run();
    await dpi.until(() => dpi.frames.length === 2);
    await here.operator.until('both are filed', () => here.operator.folder(BAL, 'Traites').length === 2);
    second.signal('SIGINT');
    expect((await second.ended).code).toBe(0);
    expect(dpi.frames).toHaveLength(2);
  });
});

describe('pfi run at SIGHUP', () => {
  it('takes up another folder and another application', async () => {
    const [former, renewed] = [await application(), await application()];
    const here = await site(deliverTo(former));
    const daemon = await here.run();
    here.configure({ ...deliverTo(renewed), mailbox: { folders: { done: 'Archives' } } });
    daemon.signal('SIGHUP');
    await daemon.said('configuration taken up');
    await bring(here);
    await here.operator.until('it is filed', () => here.operator.folder(BAL, 'Archives').length === 1);
    expect([former.frames.length, renewed.frames.length]).toEqual([0, 1]);
    expect(daemon.stderr()).toBe('');
  });

  it('changes nothing for a file that is wrong, and says so', async () => {
    const dpi = await application();
    const here = await site(deliverTo(dpi));
    const daemon = await here.run();
    writeFileSync(here.config, 'mailboxes: [');
    daemon.signal('SIGHUP');
    await daemon.said('configuration not taken up');
    expect(daemon.log().at(-1)).toMatchObject({ level: 'error', code: 'CFG-001', faults: 1 });
    expect(daemon.stderr()).toContain(`${here.config}:1:`);
    await bring(here);
    await dpi.until(() => dpi.frames.length === 1);
    expect(daemon.log().filter(({ msg }) => msg === 'gateway stopping')).toEqual([]);
  });

  it('goes on as before where the new configuration does not start', async () => {
    const dpi = await application();
    const here = await site(deliverTo(dpi));
    const daemon = await here.run();
    here.configure({ ...deliverTo(dpi), settings: { admin: { port: here.operator.imapPort } } });
    daemon.signal('SIGHUP');
    await daemon.said('renewed configuration does not start: the former one goes on');
    await daemon.said('gateway started', 2);
    await bring(here);
    await dpi.until(() => dpi.frames.length === 1);
    expect((await here.get('/readyz')).status).toBe(200);
  });

  it('takes up a renewed certificate', async () => {
    const here = await site();
    const ca = join(here.folder, 'ca.pem');
    writeFileSync(ca, certificates.otherCa);
    const daemon = await here.run();
    await daemon.said('mailbox not watched');
    expect(daemon.log().at(-1)).toMatchObject({ mailbox: 'urologie', code: 'IMAP-003' });
    writeFileSync(ca, here.operator.ca);
    daemon.signal('SIGHUP');
    await daemon.said('configuration taken up');
    await bring(here);
    await here.operator.until('it is filed', () => here.operator.folder(BAL, 'Traites').length === 1);
  });
});

describe('the log of pfi run', () => {
  it('is JSON lines: an ISO time, a level by name, a message; and nothing else is written', async () => {
    const here = await site();
    const daemon = await here.run();
    await bring(here);
    await here.operator.until('it is filed', () => here.operator.folder(BAL, 'Traites').length === 1);
    daemon.signal('SIGTERM');
    const { stdout, stderr } = await daemon.ended;
    expect(stderr).toBe('');
    for (const line of stdout.trimEnd().split('\n')) {
      expect(line).toMatch(
        /^\{"level":"(info|warn)","time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",.*"msg":"[^"]+"\}$/,
      );
    }
    const recorded = daemon.log().find(({ msg }) => msg === 'mail recorded');
    expect(recorded).toMatchObject({ mailbox: 'urologie', nature: 'document', documents: 1 });
    expect(recorded).toHaveProperty('exchange');
  });

  it('never holds the message of an unexpected error', async () => {
    const here = await site();
    const bug = join(here.folder, 'bug.mjs');
    writeFileSync(
      bug,
      `const text = 'LEGRAND Odette\\n    at née le 3 mai 1931';
       const timer = setInterval(() => { if (globalThis.started) throw new Error(text); }, 10);
       timer.unref();
       setTimeout(() => { globalThis.started = true; }, 1_000);`,
    );
    const daemon = startPfi(['run', '--config', here.config], {
      env: { NODE_OPTIONS: `--import ${bug}` },
    });
    const { code, stdout, stderr } = await daemon.ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).not.toMatch(/LEGRAND|1931/);
    expect(daemon.log().at(-1)).toMatchObject({ level: 'fatal', code: 'GEN-001', cause: 'Error' });
  });
});
