import { createAuthority } from '../../src/sandbox/certificates.ts';

const authority = createAuthority('Autorité des tests');
const hosts = ['localhost', '127.0.0.1'];
const lastYear = { notBefore: new Date('2025-01-01T00:00:00Z'), notAfter: new Date('2025-12-31T00:00:00Z') };

/** Certificates for servers that run inside the tests; they die with the process. */
export const certificates = {
  ca: authority.certificate,
  /** Signed nothing here. */
  otherCa: createAuthority('Une autre autorité').certificate,
  server: authority.issue({ name: 'localhost', hosts, usage: 'server' }),
  /** Of another host. */
  stranger: authority.issue({ name: 'autre.example', hosts: ['autre.example'], usage: 'server' }),
  expired: authority.issue({ name: 'localhost', hosts, usage: 'server', validity: lastYear }),
  client: authority.issue({ name: 'passerelle', usage: 'client' }),
} as const;
