import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority } from '../sandbox/certificates.ts';

/** The laboratory's Struct_IdNat (config/pfi.demo-labo.yaml). */
const STRUCTURE = '1290000999';

/** Files of the two certificates, as the laboratory's configuration names them; `.pem` and `.key`. */
const PROFILES = [
  ['AUTH_CLI', 'dmp-auth'],
  ['SIGN', 'dmp-sign'],
] as const;

/**
 * Makes the laboratory's certificates for the DMP, ORG AUTH_CLI and ORG SIGN, as files of a folder. The authority dies with
 * the process.
 *
 * @returns PEM of the authority that issued them
 */
export function writeDmpCertificates(folder: string): string {
  const authority = createAuthority('IGC-Santé de démonstration', undefined, 'rsa');
  for (const [profile, name] of PROFILES) {
    const { cert, key } = authority.issueOrganisation({
      profile,
      structure: STRUCTURE,
      name: `DMP ${profile}`,
      organisation: 'Laboratoire des Embruns',
    });
    writeFileSync(join(folder, `${name}.pem`), cert);
    writeFileSync(join(folder, `${name}.key`), key, { mode: 0o600 });
  }
  return authority.certificate;
}
