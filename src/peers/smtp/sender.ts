import { createLimit } from '../../basics/limit.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { MailEnvelope, MailSender, PeerReport, Submission } from '../interfaces.ts';
import type { MailServer } from '../mail-server.ts';
import { connectionOptions, rememberingCertificate, reportCertificates } from '../tls.ts';
import { connect, login, type SmtpSession, type SmtpTiming } from './connection.ts';
import { submitOver } from './submission.ts';

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

/** Submits mails to one server over at most two connections, each kept for a while after its mail. */
export function createMailSender(settings: SenderSettings): MailSender {
  const { server, timing } = settings;
  const resting = new Map<SmtpSession, NodeJS.Timeout>();
  const limit = createLimit(CONNECTIONS);
  let offersDsn: boolean | undefined;
  let closed = false;

  function keep(session: SmtpSession): void {
    if (closed) {
      leave(session);
      return;
    }
    const timer = setTimeout(() => dismiss(session), KEPT_MS);
    timer.unref();
    resting.set(session, timer);
  }

  function takeKept(): SmtpSession | undefined {
    for (const [session, timer] of resting) {
      clearTimeout(timer);
      resting.delete(session);
      if (!session.connection.destroyed) return session;
    }
    return undefined;
  }

  function dismiss(session: SmtpSession): void {
    clearTimeout(resting.get(session));
    resting.delete(session);
    leave(session);
  }

  async function open(): Promise<SmtpSession> {
    const session = await connect(server, timing);
    offersDsn = session.offersDsn;
    await login(session, server);
    return session;
  }

  async function submit(raw: Uint8Array, envelope: MailEnvelope): Promise<Submission> {
    const kept = takeKept();
    if (kept !== undefined) {
      const submitted = await submitOver(kept, raw, envelope);
      if (!('error' in submitted)) return conclude(kept, submitted);
      kept.connection.close();
      // The server had hung up on a line at rest; not a byte of the mail has left.
      const isStale = !submitted.begun && submitted.error.code === 'SMTP-001';
      if (!isStale) throw submitted.error;
    }
    const session = await open();
    const submitted = await submitOver(session, raw, envelope);
    if (!('error' in submitted)) return conclude(session, submitted);
    session.connection.close();
    throw submitted.error;
  }

  /** A refused mail leaves its transaction open: the next one would be out of step (503). */
  function conclude(session: SmtpSession, submission: Submission): Submission {
    if (submission.recipients.some(({ result }) => result === 'accepted')) keep(session);
    else session.connection.close();
    return submission;
  }

  return {
    async send(raw, envelope) {
      const submission = await limit.run(() => submit(raw, envelope));
      checkAllAccepted(submission);
      return submission.reply;
    },
    submit: (raw, envelope) => limit.run(() => submit(raw, envelope)),
    offersDsn: () => offersDsn,
    async probe() {
      const remembering = rememberingCertificate(connectionOptions(server.tls));
      const session = await connect(server, timing, remembering.options);
      offersDsn = session.offersDsn;
      try {
        await login(session, server);
        return report(session, server, reportCertificates(remembering.certificate(), server.tls, new Date()));
      } finally {
        leave(session);
      }
    },
    async close() {
      closed = true;
      for (const session of resting.keys()) dismiss(session);
      await limit.close(() => new GatewayError('SMTP-001', { fields: { reason: 'closed' } }));
    },
  };
}

/**
 * Final only when every refusal is: else the mail would be given up on for a recipient who is merely late.
 *
 * @throws GatewayError SMTP-004, SMTP-005, with how many recipients were accepted and refused in its fields
 */
function checkAllAccepted({ recipients }: Submission): void {
  const missed = recipients.filter(({ result }) => result !== 'accepted');
  const telling = missed.find(({ result }) => result === 'later') ?? missed[0];
  if (telling === undefined) return;
  const { result, reply, status } = telling;
  throw new GatewayError(result === 'later' ? 'SMTP-005' : 'SMTP-004', {
    fields: {
      ...(reply === undefined ? {} : { reply: Number(reply) }),
      ...(status === undefined ? {} : { enhanced: status }),
      accepted: recipients.length - missed.length,
      refused: missed.length,
    },
  });
}

function report(
  { connection, offersDsn }: SmtpSession,
  { host, port, auth }: MailServer,
  certificates: PeerReport,
): PeerReport {
  const encryption = connection.secure ? 'connexion chiffrée (TLS 1.2 ou plus)' : 'connexion non chiffrée';
  const lines = [
    `SMTP ${host}:${port} : ${encryption}`,
    ...certificates.lines,
    connection.authenticated ? 'Connexion acceptée' : 'Connexion sans authentification',
  ];
  const warnings = [...certificates.warnings];
  if (auth.type !== 'none' && !connection.allowsAuth) {
    warnings.push(
      'Le serveur SMTP ne demande pas d’authentification : le compte configuré n’a pas été vérifié',
    );
  }
  if (!offersDsn) {
    warnings.push('Le serveur SMTP n’offre pas DSN : aucun avis de remise ne pourra être demandé');
  }
  return { ...certificates, lines, warnings };
}

function leave({ connection }: SmtpSession): void {
  connection.quit();
  setTimeout(() => connection.close(), QUIT_MS).unref();
}
