import { describe, expect, it } from 'vitest';
import { certificateFaults, type CertificateUse } from '../../../src/formats/pki/certificate-faults.ts';
import { type OrganisationCertificate, readPem } from '../../../src/formats/pki/organisation-certificate.ts';
import { authority, issued, STRUCTURE, VALIDITY } from '../../kit/organisation-certificates.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const auth = issued('AUTH_CLI');
const sign = issued('SIGN');
const stranger = issued('SIGN', { structure: '1999999999' });
const client = authority.issue({ name: 'passerelle', usage: 'client', validity: VALIDITY });
const server = authority.issue({ name: 'serveur', usage: 'server', validity: VALIDITY });

function faultsOf(
  pem: Parameters<typeof readPem>[0],
  use: CertificateUse,
  { now = NOW, structures = [STRUCTURE] }: { now?: Date; structures?: string[] } = {},
): string[] {
  const certificate: OrganisationCertificate = readPem(pem);
  return certificateFaults(certificate, { use, structures, now }).map(
    ({ reason, detail }) => `${reason}: ${detail}`,
  );
}

describe('a certificate', () => {
  it.each([
    ['auth', auth],
    ['sign', sign],
  ] as const)('of its use (%s) has no fault, from its first second to its last', (use, pem) => {
    for (const now of [NOW, VALIDITY.notBefore, VALIDITY.notAfter]) {
      expect(faultsOf(pem, use, { now, structures: ['1000000000', STRUCTURE] })).toEqual([]);
    }
  });

  it.each<[string, string[], string[]]>([
    [
      'that has expired',
      faultsOf(sign, 'sign', { now: new Date(VALIDITY.notAfter.getTime() + 1) }),
      ['expired: Le certificat a expiré le 01/01/2029.'],
    ],
    [
      'that is not valid yet',
      faultsOf(auth, 'auth', { now: new Date(VALIDITY.notBefore.getTime() - 1) }),
      [
        'not-yet-valid: Le certificat n’est valable qu’à partir du 01/01/2026 : vérifiez aussi l’heure de la machine.',
      ],
    ],
    [
      'for authentication that should sign',
      faultsOf(auth, 'sign'),
      [
        'purpose: C’est un certificat d’authentification (ORG AUTH_CLI) ; un certificat de signature (ORG SIGN) est attendu.',
      ],
    ],
    [
      'for signatures that should authenticate',
      faultsOf(sign, 'auth'),
      [
        'purpose: C’est un certificat de signature (ORG SIGN) ; un certificat d’authentification (ORG AUTH_CLI) est attendu.',
      ],
    ],
    [
      'of another structure',
      faultsOf(stranger, 'sign'),
      ['structure: Le certificat est celui de la structure 1999999999, qui n’est pas dans `dmp.structures`.'],
    ],
    [
      'that is no organisation’s',
      faultsOf(client, 'auth'),
      ['structure: Le certificat ne porte pas d’identifiant de structure (OU).'],
    ],
    [
      'that is a server’s, in every way',
      faultsOf(server, 'sign', { now: new Date('2030-01-01T00:00:00Z') }),
      [
        'expired: Le certificat a expiré le 01/01/2029.',
        'purpose: Son usage est autre ; un certificat de signature (ORG SIGN) est attendu.',
        'structure: Le certificat ne porte pas d’identifiant de structure (OU).',
        'algorithm: La clé de signature n’est pas une clé RSA.',
      ],
    ],
  ])('%s is told', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
