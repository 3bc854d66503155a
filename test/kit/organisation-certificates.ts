import { createAuthority, type OrganisationRequest } from '../../src/sandbox/certificates.ts';

/** As issued by IGC-Santé to an establishment; they die with the process. An RSA key takes a while: few are made. */
export const authority = createAuthority(
  'AC des tests',
  { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2060-01-01T00:00:00Z') },
  'rsa',
);

export const STRUCTURE = '1120456789';

const usual = { structure: STRUCTURE, organisation: 'CHU X' } as const;

/** Since 2026-01-01, for three years. */
export const VALIDITY = {
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2028-12-31T23:59:59Z'),
};

/** One of the two of an establishment, with changes. */
export function issued(
  profile: OrganisationRequest['profile'],
  changes: Partial<OrganisationRequest> = {},
): { readonly cert: string; readonly key: string } {
  const name = profile === 'SIGN' ? 'DMP SIGN' : 'dmp.chu-x.example';
  return authority.issueOrganisation({ profile, name, ...usual, validity: VALIDITY, ...changes });
}
