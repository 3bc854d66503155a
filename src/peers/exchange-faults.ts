import type { ErrorCode } from '../errors/catalogue.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import { isCertificateAlert, reasonOf, Unreachable } from './open-socket.ts';
import { tlsTrouble } from './tls.ts';

const REFUSES_OURS = 'Le serveur refuse le certificat client configuré.';

/** What an exchange over HTTPS may end with beside an answer. */
export interface ExchangeFaults {
  /** No connection came about, or it was refused before anything was sent. */
  notReached(cause: unknown): GatewayError;
  /**
   * Nobody knows what became of a message whose first byte had left. `reason` where the connection itself tells none.
   */
  uncertain(cause: unknown, reason?: string): GatewayError;
  /** An answer that nobody can read. */
  unreadable(status: number, reason: string): GatewayError;
}

/** A peer's faults by its codes; `certificate` is for a connection that a certificate keeps from standing. */
export function exchangeFaults(
  codes: Readonly<Record<'unreachable' | 'certificate' | 'uncertain' | 'unreadable', ErrorCode>>,
): ExchangeFaults {
  return {
    notReached(cause) {
      const failure = cause instanceof Unreachable ? cause : new Unreachable('tcp', cause);
      const code = tlsTrouble(failure) === undefined ? codes.unreachable : codes.certificate;
      const detail = isCertificateAlert(failure.cause) ? REFUSES_OURS : failure.about.detail;
      return new GatewayError(code, {
        fields: failure.about.fields,
        ...(detail === undefined ? {} : { detail }),
        cause: failure.cause,
      });
    },
    uncertain: (cause, reason) =>
      new GatewayError(codes.uncertain, {
        fields: reason === undefined ? reasonOf(cause) : { reason },
        cause,
      }),
    unreadable: (status, reason) => new GatewayError(codes.unreadable, { fields: { status, reason } }),
  };
}

/** Retry-After (RFC 9110 §10.2.3) in seconds from now: it is a number of them, or a date. Undefined for anything else. */
export function retryAfterSeconds(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return /[A-Za-z]/.test(value) && at > now.getTime() ? Math.ceil((at - now.getTime()) / 1000) : undefined;
}
