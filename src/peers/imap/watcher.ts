import type { Clock } from '../../basics/clock.ts';
import { GatewayError, toGatewayError } from '../../errors/gateway-error.ts';
import { createBackoff } from '../backoff.ts';
import type { MailboxEvents, MailboxWatcher } from '../interfaces.ts';
import { createBell } from './bell.ts';
import { openConnection } from './connection.ts';
import { fetchWhole, inboxMail } from './inbox-mail.ts';
import { createSession, type ImapSession } from './session.ts';
import { createStrays, type Strays } from './strays.ts';
import type { WatcherSettings } from './watcher-settings.ts';

/** How many sizes are asked for at once. */
const SIZES_AT_ONCE = 100;
/** Mails handled in one look at the inbox; the others wait for the next poll. */
const MOST_AT_ONCE = 10_000;
/**
 * A mail that was in hand when so many connections were lost may be what breaks them: it comes after the
 * others.
 */
const SUSPECT_LOSSES = 2;

/**
 * Watches one mailbox over a connection of its own; shares nothing with the watchers of others.
 *
 * IDLE is a hint; a UID SEARCH on connecting, on a hint and at each poll is the truth. A mail is offered
 * again at the next poll when its handling threw, and after a reconnection when `events.unread` still asks
 * for it.
 */
export function createMailboxWatcher(
  settings: WatcherSettings,
  events: MailboxEvents,
  deps: { readonly clock: Clock; readonly random: () => number },
): MailboxWatcher {
  const { timing } = settings;
  const bell = createBell();
  const stopping = new AbortController();
  const backoff = createBackoff(
    { first: timing.retryFirst, factor: 2, max: timing.retryMax, survival: timing.survival },
    deps,
  );
  let running: Promise<void> | undefined;
  let session: ImapSession | undefined;
  let outage = false;
  const lostWith = new Map<string, number>();
  /**
   * Once the first connection stands or has failed: until then nobody can say that the mailbox cannot be
   * reached.
   */
  const firstTry = Promise.withResolvers<void>();

  const isStopping = (): boolean => stopping.signal.aborted;

  async function run(): Promise<void> {
    while (!isStopping()) {
      try {
        await live();
      } catch (thrown) {
        if (!isStopping()) tellFailure(toGatewayError(thrown));
      }
      firstTry.resolve();
      if (!isStopping()) await pause(backoff.next());
    }
  }

  /** One connection, from its opening to its end. */
  async function live(): Promise<void> {
    const client = await openConnection(settings.server, {
      timeoutMs: timing.connect,
      signal: stopping.signal,
    });
    const mine = createSession(client, settings.inbox, timing.command, {
      hint: () => bell.ring(),
      interrupted: () => bell.nudge(),
      lost: () => bell.ring(),
    });
    try {
      await mine.prepare([settings.inbox, ...settings.folders]);
      backoff.connected();
      session = mine;
      firstTry.resolve();
      await watch(mine);
      await mine.end();
    } finally {
      session = undefined;
      mine.close();
    }
  }

  async function watch(mine: ImapSession): Promise<void> {
    let uidValidity: bigint | undefined;
    let highest = 0;
    let again: readonly number[] = [];
    let nextPoll = 0;
    const strays = createStrays();
    while (!isStopping()) {
      const isPoll = performance.now() >= nextPoll;
      const inbox = await mine.inbox(highest + 1);
      if (inbox.uidValidity !== uidValidity && highest > 0) {
        // Every uid is new: look at the whole inbox again.
        highest = 0;
        again = [];
        strays.clear();
        continue;
      }
      const isWhole = uidValidity !== inbox.uidValidity;
      uidValidity = inbox.uidValidity;
      highest = inbox.uids.at(-1) ?? highest;
      const asked = isPoll ? ascending([...again, ...inbox.uids]) : inbox.uids;
      const failed = await handleAll(mine, uidValidity, asked, isWhole, strays);
      again = isPoll ? failed : ascending([...again, ...failed]);
      if (isPoll) nextPoll = performance.now() + settings.pollMs;
      if (isStopping()) return;
      if (await mine.listen()) {
        await bell.wait(Math.max(0, Math.min(nextPoll - performance.now(), timing.watchdog)));
      }
    }
  }

  /**
   * Handles what the flow wants of these mails, one after the other.
   *
   * @returns those that must be asked again
   */
  async function handleAll(
    mine: ImapSession,
    uidValidity: bigint,
    asked: readonly number[],
    isWhole: boolean,
    strays: Strays,
  ): Promise<number[]> {
    let wanted: number[];
    try {
      const unread = asked.length === 0 && !isWhole ? [] : await events.unread(uidValidity, asked);
      wanted = suspectsLast(uidValidity, ascending(unread));
    } catch {
      // The journal's trouble, which the flow knows of; the mails stay where they are until the next poll.
      return [...asked];
    }
    tellSuccess();
    const now = wanted.slice(0, MOST_AT_ONCE);
    const failed = wanted.slice(MOST_AT_ONCE);
    for (let start = 0; start < now.length; start += SIZES_AT_ONCE) {
      const some = now.slice(start, start + SIZES_AT_ONCE);
      const sizes = await mine.sizes(uidValidity, some);
      for (const uid of some) {
        if (isStopping()) return failed;
        const lost = mine.lost();
        if (lost !== undefined) throw lost;
        const key = `${uidValidity}/${uid}`;
        const size = sizes.get(uid);
        if (size === undefined && !strays.begun.has(uid)) {
          if (strays.askAgain(uid)) failed.push(uid);
          continue;
        }
        try {
          await events.handle(inboxMail(mine, { folder: settings.inbox, uidValidity, uid }, size));
          lostWith.delete(key);
          strays.begun.delete(uid);
        } catch {
          strays.begun.add(uid);
          if (mine.lost() !== undefined) lostWith.set(key, (lostWith.get(key) ?? 0) + 1);
          failed.push(uid);
        }
      }
    }
    return failed;
  }

  function suspectsLast(uidValidity: bigint, uids: readonly number[]): number[] {
    const isSuspect = (uid: number): boolean =>
      (lostWith.get(`${uidValidity}/${uid}`) ?? 0) >= SUSPECT_LOSSES;
    return [...uids.filter(uid => !isSuspect(uid)), ...uids.filter(isSuspect)];
  }

  function tellSuccess(): void {
    const wasOut = outage;
    outage = false;
    if (wasOut) quietly(() => events.recovered());
    quietly(() => events.polled(deps.clock.now()));
  }

  function tellFailure(error: GatewayError): void {
    const wasOut = outage;
    outage = true;
    if (!wasOut) quietly(() => events.failed(error));
  }

  /** Between two connections only `stop` cuts the wait short: a hint would undo the backoff. */
  async function pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    const stop = (): void => resolve();
    stopping.signal.addEventListener('abort', stop, { once: true });
    await promise;
    clearTimeout(timer);
    stopping.signal.removeEventListener('abort', stop);
  }

  async function connected(): Promise<ImapSession> {
    await firstTry.promise;
    if (session === undefined) throw new GatewayError('IMAP-001', { fields: { reason: 'not-connected' } });
    return session;
  }

  return {
    start() {
      running ??= run();
    },
    async move(from, folder) {
      return await (await connected()).move(from, folder);
    },
    async find(folder, messageId) {
      return await (await connected()).find(folder, messageId);
    },
    async fetchAt(place, maxBytes) {
      const mine = await connected();
      const size = await mine.size(place);
      return size === undefined ? undefined : await fetchWhole(mine, place, size, maxBytes);
    },
    async stop() {
      stopping.abort();
      firstTry.resolve();
      bell.ring();
      const { promise: tooLong, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, timing.stop);
      await Promise.race([running, tooLong]);
      clearTimeout(timer);
      session?.close();
    },
  };
}

function ascending(uids: readonly number[]): number[] {
  return [...new Set(uids)].sort((a, b) => a - b);
}

/** A listener that throws must not end the watch. */
function quietly(tell: () => void): void {
  try {
    tell();
  } catch {
    // The flow's own fault; there is nobody here to tell.
  }
}
