import type { ErrorCode } from '../errors/catalogue.ts';
import type { Fault } from '../errors/gateway-error.ts';
import type {
  Account,
  AccountChange,
  AccountQuery,
  IdOwner,
  KnownIds,
  PlatformAnswer,
} from './fhir-records.ts';
import type {
  Acceptance,
  NewRequest,
  Recipient,
  RequestName,
  SentMail,
  SubmissionRecord,
} from './request-records.ts';
import type {
  Backlog,
  Conclusion,
  Delivery,
  DocumentRecord,
  Ending,
  Exchange,
  ExchangeFilter,
  ExchangeView,
  NewDelivery,
  Place,
  RecordedMail,
  Retry,
  Source,
} from './records.ts';

export type * from './fhir-records.ts';
export type * from './records.ts';
export type * from './request-records.ts';

/**
 * The durable record. Every method is one transaction; when its promise resolves the change survives `kill -9` and a
 * power cut. Errors are GatewayErrors (JRN-…) or the engine's own.
 */
export interface Journal {
  /** HMAC of an identity under the journal's own key: groups a patient's documents without naming the patient. */
  keyOf(identity: string): string;

  // Receiving
  /** Notes that a mail lies in the inbox; `readings` were begun so far and none was finished. */
  see(source: Source): Promise<{ exchangeId: string; readings: number }>;
  /** Written before a mail's bytes are parsed; a reading that kills the process is counted all the same. */
  beginReading(exchangeId: string): Promise<void>;
  /** Takes a reading back from the count: it came to its end, and something else failed. */
  forgiveReading(exchangeId: string): Promise<void>;
  /**
   * Ends the readings begun in a mailbox whose mail is not among these uids, all that its inbox holds: somebody took it
   * away while nobody watched.
   *
   * @returns how many
   */
  vanishMissing(mailbox: string, uidValidity: number, uids: readonly number[], fault: Fault): Promise<number>;
  /** Of these uids of an inbox, those with no finished reading, in order. */
  unread(mailbox: string, uidValidity: number, uids: readonly number[]): Promise<number[]>;
  /** An earlier exchange of the mailbox with the same Message-ID and digest; none for a recorded mail itself. */
  recognise(exchangeId: string, messageId: string | undefined, digest: string): Promise<Exchange | undefined>;
  /**
   * Makes the exchange begun by `see` a sighting of another (an event and nothing more), together with what that means
   * for the mail in the inbox: the other one's mail lies there now, or it is a copy to be filed.
   */
  seenAgain(
    exchangeId: string,
    originalId: string,
    meaning: { readonly place: Place } | { readonly filing: NewDelivery },
  ): Promise<void>;
  /** Stores a finished reading, whole; does nothing when another reading of the same exchange was faster. */
  record(recorded: RecordedMail): Promise<void>;
  /** Ends a reading whose mail is no longer there; the exchange ends with what else it owes. */
  vanish(exchangeId: string, fault: Fault): Promise<void>;
  /** The latest document of an application under a unique id, for comparison with a new one. */
  findDocument(application: string, uniqueId: string): Promise<DocumentRecord | undefined>;

  // Requests
  /** Stores a request, whole, unless one of its name was accepted in the window. */
  acceptRequest(request: NewRequest): Promise<Acceptance>;
  /** Whether a request of this name was accepted in the window; undefined when none was. A repetition is noted. */
  recogniseRequest(name: RequestName): Promise<'repeated' | 'conflict' | undefined>;
  /** Everybody whom a request wants to be written to, in its order. */
  recipients(exchangeId: string): Promise<Recipient[]>;
  /** Who asked, and what receipts need; undefined for an exchange that is no request. */
  requestFacts(
    exchangeId: string,
  ): Promise<{ readonly application: string; readonly facts: string } | undefined>;
  /** The mail of a request that a delivery of this id is; undefined for any other id. */
  sentMail(deliveryId: string): Promise<SentMail | undefined>;
  /**
   * Notes how the operator answered for recipients of a mail; one that it has answered for before, or that a report says
   * has the mail, stays as it is.
   */
  submitted(deliveryId: string, record: SubmissionRecord): Promise<void>;
  /** Reports that have not come in their time, the longest overdue first. */
  overdueReports(limit: number): Promise<Delivery[]>;
  /** A report that did not come waits for a person; what is owed because of it is owed. Nothing where it came since. */
  reportOverdue(report: Delivery, fault: Fault, owed: readonly NewDelivery[]): Promise<void>;

  // FHIR
  /** The latest request of a name in its window, whatever its bytes were. */
  requestNamed(
    name: Omit<RequestName, 'digest'>,
  ): Promise<{ readonly exchangeId: string; readonly digest: string } | undefined>;
  /** Keeps what a platform answered, before the delivery ends because of it, and the ids that it gave. */
  answered(exchangeId: string, answer: PlatformAnswer): Promise<void>;
  /** What names are known by: a caller's own, and the platform's. */
  platformIds(owner: IdOwner, names: readonly string[]): Promise<KnownIds>;
  /** Whether a platform gave this id because of an exchange of the flow, whoever asked for it. */
  isPlatformId(flow: string, remote: string): Promise<boolean>;
  /** Every id that a platform gave because of an exchange, in the order in which they were kept. */
  platformIdsOf(exchangeId: string): Promise<string[]>;
  /** The accounts that any of these identifiers finds, those that were replaced among them. */
  findAccounts(queries: readonly AccountQuery[]): Promise<Account[]>;
  /** Stores a request, whole, and the account as it is after it. */
  changeAccount(change: AccountChange): Promise<void>;
  /** Makes an account what it was before an exchange (undefined: there was none), unless it was changed since. */
  undoAccountChange(
    exchangeId: string,
    account: { readonly id: string; readonly before: Account | undefined },
  ): Promise<void>;

  // Delivering
  /** Targets that have a delivery whose time has come. */
  due(): Promise<string[]>;
  /**
   * Takes up to `limit` due deliveries of a target, heads of their lanes, oldest first. What waits for another delivery
   * (`waitsFor`) holds up nothing else of its lane.
   *
   * @param retries how many of them may have been tried before, default all; the rest is for those that never were
   */
  claim(target: string, limit: number, retries?: number): Promise<Delivery[]>;
  /** Takes the one that comes next after a delivery that was claimed before; after the last one, the oldest. */
  claimAfter(target: string, deliveryId: string): Promise<Delivery[]>;
  /** Fixes the bytes of a delivery that is made once it is attempted: every later attempt finds them. */
  keep(deliveryId: string, bytes: Uint8Array): Promise<void>;
  /** Written before the first byte leaves. */
  sending(deliveryId: string): Promise<void>;
  /** Puts a claimed or sending delivery back, untouched: nothing has left. */
  release(deliveryId: string): Promise<void>;
  /** After a failed attempt: waiting again until its next turn. A person's act is `resend` or `reread`. */
  retryLater(deliveryId: string, retry: Retry): Promise<void>;
  /**
   * Sets a delivery aside for a person, and with it what that gives rise to: its mail is filed where people look.
   *
   * @param last why the last attempt failed that patience was left for; an ambiguous one counts
   */
  hold(deliveryId: string, fault: Fault, owed?: readonly NewDelivery[], last?: ErrorCode): Promise<void>;
  /**
   * Ends a delivery, and with it what it gives rise to comes to be owed; for a document also fixes the document's
   * outcome and counts it.
   */
  end(deliveryId: string, ending: Ending, owed?: readonly NewDelivery[]): Promise<void>;
  /**
   * Bytes of an exchange, unsealed; undefined where there are none, or none any more.
   *
   * @throws GatewayError JRN-004, as nothing else here, when they were sealed with another key or are damaged.
   */
  payload(exchangeId: string, name: string): Promise<Uint8Array | undefined>;
  /** Claimed and sending deliveries of a process that is gone: waiting again, the latter counted as ambiguous. */
  recover(): Promise<{ claimed: number; sending: number }>;

  // Concluding
  /** Open exchanges of which every document has ended, oldest first; from after an id on where one is given. */
  readyToConclude(limit: number, after?: string): Promise<string[]>;
  /**
   * Fixes the exchange's outcome and what is owed because of it; does nothing unless every document has ended. One that
   * was concluded before and opened again by a person is concluded anew and owes no second notification.
   */
  conclude(exchangeId: string, conclusion: Conclusion): Promise<void>;
  /** Where the mail now lies; undefined when it can no longer be found. */
  moved(exchangeId: string, place: Place | undefined): Promise<void>;

  // A person's acts
  /**
   * A held or refused delivery goes out again, a document under new identifiers and bytes.
   *
   * @throws GatewayError JRN-005 when it is neither held nor refused, is a report, or its bytes are gone.
   */
  resend(
    deliveryId: string,
    renewed: { identifiers: Readonly<Record<string, string>>; payload: Uint8Array | undefined; by: string },
  ): Promise<void>;
  /** A held mail is read again. @throws GatewayError JRN-005 when it is not held. */
  reread(exchangeId: string, delivery: NewDelivery, by: string): Promise<void>;
  /**
   * Gives up a delivery that is held or waits, a reading with its mail; what is owed because of it is owed.
   *
   * @throws GatewayError JRN-005 for any other.
   */
  abandon(deliveryId: string, reason: string, by: string, owed?: readonly NewDelivery[]): Promise<void>;
  /**
   * Gives up a held mail: open, with no document left to wait for; closed where it was concluded before.
   *
   * @throws GatewayError JRN-005 when it is not held.
   */
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
  /**
   * Learns which mailboxes are configured. One that has another name now keeps its exchanges and what is owed to it; one
   * whose name stands for another address now leaves them under the former address, as a removed one does.
   *
   * @returns the mailboxes that have a new name
   */
  adoptMailboxes(
    mailboxes: readonly { readonly name: string; readonly address: string }[],
  ): Promise<{ readonly from: string; readonly to: string }[]>;
  /** A tiny write: whether the journal still takes any. */
  touch(): Promise<void>;
  /** False when the journal's file was removed or replaced since it was opened. */
  intact(): boolean;
  /**
   * The clock was set back: what is put off beyond `retryBy` is due now, and no report is waited for beyond `reportBy`, both
   * ms since 1970.
   *
   * @returns how many deliveries that changes
   */
  pullForward(limits: { readonly retryBy: number; readonly reportBy: number }): Promise<number>;
  /** Removes payloads and history past their time, a bounded batch; true when there may be more. */
  purge(before: { payloads: number; history: number }): Promise<boolean>;
  close(): Promise<void>;
}
