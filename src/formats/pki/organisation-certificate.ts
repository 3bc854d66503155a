import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { GatewayError } from '../../errors/gateway-error.ts';
import { attributesOf, type NameOrder, renderName } from './distinguished-name.ts';
import { parseCertificate, pemCertificates, unreadableCertificate } from './pem-certificates.ts';
import { openPkcs12 } from './pkcs12.ts';
import { x509Fields } from './x509-fields.ts';

/** A certificate of the establishment (IGC-Santé, "ORG") and its private key. */
export interface OrganisationCertificate {
  /** The leaf, PEM. */
  readonly cert: string;
  /** PEM, leaf first, each followed by its issuer as far as it was given. */
  readonly chain: readonly string[];
  readonly key: KeyObject;
  readonly facts: CertificateFacts;
}

export interface CertificateFacts {
  /** RFC 2253. */
  readonly subject: string;
  /** RFC 2253. */
  readonly issuer: string;
  /** Decimal. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Struct_IdNat, from the subject's OU. */
  readonly structure: string | undefined;
  /** What the certificate says that it is for (KeyUsage, ExtendedKeyUsage). */
  readonly purposes: {
    readonly digitalSignature: boolean;
    readonly nonRepudiation: boolean;
    readonly clientAuth: boolean;
    readonly emailProtection: boolean;
  };
}

const ORGANIZATIONAL_UNIT = '2.5.4.11';
const STRUCT_ID_NAT = /^[0-9][0-9A-Z]{3,}$/;
const DIGITAL_SIGNATURE = 0b1000_0000;
const NON_REPUDIATION = 0b0100_0000;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';

/**
 * A certificate from PEM texts.
 *
 * @param pem `cert`: the certificate, and its issuers where they are given, in any order; `key`: PKCS#8, PKCS#1 or SEC 1;
 *   `passphrase` of an encrypted key
 * @throws GatewayError DMP-020 when either cannot be read, or the key is of no certificate
 */
export function readPem(pem: {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string | undefined;
}): OrganisationCertificate {
  return organisationCertificate(pemCertificates(pem.cert), [keyOf(pem)]);
}

/**
 * A certificate from a PKCS#12 file, with its issuers where they are in it.
 *
 * @throws GatewayError DMP-020 when it cannot be read, the password is wrong, or it has no certificate with its key
 */
export function readPkcs12(bytes: Uint8Array, password: string): OrganisationCertificate {
  const { certificates, keys } = openPkcs12(bytes, password);
  return organisationCertificate(certificates.map(parseCertificate), keys);
}

/**
 * What a certificate says of itself.
 *
 * @param pem the first certificate of it counts
 * @throws GatewayError DMP-020 when it is no certificate
 */
export function certificateFacts(pem: string): CertificateFacts {
  const certificate = parseCertificate(pem);
  const { subject, issuer, serial, keyUsage = 0, extendedKeyUsage } = fieldsOf(certificate);
  return {
    subject: renderName(subject, 'rfc2253'),
    issuer: renderName(issuer, 'rfc2253'),
    serial: serial.toString(),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    structure: attributesOf(subject, ORGANIZATIONAL_UNIT).findLast(unit => STRUCT_ID_NAT.test(unit)),
    purposes: {
      digitalSignature: (keyUsage & DIGITAL_SIGNATURE) !== 0,
      nonRepudiation: (keyUsage & NON_REPUDIATION) !== 0,
      clientAuth: extendedKeyUsage.includes(CLIENT_AUTH),
      emailProtection: extendedKeyUsage.includes(EMAIL_PROTECTION),
    },
  };
}

/**
 * The subject of a certificate as text.
 *
 * @throws GatewayError DMP-020 when `certificatePem` is no certificate
 */
export function distinguishedName(certificatePem: string, order: NameOrder): string {
  return renderName(fieldsOf(parseCertificate(certificatePem)).subject, order);
}

/** Of several certificates and keys, the two that belong together. */
function organisationCertificate(
  certificates: readonly X509Certificate[],
  keys: readonly KeyObject[],
): OrganisationCertificate {
  for (const key of keys) {
    const leaf = certificates.find(certificate => certificate.checkPrivateKey(key));
    if (leaf === undefined) continue;
    const cert = leaf.toString();
    return { cert, chain: chainOf(leaf, certificates).map(String), key, facts: certificateFacts(cert) };
  }
  const detail =
    certificates.length === 0
      ? 'Le certificat manque dans le fichier.'
      : keys.length === 0
        ? 'La clé privée manque dans le fichier.'
        : 'La clé privée n’est pas celle du certificat.';
  throw new GatewayError('DMP-020', { detail });
}

/** Leaf first, each followed by its issuer; what belongs to neither is left out. */
function chainOf(leaf: X509Certificate, certificates: readonly X509Certificate[]): X509Certificate[] {
  // Each serves once: a root is its own issuer, and two may have signed each other.
  const others = certificates.filter(({ fingerprint256 }) => fingerprint256 !== leaf.fingerprint256);
  // `checkIssued` compares names alone where there are no key identifiers: an authority renews its key, not its name.
  const issuer = others.find(other => leaf.checkIssued(other) && leaf.verify(other.publicKey));
  return issuer === undefined ? [leaf] : [leaf, ...chainOf(issuer, others)];
}

function keyOf({
  key,
  passphrase,
}: {
  readonly key: string;
  readonly passphrase?: string | undefined;
}): KeyObject {
  try {
    return createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    const isEncrypted = /ENCRYPTED/.test(key);
    const detail = !isEncrypted
      ? 'La clé privée ne peut pas être lue : un texte PEM est attendu.'
      : passphrase === undefined
        ? 'La clé privée est chiffrée, et son mot de passe n’est pas configuré.'
        : 'Le mot de passe de la clé privée est faux, ou elle est abîmée.';
    throw new GatewayError('DMP-020', { detail, cause });
  }
}

function fieldsOf(certificate: X509Certificate): ReturnType<typeof x509Fields> {
  try {
    return x509Fields(certificate.raw);
  } catch (cause) {
    throw unreadableCertificate(cause);
  }
}
