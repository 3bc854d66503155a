import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { MailEnvelope } from '../peers/interfaces.ts';
import type { Behaviour } from './behaviour.ts';
import type { IssuedCertificate } from './certificates.ts';

/**
 * - `accept`: as a server should
 * - `refuse-login`: 535 to every login
 * - `refuse-null-sender`: 550 to `MAIL FROM:<>`
 * - `refuse-recipient`: 550 to every recipient
 * - `greylist`: 451 to every recipient
 * - `refuse`: 554 after the mail was sent
 * - `cut-during-data`: the connection ends at the first bytes of the mail, and it is not taken
 * - `cut-before-reply`: the mail is taken, and the connection ends before the 250
 * - `drop`: a new connection is closed; one that rests is left alone
 */
export type SmtpBehaviour =
  | 'accept'
  | 'refuse-login'
  | 'refuse-null-sender'
  | 'refuse-recipient'
  | 'greylist'
  | 'refuse'
  | 'cut-during-data'
  | 'cut-before-reply'
  | 'drop';

export interface SubmittedRecipient {
  readonly address: string;
  /** RFC 3461 NOTIFY and ORCPT as given. */
  readonly notify: readonly string[];
  readonly orcpt: string | undefined;
}

export interface SubmissionEnvelope extends MailEnvelope {
  /** Who logged in. */
  readonly user: string;
  readonly recipients: readonly SubmittedRecipient[];
  /** RFC 3461 RET and ENVID as given. */
  readonly ret: string | undefined;
  readonly envid: string | undefined;
}

export interface AcceptedMail {
  readonly envelope: SubmissionEnvelope;
  readonly raw: Buffer;
  readonly at: Date;
}

export interface SubmissionServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface SubmissionOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: IssuedCertificate;
  /** Passwords by address. */
  readonly accounts: ReadonlyMap<string, string>;
  /** Whether it knows DSN (RFC 3461). */
  readonly dsn: boolean;
  /** Addresses that get 550 5.1.1 at RCPT. */
  readonly refused: readonly string[];
  readonly behaviour: Behaviour<SmtpBehaviour>;
  /** Called once a mail is taken. */
  readonly taken: (mail: AcceptedMail) => void;
}

const MAX_SIZE = 60 * 1024 * 1024;

/** Mail submission with STARTTLS and AUTH; a session that has not logged in under TLS gets nowhere. */
export async function startSubmission(options: SubmissionOptions): Promise<SubmissionServer> {
  const { behaviour } = options;
  const server = new SMTPServer({
    ...options.certificate,
    banner: 'sandbox',
    size: MAX_SIZE,
    hideDSN: !options.dsn,
    disableReverseLookup: true,
    closeTimeout: 1,
    onConnect(session, done) {
      if (behaviour.use('drop')) cut(session);
      else done();
    },
    onAuth(auth, _, done) {
      const known =
        auth.password !== undefined && options.accounts.get(auth.username ?? '') === auth.password;
      if (known && !behaviour.use('refuse-login')) done(null, { user: auth.username });
      else done(reply(535, '5.7.8 Authentication failed'));
    },
    onMailFrom({ address }, _, done) {
      if (address === '' && behaviour.use('refuse-null-sender'))
        done(reply(550, '5.7.1 Null sender refused'));
      else done();
    },
    onRcptTo({ address }, _, done) {
      const isRefused = options.refused.includes(address) || behaviour.use('refuse-recipient');
      if (isRefused) done(reply(550, '5.1.1 Recipient unknown'));
      else if (behaviour.use('greylist')) done(reply(451, '4.7.1 Greylisted, try again later'));
      else done();
    },
    onData(stream, session, done) {
      if (behaviour.use('cut-during-data')) stream.once('data', () => cut(session));
      else void take(stream, session, done);
    },
  });
  // A client that goes away is told to it by smtp-server as an error of the server.
  server.on('error', () => undefined);

  async function take(
    stream: Readable,
    session: SMTPServerSession,
    done: (error?: Error | null, message?: string) => void,
  ): Promise<void> {
    try {
      const raw = await readAll(stream);
      if (behaviour.use('refuse')) return done(reply(554, '5.6.0 Content refused'));
      options.taken({ envelope: envelopeOf(session), raw, at: new Date() });
      return behaviour.use('cut-before-reply') ? cut(session) : done(null, 'queued');
    } catch {
      return done(reply(451, '4.3.0 Mail not received')); // the client went away in the middle of DATA
    }
  }

  function cut(session: SMTPServerSession): void {
    for (const connection of server.connections) {
      if (connection.session.id === session.id) connection._socket.destroy();
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise(resolve => server.close(resolve)),
  };
}

function envelopeOf({ envelope, user }: SMTPServerSession): SubmissionEnvelope {
  return {
    from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
    to: envelope.rcptTo.map(recipient => recipient.address),
    user: String(user ?? ''),
    recipients: envelope.rcptTo.map(({ address, dsn }) => ({
      address,
      notify: dsn?.notify ?? [],
      orcpt: dsn?.orcpt,
    })),
    ret: envelope.dsn?.ret ?? undefined,
    envid: envelope.dsn?.envid ?? undefined,
  };
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function reply(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
