import {
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as plainRequest,
} from 'node:http';
import { request as secureRequest } from 'node:https';
import { Readable } from 'node:stream';
import { GatewayError } from '../errors/gateway-error.ts';
import type { ExchangeFaults } from './exchange-faults.ts';
import { isCertificateAlert } from './open-socket.ts';

/** How much is handed to the connection at a time; TLS keeps what it encrypts, not the whole message. */
const SLICE = 256 * 1024;
/** How often the event loop looks at a connection before what it knows of it is believed. */
const LOOKS = 4;

/** What is sent. */
export interface HttpsRequest {
  /** http or https, as the agent is. */
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  /** The body, in pieces that are sent as they are; none for a request without. */
  readonly chunks: readonly Uint8Array[];
}

/** What an answer begins with; names in lower case. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export interface HttpsAnswer extends AnswerHead {
  readonly body: Uint8Array;
}

/** How it is sent. Time in ms for the whole exchange, connecting included; size in bytes. */
export interface ExchangeOptions {
  readonly agent: Agent;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
  readonly faults: ExchangeFaults;
  /** A fault that the head of an answer already is: its body is not read then. */
  readonly faultOf?: (head: AnswerHead) => GatewayError | undefined;
}

/**
 * One request and its answer, whatever its status; redirections are not followed. A connection that the server has closed
 * since its last request is given up, and another one taken, for as long as no byte of the request has left.
 *
 * @throws GatewayError of `faults` or `faultOf`
 */
export async function exchange(sent: HttpsRequest, options: ExchangeOptions): Promise<HttpsAnswer> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const answer = await attempt(sent, options, deadline);
    if (answer !== 'stale') return answer;
  }
}

function attempt(
  { url, method, headers, chunks }: HttpsRequest,
  options: ExchangeOptions,
  deadline: number,
): Promise<HttpsAnswer | 'stale'> {
  const { agent, faults, faultOf } = options;
  return new Promise((resolve, reject) => {
    const start = url.startsWith('https:') ? secureRequest : plainRequest;
    const request = start(url, { method, agent, headers });
    let begun = false;
    const timer = setTimeout(
      () => fail(begun ? faults.uncertain(undefined, 'timeout') : faults.notReached(undefined)),
      Math.max(0, deadline - performance.now()),
    );

    function settle(answer: HttpsAnswer | 'stale'): void {
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
      else if (!begun || (!request.reusedSocket && isCertificateAlert(cause))) fail(faults.notReached(cause));
      else fail(cause instanceof GatewayError ? cause : faults.uncertain(cause));
    }

    request.on('error', lost);
    request.on('socket', () => {
      if (request.reusedSocket) afterLooks(LOOKS, send);
      else send();
    });
    request.on('response', response => {
      const fault = faultOf?.(headOf(response));
      if (fault === undefined) readAnswer(request, response, options).then(settle, lost);
      else fail(fault);
    });

    function send(): void {
      if (request.destroyed) return;
      begun = true;
      Readable.from(slicesOf(chunks), { objectMode: false }).pipe(request);
    }
  });
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

function headOf({ statusCode: status = 0, headers }: IncomingMessage): AnswerHead {
  return { status, headers };
}

/** @throws GatewayError of `faults`; the connection's error when the answer is cut */
async function readAnswer(
  request: ClientRequest,
  response: IncomingMessage,
  { maxAnswerBytes, faults }: ExchangeOptions,
): Promise<HttpsAnswer> {
  const head = headOf(response);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxAnswerBytes) throw faults.unreadable(head.status, 'too-large');
    parts.push(part);
  }
  // A refusal may come early. A yes to a message that has not wholly left proves nothing: nobody can have taken it.
  if (head.status < 300 && !(await hasLeft(request))) throw faults.uncertain(undefined, 'early-answer');
  return { ...head, body: Buffer.concat(parts, size) };
}

/** Whether the message has wholly left: node:tls tells it later than the answer of a server that is near. */
async function hasLeft(request: ClientRequest): Promise<boolean> {
  if (!request.writableFinished) await new Promise<void>(resolve => afterLooks(LOOKS, resolve));
  return request.writableFinished;
}
