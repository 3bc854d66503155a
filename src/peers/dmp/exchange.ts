import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { Clock } from '../../basics/clock.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { SoapRequest } from '../../formats/soap/types.ts';
import type { DmpAnswer } from '../interfaces.ts';
import { isCertificateAlert } from '../open-socket.ts';
import { askedForLater, notReached, uncertain, unreadable } from './faults.ts';

/** How much is handed to the connection at a time; TLS keeps what it encrypts, not the whole message. */
const SLICE = 256 * 1024;
/** How often the event loop looks at a connection before what it knows of it is believed. */
const LOOKS = 4;

/** How messages are posted. Time in ms for the whole exchange, connecting included; size in bytes. */
export interface ExchangeOptions {
  readonly agent: Agent;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly clock: Clock;
}

/**
 * One POST and its answer. A connection that the server has closed since the last message is given up, and another one
 * taken, for as long as no byte of the message has left.
 *
 * @throws GatewayError DMP-001 … DMP-005, as `DmpPeer.post`
 */
export async function exchange(
  url: string,
  message: SoapRequest,
  options: ExchangeOptions,
): Promise<DmpAnswer> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const answer = await attempt(url, message, options, deadline);
    if (answer !== 'stale') return answer;
  }
}

function attempt(
  url: string,
  message: SoapRequest,
  { agent, maxAnswerBytes, clock }: ExchangeOptions,
  deadline: number,
): Promise<DmpAnswer | 'stale'> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, { method: 'POST', agent, headers: headersOf(message) });
    let begun = false;
    const timer = setTimeout(
      () => fail(begun ? uncertain(undefined, 'timeout') : notReached(undefined)),
      Math.max(0, deadline - performance.now()),
    );

    function settle(answer: DmpAnswer | 'stale'): void {
      clearTimeout(timer);
      // An answer that came before the end of the message: the rest has no reader.
      if (!request.writableFinished) request.destroy();
      resolve(answer);
    }
    function fail(error: GatewayError): void {
      clearTimeout(timer);
      reject(error);
      request.destroy();
    }
    function lost(cause: unknown): void {
      if (!begun && request.reusedSocket) settle('stale');
      else if (!begun || (!request.reusedSocket && isCertificateAlert(cause))) fail(notReached(cause));
      else fail(cause instanceof GatewayError ? cause : uncertain(cause));
    }

    request.on('error', lost);
    request.on('socket', () => {
      if (request.reusedSocket) afterLooks(LOOKS, send);
      else send();
    });
    request.on('response', response => {
      const later = askedForLater(response, clock.now());
      if (later === undefined) readAnswer(request, response, maxAnswerBytes).then(settle, lost);
      else fail(later);
    });

    function send(): void {
      if (request.destroyed) return;
      begun = true;
      Readable.from(slicesOf(message.chunks), { objectMode: false }).pipe(request);
    }
  });
}

function headersOf({ contentType, chunks }: SoapRequest): Record<string, string | number> {
  return {
    'content-type': contentType,
    'content-length': chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0),
    accept: 'application/soap+xml, multipart/related',
    'accept-encoding': 'identity',
  };
}

function* slicesOf(chunks: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; at += SLICE) yield chunk.subarray(at, at + SLICE);
  }
}

/**
 * Lets the event loop run so many times. An end that the server sent lies in the system's buffers until the loop comes
 * to read it, TLS's own first; once it has, the request fails before anything is written to the connection.
 */
function afterLooks(looks: number, then: () => void): void {
  if (looks === 0) then();
  else setImmediate(() => afterLooks(looks - 1, then));
}

/** @throws GatewayError DMP-003, DMP-005; the connection's error when the answer is cut */
async function readAnswer(
  request: ClientRequest,
  response: IncomingMessage,
  maxBytes: number,
): Promise<DmpAnswer> {
  const { statusCode: status = 0, headers } = response;
  const contentType = headers['content-type'] ?? '';
  const isRefusal = status >= 400 && status <= 499;
  if (!isRefusal && !isSoap(contentType)) throw unreadable(status, 'content-type');
  const body = await readBody(response, status, maxBytes);
  // A refusal may come early. A yes to a message that has not wholly left proves nothing: nobody can have taken it.
  if (status < 300 && !(await hasLeft(request))) throw uncertain(undefined, 'early-answer');
  return { status, contentType, body };
}

/** Whether the message has wholly left: node:tls tells it later than the answer of a server that is near. */
async function hasLeft(request: ClientRequest): Promise<boolean> {
  if (!request.writableFinished) await new Promise<void>(resolve => afterLooks(LOOKS, resolve));
  return request.writableFinished;
}

/** Some servers name no type for a fault. */
function isSoap(contentType: string): boolean {
  return contentType === '' || /^\s*(?:multipart\/|[\w.-]+\/(?:[\w.-]+\+)?xml\b)/i.test(contentType);
}

async function readBody(response: IncomingMessage, status: number, maxBytes: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) throw unreadable(status, 'too-large');
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}
