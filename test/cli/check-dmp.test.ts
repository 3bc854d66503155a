import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrganisationRequest, Validity } from '../../src/sandbox/certificates.ts';
import { chainOfThree } from '../kit/certificate-chain.ts';
import { certificates } from '../kit/certificates.ts';
import { exposition } from '../kit/exposition.ts';
import { authority, issued } from '../kit/organisation-certificates.ts';
import { OPENSSL, pkcs12ByForge } from '../kit/pkcs12.ts';
import { called } from './called.ts';
import { type Site, startSite } from './site.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const PASSWORD = 'mot-de-passe-du-p12';

let site: Site;
let server: Server;
beforeAll(async () => {
  site = await startSite();
  server = await listening({ ca: authority.certificate });
});
afterAll(async () => {
  await site.stop();
  server.close();
});

/** What there is of the DMP for who posts nothing: it lets in whom its authority knows. */
async function listening({ ca }: { readonly ca: string }): Promise<Server> {
  const own = authority.issue({
    name: 'dmp',
    hosts: ['127.0.0.1'],
    usage: 'server',
    validity: endingIn(365),
  });
  const started = createServer({ ...own, ca, requestCert: true });
  await new Promise<void>(resolve => started.listen(0, '127.0.0.1', resolve));
  return started;
}

function urlOf(listener: Server): string {
  const address = listener.address();
  return `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/services`;
}

/** Days from now, and half a day: no test is at an edge. */
const endingIn = (days: number): Validity => ({
  notBefore: new Date(Date.now() - 100 * DAY),
  notAfter: new Date(Date.now() + days * DAY + 12 * HOUR),
});

const PROFILES = { auth: 'AUTH_CLI', sign: 'SIGN' } as const;

interface Beside {
  readonly dmp?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string | Buffer>>;
}

type Changes = { readonly [use in keyof typeof PROFILES]?: Partial<OrganisationRequest> };

/** A gateway with certificates of a year, changed so; `dmp` replaces settings, `files` what lies beside them. */
function configure(changes: Changes, { dmp, files = {} }: Beside = {}): void {
  for (const use of ['auth', 'sign'] as const) {
    const { cert, key } = issued(PROFILES[use], { validity: endingIn(365), ...changes[use] });
    writeFileSync(join(site.folder, `${use}.pem`), cert);
    writeFileSync(join(site.folder, `${use}.key`), key);
  }
  const others = { 'dmp-ca.pem': authority.certificate, ...files };
  for (const [name, content] of Object.entries(others)) writeFileSync(join(site.folder, name), content);
  const pem = (use: string) => ({ certificate: { cert: `${use}.pem`, key: `${use}.key` } });
  site.configure({
    settings: {
      dmp: {
        url: urlOf(server),
        environment: 'test',
        tls: { ca: 'dmp-ca.pem', ...pem('auth') },
        sign: pem('sign'),
        software: { name: 'pfi-gateway', version: '1.0' },
        oid: { source: '1.2.250.1.999.1', root: '1.2.250.1.999.1.1' },
        structures: [{ id: '1120456789', name: 'CHU X', sector: 'SA01' }],
        automate: { responsible: '801234567866', name: 'pfi-gateway, passerelle, DSI' },
        ...dmp,
      },
    },
  });
}

type Thing = 'tls' | 'sign' | 'professionals' | 'connection';

/** What `pfi check` says of it: its exit code, and the lines on each thing of the DMP. */
async function check(
  changes: Changes = {},
  beside?: Beside,
): Promise<{ readonly code: number; readonly said: Record<Thing, string[]> }> {
  configure(changes, beside);
  const { code, stdout } = await called(['check', '--config', site.config]);
  expect(stdout).not.toContain(PASSWORD);
  const lines = stdout.split('\n');
  const about = (what: string): string[] => {
    const begin = lines.findIndex(line => line.includes(what));
    const rest = lines.slice(begin + 1);
    return [
      lines[begin] ?? '',
      ...rest.slice(
        0,
        rest.findIndex(line => !line.startsWith(' ')),
      ),
    ];
  };
  return {
    code,
    said: {
      tls: about('(`dmp.tls`)'),
      sign: about('(`dmp.sign`)'),
      professionals: about('(`dmp.professionals`)'),
      connection: about('DMP, connexion'),
    },
  };
}

describe('pfi check, of the DMP', () => {
  it('says whose certificates they are, what for and until when, and tries the connection', async () => {
    const { code, said } = await check();
    expect(code).toBe(0);
    expect(said.tls).toEqual([
      '✓ DMP, certificat d’authentification (`dmp.tls`)',
      '    Certificat « CN=dmp.chu-x.example,OU=1120456789,O=CHU X,ST=Aveyron (12),C=FR », émis par « CN=AC des tests »',
      '    Usage : authentification auprès du DMP (ORG AUTH_CLI)',
      '    Structure 1120456789',
      expect.stringMatching(/^ {4}Valable du \d\d\/\d\d\/\d{4} au \d\d\/\d\d\/\d{4}$/),
    ]);
    expect(said.sign[0]).toBe('✓ DMP, certificat de signature (`dmp.sign`)');
    expect(said.sign).toContain('    Usage : signature du jeton VIHF et des lots (ORG SIGN)');
    expect(said.connection[0]).toBe('✓ DMP, connexion');
    expect(said.connection.join('\n')).toContain('établie avec notre certificat');
  });

  it.each([
    [60, 0, '✓', /expire dans 60 jours, le \S+ : préparez son renouvellement$/],
    [31, 0, '✓', /expire dans 31 jours, le \S+ : préparez son renouvellement$/],
    [30, 1, '⚠', /expire dans 30 jours, le \S+ : demandez son renouvellement$/],
    [15, 1, '⚠', /expire dans 15 jours, le \S+ : relancez la demande de renouvellement$/],
    [7, 1, '⚠', /expire dans 7 jours, le \S+ : renouvelez-le sans attendre/],
    [0, 1, '⚠', /expire dans moins d’un jour, le \S+ : renouvelez-le sans attendre/],
  ])('%i days before the end: exit %i', async (days, code, sign, warning) => {
    const { code: ended, said } = await check({ sign: { validity: endingIn(days) } });
    expect(ended).toBe(code);
    expect(said.sign[0]?.slice(0, 1)).toBe(sign);
    const warnings = said.sign.filter(line => line.includes('⚠ Le certificat'));
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  it('61 days before the end, nobody is bothered', async () => {
    const { code, said } = await check({ sign: { validity: endingIn(61) } });
    expect(code).toBe(0);
    expect(said.sign.filter(line => line.includes('⚠'))).toEqual([]);
  });

  it.each<[string, Parameters<typeof check>[0], 'tls' | 'sign', string]>([
    ['ended', { sign: { validity: endingIn(-2) } }, 'sign', 'Le certificat a expiré le '],
    ['of another use', { auth: { profile: 'SIGN' } }, 'tls', 'C’est un certificat de signature (ORG SIGN)'],
    ['of another structure', { sign: { structure: '1999999999' } }, 'sign', 'la structure 1999999999'],
  ])('one that is %s cannot serve: exit 1', async (_, changes, which, detail) => {
    const { code, said } = await check(changes);
    expect(code).toBe(1);
    expect(said[which][0]).toMatch(/^✗ DMP, certificat/);
    expect(said[which][1]).toContain(`DMP-020 : `);
    expect(said[which][1]).toContain(`\`dmp.${which}\` : certificat « CN=`);
    expect(said[which][1]).toContain(detail);
  });
});

describe('pfi check, of the files of the DMP', () => {
  const own = issued('AUTH_CLI', { validity: endingIn(365) });
  const p12 = { 'auth.p12': pkcs12ByForge({ ...own, password: PASSWORD }, '3des') };
  const byP12 = (password: string) => ({
    tls: { ca: 'dmp-ca.pem', certificate: { p12: 'auth.p12', password } },
  });
  const csv = { professionals: 'pros.csv' };

  it('opens a PKCS#12 file of former tools, connects with it, and counts professionals', async () => {
    const lines = ['801234567866;10;SM26', '801234567867;60', ''].join('\n');
    const { code, said } = await check(
      {},
      { dmp: { ...byP12(PASSWORD), ...csv }, files: { ...p12, 'pros.csv': lines } },
    );
    expect(code).toBe(0);
    expect([said.tls[0]?.[0], said.connection[0]?.[0]]).toEqual(['✓', '✓']);
    expect(said.professionals).toEqual([
      '✓ DMP, professionnels (`dmp.professionals`)',
      '    2 professionnels',
    ]);
  });

  it.skipIf(!OPENSSL.modern)(
    'shows the DMP its whole chain: the root alone need be known there',
    async () => {
      const { root, intermediate, leaf } = chainOfThree();
      const strict = await listening({ ca: root });
      const files = { 'auth.pem': `${root}${intermediate}${leaf.cert}`, 'auth.key': leaf.key };
      const asked = { dmp: { url: urlOf(strict) }, files };
      const whole = await check({}, asked);
      const { said } = await check({}, { ...asked, files: { ...files, 'auth.pem': leaf.cert } });
      strict.close();
      expect(whole.code).toBe(0);
      expect(whole.said.connection[0]).toBe('✓ DMP, connexion');
      expect(said.connection[0]).toBe('✗ DMP, connexion');
    },
  );

  it.each<[string, () => Beside, Thing, string]>([
    [
      'a wrong password',
      () => ({ dmp: byP12(`${PASSWORD}-perdu`), files: p12 }),
      'tls',
      'DMP-020 : Un certificat du DMP ne peut pas servir : illisible, expiré, d’un autre usage, ou d’une autre structure. `dmp.tls` : Le mot de passe du fichier PKCS#12 est faux, ou le fichier est abîmé.',
    ],
    [
      'a key that is none',
      () => ({ files: { 'sign.key': 'rien' } }),
      'sign',
      '`dmp.sign` : La clé privée ne peut pas être lue : un texte PEM est attendu.',
    ],
    [
      'the key of another certificate',
      () => ({ files: { 'sign.key': own.key } }),
      'sign',
      '`dmp.sign` : La clé privée n’est pas celle du certificat.',
    ],
    [
      'authorities that are none',
      () => ({ files: { 'dmp-ca.pem': 'rien' } }),
      'connection',
      'DMP-020 : Un certificat du DMP ne peut pas servir : illisible, expiré, d’un autre usage, ou d’une autre structure. `dmp.tls.ca` : Le fichier ne contient pas de certificat : un texte PEM est attendu.',
    ],
    [
      'an authority that did not sign the DMP’s certificate',
      () => ({ files: { 'dmp-ca.pem': certificates.otherCa } }),
      'connection',
      'DMP-002 : La connexion chiffrée avec le DMP est refusée : un certificat n’est pas accepté. Le certificat du serveur n’est pas signé par une autorité de confiance (voir `ca`).',
    ],
    [
      'professionals that are wrong',
      () => ({ dmp: csv, files: { 'pros.csv': 'rpps;profession;savoir-faire\n801234567866;10\n1;2;3;4\n' } }),
      'professionals',
      'Ligne 2 : savoir-faire absent ou inconnu : un médecin ou un pharmacien n’est pas annoncé sans lui. Ligne 3 : plus de trois colonnes.',
    ],
    [
      'a DMP that is not there',
      () => ({ dmp: { url: 'https://127.0.0.1:1/services' } }),
      'connection',
      'DMP-001 : Le DMP est injoignable.',
    ],
  ])('%s is told, with what to do: exit 1', async (_, beside, which, told) => {
    const { code, said } = await check({}, beside());
    expect(code).toBe(1);
    expect(said[which][0]).toMatch(/^✗ DMP, /);
    expect(said[which][1]).toContain(told);
    expect(said[which][2]).toMatch(/^ {4}À faire : /);
  });
});

describe('pfi status, of the certificates', () => {
  it('is critical for one that cannot serve, until it is replaced and the configuration read again', async () => {
    const status = async (): Promise<{ code: number; line: string }> => {
      const { code, stdout } = await called(['status', '--config', site.config]);
      return { code, line: stdout.split('\n')[0] ?? '' };
    };
    const usable = async (certificate: string): Promise<number | undefined> =>
      exposition(await (await site.get('/metrics')).text()).value('pfi_certificate_usable', { certificate });
    configure({ sign: { validity: endingIn(-2) }, auth: { validity: endingIn(12) } });
    const daemon = await site.run();
    const before = await status();
    expect(before.code).toBe(2);
    expect(before.line).toContain('PFI CRITICAL - certificat dmp.sign : Le certificat a expiré le ');
    expect(before.line).toMatch(/'certificate_days_dmp\.tls'=12;;;0 'certificate_days_dmp\.sign'=0;;;0/);
    expect([await usable('dmp.tls'), await usable('dmp.sign')]).toEqual([1, 0]);

    configure({ auth: { validity: endingIn(12) } });
    daemon.signal('SIGHUP');
    await daemon.said('configuration taken up');
    const after = await status();
    expect(after.code).toBe(1);
    expect(after.line).toContain('PFI WARNING - le certificat dmp.tls expire dans 12 jours');
    expect(await usable('dmp.sign')).toBe(1);
    daemon.signal('SIGTERM');
    await daemon.ended;
  });
});
