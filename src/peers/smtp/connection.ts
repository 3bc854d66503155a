import SmtpConnection, { type Options } from 'nodemailer/lib/smtp-connection';
import { type MailServer, readLoginSecret } from '../mail-server.ts';
import { connectionOptions } from '../tls.ts';
import { smtpFault } from './faults.ts';

/** Names that nodemailer leaves to us: with its own `XOAUTH2` it would try PLAIN first. */
const OUR_XOAUTH2 = 'GATEWAY-XOAUTH2';
const OUR_EXTERNAL = 'GATEWAY-EXTERNAL';

/** How patient a submission is. */
export interface SmtpTiming {
  /** To connect, for the greeting and for each step of TLS, ms. */
  readonly connect: number;
  /** How long the server may stay silent, ms; RFC 5321 §4.5.3.2 lets it take minutes after the last dot. */
  readonly silence: number;
}

/** A connection that stands. */
export interface SmtpSession {
  readonly connection: SmtpConnection;
  /** Whether EHLO told of DSN (RFC 3461): after TLS was started, where it was. */
  readonly offersDsn: boolean;
}

/**
 * One connection, encrypted as configured, not logged in.
 *
 * @throws GatewayError SMTP-001, SMTP-003, SMTP-005
 */
export async function connect(
  server: MailServer,
  timing: SmtpTiming,
  tls: NonNullable<Options['tls']> = connectionOptions(server.tls),
): Promise<SmtpSession> {
  const connection = new SmtpConnection({
    host: server.host,
    port: server.port,
    secure: server.tls.mode === 'implicit',
    requireTLS: server.tls.mode === 'starttls',
    ignoreTLS: server.tls.mode === 'none',
    tls,
    logger: false,
    connectionTimeout: timing.connect,
    greetingTimeout: timing.connect,
    dnsTimeout: timing.connect,
    socketTimeout: timing.silence,
    customAuth: {
      [OUR_XOAUTH2]: async session => {
        const token = `user=${session.auth.user}\x01auth=Bearer ${session.auth.pass}\x01\x01`;
        const answer = await session.sendCommand(`AUTH XOAUTH2 ${base64(token)}`);
        // A 334 carries the reason; the empty line fetches the final reply.
        expectAccepted(answer.status === 334 ? await session.sendCommand('') : answer);
      },
      [OUR_EXTERNAL]: async session => {
        // RFC 4954 §4: `=` is the empty response, "the identity that the certificate says".
        expectAccepted(await session.sendCommand(`AUTH EXTERNAL ${base64(session.auth.user ?? '') || '='}`));
      },
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // Stays for good: without a listener an 'error' event ends the process.
  connection.on('error', reject);
  connection.connect(error => (error ? reject(error) : resolve(connection.lastServerResponse || '')));
  try {
    return { connection, offersDsn: announcesDsn(await promise) };
  } catch (thrown) {
    connection.close();
    throw smtpFault(thrown, false);
  }
}

/** The first line is the server's name, which may be any. */
function announcesDsn(ehlo: string): boolean {
  return ehlo
    .split('\n')
    .slice(1)
    .some(line => /^250[ -]DSN\s*$/i.test(line));
}

/**
 * Logs in where the server offers it: on a trusted network it may offer none.
 *
 * @throws GatewayError SMTP-002, SMTP-005
 */
export async function login({ connection }: SmtpSession, server: MailServer): Promise<void> {
  if (server.auth.type === 'none' || !connection.allowsAuth) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  try {
    const data = await loginData(server.auth);
    connection.once('error', reject);
    connection.login(data, error => (error ? reject(error) : resolve()));
    await promise;
  } catch (thrown) {
    connection.close();
    throw smtpFault(thrown, false);
  } finally {
    connection.off('error', reject);
  }
}

async function loginData(
  auth: Exclude<MailServer['auth'], { type: 'none' }>,
): Promise<Parameters<SmtpConnection['login']>[0]> {
  if (auth.type === 'password')
    return { user: auth.user, pass: await readLoginSecret(auth.password, 'SMTP-002') };
  if (auth.type === 'xoauth2') {
    return { method: OUR_XOAUTH2, user: auth.user, pass: await readLoginSecret(auth.token, 'SMTP-002') };
  }
  return { method: OUR_EXTERNAL, user: auth.user };
}

function expectAccepted(answer: { readonly status: number }): void {
  if (answer.status < 200 || answer.status > 299) throw new Error('login refused');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
