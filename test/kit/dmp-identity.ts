import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';
import { createAuthority, type IssuedCertificate, type Validity } from '../../src/sandbox/certificates.ts';

/** The invented structure that asks, and another. */
export const STRUCTURE = '1120456789';
export const OTHER_STRUCTURE = '1120999999';

const authority = createAuthority('Autorité ORG des tests');
const lastYear: Validity = {
  notBefore: new Date('2025-01-01T00:00:00Z'),
  notAfter: new Date('2025-12-31T00:00:00Z'),
};

function organisation(
  profile: 'AUTH_CLI' | 'SIGN',
  from = authority,
  structure = STRUCTURE,
  validity?: Validity,
): IssuedCertificate {
  return from.issueOrganisation({
    profile,
    structure,
    name: `dmp ${profile.toLowerCase()}`,
    organisation: 'CHU, des Épreuves',
    ...(validity && { validity }),
  });
}

/** An authority whose certificates may lack what an ORG certificate has. */
const odd = forgeAuthority();

/** Certificates of the tests of the DMP; they die with the process. */
export const ORG = {
  trusted: [authority.certificate, odd.certificate],
  auth: organisation('AUTH_CLI'),
  sign: organisation('SIGN'),
  otherAuth: organisation('AUTH_CLI', authority, OTHER_STRUCTURE),
  otherSign: organisation('SIGN', authority, OTHER_STRUCTURE),
  expiredAuth: organisation('AUTH_CLI', authority, STRUCTURE, lastYear),
  expiredSign: organisation('SIGN', authority, STRUCTURE, lastYear),
  strangerAuth: organisation('AUTH_CLI', createAuthority('Une autre autorité')),
  strangerSign: organisation('SIGN', createAuthority('Une autre autorité')),
  /** No OU. */
  nobodyAuth: authority.issue({ name: 'passerelle', usage: 'client' }),
  /** TLS takes it: without ExtendedKeyUsage it is good for anything. */
  anyUseAuth: odd.issue([{ name: 'keyUsage', digitalSignature: true }]),
  /** emailProtection, but no nonRepudiation. */
  repudiableSign: odd.issue([
    { name: 'keyUsage', digitalSignature: true },
    { name: 'extKeyUsage', emailProtection: true },
  ]),
} as const;

function forgeAuthority(): {
  readonly certificate: string;
  readonly issue: (extensions: readonly object[]) => IssuedCertificate;
} {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const issuer = [{ name: 'commonName', value: 'Autorité distraite' }];
  const make = (subject: forge.pki.CertificateField[], extensions: readonly object[]): string => {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
    certificate.serialNumber = '0102';
    certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
    certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
    certificate.setSubject(subject);
    certificate.setIssuer(issuer);
    certificate.setExtensions([...extensions]);
    certificate.sign(forge.pki.privateKeyFromPem(privateKey), forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  };
  return {
    certificate: make(issuer, [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', keyCertSign: true },
    ]),
    issue: extensions => ({
      cert: make(
        [
          { name: 'organizationalUnitName', value: STRUCTURE },
          { name: 'commonName', value: 'distrait' },
        ],
        extensions,
      ),
      key: privateKey,
    }),
  };
}
