import { type Config, configSchema } from '../config/schema.ts';

const SERVER = { host: 'localhost', port: 1, auth: 'none' };

const CERTIFICATE = { cert: 'none', key: 'none' };

const PLATFORM = { url: 'https://localhost', auth: { type: 'none' } };

/**
 * What `inspect` is asked about arrives nowhere: one mailbox, one application, a DMP, FHIR platforms, and every setting at its default. No
 * file that it names is read.
 */
export const DEFAULTS: Config = configSchema.parse({
  establishment: { name: 'Établissement', finess: '000000000', structureId: '1000000000' },
  product: { nil: 'DEV000000' },
  journal: { url: 'sqlite:none' },
  gateway: { application: 'PFI', facility: 'PFI' },
  mailboxes: [
    {
      name: 'boite',
      address: 'bal@exemple.mssante.fr',
      imap: SERVER,
      smtp: SERVER,
      application: 'application',
    },
  ],
  applications: [
    {
      name: 'application',
      hl7: { application: 'DPI', facility: 'DPI' },
      deliver: { directory: { path: '/' } },
      accept: { mllp: { port: 1 } },
      mailbox: 'boite',
    },
  ],
  dmp: {
    url: 'https://localhost',
    environment: 'test',
    tls: { ca: 'none', certificate: CERTIFICATE },
    sign: { certificate: CERTIFICATE },
    software: { name: 'pfi-gateway', version: '1' },
    oid: { source: '2.25.1', root: '2.25.2' },
    structures: [{ id: '1000000000', name: 'Établissement', sector: 'SA01' }],
    automate: { responsible: '800000000000', name: 'pfi-gateway' },
  },
  fhir: {
    facade: { port: 2, tls: CERTIFICATE },
    callers: [{ name: 'appelant', token: 'none', flows: ['dmi', 'dui', 'renacot'] }],
    dmi: PLATFORM,
    dui: PLATFORM,
    renacot: PLATFORM,
  },
});
