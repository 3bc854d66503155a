import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { IssuedCertificate } from '../certificates.ts';
import { listening, type RestartableServer } from '../restartable.ts';
import type { DmpBehaviour } from './behaviour.ts';
import type { HttpRequest } from './clerk.ts';
import { mimeValue } from './multipart.ts';
import { type Service, type Transaction, transactionOf } from './transactions.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Default: SOAP 1.2. */
  readonly contentType?: string;
  readonly body: string;
}

export interface ServiceOptions {
  readonly host: string;
  readonly port: number;
  readonly certificate: IssuedCertificate;
  /** PEM. */
  readonly trusted: readonly string[];
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly behaviour: (transaction: Transaction | undefined) => DmpBehaviour;
  /** Undefined for a request that is not done. */
  readonly answer: (request: HttpRequest, behaviour: DmpBehaviour) => HttpAnswer | undefined;
  /** A handshake failed. */
  readonly refused: (code: string, reason: string) => void;
}

const PATH = /^\/si-dmp-server\/v2\/services\/(repository|registry)$/;
/** Bytes of a request: three documents of the 20 MB that one may have. */
const MAX_BODY = 64 * 1024 * 1024;
const PAGE = '<html><body><h1>Service indisponible</h1><p>Réessayez plus tard.</body></html>';

/** HTTPS with client certificates, and the ways in which a connection fails. */
export async function startService(options: ServiceOptions): Promise<RestartableServer> {
  const server = createServer(
    {
      ...options.certificate,
      ca: [...options.trusted],
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      maxVersion: options.maxVersion,
    },
    (request, response) => {
      // Kept: a request that is destroyed has no socket any more.
      const socket = request.socket as TLSSocket;
      serve(request, response, socket, options).catch(() => socket.destroy()); // the client went away
    },
  );
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    if (server.listening) options.refused(...handshakeFault(error, socket));
  });

  return listening(server, options);
}

/** A certificate that is not believed ends the handshake without an error of its own: the socket keeps why. */
function handshakeFault(error: NodeJS.ErrnoException, socket: TLSSocket): [code: string, reason: string] {
  const verdict: unknown = socket.authorizationError;
  return typeof verdict === 'string'
    ? [verdict, 'the client certificate does not verify']
    : [error.code ?? '', error.message];
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  socket: TLSSocket,
  options: ServiceOptions,
): Promise<void> {
  const contentType = request.headers['content-type'] ?? '';
  const [, service] = PATH.exec(request.url ?? '') ?? [];
  const certificate = socket.getPeerX509Certificate();
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (service === undefined || certificate === undefined) return page(response, 404);
  if (request.method !== 'POST') return page(response, 405);
  if (Number.isNaN(length)) return page(response, 411);
  if (length > MAX_BODY) return page(response, 413);
  const behaviour = options.behaviour(transactionOf(mimeValue(contentType).parameters.get('action') ?? ''));
  const body = await readBody(request, behaviour);
  const answer = options.answer({ service: service as Service, contentType, body, certificate }, behaviour);
  reply(response, socket, behaviour, answer);
}

async function readBody(request: IncomingMessage, behaviour: DmpBehaviour): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    if (behaviour === 'cut-upload') throw new Error('told to');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function reply(
  response: ServerResponse,
  socket: TLSSocket,
  behaviour: DmpBehaviour,
  answer: HttpAnswer | undefined,
): void {
  if (typeof behaviour === 'object' && 'http' in behaviour)
    return page(response, behaviour.http, behaviour.retryAfter);
  if (behaviour === 'silent-before' || behaviour === 'silent-after') return;
  if (behaviour === 'drop-before' || behaviour === 'drop-after' || answer === undefined) {
    socket.destroy();
    return;
  }
  if (behaviour === 'not-xml') return page(response, 200);
  const { status, contentType = 'application/soap+xml; charset=utf-8', body } = answer;
  const bytes = Buffer.from(body, 'utf8');
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': bytes.length });
  if (behaviour === 'half-answer') {
    response.write(bytes.subarray(0, bytes.length / 2), () => socket.destroy());
  } else {
    response.end(bytes);
  }
}

function page(response: ServerResponse, status: number, retryAfter?: number): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    Connection: 'close',
    ...(retryAfter !== undefined && { 'Retry-After': retryAfter }),
  });
  response.end(PAGE);
}
