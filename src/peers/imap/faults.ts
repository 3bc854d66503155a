import type { ImapFlowError, MailboxObject } from 'imapflow';
import { type ErrorFields, GatewayError } from '../../errors/gateway-error.ts';
import { tlsTrouble } from '../tls.ts';

/** Response codes of RFC 5530 that say "not now", whatever the login was. */
const NOT_NOW = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG']);

/** What a failed connection or login means. The server's words stay in `cause`: they may hold addresses. */
export function connectFault(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  const error = asImapError(thrown);
  const tls = tlsTrouble(thrown);
  if (error.tlsFailed === true || tls !== undefined) {
    return new GatewayError('IMAP-003', {
      ...(tls?.detail === undefined ? {} : { detail: tls.detail }),
      fields: fieldsOf(error, tls?.reason),
      cause: thrown,
    });
  }
  const refused =
    error.authenticationFailed === true || error.message === 'Unsupported authentication mechanism';
  const code = refused && !NOT_NOW.has(error.serverResponseCode ?? '') ? 'IMAP-002' : 'IMAP-001';
  return new GatewayError(code, { fields: fieldsOf(error), cause: thrown });
}

/** What a failed command on an open connection means: the server said no, or nothing that we can read. */
export function commandFault(command: string, thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  if (isRefusal(thrown)) return refused(command, thrown);
  return new GatewayError('IMAP-006', {
    fields: { command, ...fieldsOf(asImapError(thrown)) },
    cause: thrown,
  });
}

/** The server answered NO or BAD to a command. */
export function refused(command: string, cause?: unknown): GatewayError {
  return new GatewayError('IMAP-009', { fields: { command, ...fieldsOf(asImapError(cause)) }, cause });
}

/** The server names a mail and gives nothing of it. */
export function noBody(): GatewayError {
  return new GatewayError('IMAP-009', { fields: { command: 'fetch', reason: 'no-body' } });
}

/** True when the server answered NO or BAD: the connection is sound, the command is not. */
export function isRefusal(thrown: unknown): boolean {
  return asImapError(thrown).responseStatus !== undefined;
}

/**
 * The UIDVALIDITY of an open folder.
 *
 * @throws GatewayError IMAP-005 when the server gives none (RFC 3501 §2.3.1.1): no mail of the folder can be
 *   told from another
 */
export function readUidValidity(mailbox: MailboxObject): bigint {
  const value: bigint | undefined = mailbox.uidValidity;
  if (typeof value === 'bigint' && value > 0n) return value;
  throw new GatewayError('IMAP-005', { fields: { reason: 'no-uidvalidity' } });
}

function asImapError(thrown: unknown): Partial<ImapFlowError> {
  return typeof thrown === 'object' && thrown !== null ? thrown : {};
}

function fieldsOf(error: Partial<ImapFlowError>, reason?: string): ErrorFields {
  const code = reason ?? error.serverResponseCode ?? error.code ?? error.responseStatus;
  return code === undefined ? {} : { reason: code };
}
