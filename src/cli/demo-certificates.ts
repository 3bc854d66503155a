import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority, type IssuedCertificate } from '../sandbox/certificates.ts';

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
    writePair(folder, name, { cert, key });
  }
  return authority.certificate;
}

/** Of those whom the hospital's FHIR gateway knows by a certificate. */
export interface FhirCertificates {
  /** PEM of the hospital's authority: of the gateway's own certificates, and of its callers'. */
  readonly ca: string;
  /** The theatre's software, and an establishment that sends records. */
  readonly callers: Readonly<Record<'bloc' | 'genets', IssuedCertificate>>;
  /** The SAS platform. */
  readonly sas: IssuedCertificate;
}

/** The SAS platform's certificate, as `clients` of the configuration has it. */
const SAS_PLATFORM = { name: 'sas.example', structure: '318751275100020' } as const;

/**
 * Makes the certificates of the hospital's FHIR flows, as files of a folder: that of the façade, the one that platforms are
 * shown, the authorities of those who call; and the theatre's, for whoever wants to call by hand. The authorities die with
 * the process.
 */
export function writeFhirCertificates(folder: string): FhirCertificates {
  const hospital = createAuthority('Autorité du CHU X de démonstration');
  const hosts = ['localhost', '127.0.0.1'];
  writePair(folder, 'fhir-passerelle', hospital.issue({ name: 'pfi.chu-x.example', hosts, usage: 'server' }));
  writePair(folder, 'fhir-client', hospital.issue({ name: 'pfi.chu-x.example', usage: 'client' }));
  writeFileSync(join(folder, 'fhir-hopital-ca.pem'), hospital.certificate);
  const callers = {
    bloc: hospital.issue({ name: 'bloc.chu-x.example', usage: 'client' }),
    genets: hospital.issue({ name: 'dui.genets.example', usage: 'client' }),
  };
  writePair(folder, 'fhir-bloc', callers.bloc);
  const igc = createAuthority('IGC-Santé de démonstration');
  writeFileSync(join(folder, 'fhir-sas-ca.pem'), igc.certificate);
  const organisation = 'Plateforme SAS';
  const sas = igc.issueOrganisation({ profile: 'AUTH_CLI', organisation, ...SAS_PLATFORM });
  return { ca: hospital.certificate, callers, sas };
}

function writePair(folder: string, name: string, { cert, key }: IssuedCertificate): void {
  writeFileSync(join(folder, `${name}.pem`), cert);
  writeFileSync(join(folder, `${name}.key`), key, { mode: 0o600 });
}
