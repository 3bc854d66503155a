import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import forge from 'node-forge';

export interface Pkcs12Content {
  readonly cert: string;
  readonly key: string;
  /** Certificates of its issuers, PEM. */
  readonly issuers?: string;
  readonly password: string;
}

/** Whether openssl is at hand, and whether it still writes the ciphers of former tools. */
export const OPENSSL = {
  modern: spawnSync('openssl', ['version']).status === 0,
  legacy: spawnSync('openssl', ['list', '-providers', '-provider', 'legacy']).status === 0,
};

/** A PKCS#12 file by openssl. @param options of `openssl pkcs12 -export` */
export function pkcs12ByOpenssl(content: Pkcs12Content, ...options: string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'pfi-p12-'));
  try {
    writeFileSync(join(folder, 'cert.pem'), content.cert);
    writeFileSync(join(folder, 'key.pem'), content.key);
    writeFileSync(join(folder, 'issuers.pem'), content.issuers ?? '');
    writeFileSync(join(folder, 'password'), content.password);
    const issuers = content.issuers === undefined ? [] : ['-certfile', 'issuers.pem'];
    const files = ['-in', 'cert.pem', '-inkey', 'key.pem', ...issuers, '-passout', 'file:password'];
    const args = ['pkcs12', '-export', ...files, '-out', 'out.p12', ...options];
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    return readFileSync(join(folder, 'out.p12'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A PKCS#12 file by node-forge: of an RSA key. */
export function pkcs12ByForge(content: Pkcs12Content, algorithm: 'aes256' | '3des'): Buffer {
  const { pki, pkcs12, asn1 } = forge;
  const pfx = pkcs12.toPkcs12Asn1(
    pki.privateKeyFromPem(content.key),
    pki.certificateFromPem(content.cert),
    content.password,
    { algorithm },
  );
  return Buffer.from(asn1.toDer(pfx).getBytes(), 'latin1');
}
