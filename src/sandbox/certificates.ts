import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import * as der from './der.ts';

const OID = {
  commonName: '2.5.4.3',
  countryName: '2.5.4.6',
  stateOrProvinceName: '2.5.4.8',
  organizationName: '2.5.4.10',
  organizationalUnitName: '2.5.4.11',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  sha256WithRsa: '1.2.840.113549.1.1.11',
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

/** A certificate of an establishment, as IGC-Santé issues them ("ORG"). */
export interface OrganisationRequest {
  readonly profile: 'AUTH_CLI' | 'SIGN';
  /** Struct_IdNat, `1120456789`: the subject's OU. */
  readonly structure: string;
  /** The subject's common name and organisation. */
  readonly name: string;
  readonly organisation: string;
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
  /** With an RSA key: the DMP's signatures are RSA. */
  issueOrganisation(request: OrganisationRequest): IssuedCertificate;
}

/** KeyUsage (its bits, and how many of the byte are unused) and ExtendedKeyUsage of each profile. */
const PROFILES = {
  AUTH_CLI: { keyUsage: 0b1000_0000, unused: 7, extended: OID.clientAuth },
  // digitalSignature and nonRepudiation.
  SIGN: { keyUsage: 0b1100_0000, unused: 6, extended: OID.emailProtection },
} as const;

const RSA_BITS = 2_048;

interface Subject {
  /** A common name, or attributes in their order, each with its OID. */
  readonly name: string | readonly (readonly [oid: string, text: string])[];
  readonly publicKey: KeyObject;
}

/**
 * A certificate authority that lives as long as the process: its key is never written anywhere. X.509 v3 (RFC 5280),
 * SHA-256 with ECDSA on P-256, or with RSA as IGC-Santé has it.
 */
export function createAuthority(
  name: string,
  validity: Validity = thirtyDays(),
  signs: 'ecdsa' | 'rsa' = 'ecdsa',
): CertificateAuthority {
  const pair =
    signs === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: RSA_BITS })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
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
    issueOrganisation({ profile, structure, name, organisation, validity }) {
      const own = generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
      const { keyUsage, unused, extended } = PROFILES[profile];
      const subject = {
        name: [
          [OID.countryName, 'FR'],
          [OID.stateOrProvinceName, 'Aveyron (12)'],
          [OID.organizationName, organisation],
          [OID.organizationalUnitName, structure],
          [OID.commonName, name],
        ],
        publicKey: own.publicKey,
      } as const;
      return {
        cert: signCertificate(subject, authority, pair.privateKey, validity ?? thirtyDays(), [
          extension(OID.basicConstraints, der.sequence(), 'critical'),
          extension(OID.keyUsage, der.bitString(Buffer.from([keyUsage]), unused), 'critical'),
          extension(OID.extendedKeyUsage, der.sequence(der.objectIdentifier(extended))),
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
  const algorithm =
    issuerKey.asymmetricKeyType === 'rsa'
      ? der.sequence(der.objectIdentifier(OID.sha256WithRsa), der.nothing())
      : der.sequence(der.objectIdentifier(OID.ecdsaWithSha256));
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

function distinguishedName(name: Subject['name']): Buffer {
  const attributes = typeof name === 'string' ? [[OID.commonName, name] as const] : name;
  return der.sequence(
    ...attributes.map(([oid, text]) =>
      der.set(
        der.sequence(
          der.objectIdentifier(oid),
          // RFC 5280, appendix A: the country alone is never UTF8String.
          oid === OID.countryName ? der.printableString(text) : der.utf8String(text),
        ),
      ),
    ),
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
