import type { CertificateStatus } from '../admin/status.ts';
import type { DmpCertificateConfig, DmpConfig } from '../config/schema.ts';
import { readBytes, readSecret } from '../config/secrets.ts';
import { GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import { daysLeft } from '../formats/pki/certificate-expiry.ts';
import { certificateFaults, type CertificateUse } from '../formats/pki/certificate-faults.ts';
import {
  type OrganisationCertificate,
  readPem,
  readPkcs12,
} from '../formats/pki/organisation-certificate.ts';
import { pemCertificates } from '../formats/pki/pem-certificates.ts';

// The establishment's certificates for the DMP. Files are read when they are asked for: once a start, and at SIGHUP.

export type DmpCertificates = Readonly<Record<CertificateUse, OrganisationCertificate>>;

/** Where each stands in the configuration, which is how people are told of it. */
const DMP_CERTIFICATE_NAMES = { auth: 'dmp.tls', sign: 'dmp.sign' } as const;

export const DMP_USES = ['auth', 'sign'] as const satisfies readonly CertificateUse[];

/**
 * Both certificates, whether they can serve or not (`dmpCertificateFaults`).
 *
 * @throws GatewayError CFG-003 when a file has become unreadable, DMP-020 when certificate, key or password is wrong
 */
export function dmpCertificates(dmp: DmpConfig): DmpCertificates {
  return { auth: dmpCertificate(dmp, 'auth'), sign: dmpCertificate(dmp, 'sign') };
}

/** One of them. @throws GatewayError as {@link dmpCertificates} */
export function dmpCertificate(dmp: DmpConfig, use: CertificateUse): OrganisationCertificate {
  return placed(DMP_CERTIFICATE_NAMES[use], () => readCertificate(settingsOf(dmp, use)));
}

/**
 * The authorities that the DMP's own certificate must come from, PEM. A file without any is refused: node:tls would trust
 * those of the system instead.
 *
 * @throws GatewayError CFG-003 when the file has become unreadable, DMP-020 when it holds no certificate
 */
export function dmpAuthorities(dmp: DmpConfig): string {
  const read = () => pemCertificates(readBytes(dmp.tls.ca).toString('utf8'));
  return placed('dmp.tls.ca', read).map(String).join('');
}

/** Why a certificate cannot serve at a time, as French sentences; none when it can. */
export function dmpCertificateFaults(
  certificate: OrganisationCertificate,
  use: CertificateUse,
  dmp: DmpConfig,
  now: Date,
): string[] {
  const structures = dmp.structures.map(({ id }) => id);
  return certificateFaults(certificate, { use, structures, now }).map(({ detail }) => detail);
}

/** The DMP-020 of a certificate, from what is wrong with it. */
export function unusable(use: CertificateUse, faults: readonly string[]): GatewayError {
  return unusableAt(DMP_CERTIFICATE_NAMES[use], faults.join(' '));
}

/**
 * Reads the certificates, and tells how they stand whenever it is asked: what the files hold counts at the next start.
 * Never throws: a certificate that cannot be read is a state too.
 */
export function watchDmpCertificates(dmp: DmpConfig | undefined): (now: Date) => CertificateStatus[] {
  if (dmp === undefined) return () => [];
  const read = DMP_USES.map(use => {
    try {
      return { use, certificate: readCertificate(settingsOf(dmp, use)) };
    } catch (thrown) {
      const { fault, publicText } = toGatewayError(thrown);
      return { use, error: fault.detail ?? publicText };
    }
  });
  return now =>
    read.map(({ use, certificate, error }) => ({
      name: DMP_CERTIFICATE_NAMES[use],
      notAfter: certificate?.facts.notAfter.toISOString(),
      daysLeft: certificate && daysLeft(certificate.facts.notAfter, now),
      faults: certificate === undefined ? [error] : dmpCertificateFaults(certificate, use, dmp, now),
    }));
}

/** What a file holds; a DMP-020 says where the configuration names it. */
function placed<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof GatewayError && error.code === 'DMP-020')) throw error;
    throw unusableAt(place, error.fault.detail ?? '', error);
  }
}

function unusableAt(place: string, why: string, cause?: unknown): GatewayError {
  const detail = `\`${place}\` : ${why}`;
  return new GatewayError('DMP-020', { detail, fields: { certificate: place }, cause });
}

function settingsOf(dmp: DmpConfig, use: CertificateUse): DmpCertificateConfig {
  return (use === 'auth' ? dmp.tls : dmp.sign).certificate;
}

function readCertificate({ p12, cert, key, password }: DmpCertificateConfig): OrganisationCertificate {
  const text = password === undefined ? undefined : readSecret(password);
  if (p12 !== undefined) return readPkcs12(readBytes(p12), text ?? '');
  // The schema asks for either of the two ways, whole.
  if (cert === undefined || key === undefined) throw new Error('neither PKCS#12 nor PEM');
  return readPem({
    cert: readBytes(cert).toString('utf8'),
    key: readBytes(key).toString('utf8'),
    passphrase: text,
  });
}
