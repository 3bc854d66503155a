import type { Clock } from '../basics/clock.ts';
import type { DmpConfig } from '../config/schema.ts';
import { ACT_DAYS, day, daysLeft, expiryNotice, expiryWords } from '../formats/pki/certificate-expiry.ts';
import type { CertificateUse } from '../formats/pki/certificate-faults.ts';
import { certificateFacts, type OrganisationCertificate } from '../formats/pki/organisation-certificate.ts';
import { dmpCertificate, dmpCertificateFaults, unusable } from '../gateway/dmp-certificates.ts';
import { dmpProfessionals } from '../gateway/dmp-files.ts';
import { dmpPeer } from '../gateway/dmp-peer.ts';
import type { PeerReport } from '../peers/interfaces.ts';
import { count } from './output.ts';
import { type Probe, probeAndClose } from './probe.ts';

const PURPOSES = {
  auth: 'Usage : authentification auprès du DMP (ORG AUTH_CLI)',
  sign: 'Usage : signature du jeton VIHF et des lots (ORG SIGN)',
} as const;

/** What `pfi check` tries of the DMP. */
export function dmpProbes(dmp: DmpConfig, clock: Clock): Probe[] {
  return [
    {
      peer: 'DMP, certificat d’authentification (`dmp.tls`)',
      probe: async () => reportCertificate(dmp, 'auth', clock.now()),
    },
    {
      peer: 'DMP, certificat de signature (`dmp.sign`)',
      probe: async () => reportCertificate(dmp, 'sign', clock.now()),
    },
    ...(dmp.professionals === undefined
      ? []
      : [
          {
            peer: 'DMP, professionnels (`dmp.professionals`)',
            probe: async () => reportProfessionals(dmp),
          },
        ]),
    {
      peer: 'DMP, connexion',
      probe: async () => probeAndClose(dmpPeer(dmp, dmpCertificate(dmp, 'auth'), clock)),
    },
  ];
}

/**
 * One of the certificates for the DMP: whose it is, what for, until when.
 *
 * @throws GatewayError CFG-003 when a file has become unreadable, DMP-020 with everything that keeps it from serving
 */
function reportCertificate(dmp: DmpConfig, use: CertificateUse, now: Date): PeerReport {
  const certificate = dmpCertificate(dmp, use);
  const { facts } = certificate;
  const faults = dmpCertificateFaults(certificate, use, dmp, now);
  if (faults.length > 0) throw unusable(use, [`certificat « ${facts.subject} ».`, ...faults]);
  const { warnings, expiring } = expiryOf(certificate, now);
  return {
    lines: [
      `Certificat « ${facts.subject} », émis par « ${facts.issuer} »`,
      PURPOSES[use],
      `Structure ${facts.structure ?? ''}`,
      `Valable du ${day(facts.notBefore)} au ${day(facts.notAfter)}`,
    ],
    warnings,
    ...(expiring ? { expiring: true } : {}),
  };
}

/** The file of professionals. @throws GatewayError CFG-003, DMP-021 with the lines that are wrong */
function reportProfessionals(dmp: DmpConfig): PeerReport {
  const { size } = dmpProfessionals(dmp);
  return { lines: [count(size, 'professionnel')], warnings: [] };
}

/** Whether the DMP lets us in with the certificate. @throws GatewayError CFG-003, DMP-001, DMP-002, DMP-020 */
/** Of the certificate, and of its issuers as far as their file holds them: these are not ours to renew. */
function expiryOf({ chain }: OrganisationCertificate, now: Date): { warnings: string[]; expiring: boolean } {
  const ends = chain.map(pem => {
    const { subject, notAfter } = certificateFacts(pem);
    return { subject, notAfter, days: daysLeft(notAfter, now) };
  });
  const warnings = ends.flatMap(({ subject, notAfter, days }, index) => {
    if (index > 0) {
      const words = `Le certificat de l’autorité « ${subject} » ${expiryWords(notAfter, days)}`;
      return days > ACT_DAYS ? [] : [words];
    }
    const notice = expiryNotice(notAfter, days);
    return notice === undefined ? [] : [`Le certificat ${notice}`];
  });
  return { warnings, expiring: ends.some(({ days }) => days <= ACT_DAYS) };
}
