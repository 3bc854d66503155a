import type SmtpConnection from 'nodemailer/lib/smtp-connection';
import type { SentMessageInfo } from 'nodemailer/lib/smtp-connection';
import { createLimit } from '../../basics/limit.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { MailEnvelope, MailSender, PeerReport } from '../interfaces.ts';
import type { MailServer } from '../mail-server.ts';
import { connectionOptions, rememberingCertificate, reportCertificates } from '../tls.ts';
import { connect, login, type SmtpTiming, submit } from './connection.ts';
import { smtpFault, smtpFields } from './faults.ts';

/** How many mails leave side by side. */
const CONNECTIONS = 2;
/**
 * A connection that rests is kept so long for the next mail, ms; RFC 5321 §4.5.3.2.7 gives it five minutes.
 */
const KEPT_MS = 30_000;
/** How long a server may take to answer QUIT, ms. */
const QUIT_MS = 5_000;

/** The timing of every real server. */
export const SMTP_TIMING: SmtpTiming = { connect: 30_000, silence: 5 * 60_000 };

/** The server to submit to, and how. */
export interface SenderSettings {
  readonly server: MailServer;
  /** `SMTP_TIMING` unless a test is in a hurry. */
  readonly timing: SmtpTiming;
}

/**
 * Submits mails to one server over at most two connections, each kept for a while after its mail.
 *
 * A mail of which some recipients were refused has left for the others all the same: the error then says how
 * many in `fields.accepted`.
 */
export function createMailSender(settings: SenderSettings): MailSender {
  const { server, timing } = settings;
  const resting = new Map<SmtpConnection, NodeJS.Timeout>();
  const limit = createLimit(CONNECTIONS);
  let closed = false;

  function keep(connection: SmtpConnection): void {
    if (closed) {
      leave(connection);
      return;
    }
    const timer = setTimeout(() => dismiss(connection), KEPT_MS);
    timer.unref();
    resting.set(connection, timer);
  }

  function takeKept(): SmtpConnection | undefined {
    for (const [connection, timer] of resting) {
      clearTimeout(timer);
      resting.delete(connection);
      if (!connection.destroyed) return connection;
    }
    return undefined;
  }

  function dismiss(connection: SmtpConnection): void {
    clearTimeout(resting.get(connection));
    resting.delete(connection);
    leave(connection);
  }

  async function deliver(raw: Uint8Array, envelope: MailEnvelope): Promise<string> {
    const kept = takeKept();
    if (kept !== undefined) {
      const sent = await submit(kept, raw, envelope);
      if (!('error' in sent)) return conclude(kept, sent);
      kept.close();
      // The server had hung up on a line at rest; not a byte of the mail has left.
      const isStale = !sent.begun && sent.error.code === 'SMTP-001';
      if (!isStale) throw sent.error;
    }
    const connection = await connect(server, timing);
    await login(connection, server);
    const sent = await submit(connection, raw, envelope);
    if (!('error' in sent)) return conclude(connection, sent);
    connection.close();
    throw sent.error;
  }

  function conclude(connection: SmtpConnection, sent: SentMessageInfo): string {
    keep(connection);
    if (sent.rejected.length > 0) throw partlyRefused(sent);
    return sent.response;
  }

  return {
    send: (raw, envelope) => limit.run(() => deliver(raw, envelope)),
    async probe() {
      return await probe(settings);
    },
    async close() {
      closed = true;
      for (const connection of resting.keys()) dismiss(connection);
      await limit.close(() => new GatewayError('SMTP-001', { fields: { reason: 'closed' } }));
    },
  };
}

/**
 * Final only when every refusal is: else the mail would be given up on for a recipient who is merely late.
 */
function partlyRefused(sent: SentMessageInfo): GatewayError {
  const faults = (sent.rejectedErrors ?? []).map(error => ({ error, fault: smtpFault(error, false) }));
  const open = faults.find(({ fault }) => fault.class !== 'permanent') ?? faults[0];
  return new GatewayError(open?.fault.code ?? 'SMTP-004', {
    fields: {
      ...smtpFields(open?.error ?? {}),
      accepted: sent.accepted.length,
      refused: sent.rejected.length,
    },
    cause: open?.error,
  });
}

async function probe({ server, timing }: SenderSettings): Promise<PeerReport> {
  const remembering = rememberingCertificate(connectionOptions(server.tls));
  const connection = await connect(server, timing, remembering.options);
  try {
    const greeting = connection.lastServerResponse || '';
    await login(connection, server);
    const certificates = reportCertificates(remembering.certificate(), server.tls, new Date());
    const encryption = connection.secure ? 'connexion chiffrée (TLS 1.2 ou plus)' : 'connexion non chiffrée';
    const lines = [
      `SMTP ${server.host}:${server.port} : ${encryption}`,
      ...certificates.lines,
      connection.authenticated ? 'Connexion acceptée' : 'Connexion sans authentification',
    ];
    const warnings = [...certificates.warnings];
    if (server.auth.type !== 'none' && !connection.allowsAuth) {
      warnings.push(
        'Le serveur SMTP ne demande pas d’authentification : le compte configuré n’a pas été vérifié',
      );
    }
    if (!/^250[ -]DSN\b/im.test(greeting)) {
      warnings.push('Le serveur SMTP n’offre pas DSN : aucun avis de remise ne pourra être demandé');
    }
    return { ...certificates, lines, warnings };
  } finally {
    leave(connection);
  }
}

function leave(connection: SmtpConnection): void {
  connection.quit();
  setTimeout(() => connection.close(), QUIT_MS).unref();
}
