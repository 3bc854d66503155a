import type { ErrorCode } from '../errors/catalogue.ts';
import type { Fault } from '../errors/gateway-error.ts';
import type { NewReceipt, Recipient } from './request-records.ts';

/** What a mail turned out to be; `request`: no mail, but an application's request to send documents. */
export type ExchangeNature = 'document' | 'receipt' | 'other' | 'unusable' | 'request' | 'fhir';

/**
 * `seen` written before the bytes are parsed · `open` a document has not ended · `held` the whole mail waits for a
 * person (before its documents, or once concluded when nobody could be told) · `closing` only the notification and the
 * filing are owed · `ended` nothing is.
 */
export type ExchangeState = 'seen' | 'open' | 'held' | 'closing' | 'ended';

/**
 * Of a mail: `mdm` document → application · `mdn`, `error-mail` → sender · `file` mail → folder · `read` a mail again.
 * Of a request: `prepare` its mails · `mail` → recipients · `report` the operator's word on one recipient, which is owed
 * to us · `zam` receipt → application · `dmp` documents → DMP. Of a FHIR call: `fhir` → platform or hook.
 */
export type DeliveryKind =
  | 'mdm'
  | 'mdn'
  | 'error-mail'
  | 'file'
  | 'read'
  | 'prepare'
  | 'mail'
  | 'report'
  | 'zam'
  | 'dmp'
  | 'fhir';

/** `claimed` was never sent, `sending` may have been; `held` waits for a person; `expected` is owed to us. */
export type DeliveryState = 'waiting' | 'claimed' | 'sending' | 'held' | 'expected' | 'done';

/** Integrated; refused, by the application or the gateway; given up by a person. */
export type Outcome = 'accepted' | 'refused' | 'abandoned';

/** The three folders that a mail can be filed in (configuration gives their names). */
export type FolderRole = 'done' | 'failed' | 'other';

/** Where the mail lies, as last known. */
export interface Place {
  readonly folder: string;
  readonly uidValidity: number;
  readonly uid: number;
}

/** How something ended, and for a refusal what the peer or the gateway said. */
export interface Ending {
  readonly outcome: Outcome;
  /** 900–906 or what the application sent. */
  readonly code?: string | undefined;
  readonly label?: string | undefined;
  /** A reason in French: the gateway's (a fault's text) or a person's. */
  readonly reason?: string | undefined;
}

/** What is remembered of a document: no name, no content. */
export interface NewDocument {
  readonly id: string;
  readonly uniqueId: string | undefined;
  readonly setId: string | undefined;
  readonly version: string | undefined;
  readonly parentIds: readonly string[];
  readonly sha1: string | undefined;
  readonly action: 'add' | 'replace' | 'delete' | undefined;
  readonly typeCode: string | undefined;
  readonly typeLabel: string | undefined;
  /** Confidentiality codes, normalised and sorted. */
  readonly confidentiality: readonly string[];
  readonly patientKey: string | undefined;
}

/** Something owed, fixed for every attempt. */
export interface NewDelivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly target: string;
  /**
   * Document id, folder role, `copy:<uidvalidity>:<uid>`, audience, recipient id, `<recipient id>:<aspect>`,
   * `Z02:<recipient id>`, or ''.
   */
  readonly subject: string;
  readonly lane: string;
  /** MSH-10; Message-ID and envelope; folder role and place: fixed here, the same at every retry. */
  readonly identifiers: Readonly<Record<string, string>>;
  readonly start:
    | { readonly state: 'waiting' | 'expected' }
    | { readonly state: 'held'; readonly fault: Fault }
    | { readonly state: 'done'; readonly ending: Ending };
  /** Bytes to send; undefined where there are none to fix (filing, or a document of which no message can be made). */
  readonly payload?: Uint8Array | undefined;
}

/** Bytes kept beside the deliveries: the mail's head and what a notification gives back. */
export interface NewPayload {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What can happen to an exchange. */
export type EventType =
  | `${'mdn' | 'dsn' | 'error-mail'}-received`
  | 'error-mail-about-none-of-ours'
  | 'not-a-document'
  | 'call-accepted'
  | 'same-id-other-bytes'
  | 'names-a-parent-without-action'
  | 'no-hash-given'
  | 'files-not-described'
  | 'seen-again'
  | 'vanished'
  | 'held'
  | 'attempt-failed'
  | 'interrupted'
  | Outcome
  | 'concluded'
  | 'notification-owed'
  | 'not-notified'
  | 'resent'
  | 'reread'
  | 'request-accepted'
  | 'request-repeated'
  | 'recipients-passed-over'
  | 'mail-submitted'
  | 'report-overdue'
  | 'receipt'
  | 'receipt-progress'
  | 'receipt-again'
  | 'receipt-contradicts'
  | 'receipt-for'
  | 'receipt-matches-nothing';

/** A line of an exchange's history. */
export interface NewEvent {
  readonly type: EventType;
  readonly deliveryId?: string | undefined;
  /** Codes, counts and ids only. */
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}

/** Where a mail was seen, and the application that its documents are for. */
export interface Source {
  readonly mailbox: string;
  readonly application: string;
  readonly place: Place;
}

/** What one reading of a mail found; `journal.record` stores it whole in one transaction. */
export interface RecordedMail {
  readonly exchangeId: string;
  readonly nature: ExchangeNature;
  readonly state: 'open' | 'held' | 'closing';
  readonly messageId: string | undefined;
  /** SHA-256 of the mail's body; undefined when it could not be fetched. */
  readonly digest: string | undefined;
  readonly sender: string | undefined;
  /** The fault of the mail as a whole: why it is held, or refused before any document was read. */
  readonly fault: Fault | undefined;
  readonly documents: readonly { readonly document: NewDocument; readonly delivery: NewDelivery }[];
  readonly deliveries: readonly NewDelivery[];
  readonly payloads: readonly NewPayload[];
  readonly events: readonly NewEvent[];
  /** Of a receipt: what it says of mails of ours. */
  readonly receipts?: readonly NewReceipt[];
}

/** A mail from its first sighting on, or a request once it is accepted. */
export interface Exchange {
  readonly id: string;
  readonly nature: ExchangeNature | undefined;
  readonly mailbox: string;
  readonly application: string;
  readonly state: ExchangeState;
  readonly messageId: string | undefined;
  readonly digest: string | undefined;
  readonly sender: string | undefined;
  readonly place: Place | undefined;
  readonly readings: number;
  readonly fault: Fault | undefined;
  readonly outcome: Outcome | undefined;
  readonly outcomeCode: string | undefined;
  /** Why a person gave up the whole mail. */
  readonly abandonReason: string | undefined;
  readonly receivedAt: number;
  /** When its outcome was fixed and its notification, if any, was decided. Nothing is notified after it. */
  readonly concludedAt: number | undefined;
  readonly endedAt: number | undefined;
}

export interface DocumentRecord extends NewDocument {
  readonly exchangeId: string;
  readonly position: number;
}

export interface Delivery {
  readonly id: string;
  readonly exchangeId: string;
  readonly mailbox: string;
  readonly kind: DeliveryKind;
  readonly target: string;
  readonly subject: string;
  readonly lane: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Attempts whose end is not known: repetitions under the same identifiers. */
  readonly ambiguous: number;
  /** Milliseconds of patience used while the peer could be reached. */
  readonly spentMs: number;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly waitsFor: string | undefined;
  /** The exchange of that delivery while it has not ended; known in an exchange's view only. */
  readonly blockedBy: string | undefined;
  readonly createdAt: number;
  readonly nextAt: number;
  readonly triedAt: number | undefined;
  readonly lastError: { readonly code: ErrorCode } | undefined;
  readonly hold: Fault | undefined;
  readonly ending: Ending | undefined;
  readonly endedAt: number | undefined;
}

export interface JournalEvent {
  readonly at: number;
  /** An {@link EventType} of the version that wrote it. */
  readonly type: string;
  readonly deliveryId: string | undefined;
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

/** An exchange with everything that belongs to it. */
export interface ExchangeView {
  readonly exchange: Exchange;
  /** Of a mail: each with its delivery to the application. */
  readonly documents: readonly { readonly document: DocumentRecord; readonly delivery: Delivery }[];
  /** Of a request: what it sends, and to whom; undefined for a mail. */
  readonly requested:
    | { readonly documents: readonly DocumentRecord[]; readonly recipients: readonly Recipient[] }
    | undefined;
  readonly deliveries: readonly Delivery[];
  readonly events: readonly JournalEvent[];
}

export interface ExchangeFilter {
  /** Only what waits for a person. */
  readonly held?: boolean;
  readonly mailbox?: string;
  readonly before?: string;
  readonly limit: number;
}

/** What a mail as a whole became. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly code: string | undefined;
  /** Why a person must look at it all the same; undefined when nothing is left to do. */
  readonly hold: Fault | undefined;
  readonly deliveries: readonly NewDelivery[];
  readonly events: readonly NewEvent[];
}

/** How an attempt failed and when the next one is due. */
export interface Retry {
  readonly code: ErrorCode;
  readonly nextAt: number;
  /** Patience to charge, in milliseconds. */
  readonly spentMs: number;
}

/** How many documents for an application, recipients of what it sends, or requests of its for the DMP, ended in one way. */
export interface Tally {
  readonly application: string;
  /** Of documents, or the target of FHIR calls. */
  readonly way: 'received' | 'sent' | 'deposited' | `fhir:${string}`;
  readonly outcome: Outcome;
  /** May be shown; empty where there is none. */
  readonly code: string;
  readonly count: number;
}

/** Counts for `/metrics` and `pfi status`, reports that are expected aside; their cost does not grow with history. */
export interface Backlog {
  readonly targets: readonly {
    readonly target: string;
    readonly kind: DeliveryKind;
    readonly waiting: number;
    readonly held: number;
    /** When the oldest delivery not ended, held ones aside, was created. */
    readonly oldestAt: number | undefined;
  }[];
  readonly heldMails: number;
  readonly tallies: readonly Tally[];
}
