import type { RequestRules } from '../formats/hl7/request-types.ts';
import type { MailParticipant, Hl7Charset, Hl7Party, ProcessingId } from '../formats/hl7/types.ts';
import type { NotifyRules } from '../formats/mail/notification-policy.ts';
import type { ArchiveSource } from '../formats/xdm/build-xdm.ts';
import type { FolderRole } from '../journal/journal.ts';

/** What the flows need of the configuration; the composition root makes these from it. */

export interface MailboxSettings {
  readonly name: string;
  readonly address: string;
  readonly displayName: string;
  /** Where answers to document mails go where a request names no address. */
  readonly replyTo: string | undefined;
  /** Names of the folders on the server. */
  readonly folders: Readonly<Record<FolderRole | 'inbox', string>>;
  /** The service that the mailbox belongs to (PRT-8 of the recipient). */
  readonly organization: MailParticipant['organization'];
  readonly notify: NotifyRules & {
    /** Bytes; over it the archive and PDFs are not given back. */
    readonly maxSize: number;
    readonly envelopeFrom: 'null' | 'mailbox';
  };
  /** The largest mail that is fetched, bytes. */
  readonly maxMail: number;
}

export interface ApplicationSettings {
  readonly name: string;
  readonly party: Hl7Party;
  readonly charset: Hl7Charset;
  readonly unmappable: 'escape' | 'refuse';
  readonly processingId: ProcessingId;
  readonly masked: 'hold' | 'send';
  readonly ack: { readonly commitAccept: boolean; readonly technicalError: 'hold' | 'refuse' };
}

/** An application that sends documents. */
export interface CreatorSettings {
  readonly name: string;
  /** The mailbox that its mails leave from. */
  readonly mailbox: string;
  readonly rules: RequestRules;
  /** False: what is asked for the DMP is a person's at once (OUT-001). */
  readonly hasDmp: boolean;
  /** For how long a repetition is known, ms. */
  readonly windowMs: number;
}

/** What every mail that goes out with documents says of its sender. */
export interface OutgoingSettings {
  readonly source: ArchiveSource;
  /** X-MSS-NIL. */
  readonly nil: string;
  /** How long a report may take, ms. */
  readonly reportMs: number;
}

export interface GatewaySettings {
  /** MSH-3/4 of what we send. */
  readonly party: Hl7Party;
  /** X-MSS-NIL. */
  readonly nil: string;
  /** Reporting-UA of an MDN. */
  readonly product: string;
}

/** Names of targets that now have something due. */
export type Woken = readonly string[];

/** The deliveries' targets, by name. An application is its own target: its name holds no colon, so all others do. */
export const targetOf = {
  /** The gateway itself: archives, PDFs and mails are made here. */
  prepare: 'pfi:prepare',
  dmp: 'pfi:dmp',
  imap: (mailbox: string): string => `imap:${mailbox}`,
  smtp: (mailbox: string): string => `smtp:${mailbox}`,
} as const;
