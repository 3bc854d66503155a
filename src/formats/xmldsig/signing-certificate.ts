import { X509Certificate } from 'node:crypto';
import { GatewayError } from '../../errors/gateway-error.ts';
import { certificateFacts } from '../pki/organisation-certificate.ts';
import { escapeXml } from '../xml/escape-xml.ts';
import { type DigestAlgorithm, XMLDSIG } from './algorithms.ts';
import { digestElements, digestOf } from './digest-elements.ts';
import type { Signer } from './signer.ts';

const NAMESPACE = ` xmlns="${XMLDSIG}"`;

/**
 * SigningCertificate of XAdES: the signer's own certificate, then its authorities', each once, whether or not the
 * chain begins with its own. To stand where the namespace of XAdES is the default.
 *
 * @throws GatewayError DMP-020 for a certificate that cannot be read.
 */
export function signingCertificate({ cert, chain }: Signer, digest: DigestAlgorithm): string {
  const own = certificateOf(cert);
  const authorities = chain.map(certificateOf).filter(found => !found.raw.equals(own.raw));
  const entries = [own, ...authorities].map(certificate => certElement(certificate, digest));
  return `<SigningCertificate>${entries.join('')}</SigningCertificate>`;
}

/** @throws GatewayError DMP-020 for a text that is no certificate. */
export function certificateOf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new GatewayError('DMP-020', { detail: 'Un certificat de signature est illisible.', cause });
  }
}

function certElement(certificate: X509Certificate, digest: DigestAlgorithm): string {
  const { issuer, serial } = certificateFacts(certificate.toString());
  return [
    `<Cert><CertDigest>${digestElements(digest, digestOf(digest, certificate.raw), NAMESPACE)}</CertDigest>`,
    `<IssuerSerial><X509IssuerName${NAMESPACE}>${escapeXml(issuer)}</X509IssuerName>`,
    `<X509SerialNumber${NAMESPACE}>${serial}</X509SerialNumber>`,
    '</IssuerSerial></Cert>',
  ].join('');
}
