import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { GatewayError } from '../../errors/gateway-error.ts';
import { type MailServer, readLoginSecret } from '../mail-server.ts';
import { connectionOptions } from '../tls.ts';
import { connectFault } from './faults.ts';

/**
 * Our own watchdog decides when a connection is dead (session.ts); imapflow's, which would also cut a line
 * that rests while a mail is being worked on, is only the last resort.
 */
const SOCKET_TIMEOUT_MS = 10 * 60_000;

/** The longest literal where no mail is fetched: the first 64 KiB of one, a header field, a folder's name. */
const MAX_LITERAL = 1024 * 1024;
/** The longest answer in one line: SEARCH of more than a million mails. */
const MAX_LINE = 16 * 1024 * 1024;

/** What imapflow 2.1 keeps out of its types and a SASL mechanism of our own needs. */
interface ImapFlowInternals {
  readonly streamer: { maxLiteralSize: number; maxResponseSize: number };
  expectCapabilityUpdate: boolean;
  authenticate(): Promise<boolean>;
  setAuthenticationState(): Promise<void>;
  exec(
    command: string,
    attributes: readonly { readonly type: 'ATOM'; readonly value: string }[],
    options: { readonly onPlusTag: () => Promise<void> },
  ): Promise<{ next(): void }>;
  write(line: string): void;
}

const Base = ImapFlow as unknown as new (options: ImapFlowOptions) => ImapFlow & ImapFlowInternals;

/** imapflow with two rules of ours: nothing of a login leaves before TLS stands, and SASL EXTERNAL exists. */
class StrictImapFlow extends Base {
  readonly #server: MailServer;

  constructor(options: ImapFlowOptions, server: MailServer) {
    super(options);
    this.#server = server;
  }

  override async authenticate(): Promise<boolean> {
    if (this.#server.tls.mode !== 'none' && !this.secureConnection) throw new GatewayError('IMAP-003');
    const needed = this.state === this.states.NOT_AUTHENTICATED;
    if (!needed || this.#server.auth.type !== 'external') return await super.authenticate();
    await this.#authenticateExternal(this.#server.auth.user ?? '');
    return true;
  }

  /** RFC 4422 appendix A: the response is the identity asked for, empty to be what the certificate says. */
  async #authenticateExternal(user: string): Promise<void> {
    if (!this.capabilities.has('AUTH=EXTERNAL')) {
      throw new GatewayError('IMAP-002', { detail: 'Le serveur n’offre pas l’authentification EXTERNAL.' });
    }
    this.expectCapabilityUpdate = true;
    try {
      const answer = await this.exec('AUTHENTICATE', [{ type: 'ATOM', value: 'EXTERNAL' }], {
        onPlusTag: async () => this.write(Buffer.from(user).toString('base64')),
      });
      answer.next();
    } catch (cause) {
      throw new GatewayError('IMAP-002', { cause });
    }
    await this.setAuthenticationState();
  }
}

/** How a connection is opened. */
export interface ConnectOptions {
  /** From the first packet to the end of the login, ms. */
  readonly timeoutMs: number;
  /** Gives up at once when aborted. */
  readonly signal?: AbortSignal;
  /** What node:tls is told instead of the plain options of the server. */
  readonly tls?: ImapFlowOptions['tls'];
}

/**
 * Opens one IMAP connection and logs in. An instance serves once: after `close` a new one is needed.
 *
 * @throws GatewayError IMAP-001 to IMAP-004; IMAP-004 where neither MOVE nor UIDPLUS is offered: a plain
 *   EXPUNGE would also erase what others have marked.
 */
export async function openConnection(server: MailServer, options: ConnectOptions): Promise<ImapFlow> {
  const client = new StrictImapFlow(
    {
      host: server.host,
      port: server.port,
      secure: server.tls.mode === 'implicit',
      doSTARTTLS: server.tls.mode === 'starttls',
      tls: options.tls ?? connectionOptions(server.tls),
      ...(await credentials(server)),
      clientInfo: { name: 'pfi-gateway', version: false, vendor: false, 'support-url': false },
      logger: false,
      connectionTimeout: options.timeoutMs,
      greetingTimeout: options.timeoutMs,
      socketTimeout: SOCKET_TIMEOUT_MS,
      maxLineLength: MAX_LINE,
      maxLiteralSize: MAX_LITERAL,
      maxResponseSize: MAX_LINE + MAX_LITERAL,
      disableAutoIdle: true,
      disableCompression: true,
      disableAutoEnable: true,
    },
    server,
  );
  // Without a listener an 'error' event ends the process; what went wrong comes back by the rejected command.
  client.on('error', () => {});
  await connect(client, options);
  if (!offers(client, 'MOVE') && !offers(client, 'UIDPLUS')) {
    client.close();
    throw new GatewayError('IMAP-004');
  }
  return client;
}

/**
 * Runs a command whose answers may hold so many bytes. What is longer is not read: imapflow closes the line
 * as soon as its length is announced.
 */
export async function withLiteralsUpTo<T>(
  client: ImapFlow,
  bytes: number,
  work: () => Promise<T>,
): Promise<T> {
  const { streamer } = client as unknown as ImapFlowInternals;
  streamer.maxLiteralSize = Math.max(bytes, MAX_LITERAL);
  streamer.maxResponseSize = streamer.maxLiteralSize + MAX_LINE;
  try {
    return await work();
  } finally {
    streamer.maxLiteralSize = MAX_LITERAL;
    streamer.maxResponseSize = MAX_LITERAL + MAX_LINE;
  }
}

/** Whether the server has an extension; RFC 9051 folds MOVE, UIDPLUS and IDLE into IMAP4rev2. */
export function offers(client: ImapFlow, extension: 'MOVE' | 'UIDPLUS' | 'IDLE'): boolean {
  const rev2 = client.capabilities.has('IMAP4rev2') && !client.capabilities.has('IMAP4rev1');
  return rev2 || client.capabilities.has(extension);
}

async function credentials({ auth }: MailServer): Promise<Pick<ImapFlowOptions, 'auth'>> {
  if (auth.type === 'password')
    return { auth: { user: auth.user, pass: await readLoginSecret(auth.password, 'IMAP-002') } };
  if (auth.type === 'xoauth2')
    return { auth: { user: auth.user, accessToken: await readLoginSecret(auth.token, 'IMAP-002') } };
  return {};
}

async function connect(client: ImapFlow, options: ConnectOptions): Promise<void> {
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    client.close();
  }, options.timeoutMs);
  const abort = (): void => client.close();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    if (options.signal?.aborted === true) client.close();
    await client.connect();
  } catch (thrown) {
    client.close();
    throw late
      ? new GatewayError('IMAP-001', { detail: 'Il n’a pas répondu à temps.', cause: thrown })
      : connectFault(thrown);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}
