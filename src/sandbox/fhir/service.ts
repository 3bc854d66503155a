import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { IssuedCertificate } from '../certificates.ts';
import { listening, type RestartableServer } from '../restartable.ts';
import type { FhirBehaviour } from './behaviour.ts';
import type { Said } from './outcome.ts';

/** A request that has wholly come. */
export interface FhirHttpCall {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** CN of the client's certificate; undefined without one. */
  readonly from: string | undefined;
}

export interface FhirServiceOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: IssuedCertificate;
  /** PEM of the authorities of clients' certificates; none: nobody is asked for one. */
  readonly trusted: readonly string[];
  /** How to take a request, by its head. */
  readonly behaviour: (method: string, url: string) => FhirBehaviour;
  readonly answer: (call: FhirHttpCall, behaviour: FhirBehaviour) => Said;
  /** When a late answer may leave. */
  readonly released: () => Promise<void>;
}

/** Bytes of a request. */
const MAX_BODY = 32 * 1024 * 1024;
const PAGE = '<html><body><h1>Service indisponible</h1><p>Réessayez plus tard.</body></html>';

/** HTTPS, with client certificates or without, and the ways in which a connection fails. */
export async function startFhirService(options: FhirServiceOptions): Promise<RestartableServer> {
  const isMutual = options.trusted.length > 0;
  const server = createServer(
    {
      ...options.certificate,
      ...(isMutual && { ca: [...options.trusted] }),
      requestCert: isMutual,
      rejectUnauthorized: isMutual,
      minVersion: 'TLSv1.2',
    },
    (request, response) => {
      // Kept: a request that is destroyed has no socket any more.
      const socket = request.socket as TLSSocket;
      serve(request, response, socket, options).catch(() => socket.destroy()); // the client went away
    },
  );
  return listening(server, options);
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  socket: TLSSocket,
  options: FhirServiceOptions,
): Promise<void> {
  const { method = '', url = '', headers } = request;
  const subject = socket.getPeerCertificate().subject as { readonly CN?: string } | undefined;
  const behaviour = options.behaviour(method, url);
  const body = await readBody(request, behaviour);
  const said = options.answer({ method, url, headers, body, from: subject?.CN }, behaviour);
  if (behaviour === 'late') await options.released();
  reply(response, socket, behaviour, said);
}

async function readBody(request: IncomingMessage, behaviour: FhirBehaviour): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (behaviour === 'cut-upload') throw new Error('told to');
    size += chunk.length;
    if (size > MAX_BODY) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reply(
  response: ServerResponse,
  socket: TLSSocket,
  behaviour: FhirBehaviour,
  { status, body }: Said,
): void {
  if (behaviour === 'silent-before' || behaviour === 'silent-after') return;
  if (behaviour === 'cut-upload' || behaviour === 'drop-before' || behaviour === 'drop-after') {
    socket.destroy();
    return;
  }
  const { page, retryAfter } = typeof behaviour === 'object' ? pausesOf(behaviour) : {};
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
  if (behaviour === 'not-json' || page !== undefined) {
    response.writeHead(page ?? 200, { 'Content-Type': 'text/html; charset=utf-8' });
    response.end(PAGE);
    return;
  }
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  response.writeHead(status, {
    'Content-Type': 'application/fhir+json; charset=utf-8',
    'Content-Length': bytes.length,
  });
  if (behaviour === 'half-answer') {
    response.write(bytes.subarray(0, bytes.length / 2), () => socket.destroy());
  } else {
    response.end(bytes);
  }
}

function pausesOf(behaviour: Exclude<FhirBehaviour, string>): {
  readonly page?: number;
  readonly retryAfter?: number | string;
} {
  if ('page' in behaviour) return behaviour;
  return 'retryAfter' in behaviour && behaviour.retryAfter !== undefined
    ? { retryAfter: behaviour.retryAfter }
    : {};
}
