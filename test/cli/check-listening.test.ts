import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../src/sandbox/certificates.ts';
import { certificates } from '../kit/certificates.ts';
import { called } from './called.ts';
import { type Site, type SiteOptions, startSite } from './site.ts';

const DAY = 86_400_000;

/** Under which others reach this machine, as far as it has any. */
const ADDRESSES = Object.values(networkInterfaces())
  .flatMap(addresses => addresses ?? [])
  .filter(({ internal, scopeid = 0 }) => !internal && scopeid === 0)
  .map(({ address }) => address)
  .slice(0, 2);

let site: Site;
beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.stop());

describe('pfi check, of an application that sends requests', () => {
  const accepting = (accept: Record<string, unknown>, more: Record<string, unknown> = {}): SiteOptions => ({
    application: { accept: { mllp: { port: 6_662, ...accept }, ...more }, mailbox: 'urologie' },
  });
  const pem = (name: string, text: string): string => {
    writeFileSync(join(site.folder, name), text);
    return name;
  };
  const tlsOf = ({ cert, key }: { readonly cert: string; readonly key: string }) => ({
    cert: pem('pfi.pem', cert),
    key: pem('pfi.key', key),
  });
  /** The lines on where it listens. */
  async function listening(options: SiteOptions): Promise<{ code: number; lines: string[] }> {
    site.configure(options);
    const { code, stdout } = await called(['check', '--config', site.config]);
    const lines = stdout.split('\n');
    const begin = lines.findIndex(line => line.endsWith(' application dpi, ses demandes d’envoi'));
    const about = lines.slice(begin + 1);
    return {
      code,
      lines: [
        lines[begin] ?? '',
        ...about.slice(
          0,
          about.findIndex(line => !line.startsWith(' ')),
        ),
      ],
    };
  }

  it('says where it listens, and in whose name mails leave', async () => {
    expect(await listening(accepting({}))).toEqual({
      code: 0,
      lines: [
        '✓ application dpi, ses demandes d’envoi',
        '    Écoute en MLLP sur 127.0.0.1:6662, en clair',
        '    Les courriels partent de la boîte urologie',
        '    Réponses des correspondants : à cette boîte, que personne ne lit, sauf adresse de réponse dans la demande (voir `replyTo` de la boîte)',
        '    Destinataires admis : tous les domaines (`outgoing.domains` n’est pas configuré)',
      ],
    });
    const told = await listening({
      ...accepting({}, { matrix: 'literal' }),
      settings: { outgoing: { domains: ['chu-x.mssante.fr', '*.mssante.fr'] } },
    });
    expect(told.lines).toContain('    Destinataires admis : chu-x.mssante.fr, *.mssante.fr');
    expect(told.lines).toContain('    Matrice des envois prise à la lettre (`matrix: literal`)');
  });

  it.each(['0.0.0.0', '::', ...ADDRESSES])('warns where %s hears everybody, in the clear', async host => {
    const { code, lines } = await listening(accepting({ host }));
    expect(code).toBe(0);
    expect(lines.filter(line => line.includes('⚠'))).toEqual([
      `    ⚠ L’écoute sur ${host} n’est pas chiffrée : documents et identités passent en clair sur le réseau (voir \`accept.mllp.tls\`)`,
    ]);
  });

  it.each([
    ['of IPv4', '192.0.2.1'],
    ['of IPv6', '2001:db8::1'],
  ])('says that an address %s is not the machine’s: exit 1', async (_, host) => {
    const { code, lines } = await listening(accepting({ host }));
    expect(code).toBe(1);
    expect(lines[0]).toBe('✗ application dpi, ses demandes d’envoi');
    expect(lines[1]).toContain('MLLP-005 : ');
    expect(lines[1]).toContain(`${host}:6662 : cette adresse n’est pas celle de la machine.`);
  });

  it('leaves a name alone: whose address it is depends on who asks', async () => {
    expect((await listening(accepting({ host: 'pfi.chu-x.example' }))).code).toBe(0);
  });

  it.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('and not on %s', async host => {
    expect((await listening(accepting({ host }))).lines.join()).not.toContain('⚠');
  });

  it('tells its certificates, and whether applications must show one', async () => {
    const validity = { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 365 * DAY) };
    const authority = createAuthority('Autorité des tests', validity);
    const tls = tlsOf(
      authority.issue({ name: 'localhost', hosts: ['localhost'], usage: 'server', validity }),
    );
    const open = await listening(accepting({ host: '0.0.0.0', tls }));
    expect(open.code).toBe(0);
    expect(open.lines[1]).toBe('    Écoute en MLLP sur 0.0.0.0:6662, chiffrée (TLS)');
    expect(open.lines.join('\n')).toMatch(
      / {4}Certificat « localhost », émis par « Autorité des tests », valable jusqu’au \d\d\/\d\d\/\d{4}/,
    );
    expect(open.lines.join('\n')).toContain('⚠ Toute machine qui atteint 0.0.0.0 peut demander un envoi');
    const clientCa = pem('clients.pem', authority.certificate);
    const closed = await listening(accepting({ host: '0.0.0.0', tls: { ...tls, clientCa } }));
    expect(closed.lines[1]).toContain('chiffrée (TLS), avec certificat de l’application');
    expect(closed.lines.join('\n')).toContain('Certificat « Autorité des tests »');
    expect(closed.lines.join('\n')).not.toContain('⚠');
  });

  it('names a certificate that has ended: exit 1, and what to do', async () => {
    const { code, lines } = await listening(accepting({ tls: tlsOf(certificates.expired) }));
    expect(code).toBe(1);
    expect(lines[0]).toBe('⚠ application dpi, ses demandes d’envoi');
    expect(lines.join('\n')).toContain('⚠ Le certificat « localhost » du serveur a expiré le 31/12/2025');
    expect(lines.join('\n')).toContain('À faire : renouvelez le certificat');
  });

  it.each([
    ['a key of another certificate', () => tlsOf({ ...certificates.server, key: certificates.client.key })],
    ['a certificate that is none', () => tlsOf({ ...certificates.server, cert: 'Bonjour' })],
    ['a key that is none', () => tlsOf({ ...certificates.server, key: 'Bonjour' })],
  ])('names %s: exit 1', async (_, tls) => {
    const { code, lines } = await listening(accepting({ tls: tls() }));
    expect(code).toBe(1);
    expect(lines[0]).toBe('✗ application dpi, ses demandes d’envoi');
    expect(lines[1]).toContain('MLLP-005 : ');
    expect(lines[1]).toContain('ils ne vont pas ensemble');
  });
});
