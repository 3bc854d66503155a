import { isAscii } from 'node:buffer';
import { Readable } from 'node:stream';
import type { Envelope, SentMessageInfo, SMTPError } from 'nodemailer/lib/smtp-connection';
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { MailEnvelope, Submission, SubmittedTo } from '../interfaces.ts';
import type { SmtpSession } from './connection.ts';
import { smtpFault, smtpFields } from './faults.ts';

const CHUNK_BYTES = 64 * 1024;
const NOTIFY = ['SUCCESS', 'FAILURE', 'DELAY'];

/** A submission of which the server has decided nothing, and whether bytes of the mail had left by then. */
export interface FailedSubmission {
  readonly error: GatewayError;
  readonly begun: boolean;
}

/**
 * Submits one mail. What the server says of it or of a recipient is a result; so is a failure: the caller decides
 * whether another connection may try.
 */
export async function submitOver(
  session: SmtpSession,
  raw: Uint8Array,
  envelope: MailEnvelope,
): Promise<Submission | FailedSubmission> {
  const addresses = [...new Set(envelope.to)];
  const to = addresses.filter(isWritable);
  const dsn = envelope.dsn !== undefined && session.offersDsn;
  const judged =
    to.length === 0
      ? { reply: '', answerTo: () => NO_ADDRESS }
      : judge(
          await transact(session, raw, {
            from: envelope.from,
            to,
            size: raw.length,
            use8BitMime: !isAscii(raw),
            // Without ORCPT, which nodemailer would make the same for all: each server on the way adds its own.
            ...(dsn ? { dsn: { id: envelope.dsn?.envelopeId, return: 'HDRS', notify: NOTIFY } } : {}),
          }),
        );
  if ('error' in judged) return judged;
  return {
    reply: judged.reply,
    dsn,
    recipients: addresses.map(address => ({
      address,
      ...(isWritable(address) ? judged.answerTo(address.trim()) : NO_ADDRESS),
    })),
  };
}

/** What nodemailer refuses to write: it would be a command of its own, or none. */
function isWritable(address: string): boolean {
  return !/^$|[\r\n<>]/.test(address.trim());
}

/** How a transaction ended: with nodemailer's result or its error. */
type Ended =
  | { readonly info: SentMessageInfo }
  | { readonly failure: SMTPError /** Whether bytes of the mail had left. */; readonly begun: boolean };

async function transact({ connection }: SmtpSession, raw: Uint8Array, envelope: Envelope): Promise<Ended> {
  let begun = false;
  const body = Readable.from(
    (function* slices() {
      // nodemailer reads the mail only once the server has answered DATA with 354.
      begun = true;
      for (let at = 0; at < raw.length; at += CHUNK_BYTES) yield raw.subarray(at, at + CHUNK_BYTES);
    })(),
    { objectMode: false },
  );
  const { promise, resolve } = Promise.withResolvers<Ended>();
  connection.send(envelope, body, (failure, info) => {
    body.destroy();
    resolve(failure === null ? { info } : { failure, begun });
  });
  return await promise;
}

type Answer = Omit<SubmittedTo, 'address'>;

const ACCEPTED: Answer = { result: 'accepted', reply: undefined, status: undefined };
/** RFC 5321 §4.2.3 and RFC 3463 §3.2: what a server says to an address that is none. */
const NO_ADDRESS: Answer = { result: 'refused', reply: '553', status: '5.1.3' };
/**
 * RFC 1870 §4 and RFC 3463 §3.4: a mail over the size that the server announced gets 552, always; nodemailer spares it
 * the asking.
 */
const TOO_LARGE: Answer = { result: 'refused', reply: '552', status: '5.3.4' };

/** What the server has said: of the mail, '' where it did not leave, and to each recipient. */
interface Judged {
  readonly reply: string;
  answerTo(address: string): Answer;
}

/**
 * A refusal counts against the mail, hence every recipient, only where it is final and answers the mail
 * (./faults.ts); against a recipient where it answers RCPT.
 */
function judge(ended: Ended): Judged | FailedSubmission {
  if ('info' in ended) {
    return { reply: ended.info.response, answerTo: answersOf(ended.info.rejectedErrors ?? []) };
  }
  const { failure, begun } = ended;
  const refusals = failure.rejectedErrors ?? [];
  if (refusals.length > 0) {
    const ofSession = refusals.map(refusal => smtpFault(refusal, begun)).find(isOfSession);
    return ofSession === undefined
      ? { reply: '', answerTo: answersOf(refusals) }
      : { error: ofSession, begun };
  }
  const error = smtpFault(failure, begun);
  if (error.code !== 'SMTP-004') return { error, begun };
  if (failure.response !== undefined)
    return { reply: '', answerTo: () => ({ ...answerOf(failure), result: 'refused' }) };
  if (failure.code === 'EMESSAGE') return { reply: '', answerTo: () => TOO_LARGE };
  return { error, begun };
}

function isOfSession({ code }: GatewayError): boolean {
  return code !== 'SMTP-004' && code !== 'SMTP-005';
}

function answersOf(refusals: readonly SMTPError[]): (address: string) => Answer {
  const answers = new Map(refusals.map(refusal => [refusal.recipient, answerOf(refusal)]));
  return address => answers.get(address) ?? ACCEPTED;
}

function answerOf(refusal: SMTPError): Answer {
  const { reply, enhanced } = smtpFields(refusal);
  return {
    result: smtpFault(refusal, false).code === 'SMTP-004' ? 'refused' : 'later',
    reply: reply === undefined ? undefined : String(reply),
    status: enhanced === undefined ? undefined : String(enhanced),
  };
}
