import type { ErrorClass, ErrorCode } from '../errors/catalogue.ts';
import type { Fault } from '../errors/gateway-error.ts';

/** What a mail turned out to be. */
export type ExchangeNature = 'document' | 'receipt' | 'other' | 'unusable';

/**
 * `seen` written before the bytes are parsed · `open` a document has not ended · `held` the whole mail waits for a
 * person (before its documents, or once concluded when nobody could be told) · `closing` only the notification and the filing are owed · `ended`.
 */
export type ExchangeState = 'seen' | 'open' | 'held' | 'closing' | 'ended';

/** `mdm` document → application · `mdn`, `error-mail` → sender · `file` mail → folder · `read` read a mail again. */
export type DeliveryKind = 'mdm' | 'mdn' | 'error-mail' | 'file' | 'read';

export type DeliveryState = 'waiting' | 'claimed' | 'sending' | 'held' | 'done';

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

export interface NewDelivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly target: string;
  /** Document id, folder role, or ''. */
  readonly subject: string;
  readonly lane: string;
  /** MSH-10, Message-ID and envelope: fixed here, the same at every retry. */
  readonly identifiers: Readonly<Record<string, string>>;
  readonly start:
    | { readonly state: 'waiting' }
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

export interface NewEvent {
  readonly type: string;
  readonly deliveryId?: string | undefined;
  /** Codes, counts and ids only. */
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}

/** What one reading of a mail found; `journal.record` stores it whole in one transaction. */
export interface Receipt {
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
}

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
  readonly createdAt: number;
  readonly nextAt: number;
  readonly triedAt: number | undefined;
  readonly lastError: { readonly code: ErrorCode; readonly class: ErrorClass } | undefined;
  readonly hold: Fault | undefined;
  readonly ending: Ending | undefined;
  readonly endedAt: number | undefined;
}

export interface JournalEvent {
  readonly at: number;
  readonly type: string;
  readonly deliveryId: string | undefined;
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

/** An exchange with everything that belongs to it. */
export interface ExchangeView {
  readonly exchange: Exchange;
  readonly documents: readonly { readonly document: DocumentRecord; readonly delivery: Delivery }[];
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

/** How an attempt failed and when the next one is due. */
export interface Retry {
  readonly code: ErrorCode;
  readonly class: ErrorClass;
  readonly nextAt: number;
  /** Patience to charge, in milliseconds. */
  readonly spentMs: number;
}

/** Counts for `/metrics` and `pfi status`; their cost does not grow with history. */
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
  readonly tallies: readonly {
    readonly application: string;
    readonly outcome: Outcome;
    readonly code: string;
    readonly count: number;
  }[];
}

/**
 * The durable record. Every method is one transaction; when its promise resolves the change survives `kill -9` and a
 * power cut. Errors are GatewayErrors (JRN-…) or the engine's own.
 */
export interface Journal {
  /** HMAC of an identity under the journal's own key: groups a patient's documents without naming the patient. */
  keyOf(identity: string): string;

  // Receiving
  /** Notes that a mail lies in the inbox; `readings` were begun so far and none was finished. */
  see(source: {
    mailbox: string;
    application: string;
    place: Place;
  }): Promise<{ exchangeId: string; readings: number }>;
  /** Written before a mail's bytes are parsed; a reading that kills the process is counted all the same. */
  beginReading(exchangeId: string): Promise<void>;
  /** Of these uids of an inbox, those with no finished reading, in order. */
  unread(mailbox: string, uidValidity: number, uids: readonly number[]): Promise<number[]>;
  /**
   * Looks for an earlier exchange of the mailbox with the same Message-ID and digest. When there is one, the exchange
   * begun by `see` becomes a sighting of it (an event and nothing more) and its view is returned.
   */
  recognise(exchangeId: string, messageId: string | undefined, digest: string): Promise<Exchange | undefined>;
  /** Stores a finished reading, whole; does nothing when another reading of the same exchange was faster. */
  record(receipt: Receipt): Promise<void>;
  /** Ends a reading whose mail is no longer there. */
  vanish(exchangeId: string, fault: Fault): Promise<void>;
  /** The latest document of an application under a unique id, for comparison with a new one. */
  findDocument(application: string, uniqueId: string): Promise<DocumentRecord | undefined>;

  // Delivering
  /** Targets that have a delivery whose time has come. */
  due(): Promise<string[]>;
  /** Takes up to `limit` due deliveries of a target, heads of their lanes, oldest first. */
  claim(target: string, limit: number): Promise<Delivery[]>;
  /** Written before the first byte leaves. */
  sending(deliveryId: string): Promise<void>;
  /** Puts a claimed delivery back, untouched: nothing was sent. */
  release(deliveryId: string): Promise<void>;
  retry(deliveryId: string, retry: Retry): Promise<void>;
  hold(deliveryId: string, fault: Fault): Promise<void>;
  /** Ends a delivery; for a document also fixes the document's outcome and counts it. */
  end(deliveryId: string, ending: Ending): Promise<void>;
  payload(exchangeId: string, name: string): Promise<Uint8Array | undefined>;
  /** Claimed and sending deliveries of a process that is gone: waiting again, the latter counted as ambiguous. */
  recover(): Promise<{ claimed: number; sending: number }>;

  // Concluding
  /** Open exchanges of which every document has ended. */
  settled(limit: number): Promise<string[]>;
  /** Fixes the exchange's outcome and what is owed because of it; does nothing when it is concluded already. */
  conclude(
    exchangeId: string,
    conclusion: {
      outcome: Outcome;
      code: string | undefined;
      /** Why a person must look at it all the same; undefined when nothing is left to do. */
      hold: Fault | undefined;
      deliveries: readonly NewDelivery[];
      events: readonly NewEvent[];
    },
  ): Promise<void>;
  /** Adds a delivery to an exchange; one that exists already stays as it is, but filing and reading are owed again. */
  owe(exchangeId: string, delivery: NewDelivery): Promise<void>;
  /** Where the mail now lies; undefined when it can no longer be found. */
  moved(exchangeId: string, place: Place | undefined): Promise<void>;
  note(exchangeId: string, event: NewEvent): Promise<void>;

  // A person's acts
  /**
   * A held or refused document goes out again under new identifiers and bytes.
   *
   * @throws GatewayError JRN-005 when the delivery is neither held nor refused, or its bytes are gone.
   */
  resend(
    deliveryId: string,
    renewed: { identifiers: Readonly<Record<string, string>>; payload: Uint8Array | undefined; by: string },
  ): Promise<void>;
  /** A held mail is read again. @throws GatewayError JRN-005 when it is not held. */
  reread(exchangeId: string, delivery: NewDelivery, by: string): Promise<void>;
  /** Gives up a delivery that has not ended. @throws GatewayError JRN-005 when it has. */
  abandon(deliveryId: string, reason: string, by: string): Promise<void>;
  /** Gives up a held mail: open, with no document left to wait for; closed where it was concluded before. @throws GatewayError JRN-005 when it is not held. */
  abandonMail(exchangeId: string, reason: string, by: string): Promise<void>;

  // Looking
  /** True when a Message-ID is one that a delivery of ours left with. */
  isOurs(messageId: string): Promise<boolean>;
  exchange(exchangeId: string): Promise<ExchangeView | undefined>;
  list(filter: ExchangeFilter): Promise<Exchange[]>;
  backlog(): Promise<Backlog>;
  /** When the last mail of a mailbox was received; undefined when there was none. */
  lastMail(mailbox: string): Promise<number | undefined>;

  // Upkeep
  /** Removes payloads and history past their time, a bounded batch; true when there may be more. */
  purge(before: { payloads: number; history: number }): Promise<boolean>;
  close(): Promise<void>;
}
