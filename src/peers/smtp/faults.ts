import type { ErrorCode } from '../../errors/catalogue.ts';
import { type ErrorFields, GatewayError } from '../../errors/gateway-error.ts';
import { tlsTrouble } from '../tls.ts';

/** What nodemailer puts on its errors. */
export interface SmtpError {
  readonly code?: string | undefined;
  readonly command?: string | undefined;
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
}

/** Replies that speak of the session's rights, whichever command they answer (RFC 4954 §6, RFC 3207 §4). */
const AUTH_REPLIES: readonly number[] = [530, 534, 535, 538];

/**
 * What a failed submission means. The server's reply comes first: nodemailer gives the same `code` to a
 * refusal and to a greylisting. A reply counts against the mail only where it answers the mail: one to the
 * greeting, or 421, says that the server takes no mail now (RFC 5321 §3.8), and every mail waits.
 *
 * @param begun whether bytes of the mail had left: without a reply nobody knows then what became of it
 */
export function smtpFault(thrown: unknown, begun: boolean): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const error: SmtpError = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const tls = tlsTrouble(thrown);
  const code = faultCode(error, tls !== undefined, begun);
  const detail = code === 'SMTP-003' ? tls?.detail : undefined;
  return new GatewayError(code, {
    ...(detail === undefined ? {} : { detail }),
    fields: smtpFields(error, tls?.reason),
    cause: thrown,
  });
}

function faultCode(error: SmtpError, isTls: boolean, begun: boolean): ErrorCode {
  const reply = error.responseCode;
  if (reply !== undefined && reply >= 400) {
    if (error.code === 'ETLS') return 'SMTP-003';
    if (AUTH_REPLIES.includes(reply)) return 'SMTP-002';
    if (isAboutLogin(error) && reply >= 500) return 'SMTP-002';
    const isAboutMail = /^(MAIL|RCPT|DATA)/.test(error.command ?? '') && (reply !== 421 || begun);
    if (!isAboutMail) return 'SMTP-001';
    return reply >= 500 && reply !== 503 ? 'SMTP-004' : 'SMTP-005';
  }
  if (isAboutLogin(error)) return 'SMTP-002';
  if (begun) return 'SMTP-006';
  // Refused by nodemailer itself: an address that cannot be written, a mail over the size that the server
  // announces. A reply that is none of SMTP's refuses nothing.
  if (error.code === 'EENVELOPE' || error.code === 'EMESSAGE')
    return error.response === undefined ? 'SMTP-004' : 'SMTP-005';
  return isTls || error.code === 'ETLS' ? 'SMTP-003' : 'SMTP-001';
}

function isAboutLogin(error: SmtpError): boolean {
  return (
    ['EAUTH', 'ENOAUTH', 'EOAUTH2'].includes(error.code ?? '') || (error.command ?? '').startsWith('AUTH')
  );
}

/** Codes only: the text of a reply may hold addresses. */
export function smtpFields(error: SmtpError, reason?: string): ErrorFields {
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(error.response ?? '')?.[1];
  const why = reason ?? (error.responseCode === undefined ? error.code : undefined);
  return {
    ...(error.responseCode === undefined ? {} : { reply: error.responseCode }),
    ...(enhanced === undefined ? {} : { enhanced }),
    ...(why === undefined ? {} : { reason: why }),
  };
}
