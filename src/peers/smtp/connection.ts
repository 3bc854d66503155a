import { isAscii } from 'node:buffer';
import { Readable } from 'node:stream';
import SmtpConnection, { type Options, type SentMessageInfo } from 'nodemailer/lib/smtp-connection';
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { MailEnvelope } from '../interfaces.ts';
import { type MailServer, readLoginSecret } from '../mail-server.ts';
import { connectionOptions } from '../tls.ts';
import { smtpFault } from './faults.ts';

const CHUNK_BYTES = 64 * 1024;
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

/**
 * One connection, encrypted as configured, not logged in.
 *
 * @throws GatewayError SMTP-001, SMTP-003, SMTP-005
 */
export async function connect(
  server: MailServer,
  timing: SmtpTiming,
  tls: NonNullable<Options['tls']> = connectionOptions(server.tls),
): Promise<SmtpConnection> {
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
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Stays for good: without a listener an 'error' event ends the process.
  connection.on('error', reject);
  connection.connect(error => (error ? reject(error) : resolve()));
  try {
    await promise;
    return connection;
  } catch (thrown) {
    connection.close();
    throw smtpFault(thrown, false);
  }
}

/**
 * Logs in where the server offers it: on a trusted network it may offer none.
 *
 * @throws GatewayError SMTP-002, SMTP-005
 */
export async function login(connection: SmtpConnection, server: MailServer): Promise<void> {
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

/** A submission that failed, and whether bytes of the mail had left by then. */
export interface FailedSubmission {
  readonly error: GatewayError;
  readonly begun: boolean;
}

/** Submits one mail. A refusal is told as a value: the caller decides whether another connection may try. */
export async function submit(
  connection: SmtpConnection,
  raw: Uint8Array,
  envelope: MailEnvelope,
): Promise<SentMessageInfo | FailedSubmission> {
  let begun = false;
  const body = Readable.from(
    (function* slices() {
      // nodemailer reads the mail only once the server has answered DATA with 354.
      begun = true;
      for (let at = 0; at < raw.length; at += CHUNK_BYTES) yield raw.subarray(at, at + CHUNK_BYTES);
    })(),
    { objectMode: false },
  );
  const { promise, resolve } = Promise.withResolvers<SentMessageInfo | FailedSubmission>();
  const smtpEnvelope = {
    from: envelope.from,
    to: [...envelope.to],
    size: raw.length,
    use8BitMime: !isAscii(raw),
  };
  connection.send(smtpEnvelope, body, (error, info) => {
    body.destroy();
    resolve(error === null ? info : { error: smtpFault(error, begun), begun });
  });
  return await promise;
}
