import type { ImapFlow } from 'imapflow';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { MailPlace } from '../interfaces.ts';
import {
  createMissing,
  type FetchedMail,
  fetchHead,
  fetchMail,
  fetchSize,
  fetchSizes,
  findExactly,
  moveMail,
  search,
} from './commands.ts';
import { offers } from './connection.ts';
import { commandFault, isRefusal, readUidValidity, refused } from './faults.ts';

/** A command that trickles on is given up after so many of the silences that would end it at once. */
const LONGEST_COMMAND = 20;

/** What imapflow says when it stops reading an answer that is beyond the bounds of connection.ts. */
const TOO_LARGE = new Set(['LiteralTooLarge', 'LineTooLarge', 'ResponseTooLarge']);

/** What a look at the inbox found. */
export interface InboxContent {
  readonly uidValidity: bigint;
  /** Ascending. */
  readonly uids: readonly number[];
}

/**
 * The commands of one open connection, one after the other. Each has to be answered in time, else the
 * connection is closed and everything that waits on it fails.
 */
export interface ImapSession {
  /** Why the connection is gone; undefined while it stands. */
  lost(): GatewayError | undefined;
  /** Creates what is missing and opens the inbox for writing. @throws GatewayError IMAP-005 */
  prepare(folders: readonly string[]): Promise<void>;
  /** The uids of the inbox from `from` on. */
  inbox(from: number): Promise<InboxContent>;
  /** RFC822.SIZE of those that are still there. */
  sizes(uidValidity: bigint, uids: readonly number[]): Promise<ReadonlyMap<number, number>>;
  size(place: MailPlace): Promise<number | undefined>;
  /** The line is closed when the server sends more than `maxBytes`. */
  fetch(place: MailPlace, maxBytes: number): Promise<FetchedMail | undefined>;
  fetchHead(place: MailPlace): Promise<Uint8Array | undefined>;
  move(from: MailPlace, folder: string): Promise<MailPlace | 'moved' | undefined>;
  find(folder: string, messageId: string): Promise<MailPlace[]>;
  /**
   * Listens to the inbox (IDLE) until the next command.
   *
   * @returns false, and does not listen, when another folder was open since the last look at the inbox: what
   *   came meanwhile was not announced, so look again first
   */
  listen(): Promise<boolean>;
  /** Says goodbye and closes; never throws. */
  end(): Promise<void>;
  /** Closes without a word. */
  close(): void;
}

/** What a session tells its watcher. */
export interface SessionHooks {
  /** The inbox has more mails than before: only a hint. */
  readonly hint: () => void;
  /** Another command has ended the listening: what came meanwhile may have gone unheard. */
  readonly interrupted: () => void;
  readonly lost: () => void;
}

/**
 * @param inboxFolder its name on the server
 * @param commandMs how long the server may stay silent on a command
 */
export function createSession(
  client: ImapFlow,
  inboxFolder: string,
  commandMs: number,
  hooks: SessionHooks,
): ImapSession {
  let lostFor: GatewayError | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let turns = 0;
  let idleRefused = false;
  let leftInbox = false;

  client.on('exists', event => {
    if (event.count > event.prevCount) hooks.hint();
  });
  client.on('error', (error: { readonly code?: string }) => {
    if (TOO_LARGE.has(error.code ?? '')) {
      lostFor ??= new GatewayError('IMAP-006', { fields: { reason: 'too-large' } });
    }
  });
  client.on('close', () => {
    lostFor ??= new GatewayError('IMAP-006', { fields: { reason: 'closed' } });
    hooks.lost();
  });

  function giveUp(command: string): GatewayError {
    lostFor ??= new GatewayError('IMAP-006', { fields: { command, reason: 'silence' } });
    client.close();
    return lostFor;
  }

  /** imapflow (2.1) can wait minutes on a dead line: silence is measured here, in bytes received. */
  async function guarded<T>(command: string, work: () => Promise<T>): Promise<T> {
    if (lostFor !== undefined) throw lostFor;
    const { promise: silence, reject } = Promise.withResolvers<never>();
    let heard = client.stats().received;
    let rounds = 0;
    const timer = setInterval(() => {
      const { received } = client.stats();
      rounds += 1;
      if (received === heard || rounds >= LONGEST_COMMAND) reject(giveUp(command));
      heard = received;
    }, commandMs);
    try {
      return await Promise.race([work(), silence]);
    } catch (thrown) {
      throw lostFor ?? commandFault(command, thrown);
    } finally {
      clearInterval(timer);
    }
  }

  /** One command sequence at a time, with its folder open. */
  async function inFolder<T>(
    command: string,
    folder: string,
    work: (uidValidity: bigint) => Promise<T>,
  ): Promise<T> {
    const mine = queue.then(() =>
      guarded(command, async () => {
        turns += 1;
        leftInbox ||= folder !== inboxFolder;
        const lock = await client.getMailboxLock(folder);
        try {
          if (client.mailbox === false) throw refused(command);
          return await work(readUidValidity(client.mailbox));
        } finally {
          lock.release();
        }
      }),
    );
    queue = mine.catch(() => {});
    return await mine;
  }

  /** As `inFolder`; undefined where the folder has new UIDs: the mail is not the one that was meant. */
  async function atPlace<T>(
    command: string,
    place: MailPlace,
    work: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    return await inFolder(command, place.folder, async uidValidity =>
      uidValidity === place.uidValidity ? await work() : undefined,
    );
  }

  async function idleOnce(): Promise<void> {
    const since = turns;
    try {
      if ((await client.idle()) === false) idleRefused = true;
      // A server may end it of its own accord: only our own commands count as an interruption.
      else if (turns > since) hooks.interrupted();
    } catch {
      // The line is lost, and `close` has said so.
    }
  }

  return {
    lost: () => lostFor,
    close: () => client.close(),

    async prepare(folders) {
      try {
        await guarded('list', async () => await createMissing(client, folders));
        await inFolder('select', inboxFolder, async () => {
          if (client.mailbox !== false && client.mailbox.readOnly === true) {
            throw new GatewayError('IMAP-005', { fields: { reason: 'read-only' } });
          }
        });
      } catch (thrown) {
        throw lostFor ?? folderFault(thrown);
      }
    },

    async inbox(from) {
      return await inFolder('search', inboxFolder, async uidValidity => {
        // NOOP lets the server take in what has just been delivered, before it searches.
        await client.noop();
        leftInbox = false;
        const uids = await search(client, from === 1 ? { all: true } : { uid: `${from}:*` });
        // RFC 3501 §6.4.8: `n:*` also names the last mail when its uid is below n.
        return { uidValidity, uids: uids.filter(uid => uid >= from) };
      });
    },

    async sizes(wanted, uids) {
      return await inFolder('fetch', inboxFolder, async uidValidity =>
        uidValidity === wanted && uids.length > 0 ? await fetchSizes(client, uids) : new Map(),
      );
    },

    async size(place) {
      return await atPlace('fetch', place, async () => await fetchSize(client, place.uid));
    },

    async fetch(place, maxBytes) {
      return await atPlace('fetch', place, async () => await fetchMail(client, place.uid, maxBytes));
    },

    async fetchHead(place) {
      return await atPlace('fetch', place, async () => await fetchHead(client, place.uid));
    },

    async move(from, folder) {
      return await atPlace('move', from, async () => await moveMail(client, from.uid, folder));
    },

    async find(folder, messageId) {
      try {
        return await inFolder('search', folder, async uidValidity => {
          const uids = await findExactly(client, messageId);
          return uids.map(uid => ({ folder, uidValidity, uid }));
        });
      } catch (thrown) {
        if (lostFor === undefined && isMissingFolder(thrown)) return [];
        throw thrown;
      }
    },

    async listen() {
      if (idleRefused || !offers(client, 'IDLE')) return true;
      return await inFolder('idle', inboxFolder, async () => {
        if (leftInbox) return false;
        void idleOnce();
        return true;
      });
    },

    async end() {
      try {
        await guarded('logout', async () => await client.logout());
      } catch {
        // The line is closed just below in any case.
      }
      client.close();
    },
  };
}

function folderFault(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError && !isRefusal(thrown.cause)) return thrown;
  return new GatewayError('IMAP-005', { cause: thrown });
}

function isMissingFolder(thrown: unknown): boolean {
  return (
    thrown instanceof GatewayError && (thrown.cause as { mailboxMissing?: boolean })?.mailboxMissing === true
  );
}
