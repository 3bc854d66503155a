import { type Config, configSchema } from '../config/schema.ts';

const SERVER = { host: 'localhost', port: 1, auth: 'none' };

/** What `inspect` is asked about arrives nowhere: one mailbox, one application, and every setting at its default. */
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
});
