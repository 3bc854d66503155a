import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { createAuthority, type IssuedCertificate } from '../../src/sandbox/certificates.ts';

const authority = createAuthority('AC de démonstration');
const server = authority.issue({
  name: 'opérateur',
  hosts: ['localhost', '127.0.0.1'],
  usage: 'server',
});

const open: (Server | tls.Server)[] = [];
afterEach(() => {
  for (const listening of open.splice(0)) listening.close();
});

describe('what node:tls makes of them', () => {
  test.each(['localhost', '127.0.0.1'])('a client that trusts the authority accepts %s', async host => {
    const port = await listen(server);
    const socket = await connect({ host, port, ca: authority.certificate });
    expect(socket.authorized).toBe(true);
    socket.destroy();
  });

  test.each([
    [
      'another authority',
      { ca: createAuthority('autre').certificate },
      /self.signed|unable to verify|issuer/i,
    ],
    ['another host', { ca: authority.certificate, servername: 'mssante.fr' }, /altnames/i],
  ])('a client refuses %s', async (_, options, reason) => {
    const port = await listen(server);
    await expect(connect({ host: '127.0.0.1', port, ...options })).rejects.toThrow(reason);
  });

  test('a client refuses an expired one', async () => {
    const validity = {
      notBefore: new Date('2020-01-01T00:00:00Z'),
      notAfter: new Date('2020-01-31T00:00:00Z'),
    };
    const expired = authority.issue({ name: 'périmé', hosts: ['localhost'], usage: 'server', validity });
    const port = await listen(expired);
    await expect(connect({ host: 'localhost', port, ca: authority.certificate })).rejects.toThrow(/expired/);
  });

  test('mutual TLS takes a client certificate and refuses a server one in its place', async () => {
    const port = await listen(server, { ca: authority.certificate, requestCert: true });
    const client = authority.issue({ name: 'passerelle', usage: 'client' });
    const socket = await connect({ host: 'localhost', port, ca: authority.certificate, ...client });
    expect(await firstLine(socket)).toBe('authorized passerelle');
    const wrong = await connect({ host: 'localhost', port, ca: authority.certificate, ...server });
    expect(await firstLine(wrong)).toMatch(/^refused/);
  });
});

describe('the certificate itself', () => {
  test('says what was asked for', () => {
    const parsed = new X509Certificate(server.cert);
    const issuer = new X509Certificate(authority.certificate);
    expect(parsed.subject).toBe('CN=opérateur');
    expect(parsed.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
    expect(parsed.checkIssued(issuer)).toBe(true);
    expect(parsed.verify(issuer.publicKey)).toBe(true);
    expect(issuer.ca).toBe(true);
    expect(parsed.ca).toBe(false);
  });

  test('dates on both sides of 2050 keep their value', () => {
    const validity = {
      notBefore: new Date('2049-12-31T23:59:59Z'),
      notAfter: new Date('2050-01-01T00:00:00Z'),
    };
    const parsed = new X509Certificate(authority.issue({ name: 'x', usage: 'client', validity }).cert);
    expect(parsed.validFromDate).toEqual(validity.notBefore);
    expect(parsed.validToDate).toEqual(validity.notAfter);
  });

  test('a long name and many hosts (lengths of two and three bytes) are read back whole', () => {
    const hosts = Array.from({ length: 40 }, (_, index) => `boite-${index}.exemple.mssante.fr`);
    const parsed = new X509Certificate(
      authority.issue({ name: 'n'.repeat(200), hosts, usage: 'server' }).cert,
    );
    expect(parsed.subjectAltName?.split(', ')).toEqual(hosts.map(host => `DNS:${host}`));
  });
});

describe('the certificates of an establishment', () => {
  const validity = {
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2028-12-31T00:00:00Z'),
  };
  const request = { structure: '1120456789', name: 'dmp.chu-x.example', organisation: 'CHU X', validity };

  test.each([
    ['AUTH_CLI', '1.3.6.1.5.5.7.3.2'],
    ['SIGN', '1.3.6.1.5.5.7.3.4'],
  ] as const)('%s has its structure, its purpose and an RSA key', (profile, purpose) => {
    const issuer = createAuthority('AC RSA', undefined, 'rsa');
    for (const from of [authority, issuer]) {
      const { cert, key } = from.issueOrganisation({ profile, ...request });
      const parsed = new X509Certificate(cert);
      const root = new X509Certificate(from.certificate);
      expect(parsed.subject).toBe('C=FR\nST=Aveyron (12)\nO=CHU X\nOU=1120456789\nCN=dmp.chu-x.example');
      expect(parsed.keyUsage).toEqual([purpose]);
      expect(parsed.publicKey.asymmetricKeyType).toBe('rsa');
      expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
      expect(parsed.checkIssued(root) && parsed.verify(root.publicKey)).toBe(true);
      expect([parsed.validFromDate, parsed.validToDate]).toEqual([validity.notBefore, validity.notAfter]);
    }
    expect(new X509Certificate(issuer.certificate).publicKey.asymmetricKeyType).toBe('rsa');
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasOpenssl)('openssl', () => {
  test.each(['sslserver', 'sslclient'] as const)('verifies the chain, strictly, as %s', purpose => {
    const folder = mkdtempSync(join(tmpdir(), 'pfi-cert-'));
    try {
      const usage = purpose === 'sslserver' ? 'server' : 'client';
      writeFileSync(join(folder, 'ca.pem'), authority.certificate);
      writeFileSync(join(folder, 'leaf.pem'), authority.issue({ name: 'x', hosts: ['x.fr'], usage }).cert);
      const args = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.pem', 'leaf.pem'];
      expect(execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' })).toBe('leaf.pem: OK\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ['AUTH_CLI', 'sslclient', 'Digital Signature', 'TLS Web Client Authentication'],
    ['SIGN', 'smimesign', 'Digital Signature, Non Repudiation', 'E-mail Protection'],
  ] as const)('verifies an establishment’s %s, strictly, as %s', (profile, purpose, usage, extended) => {
    const folder = mkdtempSync(join(tmpdir(), 'pfi-cert-'));
    try {
      const root = createAuthority('AC RSA', undefined, 'rsa');
      const request = { structure: '1120456789', name: 'x', organisation: 'CHU X' };
      writeFileSync(join(folder, 'ca.pem'), root.certificate);
      writeFileSync(join(folder, 'leaf.pem'), root.issueOrganisation({ profile, ...request }).cert);
      const openssl = (...args: string[]): string =>
        execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' });
      const verify = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.pem', 'leaf.pem'];
      expect(openssl(...verify)).toBe('leaf.pem: OK\n');
      const text = openssl('x509', '-in', 'leaf.pem', '-noout', '-ext', 'keyUsage,extendedKeyUsage');
      expect(text.split('\n').map(line => line.trim())).toEqual(expect.arrayContaining([usage, extended]));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

async function listen(certificate: IssuedCertificate, options: tls.TlsOptions = {}): Promise<number> {
  const listening = tls.createServer({ ...certificate, rejectUnauthorized: false, ...options }, socket => {
    socket.on('error', () => socket.destroy());
    const subject = socket.getPeerCertificate()?.subject?.CN ?? '';
    socket.end(`${socket.authorized ? 'authorized' : 'refused'} ${String(subject)}\n`);
  });
  open.push(listening);
  await new Promise<void>(resolve => listening.listen(0, resolve));
  return (listening.address() as AddressInfo).port;
}

function connect(options: tls.ConnectionOptions): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect(
      { ...(options.host === 'localhost' && { servername: 'localhost' }), ...options },
      () => resolve(socket),
    );
    socket.once('error', reject);
  });
}

async function firstLine(socket: tls.TLSSocket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8').trim();
}
