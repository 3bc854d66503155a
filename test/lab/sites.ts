import type { MailLab } from '../kit/mail-lab.ts';

/** Who runs the daemon of a lab, and where it finds its peers. */

const ACCOUNT = { host: 'localhost', tls: 'starttls', ca: 'ca.pem', password: 'secret' } as const;
const PRODUCT = { nil: 'DEV000000' } as const;

/** The ports of the mail servers: the lab's, or of what stands before them. */
export interface MailPorts {
  readonly imap: number;
  readonly smtp: number;
}

/** Straight to the lab. */
export function portsOf({ imapPort, smtpPort }: MailLab): MailPorts {
  return { imap: imapPort, smtp: smtpPort };
}

/** The two mailboxes that the hospital watches. */
export const BALS = ['dpi.urologie@chu-x.mssante.fr', 'dpi@chu-x.mssante.fr'] as const;

/** A hospital that takes the documents of its two mailboxes into its DPI. */
export function hospital(ports: MailPorts & { readonly dpi: number }): object {
  return {
    establishment: { name: 'CHU X', finess: '120456789', structureId: '1120456789' },
    product: PRODUCT,
    gateway: { application: 'PFI', facility: 'CHU_X' },
    mailboxes: BALS.map((address, place) => ({
      ...mailbox(`bal${place + 1}`, address, ports),
      application: 'dpi',
      organization: { name: "Service d'urologie", id: '3435', type: 'UF', authority: '120456789' },
      notify: { errorMailbox: 'erreurs@chu-x.mssante.fr' },
    })),
    applications: [
      {
        name: 'dpi',
        hl7: { application: 'DPI', facility: 'CHU_X' },
        deliver: { mllp: { host: '127.0.0.1', port: ports.dpi }, parallel: 4, timeout: '10s' },
        retry: { first: '50ms', max: '1s' },
      },
    ],
  };
}

/** The mailbox that the laboratory's mails leave from and the reports come back to. */
export const LABORATORY = 'pfi@labo-y.mssante.fr';

/**
 * A laboratory that sends what its software asks for.
 *
 * @param ports `requests` where the gateway takes them, `receipts` where the software takes its ZAM
 */
export function laboratory(
  ports: MailPorts & { readonly requests: number; readonly receipts: number },
): object {
  return {
    establishment: { name: 'Laboratoire Y', finess: '290000999', structureId: '1290000999' },
    product: PRODUCT,
    gateway: { application: 'PFI', facility: 'LABO_Y' },
    mailboxes: [{ ...mailbox('bal', LABORATORY, ports), application: 'sgl' }],
    applications: [
      {
        name: 'sgl',
        hl7: { application: 'SGL', facility: 'LABO_Y' },
        accept: { mllp: { port: ports.requests } },
        deliver: { mllp: { host: '127.0.0.1', port: ports.receipts }, timeout: '10s' },
        retry: { first: '50ms', max: '1s' },
        mailbox: 'bal',
      },
    ],
  };
}

function mailbox(name: string, address: string, { imap, smtp }: MailPorts): object {
  const account = { ...ACCOUNT, user: address };
  return { name, address, imap: { ...account, port: imap }, smtp: { ...account, port: smtp }, poll: '2s' };
}
