import { X509Certificate } from 'node:crypto';
import {
  type ConnectionOptions,
  checkServerIdentity,
  type DetailedPeerCertificate,
  type PeerCertificate,
} from 'node:tls';
import { day, daysLeft } from '../formats/pki/certificate-expiry.ts';
import type { PeerReport, TlsOptions } from './interfaces.ts';

const WARN_DAYS = 30;

/**
 * What node:tls needs of our TLS options. The chain and the name are always checked; nothing older than TLS
 * 1.2.
 */
export function connectionOptions(tls: TlsOptions): ConnectionOptions {
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
  };
}

/** Why a TLS connection failed: a code for the log and, where we know it, a French sentence. */
export interface TlsTrouble {
  readonly reason: string;
  readonly detail?: string;
}

const UNTRUSTED = 'Le certificat du serveur n’est pas signé par une autorité de confiance (voir `ca`).';
const DETAILS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'Le certificat du serveur a expiré.',
  CERT_NOT_YET_VALID: 'Le certificat du serveur n’est pas encore valable : vérifiez l’heure de la machine.',
  CERT_REVOKED: 'Le certificat du serveur est révoqué.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Le certificat du serveur n’est pas au nom de l’adresse configurée.',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  ERR_SSL_WRONG_VERSION_NUMBER:
    'Le serveur ne parle pas TLS sur ce port : `implicit` et `starttls` sont confondus ?',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'Le serveur n’offre rien de plus récent que TLS 1.1.',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'Le serveur n’offre rien de plus récent que TLS 1.1.',
};

/**
 * The TLS trouble behind an error of node:tls or of a library above it; undefined when TLS is not to blame.
 */
export function tlsTrouble(thrown: unknown): TlsTrouble | undefined {
  for (const code of codesOf(thrown)) {
    const detail = DETAILS[code];
    if (detail !== undefined) return { reason: code, detail };
    if (/^(ERR_SSL_|ERR_TLS_|ERR_OSSL_)|CERT|^UNABLE_TO_|^CRL_|^EPROTO$/.test(code)) return { reason: code };
  }
  return undefined;
}

/** nodemailer puts its own code over the socket's and keeps that one as `originalCode`. */
function codesOf(thrown: unknown): string[] {
  if (typeof thrown !== 'object' || thrown === null) return [];
  const { code, originalCode, cause } = thrown as { code?: unknown; originalCode?: unknown; cause?: unknown };
  const own = [originalCode, code].filter(value => typeof value === 'string');
  return cause === undefined || cause === thrown ? own : [...own, ...codesOf(cause)];
}

/** TLS options that also remember the certificate which the server showed and which passed. */
export function rememberingCertificate(options: ConnectionOptions): {
  readonly options: ConnectionOptions;
  certificate(): DetailedPeerCertificate | undefined;
} {
  let shown: PeerCertificate | undefined;
  return {
    options: {
      ...options,
      checkServerIdentity(host, certificate) {
        shown = certificate;
        return checkServerIdentity(host, certificate);
      },
    },
    // node:tls hands its hook the chain (getPeerCertificate(true)); @types/node knows only the leaf.
    certificate: () => shown as DetailedPeerCertificate | undefined,
  };
}

/**
 * The certificates of a PEM text that others are trusted by. node:tls passes over what is none, and would trust nobody.
 *
 * @throws Error where there is none, or one cannot be read
 */
export function authoritiesIn(pem: string): X509Certificate[] {
  const found = pem.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END [^-]*-----/g) ?? [];
  if (found.length === 0) throw Object.assign(new Error('no certificate'), { code: 'NO_CLIENT_CA' });
  return found.map(each => new X509Certificate(each));
}

/** Every certificate of a connection: the server's chain, where it is encrypted, and our own. */
export function reportCertificates(
  leaf: DetailedPeerCertificate | undefined,
  tls: TlsOptions,
  now: Date,
): PeerReport {
  const chain = leaf === undefined ? { lines: [], warnings: [] } : reportChain(leaf, now);
  const own = reportClientCertificate(tls, now);
  const warnings = [...chain.warnings, ...own.warnings];
  return {
    lines: [...chain.lines, ...own.lines],
    warnings,
    ...(warnings.length === 0 ? {} : { expiring: true }),
  };
}

/** The server's chain, leaf first, with its dates; a certificate that ends within 30 days is a warning. */
export function reportChain(leaf: DetailedPeerCertificate, now: Date): PeerReport {
  const lines: string[] = [];
  const warnings: string[] = [];
  for (const certificate of chainOf(leaf)) {
    const name = commonName(certificate.subject);
    const end = new Date(certificate.valid_to);
    lines.push(
      `Certificat « ${name} », émis par « ${commonName(certificate.issuer)} », valable jusqu’au ${day(end)}`,
    );
    warnings.push(...expiryWarning(`Le certificat « ${name} » du serveur`, end, now));
  }
  return { lines, warnings };
}

/** Our own client certificate, where one is configured. */
export function reportClientCertificate(tls: TlsOptions, now: Date): PeerReport {
  if (tls.cert === undefined) return { lines: [], warnings: [] };
  const certificate = new X509Certificate(tls.cert);
  const name = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? certificate.serialNumber;
  const end = new Date(certificate.validTo);
  return {
    lines: [`Certificat client « ${name} », valable jusqu’au ${day(end)}`],
    warnings: expiryWarning(`Le certificat client « ${name} »`, end, now),
  };
}

function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  const seen = new Set<string>();
  // A root is its own issuer; a server may also leave its root out.
  for (
    let at: DetailedPeerCertificate | undefined = leaf;
    at !== undefined && !seen.has(at.fingerprint256);
    at = at.issuerCertificate
  ) {
    seen.add(at.fingerprint256);
    chain.push(at);
  }
  return chain;
}

function commonName(name: PeerCertificate['subject']): string {
  const { CN, O } = name as { CN?: string | string[]; O?: string | string[] };
  const text = CN ?? O ?? '?';
  return Array.isArray(text) ? text.join(', ') : text;
}

function expiryWarning(whose: string, end: Date, now: Date): string[] {
  const days = daysLeft(end, now);
  if (days < 0) return [`${whose} a expiré le ${day(end)}`];
  return days < WARN_DAYS ? [`${whose} expire dans ${days} jour${days > 1 ? 's' : ''}, le ${day(end)}`] : [];
}
