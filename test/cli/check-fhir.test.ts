import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../src/sandbox/certificates.ts';
import { startFhirHook } from '../../src/sandbox/fhir-hook.ts';
import { certificates } from '../kit/certificates.ts';
import { type FhirSite, startFhirSite } from '../kit/fhir.ts';
import { TOKEN } from '../kit/fhir-caller.ts';
import { called } from './called.ts';

const DAY = 86_400_000;

let site: FhirSite;
beforeAll(async () => {
  site = await startFhirSite({ flows: ['dmi', 'renacot'] });
});
afterAll(() => site.stop());

interface Checked {
  readonly peer: string;
  readonly ok: boolean;
  readonly code?: string;
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
  readonly expiring?: boolean;
}

/** What is said of the FHIR flows; the mail side of the site finds nobody. */
async function checked(change: Readonly<Record<string, unknown>> = {}): Promise<Map<string, Checked>> {
  const written = JSON.parse(readFileSync(join(site.folder, 'pfi.yaml'), 'utf8')) as { fhir: object };
  const file = join(site.folder, 'check.yaml');
  writeFileSync(file, JSON.stringify({ ...written, fhir: { ...written.fhir, ...change } }));
  const { stdout } = await called(['check', '--config', file, '--json']);
  for (const token of [TOKEN, HOOK_TOKEN]) expect(stdout).not.toContain(token);
  const { peers } = JSON.parse(stdout) as { readonly peers: readonly Checked[] };
  return new Map(
    peers
      .filter(({ peer }) => peer.includes('`fhir.'))
      .map(each => [/`fhir\.(.*)`/.exec(each.peer)?.[1] ?? '', each]),
  );
}

const pem = (name: string, text: string): string => {
  const path = join(site.folder, name);
  writeFileSync(path, text);
  return path;
};

const authority = createAuthority('Autorité d’essai');
const HOOK_TOKEN = 'jeton-du-logiciel';
const DATES = { notBefore: new Date(Date.now() - DAY) };

/** Certificate files of an address, good for so many days. */
function tlsFor(days: number): { readonly cert: string; readonly key: string; readonly clientCa: string } {
  const { cert, key } = authority.issue({
    name: 'pfi.example',
    hosts: ['pfi.example'],
    usage: 'server',
    validity: { ...DATES, notAfter: new Date(Date.now() + days * DAY) },
  });
  return {
    cert: pem(`own-${days}.pem`, cert),
    key: pem(`own-${days}.key`, key),
    clientCa: pem('own-ca.pem', authority.certificate),
  };
}

function sasOn(tls: ReturnType<typeof tlsFor>): Readonly<Record<string, unknown>> {
  return {
    listen: { port: 9443, tls },
    publicUrl: 'https://sas.example/fhir/sas',
    clients: [{ cn: 'sas.example', ou: '1' }],
    hook: { url: 'https://localhost:1/fhir' },
  };
}

describe('`pfi check` of the FHIR flows', () => {
  it('tries each platform, gets a token where one is needed, and says who may call', async () => {
    const peers = await checked();
    expect([...peers.keys()]).toEqual(['facade', 'dmi', 'renacot']);
    expect([...peers.values()].map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(peers.get('facade')?.lines.slice(0, 2)).toEqual([
      'Écoute en HTTPS sur 127.0.0.1:8443',
      'Admis : pui (certificat pui.chu-x.fr : dmi, renacot) ; bloc (jeton : dmi, renacot)',
    ]);
    expect(peers.get('dmi')?.lines.join('\n')).toContain('établie avec notre certificat');
    expect(peers.get('renacot')?.lines).toContain('Jeton obtenu du serveur d’autorisation');
    expect(site.platform('dmi').submissions()).toEqual([]);
  });

  it('says what keeps a platform from being reached', async () => {
    const auth = { type: 'none' };
    const peers = await checked({ dmi: { url: 'https://localhost:1/fhir', auth } });
    expect(peers.get('dmi')).toMatchObject({ ok: false, code: 'FHIR-004' });
    expect(peers.get('renacot')?.ok).toBe(true);
  });

  it('warns of a certificate of ours that ends soon, at the façade and for SAS', async () => {
    const sas = sasOn(tlsFor(10));
    const peers = await checked({ facade: { port: 8443, tls: tlsFor(10) }, sas });
    expect(peers.get('facade')).toMatchObject({ ok: true, expiring: true });
    expect(peers.get('sas.listen')).toMatchObject({ ok: true, expiring: true });
    expect(peers.get('sas.listen')?.lines).toContain('Admis : CN sas.example, OU 1');
  });

  it('says that a certificate and its key do not go together', async () => {
    const tls = { ...tlsFor(100), key: tlsFor(101).key };
    const peers = await checked({ facade: { port: 8443, tls } });
    expect(peers.get('facade')).toMatchObject({ ok: false, code: 'MLLP-005' });
  });

  it.each([
    ['nothing', ''],
    ['no certificate', 'bonjour'],
    ['a broken one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('says that there is %s in `clientCa`, by which `pfi run` would not start', async (what, text) => {
    const tls = { ...tlsFor(100), clientCa: pem(`clientCa ${what}.pem`, text) };
    const peers = await checked({ facade: { port: 8443, tls }, sas: sasOn(tls) });
    for (const name of ['facade', 'sas.listen']) {
      expect(peers.get(name)).toMatchObject({ ok: false, code: 'MLLP-005' });
      expect(JSON.stringify(peers.get(name))).toContain('`tls.clientCa`');
    }
  });

  it('tries the applications that something is handed to, and brings them nothing', async () => {
    const hook = await startFhirHook();
    const trust = {
      ca: pem('hook-ca.pem', hook.ca),
      clientCertificate: {
        cert: pem('hook-client.pem', certificates.client.cert),
        key: pem('hook-client.key', certificates.client.key),
      },
      token: HOOK_TOKEN,
    };
    const settings = {
      dui: { receive: { hook: `${hook.url}/Bundle`, ...trust } },
      sas: { ...sasOn(tlsFor(100)), hook: { url: hook.url, ...trust } },
    };
    const peers = await checked(settings);
    for (const name of ['dui.receive', 'sas.hook']) {
      expect(peers.get(name)).toMatchObject({ ok: true });
      const [line] = peers.get(name)?.lines ?? [];
      expect(line).toMatch(
        new RegExp(
          `^Connexion avec l’application \\(localhost:${hook.port}, TLSv1.3\\) établie avec notre certificat$`,
        ),
      );
    }
    expect(hook.received()).toEqual([]);
    await hook.stop();
    const none = await checked(settings);
    expect(none.get('dui.receive')).toMatchObject({ ok: false, code: 'FHIR-004' });
    expect(none.get('sas.hook')).toMatchObject({ ok: false, code: 'FHIR-004' });
  });

  it('warns of a certificate shown to an application that ends soon, and names an authority that is not theirs', async () => {
    const hook = await startFhirHook();
    const { cert, key } = authority.issue({
      name: 'passerelle',
      usage: 'client',
      validity: { ...DATES, notAfter: new Date(Date.now() + 10 * DAY) },
    });
    const clientCertificate = { cert: pem('ending.pem', cert), key: pem('ending.key', key) };
    const ca = pem('hook-ca.pem', hook.ca);
    const peers = await checked({
      dui: { receive: { hook: hook.url, ca, clientCertificate } },
      sas: { ...sasOn(tlsFor(100)), hook: { url: hook.url, ca: pem('other.pem', certificates.otherCa) } },
    });
    expect(peers.get('dui.receive')).toMatchObject({ ok: true, expiring: true });
    expect(peers.get('dui.receive')?.warnings.join('\n')).toMatch(
      /certificat client « passerelle » expire dans (?:9|10) jours/,
    );
    expect(peers.get('sas.hook')).toMatchObject({ ok: false, code: 'FHIR-005' });
    await hook.stop();
  });
});
