import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../kit/free-port.ts';
import { certificates } from '../kit/certificates.ts';
import { startScriptedServer } from '../kit/scripted-server.ts';
import { called } from './called.ts';
import { PASSWORD, type Site, type SiteOptions, startSite } from './site.ts';

const DAY = 86_400_000;

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
beforeEach(() => {
  writeFileSync(join(site.folder, 'ca.pem'), site.operator.ca);
  site.configure({});
});
afterAll(() => site.stop());

function check(...more: string[]): ReturnType<typeof called> {
  return called(['check', ...more, '--config', site.config]);
}

function otherCa(): void {
  writeFileSync(join(site.folder, 'ca.pem'), certificates.otherCa);
}

describe('pfi check', () => {
  it('says that all is well: exit 0, every peer tried', async () => {
    const { code, stdout, stderr } = await site.pfi('check');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [first, ...lines] = stdout.trimEnd().split('\n');
    expect(first).toBe('✓ configuration valide');
    expect(lines.filter(line => /^[✓✗⚠]/.test(line))).toEqual([
      '✓ boîte urologie, relève (IMAP)',
      '✓ boîte urologie, envoi (SMTP)',
      '✓ application dpi',
    ]);
    expect(stdout).toContain('    Connexion acceptée (mot de passe)');
    expect(stdout).toMatch(/ {4}Certificat « operateur\.sandbox », .*, valable jusqu’au \d\d\/\d\d\/\d{4}/);
    expect(lines.at(-1)).toBe('Tout va bien.');
  });

  it('shows a warning that asks for nothing: exit 0 all the same', async () => {
    const server = await startScriptedServer('220 ready\r\n', () => () => '250 done\r\n');
    site.configure({ smtp: { port: server.port, tls: 'none', auth: 'none' } });
    const { code, stdout } = await check();
    await server.close();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✓ boîte urologie, envoi \(SMTP\)$/m);
    expect(stdout).toContain('    ⚠ Le serveur SMTP n’offre pas DSN');
  });

  it('is JSON for a program, without any secret', async () => {
    const { code, stdout, stderr } = await check('--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      config: { mailboxes: [{ imap: { password: '***' }, smtp: { password: '***' } }] },
      peers: [{ ok: true }, { ok: true }, { ok: true, peer: 'application dpi' }],
    });
    expect(stdout).not.toContain(PASSWORD);
  });

  it.each<[string, () => SiteOptions | Promise<SiteOptions>, string, string[]]>([
    [
      'an application that is down',
      async () => ({
        application: { deliver: { mllp: { host: '127.0.0.1', port: await freePort() }, timeout: '5s' } },
      }),
      '✗ application dpi',
      ['MLLP-001 : L’application est injoignable.', 'À faire : Vérifiez que l’application écoute'],
    ],
    [
      'an IMAP server that is down',
      async () => ({ imap: { port: await freePort() } }),
      '✗ boîte urologie, relève (IMAP)',
      ['IMAP-001 : ', 'À faire : Vérifiez l’adresse, le pare-feu et l’opérateur MSSanté.'],
    ],
    [
      'a wrong IMAP password',
      () => ({ imap: { password: 'perdu' } }),
      '✗ boîte urologie, relève (IMAP)',
      ['IMAP-002 : ', 'À faire : Vérifiez le compte de la boîte auprès de l’opérateur'],
    ],
    [
      'a wrong SMTP password',
      () => ({ smtp: { password: 'perdu' } }),
      '✗ boîte urologie, envoi (SMTP)',
      ['SMTP-002 : ', 'À faire : Vérifiez le compte de la boîte auprès de l’opérateur'],
    ],
    [
      'another authority, for IMAP',
      () => (otherCa(), {}),
      '✗ boîte urologie, relève (IMAP)',
      [
        'IMAP-003 : ',
        'n’est pas signé par une autorité de confiance (voir `ca`)',
        'À faire : Vérifiez `tls` et `ca`',
      ],
    ],
    [
      'another authority, for SMTP',
      () => (otherCa(), {}),
      '✗ boîte urologie, envoi (SMTP)',
      [
        'SMTP-003 : ',
        'n’est pas signé par une autorité de confiance (voir `ca`)',
        'À faire : Vérifiez `tls` et `ca`',
      ],
    ],
    [
      'a folder for messages that is not there',
      () => ({ application: { deliver: { directory: { path: '/nowhere/at/all' } } } }),
      '✗ application dpi',
      ['DIR-001 : ', 'À faire : Vérifiez que le dossier existe'],
    ],
  ])('names %s: exit 1 and what to do', async (_, wrong, peer, told) => {
    site.configure(await wrong());
    const { code, stdout, stderr } = await check();
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const [, after = ''] = stdout.split(`${peer}\n`);
    const about = after.split(/^[✓✗⚠]/m)[0];
    for (const line of told) expect(about).toContain(line);
    expect(stdout).toContain('il y a quelque chose à faire.');
    expect(stdout).not.toContain(PASSWORD);
  });

  it('names a server without STARTTLS, to which no password went', async () => {
    const server = await startScriptedServer('* OK ready\r\n', () => line => {
      const [tag = '', command = ''] = line.split(' ');
      const capability = command.toUpperCase() === 'CAPABILITY' ? '* CAPABILITY IMAP4rev1\r\n' : '';
      return `${capability}${tag} OK done\r\n`;
    });
    site.configure({ imap: { port: server.port } });
    const { code, stdout } = await check();
    await server.close();
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ boîte urologie, relève \(IMAP\)\n {4}IMAP-003 : /);
    expect(server.lines.join('\n')).not.toMatch(/LOGIN|AUTHENTICATE/i);
    expect(server.lines.join('\n')).not.toContain(PASSWORD);
  });

  it('lists every fault of a wrong configuration: exit 2, no peer tried', async () => {
    const before = site.operator.accepted().length;
    site.configure({ imap: { port: 0 }, mailbox: { application: 'ris' } });
    const { code, stdout, stderr } = await check();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/CFG-001 : .*2 fautes :\n.*pfi\.yaml:\d+:\d+ — mailboxes\[0\]\.imap\.port : /);
    expect(stderr).toMatch(/pfi\.yaml:\d+:\d+ — mailboxes\[0\]\.application : l’application « ris »/);
    expect(site.operator.accepted()).toHaveLength(before);
    const json = await check('--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      error: {
        code: 'CFG-001',
        faults: [{ path: 'mailboxes[0].imap.port' }, { path: 'mailboxes[0].application' }],
      },
    });
  });
});

describe('pfi check, of an operator whose certificate', () => {
  let other: Site | undefined;
  afterEach(async () => {
    await other?.stop();
    other = undefined;
  });

  it('ends in ten days: exit 1, with the day and what to do', async () => {
    other = await startSite({}, { validity: validFor(10) });
    const { code, stdout } = await called(['check', '--config', other.config]);
    expect(code).toBe(1);
    expect(stdout).toContain('⚠ boîte urologie, relève (IMAP)');
    expect(stdout).toContain('⚠ boîte urologie, envoi (SMTP)');
    expect(stdout).toContain('✓ application dpi');
    expect(stdout).toContain('⚠ Le certificat « operateur.sandbox » du serveur expire dans 9 jours');
    expect(stdout).toContain('À faire : renouvelez le certificat avant cette date');
    const json = await called(['check', '--json', '--config', other.config]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      peers: [{ ok: true, expiring: true }, {}, {}],
    });
  });

  it('has ended: exit 1 and why', async () => {
    other = await startSite({}, { validity: validFor(-1) });
    const { code, stdout } = await called(['check', '--config', other.config]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/IMAP-003 : .* Le certificat du serveur a expiré\./);
    expect(stdout).toMatch(/SMTP-003 : .* Le certificat du serveur a expiré\./);
  });
});

function validFor(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - 400 * DAY), notAfter: new Date(now + days * DAY) };
}
