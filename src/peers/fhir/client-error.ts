import { STATUS_CODES } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { refusalOfClient } from './refusals.ts';

/** How such connections end. Time in ms. */
export interface ClientErrorOptions {
  /** Whether a request of the connection is being answered: what we said now would be taken for its answer. */
  readonly isInHand: boolean;
  /** Whether the handshake asks for a good certificate. */
  readonly isCertificateRequired: boolean;
  /** For the answer to be taken. */
  readonly patienceMs: number;
  /** For the log. */
  readonly failed: (error: unknown) => void;
}

/** A connection on which no request could be read: told to the log where a handshake failed, and answered where HTTP was spoken. */
export function endClient(
  error: Error & { readonly code?: string },
  socket: TLSSocket,
  { isInHand, isCertificateRequired, patienceMs, failed }: ClientErrorOptions,
): void {
  // node:tls ends the connection as if the client had (ECONNRESET), and keeps the reason.
  const reason: unknown = isCertificateRequired ? socket.authorizationError : undefined;
  if (typeof reason === 'string') failed(Object.assign(new Error(reason), { code: reason }));
  else if (/^ERR_(?:SSL|TLS)_/.test(error.code ?? '')) failed(error);
  const text = isInHand ? undefined : rawRefusal(error.code);
  if (text === undefined || !socket.writable) socket.destroy();
  else {
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.end(text, () => socket.destroy());
  }
}

/** The answer, as it goes over the line, to what node:http could not read; undefined where the other side expects none. */
function rawRefusal(code: string | undefined): string | undefined {
  const refusal = refusalOfClient(code);
  if (refusal === undefined) return undefined;
  const body = JSON.stringify(refusal.outcome);
  return [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'Content-Type: application/fhir+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
