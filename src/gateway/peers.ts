import type { Clock } from '../basics/clock.ts';
import type { ApplicationConfig, MailboxConfig, MailServerConfig, Secret } from '../config/schema.ts';
import { readSecret, readServerTls, readTls } from '../config/secrets.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { createDirectoryHook } from '../peers/directory/hook.ts';
import { createHttpHook } from '../peers/http/hook.ts';
import { probeMailbox } from '../peers/imap/probe.ts';
import { createMailboxWatcher } from '../peers/imap/watcher.ts';
import { IMAP_TIMING, type WatcherSettings } from '../peers/imap/watcher-settings.ts';
import type {
  Hl7Peer,
  MailboxEvents,
  MailboxWatcher,
  MailSender,
  MllpEvents,
  MllpServer,
  PeerReport,
} from '../peers/interfaces.ts';
import type { MailAuth, MailServer, SecretSource } from '../peers/mail-server.ts';
import { createMllpClient } from '../peers/mllp/client.ts';
import { startMllpServer } from '../peers/mllp/server.ts';
import { createMailSender, SMTP_TIMING } from '../peers/smtp/sender.ts';

// The peers that a configuration names. Certificates are read here; secrets at each login.

/** An ACK is a few hundred bytes; some applications add long ERR texts. */
const MAX_ACK = 1024 * 1024;
/** How often an answer is looked for, and for how long its file must have stood still. */
const DIRECTORY = { pollMs: 1_000, settleMs: 200 } as const;

/**
 * The client of an application, by the one way that its configuration names.
 *
 * @throws GatewayError CFG-003 when a certificate or key has become unreadable
 */
export function applicationPeer({ deliver }: ApplicationConfig, clock: Clock): Hl7Peer {
  const common = { timeoutMs: deliver.timeout, maxAckBytes: MAX_ACK, clock };
  const { mllp, http, directory } = deliver;
  if (mllp !== undefined) {
    const tls = { ...readTls(mllp), mode: mllp.tls };
    return createMllpClient({ ...common, host: mllp.host, port: mllp.port, tls, parallel: deliver.parallel });
  }
  if (http !== undefined) {
    const { ca, cert, key } = readTls({
      tls: 'implicit',
      ca: http.ca,
      clientCertificate: http.clientCertificate,
    });
    return createHttpHook({
      ...common,
      url: http.url,
      tls: { ca, cert, key },
      parallel: deliver.parallel,
      bearerToken: http.token === undefined ? undefined : secretSource(http.token),
    });
  }
  // The schema asks for exactly one of the three ways.
  return createDirectoryHook({ ...common, ...DIRECTORY, path: directory?.path ?? '' });
}

/**
 * The address where an application sends its requests, open.
 *
 * @param maxBytes of one request
 * @throws GatewayError CFG-003 when a certificate or key has become unreadable, MLLP-005 when the address cannot be opened
 */
export async function requestServer(
  { name, accept }: ApplicationConfig,
  maxBytes: number,
  serve: MllpEvents,
): Promise<MllpServer> {
  if (accept === undefined) throw new Error('the application accepts nothing');
  const { host, port, tls, connections, idle } = accept.mllp;
  try {
    return await startMllpServer({
      ...serve,
      host,
      port,
      tls: tls && readServerTls(tls),
      maxBytes,
      idleInFrameMs: idle,
      maxConnections: connections,
    });
  } catch (error) {
    if (!(error instanceof GatewayError && error.code === 'MLLP-005')) throw error;
    const { fields, cause } = error;
    const reason = fields['reason'] === undefined ? '' : ` (${fields['reason']})`;
    throw new GatewayError('MLLP-005', {
      detail: `Application ${name}, ${host}:${port}${reason}.`,
      fields: { ...fields, application: name, host, port },
      cause,
    });
  }
}

/**
 * The watcher of a mailbox, not yet started.
 *
 * @throws GatewayError CFG-003 when a certificate or key has become unreadable
 */
export function mailboxWatcher(
  box: MailboxConfig,
  events: MailboxEvents,
  deps: { readonly clock: Clock; readonly random: () => number },
): MailboxWatcher {
  return createMailboxWatcher(watching(box), events, deps);
}

/**
 * What `pfi check` says of a mailbox.
 *
 * @throws GatewayError CFG-003 when a certificate, key or secret has become unreadable; IMAP-… as the watcher would
 */
export function probeMailboxOf(box: MailboxConfig): Promise<PeerReport> {
  return probeMailbox(watching(box));
}

function watching(box: MailboxConfig): WatcherSettings {
  const { inbox, ...folders } = box.folders;
  return {
    server: mailServer(box.imap),
    inbox,
    folders: Object.values(folders),
    pollMs: box.poll,
    timing: IMAP_TIMING,
  };
}

/**
 * The sender of a mailbox's answers.
 *
 * @throws GatewayError CFG-003 when a certificate or key has become unreadable
 */
export function mailSender(box: MailboxConfig): MailSender {
  return createMailSender({ server: mailServer(box.smtp), timing: SMTP_TIMING });
}

function mailServer(config: MailServerConfig): MailServer {
  return { host: config.host, port: config.port, tls: readTls(config), auth: mailAuth(config) };
}

function mailAuth({ auth, user = '', password = '', accessToken = '' }: MailServerConfig): MailAuth {
  switch (auth) {
    case 'password':
      return { type: 'password', user, password: secretSource(password) };
    case 'xoauth2':
      return { type: 'xoauth2', user, token: secretSource(accessToken) };
    case 'external':
      return { type: 'external', user: user === '' ? undefined : user };
    case 'none':
      return { type: 'none' };
  }
}

function secretSource(secret: Secret): SecretSource {
  return async () => readSecret(secret);
}
