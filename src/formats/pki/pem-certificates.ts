import { X509Certificate } from 'node:crypto';
import { GatewayError } from '../../errors/gateway-error.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificates of a PEM text, in its order, whatever stands between them.
 *
 * @throws GatewayError DMP-020 when there is none, or one cannot be read
 */
export function pemCertificates(text: string): X509Certificate[] {
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0) {
    throw new GatewayError('DMP-020', {
      detail: 'Le fichier ne contient pas de certificat : un texte PEM est attendu.',
    });
  }
  return blocks.map(parseCertificate);
}

/** A certificate, from DER or PEM. @throws GatewayError DMP-020 when it is none */
export function parseCertificate(certificate: string | Buffer): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch (cause) {
    throw unreadableCertificate(cause);
  }
}

/** The DMP-020 of what is no certificate. */
export function unreadableCertificate(cause: unknown): GatewayError {
  return new GatewayError('DMP-020', { detail: 'Le certificat ne peut pas être lu.', cause });
}
