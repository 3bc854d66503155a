import { join } from 'node:path';
import { PATIENTS } from '../../samples/kit/patients.ts';
import { patientRecipient } from '../../samples/kit/request.ts';
import type { Clock } from '../../src/basics/clock.ts';
import type { Creator } from '../../src/sandbox/creator.ts';
import type { Operator, OperatorReports } from '../../src/sandbox/operator.ts';

/** The laboratory's applicative mailbox, and those that it writes to. */
export const LABORATORY_BAL = 'pfi@embruns.mssante.fr';
export const DOCTOR = 'anne.tanguy@cabinet-du-port.mssante.fr';
export const HOSPITAL = 'dpi@chu-x.mssante.fr';
export const PATIENT = patientRecipient(PATIENTS.morvan).address ?? '';

export const PASSWORD = 'secret';

type Settings = Readonly<Record<string, unknown>>;

export interface LaboratoryOptions {
  /** Addresses that have a BAL beside the laboratory's own; default: the doctor, the hospital, the patient. */
  readonly addresses?: readonly string[];
  readonly reports?: OperatorReports;
  readonly dsn?: boolean;
  readonly clock?: Clock;
  /** Of the application `sgl`, its `accept`, the mailbox, and the configuration's first level. */
  readonly application?: Settings;
  readonly accept?: Settings;
  readonly mailbox?: Settings;
  readonly settings?: Settings;
}

/** The configuration file's content. */
export function configuration(
  { application, accept, mailbox, settings }: LaboratoryOptions,
  own: { readonly operator: Operator; readonly creator: Creator; readonly folder: string },
): Settings {
  const account = {
    host: '127.0.0.1',
    ca: join(own.folder, 'ca.pem'),
    user: LABORATORY_BAL,
    password: PASSWORD,
  };
  return {
    establishment: { name: 'Laboratoire des Embruns', finess: '290000999', structureId: '1290000999' },
    product: { nil: 'DEV000000' },
    journal: { url: `sqlite:${join(own.folder, 'journal.db')}` },
    gateway: { application: 'PFI', facility: 'EMBRUNS' },
    mailboxes: [
      {
        name: 'embruns',
        address: LABORATORY_BAL,
        imap: { ...account, port: own.operator.imapPort },
        smtp: { ...account, port: own.operator.smtpPort },
        poll: '1s',
        application: 'sgl',
        ...mailbox,
      },
    ],
    applications: [
      {
        name: 'sgl',
        hl7: { application: 'SGL', facility: 'EMBRUNS' },
        deliver: { mllp: { host: '127.0.0.1', port: own.creator.port }, timeout: '1s' },
        retry: { first: '20ms', max: '200ms' },
        accept: { mllp: { port: 6662 }, ...accept },
        mailbox: 'embruns',
        ...application,
      },
    ],
    ...settings,
  };
}
