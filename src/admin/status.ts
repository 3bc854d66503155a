import type { Tally } from '../journal/journal.ts';

/** What `/status.json` says and `pfi status` and `/metrics` are made from. Times are ISO 8601, ages seconds. */
export interface GatewayStatus {
  readonly version: string;
  readonly startedAt: string;
  readonly mailboxes: readonly MailboxStatus[];
  readonly targets: readonly TargetStatus[];
  readonly journal: JournalStatus;
  /** Our own certificates that have a date to be watched. */
  readonly certificates: readonly CertificateStatus[];
  /** What waits for a person. */
  readonly worklist: { readonly deliveries: number; readonly mails: number };
  readonly outcomes: readonly Tally[];
  readonly requests: readonly RequestTally[];
}

/** Requests of FHIR callers that were answered alike, since the gateway started. */
export interface RequestTally {
  /** The caller; '' for a stranger. */
  readonly application: string;
  /** The route's path, without what it stands for; '' for none. */
  readonly route: string;
  /** '' where the caller left before it had its answer. */
  readonly status: string;
  readonly count: number;
}

export interface JournalStatus {
  /** False while nothing can be written down: nothing is taken, sent or filed then. */
  readonly writable: boolean;
  /** The code of what keeps it from being written. */
  readonly code: string | undefined;
}

export interface CertificateStatus {
  /** Where it stands in the configuration: `dmp.tls`, `dmp.sign`. */
  readonly name: string;
  /** Undefined where it cannot be read. */
  readonly notAfter: string | undefined;
  /** Whole days; negative once it has ended. */
  readonly daysLeft: number | undefined;
  /** Why it cannot serve now, French sentences: expired, of another use or structure, unreadable… */
  readonly faults: readonly string[];
}

export interface MailboxStatus {
  readonly name: string;
  readonly connected: boolean;
  /** The code of what keeps it from being watched. */
  readonly error: string | undefined;
  readonly lastPollAt: string | undefined;
  readonly secondsSincePoll: number | undefined;
  readonly lastMailAt: string | undefined;
  /** Mails of the inbox that could not be taken: since when, and the code of the last one. */
  readonly notTaken: { readonly since: string; readonly code: string } | undefined;
  /**
   * Whether the operator reports on what is sent (DSN); undefined where no application sends documents from here, or
   * while it has not been asked yet.
   */
  readonly dsn: boolean | undefined;
}

/** `dpi`, `imap:urologie`, `smtp:urologie`. */
export interface TargetStatus {
  readonly name: string;
  /** False for a mailbox or application that is configured no more and is still owed something. */
  readonly configured: boolean;
  readonly up: boolean;
  readonly downSince: string | undefined;
  readonly waiting: number;
  readonly held: number;
  readonly oldestSeconds: number | undefined;
}
