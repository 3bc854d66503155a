import type { GatewayError } from '../errors/gateway-error.ts';
import type { Ack } from '../formats/hl7/types.ts';
import type { SoapRequest } from '../formats/soap/types.ts';

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

/** What a listening address asks of the flow that answers the messages which applications send us. */
export interface MllpEvents {
  /**
   * One message of one connection at a time; connections side by side. What it resolves with is sent back as a
   * frame. A throw ends the connection without an answer: the application sends its message again.
   */
  handle(message: Uint8Array, about: { readonly remote: string }): Promise<MllpAnswer>;
  /**
   * A frame that is too large, or was stopped before its end (`cut`: also by a peer that half-closed or fell
   * silent). The answer, where one is returned, is sent if the peer still listens; then the connection is closed.
   *
   * @param begin what came first, at most 64 KiB
   */
  broken(why: 'too-large' | 'cut', begin: Uint8Array): Uint8Array | undefined;
  /** For the log: a connection broke, or was refused. Holds codes, never what was sent. */
  failed(error: unknown): void;
  /**
   * For the log: messages came in a row that were none. Told of the first at once, and of several once, when a readable
   * one follows or the connection ends, by us where `isConnectionEnded`.
   */
  unreadable(run: { readonly count: number; readonly isConnectionEnded: boolean }): void;
}

/** What a message is answered with. */
export interface MllpAnswer {
  readonly bytes: Uint8Array;
  /** Whether it could be read as a message at all. */
  readonly isReadable: boolean;
}

/** An address on which applications send us messages with MLLP. */
export interface MllpServer {
  readonly port: number;
  /** Connections that stand, those in their TLS handshake among them. */
  connections(): number;
  /**
   * Accepts nothing more, lets messages in hand be answered (at most `graceMs`), then ends every connection. What
   * was not answered is sent again by its sender.
   */
  stop(graceMs: number): Promise<void>;
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
  /**
   * Reports on the fate of the mail (RFC 3461), asked for where the server offers them: on delivery, failure and
   * delay, with the headers alone. `envelopeId` is printable ASCII, at most 100 characters.
   */
  readonly dsn?: { readonly envelopeId: string } | undefined;
}

/** How one recipient of a submission fared at the server. */
export interface SubmittedTo {
  readonly address: string;
  /** `refused`: the mail did not leave for them and never will; `later`: it may when it is submitted again. */
  readonly result: 'accepted' | 'refused' | 'later';
  /** The reply code (`550`) of a refusal or deferral, and its enhanced status (`5.1.1`) where it has one. */
  readonly reply: string | undefined;
  readonly status: string | undefined;
}

/** What became of a mail that was submitted. */
export interface Submission {
  /** The server's reply to the mail; '' when it did not leave. */
  readonly reply: string;
  /** Reports were asked for and the server offers them. */
  readonly dsn: boolean;
  /** Each address of the envelope once, in its order. */
  readonly recipients: readonly SubmittedTo[];
}

/** Submits mails to one server. */
export interface MailSender {
  /**
   * Submits a mail that all its recipients must get. Resolves with the server's reply.
   *
   * @throws GatewayError, also when a recipient was refused, although the mail has left for the others then
   */
  send(raw: Uint8Array, envelope: MailEnvelope): Promise<string>;
  /**
   * Submits a mail, and tells of each recipient: a refusal of the mail or of recipients is a result.
   *
   * @throws GatewayError SMTP-001, -002, -003 when the server could not be talked to, SMTP-005 when it takes the
   *   mail later, SMTP-006 when nobody knows whether it took it, SMTP-004 when the sender's address cannot be written
   */
  submit(raw: Uint8Array, envelope: MailEnvelope): Promise<Submission>;
  /** Whether the server offered DSN at the last connection; undefined before the first. */
  offersDsn(): boolean | undefined;
  probe(): Promise<PeerReport>;
  close(): Promise<void>;
}

/** The services of the DMP that documents need: ITI-41 goes to `repository`, ITI-18 and ITI-57 to `registry`. */
export type DmpService = 'repository' | 'registry';

/** What the DMP answered, under whatever status. */
export interface DmpAnswer {
  readonly status: number;
  /** '' where the answer names none. */
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Posts SOAP messages to the DMP. */
export interface DmpPeer {
  /**
   * Posts one message and brings the answer back: of any status but those that ask for another attempt, a SOAP fault
   * and a refusal of HTTP's own among them.
   *
   * @throws GatewayError DMP-001 and DMP-002 when nothing was sent, DMP-003 when nobody knows whether the DMP took it,
   *   DMP-004 when it takes it later (`status`, and `retryAfter` in seconds where it says so, are among its fields),
   *   DMP-005 when the answer is too large, or neither SOAP nor a refusal
   */
  post(service: DmpService, message: SoapRequest): Promise<DmpAnswer>;
  /** Shows our certificate, and posts nothing. @throws GatewayError DMP-001, DMP-002 */
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

export type * from './fhir-interfaces.ts';
