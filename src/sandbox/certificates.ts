import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import * as der from './der.ts';

const OID = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

export interface CertificateRequest {
  /** The subject's common name. */
  readonly name: string;
  /** DNS names and IPv4 addresses that a client may connect to; none for a client's own certificate. */
  readonly hosts?: readonly string[];
  readonly usage: 'server' | 'client';
  /** Default: since an hour ago, for thirty days. */
  readonly validity?: Validity;
}

/** PEM texts. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateAuthority {
  /** The self-signed certificate of the authority, PEM: what a peer must trust. */
  readonly certificate: string;
  issue(request: CertificateRequest): IssuedCertificate;
}

interface Subject {
  readonly name: string;
  readonly publicKey: KeyObject;
}

/**
 * A certificate authority that lives as long as the process: its key is never written anywhere. X.509 v3 (RFC 5280),
 * ECDSA P-256 with SHA-256.
 */
export function createAuthority(name: string, validity: Validity = thirtyDays()): CertificateAuthority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const authority = { name, publicKey: pair.publicKey };
  const certificate = signCertificate(authority, authority, pair.privateKey, validity, [
    extension(OID.basicConstraints, der.sequence(der.boolean(true)), 'critical'),
    // keyCertSign and cRLSign: bits 5 and 6, one bit unused.
    extension(OID.keyUsage, der.bitString(Buffer.from([0b0000_0110]), 1), 'critical'),
  ]);
  return {
    certificate,
    issue(request) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const subject = { name: request.name, publicKey: own.publicKey };
      return {
        cert: signCertificate(subject, authority, pair.privateKey, request.validity ?? thirtyDays(), [
          extension(OID.basicConstraints, der.sequence(), 'critical'),
          // digitalSignature: bit 0, seven bits unused.
          extension(OID.keyUsage, der.bitString(Buffer.from([0b1000_0000]), 7), 'critical'),
          extension(OID.extendedKeyUsage, der.sequence(der.objectIdentifier(OID[`${request.usage}Auth`]))),
          ...alternativeNames(request.hosts ?? []),
        ]),
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

function signCertificate(
  subject: Subject,
  issuer: Subject,
  issuerKey: KeyObject,
  validity: Validity,
  extensions: readonly Buffer[],
): string {
  const algorithm = der.sequence(der.objectIdentifier(OID.ecdsaWithSha256));
  const toBeSigned = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))), // v3
    der.integer(serialNumber()),
    algorithm,
    distinguishedName(issuer.name),
    der.sequence(der.time(validity.notBefore), der.time(validity.notAfter)),
    distinguishedName(subject.name),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(
      3,
      der.sequence(
        ...extensions,
        extension(OID.subjectKeyIdentifier, der.octetString(keyIdentifier(subject.publicKey))),
        extension(OID.authorityKeyIdentifier, der.sequence(der.implicit(0, keyIdentifier(issuer.publicKey)))),
      ),
    ),
  );
  const signature = sign('sha256', toBeSigned, issuerKey);
  return pem(der.sequence(toBeSigned, algorithm, der.bitString(signature)));
}

function distinguishedName(commonName: string): Buffer {
  return der.sequence(
    der.set(der.sequence(der.objectIdentifier(OID.commonName), der.utf8String(commonName))),
  );
}

function extension(oid: string, value: Buffer, critical?: 'critical'): Buffer {
  const flag = critical === undefined ? [] : [der.boolean(true)];
  return der.sequence(der.objectIdentifier(oid), ...flag, der.octetString(value));
}

/** GeneralName: dNSName is [2], iPAddress is [7] (RFC 5280 §4.2.1.6). */
function alternativeNames(hosts: readonly string[]): Buffer[] {
  if (hosts.length === 0) return [];
  const names = hosts.map(host =>
    isIPv4(host)
      ? der.implicit(7, Buffer.from(host.split('.').map(Number)))
      : der.implicit(2, Buffer.from(host)),
  );
  return [extension(OID.subjectAltName, der.sequence(...names))];
}

/** Method 1 of RFC 5280 §4.2.1.2, over the whole SubjectPublicKeyInfo: any unique value serves. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40; // positive, and never shortened by leading zeros
  return bytes;
}

function thirtyDays(): Validity {
  const now = Date.now();
  return { notBefore: new Date(now - HOUR), notAfter: new Date(now + 30 * DAY) };
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
