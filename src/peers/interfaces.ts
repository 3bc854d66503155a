import type { GatewayError } from '../errors/gateway-error.ts';
import type { Ack } from '../formats/hl7/types.ts';

/** Hands an HL7 message to an application and brings back its answer. */
export interface Hl7Peer {
  /**
   * Sends one message and waits for the ACK whose MSA-2 is `controlId`.
   *
   * @throws GatewayError unreachable when no connection stood, ambiguous when the message may have arrived.
   */
  send(message: Uint8Array, controlId: string): Promise<Ack>;
  /** Tries the connection and sends nothing. @throws GatewayError */
  probe(): Promise<PeerReport>;
  close(): Promise<void>;
}

/** What `pfi check` says of a peer: French lines, and warnings among them. */
export interface PeerReport {
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
  /** A certificate among them has ended or is about to: a person must act before a date. */
  readonly expiring?: true;
}

/** Who a mail goes to, and where it comes back (RFC 5321). */
export interface MailEnvelope {
  /** '' for the null sender `<>`. */
  readonly from: string;
  readonly to: readonly string[];
}

/** Submits mails to one server. */
export interface MailSender {
  /** Submits the raw mail. Resolves with the server's last reply. @throws GatewayError */
  send(raw: Uint8Array, envelope: MailEnvelope): Promise<string>;
  probe(): Promise<PeerReport>;
  close(): Promise<void>;
}

/** A mail lying in a watched inbox, not yet fetched. */
export interface InboxMail {
  readonly uidValidity: bigint;
  readonly uid: number;
  /** RFC822.SIZE, bytes. */
  readonly size: number;
  /**
   * The raw bytes. Undefined when it is gone.
   *
   * @throws GatewayError MAIL-001 when it has more than `maxBytes`; IMAP-006 when the server sends more although it
   *   announced less, the connection being closed; IMAP-008 when two fetches bring different bytes; IMAP-009 when the
   *   server names the mail and gives nothing of it.
   */
  fetch(maxBytes: number): Promise<Uint8Array | undefined>;
  /** The first 64 KiB, for a mail too large to fetch. */
  fetchHead(): Promise<Uint8Array | undefined>;
}

/** Where a mail lies on the server. */
export interface MailPlace {
  readonly folder: string;
  readonly uidValidity: bigint;
  readonly uid: number;
}

/** One watched mailbox. */
export interface MailboxWatcher {
  /** Begins watching; returns at once. Trouble is retried with backoff and told to `MailboxEvents.failed`. */
  start(): void;
  /**
   * Moves a mail by MOVE or COPY + UID EXPUNGE.
   *
   * @returns the new place where the server tells it (UIDPLUS); undefined when the mail is no longer at
   *   `from`.
   * @throws GatewayError transient
   */
  move(from: MailPlace, folder: string): Promise<MailPlace | 'moved' | undefined>;
  /** Places of the mails with this Message-ID in a folder. */
  find(folder: string, messageId: string): Promise<MailPlace[]>;
  /** The raw bytes of a mail anywhere in the mailbox; undefined when it is gone. @throws GatewayError as `InboxMail.fetch` */
  fetchAt(place: MailPlace, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Ends the connection; a mail being handled is finished first. */
  stop(): Promise<void>;
}

/** What a watcher asks of the flow that owns it. */
export interface MailboxEvents {
  /** Of the uids now in the inbox, those that must be handled (new, or begun and not finished), in order. */
  unread(uidValidity: bigint, uids: readonly number[]): Promise<number[]>;
  /** Handles one mail; resolves once it is in the journal. A throw is retried at the next poll. */
  handle(mail: InboxMail): Promise<void>;
  /** After a poll that went through. */
  polled(at: Date): void;
  /** Connection lost or refused; called once an outage, then `recovered` once. */
  failed(error: GatewayError): void;
  recovered(): void;
}

/** A byte stream under TLS options shared by every peer. */
export interface TlsOptions {
  readonly mode: 'none' | 'starttls' | 'implicit';
  /** PEM texts, already read. Undefined trusts the system's roots. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}
