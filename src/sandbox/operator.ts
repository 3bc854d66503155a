import type { MailEnvelope } from '../peers/interfaces.ts';
import { createBehaviour } from './behaviour.ts';
import { createAuthority, type Validity } from './certificates.ts';
import { createDelivery, type OperatorReports } from './delivery.ts';
import { type ImapBehaviour, type StoredMail, startImapHost } from './imap-host.ts';
import { type AcceptedMail, type SmtpBehaviour, startSubmission } from './submission.ts';
import { createWaiting, type Waiting } from './waiting.ts';

export type { OperatorReports } from './delivery.ts';
export type { ImapBehaviour, StoredMail } from './imap-host.ts';
export type { AcceptedMail, SmtpBehaviour } from './submission.ts';

export interface OperatorOptions {
  readonly mailboxes: readonly { readonly address: string; readonly password: string }[];
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly imapPort?: number;
  readonly smtpPort?: number;
  /** Of the operator's certificate and its authority's; default: a year from now. */
  readonly validity?: Validity;
  /** False: the submission server does not know DSN (RFC 3461). Default true. */
  readonly dsn?: boolean;
  /** Addresses that are not as others; without it a mail is delivered, or failed where there is no BAL. */
  readonly reports?: OperatorReports;
}

/** An MSSanté operator in this process: IMAP and SMTP under STARTTLS, a BAL for each address. */
export interface Operator {
  readonly host: string;
  readonly imapPort: number;
  readonly smtpPort: number;
  /** PEM of the authority that signed the operator's certificate (for `localhost` and 127.0.0.1). */
  readonly ca: string;
  /**
   * Brings a mail from outside into the inboxes of its recipients, with the Return-Path and Delivered-To that final
   * delivery writes. A recipient without a BAL here is an error.
   */
  deliver(raw: Uint8Array, envelope: MailEnvelope): void;
  /** Every mail taken by SMTP, in order; one that was retried after a cut is there as often as it was taken. */
  accepted(): readonly AcceptedMail[];
  /** What lies in a folder (ASCII name) of a BAL, in UID order. */
  folder(address: string, name: string): StoredMail[];
  /** Brings the mails kept for `delayed` addresses to their end: delivered where there is a BAL, failed elsewhere. */
  retryDelayed(): void;
  /** Gives a folder a new UIDVALIDITY and its mails new UIDs, and ends the sessions. */
  renumber(address: string, folder: string): void;
  /**
   * Misbehaves from now on, or the next `times` times (IMAP `silent` and `drop` last until told otherwise).
   * `{ imap: 'serve', smtp: 'accept' }` mends it.
   */
  behave(behaviour: { imap?: ImapBehaviour; smtp?: SmtpBehaviour; times?: number }): void;
  /** Resolves once a condition on `accepted()` and `folder()` holds. */
  readonly until: Waiting['until'];
  stop(): Promise<void>;
}

/** A mail as it lies in a mailbox: with the headers that final delivery puts before it. */
export function withTrace(raw: Uint8Array, from: string, recipient: string): Buffer {
  return Buffer.concat([Buffer.from(`Return-Path: <${from}>\r\nDelivered-To: ${recipient}\r\n`), raw]);
}

/**
 * Starts an operator. What is submitted goes into the BAL of each recipient that has one here, and is kept. Reports
 * (RFC 3464) go into the sender's BAL where they were asked for (NOTIFY).
 */
export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const host = options.host ?? '127.0.0.1';
  const validity = options.validity ?? aYear();
  const authority = createAuthority('pfi-gateway sandbox CA', validity);
  const certificate = authority.issue({
    name: 'operateur.sandbox',
    hosts: ['localhost', '127.0.0.1'],
    usage: 'server',
    validity,
  });
  const accounts = new Map(options.mailboxes.map(({ address, password }) => [address, password]));
  const mails: AcceptedMail[] = [];
  const imapBehaviour = createBehaviour<ImapBehaviour>('serve');
  const smtpBehaviour = createBehaviour<SmtpBehaviour>('accept');
  const { changed, until } = createWaiting();

  const shared = { host, certificate, accounts };
  const imap = await startImapHost({
    ...shared,
    port: options.imapPort ?? 0,
    behaviour: imapBehaviour,
    changed,
  });
  const reports = options.reports ?? {};
  const delivery = createDelivery(address => accounts.has(address), reports, append);
  const smtp = await startSubmission({
    ...shared,
    port: options.smtpPort ?? 0,
    dsn: options.dsn ?? true,
    refused: reports.refused ?? [],
    behaviour: smtpBehaviour,
    taken(mail) {
      mails.push(mail);
      delivery.take(mail);
      changed();
    },
  });

  function append(raw: Uint8Array, from: string, recipient: string): void {
    imap.append(recipient, withTrace(raw, from, recipient));
  }

  return {
    host,
    imapPort: imap.port,
    smtpPort: smtp.port,
    ca: authority.certificate,
    deliver(raw, { from, to }) {
      for (const recipient of to) append(raw, from, recipient);
    },
    accepted: () => mails,
    folder: (address, name) => imap.folder(address, name),
    retryDelayed: () => delivery.retry(),
    renumber: (address, folder) => imap.renumber(address, folder),
    behave(behaviour) {
      if (behaviour.smtp !== undefined) smtpBehaviour.set(behaviour.smtp, behaviour.times);
      if (behaviour.imap === undefined) return;
      imapBehaviour.set(behaviour.imap, behaviour.times);
      imap.apply();
    },
    until,
    async stop() {
      await Promise.all([imap.stop(), smtp.stop()]);
    },
  };
}

function aYear(): Validity {
  const now = Date.now();
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + 365 * 86_400_000) };
}
