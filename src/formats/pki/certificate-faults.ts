import { day } from './certificate-expiry.ts';
import type { CertificateFacts, OrganisationCertificate } from './organisation-certificate.ts';

/** `auth`: mutual TLS (ORG AUTH_CLI); `sign`: VIHF and XAdES (ORG SIGN). */
export type CertificateUse = 'auth' | 'sign';

/** Why a certificate cannot serve. */
export interface CertificateFault {
  readonly reason: 'expired' | 'not-yet-valid' | 'purpose' | 'structure' | 'algorithm';
  /** French, one sentence; the detail of a DMP-020. */
  readonly detail: string;
}

type Purposes = CertificateFacts['purposes'];

/** IGC-Santé's certificates of organisations: what KeyUsage and ExtendedKeyUsage say in each. */
const PROFILES: Readonly<
  Record<CertificateUse, { readonly name: string; readonly has: readonly (keyof Purposes)[] }>
> = {
  auth: { name: 'd’authentification (ORG AUTH_CLI)', has: ['digitalSignature', 'clientAuth'] },
  sign: {
    name: 'de signature (ORG SIGN)',
    has: ['digitalSignature', 'nonRepudiation', 'emailProtection'],
  },
};

/**
 * What keeps a certificate from its use; none when it can serve.
 *
 * @param asked `structures`: the Struct_IdNat of the establishment's structures
 */
export function certificateFaults(
  { key, facts }: OrganisationCertificate,
  asked: { readonly use: CertificateUse; readonly structures: readonly string[]; readonly now: Date },
): CertificateFault[] {
  const faults: CertificateFault[] = [];
  const fault = (reason: CertificateFault['reason'], detail: string): number =>
    faults.push({ reason, detail });
  if (asked.now > facts.notAfter) fault('expired', `Le certificat a expiré le ${day(facts.notAfter)}.`);
  if (asked.now < facts.notBefore) {
    fault(
      'not-yet-valid',
      `Le certificat n’est valable qu’à partir du ${day(facts.notBefore)} : vérifiez aussi l’heure de la machine.`,
    );
  }
  if (!serves(asked.use, facts.purposes)) fault('purpose', wrongPurpose(asked.use, facts.purposes));
  if (facts.structure === undefined) {
    fault('structure', 'Le certificat ne porte pas d’identifiant de structure (OU).');
  } else if (!asked.structures.includes(facts.structure)) {
    fault(
      'structure',
      `Le certificat est celui de la structure ${facts.structure}, qui n’est pas dans \`dmp.structures\`.`,
    );
  }
  // The VIHF is signed with RSA-SHA256, the submission set with RSA.
  if (asked.use === 'sign' && key.asymmetricKeyType !== 'rsa') {
    fault('algorithm', 'La clé de signature n’est pas une clé RSA.');
  }
  return faults;
}

function serves(use: CertificateUse, purposes: Purposes): boolean {
  return PROFILES[use].has.every(purpose => purposes[purpose]);
}

/** The two are easily swapped: the one is named where the other is expected. */
function wrongPurpose(use: CertificateUse, purposes: Purposes): string {
  const other = use === 'auth' ? 'sign' : 'auth';
  const is = serves(other, purposes) ? `C’est un certificat ${PROFILES[other].name}` : 'Son usage est autre';
  return `${is} ; un certificat ${PROFILES[use].name} est attendu.`;
}
