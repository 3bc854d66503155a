import type { Outcome } from '../journal/journal.ts';

/** What `/status.json` says and `pfi status` and `/metrics` are made from. Times are ISO 8601, ages seconds. */
export interface GatewayStatus {
  readonly version: string;
  readonly startedAt: string;
  readonly mailboxes: readonly MailboxStatus[];
  readonly targets: readonly TargetStatus[];
  /** What waits for a person. */
  readonly worklist: { readonly deliveries: number; readonly mails: number };
  readonly outcomes: readonly {
    readonly application: string;
    readonly outcome: Outcome;
    readonly code: string;
    readonly count: number;
  }[];
}

export interface MailboxStatus {
  readonly name: string;
  readonly connected: boolean;
  /** The code of what keeps it from being watched. */
  readonly error: string | undefined;
  readonly lastPollAt: string | undefined;
  readonly secondsSincePoll: number | undefined;
  readonly lastMailAt: string | undefined;
}

/** `dpi`, `imap:urologie`, `smtp:urologie`. */
export interface TargetStatus {
  readonly name: string;
  readonly up: boolean;
  readonly downSince: string | undefined;
  readonly waiting: number;
  readonly held: number;
  readonly oldestSeconds: number | undefined;
}
