import type { Fault } from '../errors/gateway-error.ts';
import type { IdOwner, PlatformAnswer } from './fhir-records.ts';
import type { Delivery, Exchange, NewDelivery, NewDocument, NewEvent, NewPayload } from './records.ts';

/** Somebody whom a request wants to be written to. */
export interface NewRecipient {
  readonly id: string;
  /** The delivery of the mail that goes to it. */
  readonly mailId: string;
  /** The patient's address holds the INS: undefined, and known by its key alone. */
  readonly address: string | undefined;
  readonly addressKey: string;
  /** What a ZAM names it by; undefined for the patient. */
  readonly identifier: string | undefined;
}

export interface Recipient extends NewRecipient {
  readonly exchangeId: string;
  /** `waiting` the operator has not said yes or no · `sent` it took the mail · `refused` it did not. */
  readonly state: 'waiting' | 'sent' | 'refused';
  /** Whether it was delivered, as the first word on it has it: a report's, or the operator's who refused it. */
  readonly reception: 'accepted' | 'refused' | undefined;
  /** What the recipient's system made of the mail, as the first receipt of it has it. */
  readonly reading: 'accepted' | 'refused' | undefined;
}

/** What a request is known by when it comes again. */
export interface RequestName {
  readonly application: string;
  /** MSH-3, MSH-4 and MSH-10, which name the request within the window. */
  readonly from: { readonly application: string; readonly facility: string; readonly controlId: string };
  /** SHA-256 of the message. */
  readonly digest: string;
  /** Where the window begins, ms since 1970: what was accepted before does not count. */
  readonly since: number;
}

/** A request that may be answered with AA once it is stored. */
export interface NewRequest extends RequestName {
  readonly exchangeId: string;
  /** `request` by HL7, to be mailed or deposited · `fhir` for a platform. */
  readonly nature: 'request' | 'fhir';
  readonly mailbox: string;
  /** What its receipts need for as long as they may come, as JSON: no health data. */
  readonly facts: string;
  readonly documents: readonly NewDocument[];
  readonly recipients: readonly NewRecipient[];
  readonly deliveries: readonly NewDelivery[];
  readonly payloads: readonly NewPayload[];
  readonly events: readonly NewEvent[];
  /** What earlier requests have brought, in the platform's names: its delivery does not overtake theirs. */
  readonly refersTo?: { readonly owner: IdOwner; readonly remotes: readonly string[] };
  /** What its caller is answered, where that is certain by now. */
  readonly answer?: PlatformAnswer;
}

/** `repeated`: the same message was accepted before · `conflict`: another message was, under the same name. */
export type Acceptance = 'accepted' | 'repeated' | 'conflict';

/** A mail that left because of a request, with those whom it went to. */
export interface SentMail {
  readonly exchange: Exchange;
  readonly delivery: Delivery;
  readonly facts: string;
  readonly recipients: readonly Recipient[];
}

/** How the operator answered for one recipient. */
export interface SubmittedRecipient {
  readonly recipientId: string;
  readonly state: 'sent' | 'refused';
  readonly code?: string | undefined;
  readonly label?: string | undefined;
  /** What is owed because of a refusal: a ZAM where it was asked for. */
  readonly owed: readonly NewDelivery[];
  /** Why a person must see the refusal, where nobody else hears of it. */
  readonly hold: Fault | undefined;
}

export interface SubmissionRecord {
  readonly recipients: readonly SubmittedRecipient[];
  /** When a report is overdue, ms since 1970; undefined where the operator sends none. */
  readonly reportBy: number | undefined;
}

/** What a receipt says of one recipient, and what comes of it where it is the first to say so. */
export interface NewReceipt {
  readonly recipientId: string;
  /** The request's exchange, and the mailbox that its mail left from. */
  readonly exchangeId: string;
  readonly mailbox: string;
  /** `reception` by the mail system, `reading` by who is behind it. */
  readonly aspect: 'reception' | 'reading';
  readonly outcome: 'accepted' | 'refused';
  readonly code?: string | undefined;
  readonly label?: string | undefined;
  /** The ZAM to the application that asked. */
  readonly zam: NewDelivery | undefined;
  /** Why a person must see it: a failure that nobody asked to hear of. */
  readonly hold: Fault | undefined;
  /** What stands on the worklist where no other delivery does: a failure after a success, or one of the reading. */
  readonly failure: NewDelivery;
}
