import { createMailboxWatcher } from '../../../src/peers/imap/watcher.ts';
import type { WatcherSettings } from '../../../src/peers/imap/watcher-settings.ts';
import type { MailboxEvents, MailboxWatcher, TlsOptions } from '../../../src/peers/interfaces.ts';
import type { MailServer } from '../../../src/peers/mail-server.ts';

/** No mail of these tests is larger, bytes. */
export const MAX_MAIL = 1_000_000;

/** Everything faster than in a hospital. */
export const HURRIED = {
  connect: 5_000,
  command: 1_000,
  watchdog: 60_000,
  retryFirst: 20,
  retryMax: 100,
  survival: 60_000,
  stop: 5_000,
};

export const NO_TLS: TlsOptions = { mode: 'none', ca: undefined, cert: undefined, key: undefined };

export function passwordServer(
  port: number,
  user: string,
  password: string,
  tls: Partial<TlsOptions> = {},
): MailServer {
  return {
    host: 'localhost',
    port,
    tls: { ...NO_TLS, ...tls },
    auth: { type: 'password', user, password: async () => password },
  };
}

export function mailboxSettings(
  server: MailServer,
  changes: Partial<Omit<WatcherSettings, 'server'>> = {},
): WatcherSettings {
  return {
    server,
    inbox: 'INBOX',
    folders: ['Traites', 'Erreurs', 'Autres'],
    pollMs: 60_000,
    timing: HURRIED,
    ...changes,
  };
}

/** @param random is drawn once before each wait between two connections */
export function watch(
  settings: WatcherSettings,
  events: MailboxEvents,
  random: () => number = () => 0.5,
): MailboxWatcher {
  const watcher = createMailboxWatcher(settings, events, { clock: { now: () => new Date() }, random });
  watcher.start();
  return watcher;
}
