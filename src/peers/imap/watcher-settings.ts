import type { MailServer } from '../mail-server.ts';

/** How patient the watcher is, all in ms. */
export interface ImapTiming {
  /** From the first packet to the end of the login. */
  readonly connect: number;
  /** How long the server may stay silent on a command before the connection is given up. */
  readonly command: number;
  /** The server is made to answer at least this often, even where `poll` is rarer. */
  readonly watchdog: number;
  readonly retryFirst: number;
  readonly retryMax: number;
  /** How long a connection must live for the waits to begin again at `retryFirst`. */
  readonly survival: number;
  /** How long `stop` waits for the mail in hand. */
  readonly stop: number;
}

/** The timing of every real mailbox. */
export const IMAP_TIMING: ImapTiming = {
  connect: 30_000,
  command: 30_000,
  watchdog: 60_000,
  retryFirst: 1_000,
  retryMax: 5 * 60_000,
  survival: 5 * 60_000,
  stop: 30_000,
};

/** The mailbox to watch, and how. */
export interface WatcherSettings {
  readonly server: MailServer;
  readonly inbox: string;
  /** The other folders that mails will be moved to; created when missing, as the inbox is. */
  readonly folders: readonly string[];
  /** The inbox is looked at this often, whatever IDLE says. */
  readonly pollMs: number;
  /** `IMAP_TIMING` unless a test is in a hurry. */
  readonly timing: ImapTiming;
}
