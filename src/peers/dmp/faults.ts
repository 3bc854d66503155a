import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../errors/gateway-error.ts';
import { isCertificateAlert, reasonOf, Unreachable } from '../open-socket.ts';
import { tlsTrouble } from '../tls.ts';

const REFUSES_OURS = 'Le serveur refuse le certificat client configuré.';
/** Asked to come back: a connection found idle for too long (RFC 9110 §15.5.9), too many requests, no service. */
const LATER: readonly number[] = [408, 429, 503];
/** A proxy in front of the DMP did not hear its answer (RFC 9110 §15.6.3, §15.6.5): the DMP may have had the message. */
const UNHEARD: readonly number[] = [502, 504];

/** No connection came about, or it was refused before anything was posted: DMP-002 where a certificate is why, else DMP-001. */
export function notReached(cause: unknown): GatewayError {
  const failure = cause instanceof Unreachable ? cause : new Unreachable('tcp', cause);
  const code = tlsTrouble(failure) === undefined ? 'DMP-001' : 'DMP-002';
  const detail = isCertificateAlert(failure.cause) ? REFUSES_OURS : failure.about.detail;
  return new GatewayError(code, {
    fields: failure.about.fields,
    ...(detail === undefined ? {} : { detail }),
    cause: failure.cause,
  });
}

/** Nobody knows what became of a message whose first byte had left. `reason` where the connection itself tells none. */
export function uncertain(cause: unknown, reason?: string): GatewayError {
  return new GatewayError('DMP-003', { fields: reason === undefined ? reasonOf(cause) : { reason }, cause });
}

/** An answer that nobody can read. */
export function unreadable(status: number, reason: string): GatewayError {
  return new GatewayError('DMP-005', { fields: { status, reason } });
}

/** The fault of an answer that asks for another attempt, DMP-004, or DMP-003 where the DMP may have had this one. */
export function askedForLater(
  {
    statusCode = 0,
    headers,
  }: { readonly statusCode?: number | undefined; readonly headers: IncomingHttpHeaders },
  now: Date,
): GatewayError | undefined {
  const isUnheard = UNHEARD.includes(statusCode);
  if (!isUnheard && !LATER.includes(statusCode)) return undefined;
  const retryAfter = secondsOf(headers['retry-after'], now);
  return new GatewayError(isUnheard ? 'DMP-003' : 'DMP-004', {
    fields: { status: statusCode, ...(retryAfter === undefined ? {} : { retryAfter }) },
  });
}

/** Retry-After (RFC 9110 §10.2.3) in seconds from now: it is a number of them, or a date. */
function secondsOf(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return /[A-Za-z]/.test(value) && at > now.getTime() ? Math.ceil((at - now.getTime()) / 1000) : undefined;
}
