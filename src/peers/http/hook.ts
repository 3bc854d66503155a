import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../basics/clock.ts';
import { createLimit } from '../../basics/limit.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { declaredCharset, encodingFor } from '../../formats/hl7/charset.ts';
import type { Ack } from '../../formats/hl7/types.ts';
import { deadlineMs, isEarlyYes, readAnswer } from '../hl7-answer.ts';
import type { Hl7Peer, PeerReport, TlsOptions } from '../interfaces.ts';
import { isCertificateAlert, openSocket, reasonOf, Unreachable } from '../open-socket.ts';
import { connectionOptions, reportCertificates } from '../tls.ts';

/** Where messages are posted, and how. Times in ms, sizes in bytes. */
export interface HttpHookOptions {
  readonly url: string;
  /** Used where `url` is https. */
  readonly tls: Pick<TlsOptions, 'ca' | 'cert' | 'key'>;
  /** Read anew at each request: a rotated token counts at once. */
  readonly bearerToken: (() => Promise<string>) | undefined;
  /** For connecting, sending and the whole answer, ms; a second more for each full MiB sent. */
  readonly timeoutMs: number;
  readonly maxAckBytes: number;
  /** How many requests at once at most. */
  readonly parallel: number;
  readonly clock: Clock;
}

interface HttpAnswer {
  readonly status: number;
  /** Whether the message had wholly left when the answer came. */
  readonly sent: boolean;
  readonly body: Uint8Array;
}

/**
 * An application that takes messages by HTTP: POST `application/hl7-v2`, the ACK in the answer's body. A body
 * that is the message's ACK counts whatever the status is; redirections are not followed.
 *
 * Errors: HTTP-001 before a connection stood, HTTP-002 a status of failure without ACK, HTTP-003 silence,
 * HTTP-004 cut after bytes may have left, HL7-002 success without ACK, HL7-004 another message's ACK.
 */
export function createHttpHook(options: HttpHookOptions): Hl7Peer {
  const url = new URL(options.url);
  const secure = url.protocol === 'https:';
  const tls = { mode: secure ? 'implicit' : 'none', ...options.tls } as const;
  const agentOptions = { keepAlive: true, maxSockets: options.parallel };
  const agent = secure
    ? new SecureAgent({ ...agentOptions, ...connectionOptions(tls) })
    : new PlainAgent(agentOptions);
  const limit = createLimit(options.parallel);

  async function roundTrip(message: Uint8Array, controlId: string): Promise<Ack> {
    const headers = {
      'content-type': `application/hl7-v2; charset=${encodingFor(declaredCharset(message), message)}`,
      'content-length': message.byteLength,
      accept: 'application/hl7-v2',
      ...(options.bearerToken === undefined
        ? {}
        : { authorization: `Bearer ${await options.bearerToken()}` }),
    };
    const { status, sent, body } = await post(message, headers);
    try {
      const ack = readAnswer(body, controlId);
      if (isEarlyYes(ack, sent)) throw cut(undefined);
      return ack;
    } catch (thrown) {
      if (!(thrown instanceof GatewayError)) throw thrown;
      const noAck = thrown.code === 'HL7-002' && (status < 200 || status > 299);
      throw new GatewayError(noAck ? 'HTTP-002' : thrown.code, { fields: { status } });
    }
  }

  function post(message: Uint8Array, headers: Record<string, string | number>): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const request = (secure ? secureRequest : plainRequest)(url, { method: 'POST', agent, headers });
      let reached = false;
      const timer = setTimeout(
        () => {
          fail(reached ? new GatewayError('HTTP-003') : unreachable(undefined, secure));
        },
        deadlineMs(options.timeoutMs, message.byteLength),
      );

      function fail(error: GatewayError): void {
        clearTimeout(timer);
        reject(error);
        request.destroy();
      }
      function lost(cause: unknown): void {
        const nothingSent = !reached || (!request.reusedSocket && isCertificateAlert(cause));
        fail(nothingSent ? unreachable(cause, secure) : cut(cause));
      }

      request.on('socket', socket => {
        if (!socket.connecting) reached = true;
        else socket.once(secure ? 'secureConnect' : 'connect', () => (reached = true));
      });
      request.on('error', lost);
      request.on('response', response => {
        const sent = request.writableFinished;
        readBody(response, options.maxAckBytes)
          .then(body => resolve({ status: response.statusCode ?? 0, sent, body }), lost)
          .finally(() => clearTimeout(timer));
      });
      request.end(message);
    });
  }

  return {
    send: (message, controlId) => limit.run(() => roundTrip(message, controlId)),
    probe: () => probe(url, tls, options),
    async close() {
      await limit.close(() => new GatewayError('HTTP-001', { fields: { reason: 'closing' } }));
      agent.destroy();
    },
  };
}

/** @throws GatewayError HL7-002 past `maxBytes`; the socket's error when the answer is cut */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxBytes) throw new GatewayError('HL7-002');
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}

function unreachable(cause: unknown, secure: boolean): GatewayError {
  const failure = cause instanceof Unreachable ? cause : new Unreachable(secure ? 'tls' : 'tcp', cause);
  return new GatewayError('HTTP-001', { ...failure.about, cause: failure.cause });
}

function cut(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  return new GatewayError('HTTP-004', { fields: reasonOf(cause), cause });
}

/** Opens a connection and closes it: an empty POST could be taken for a message. */
async function probe(
  url: URL,
  tls: TlsOptions & { readonly mode: 'none' | 'implicit' },
  { timeoutMs, clock }: HttpHookOptions,
): Promise<PeerReport> {
  const secure = tls.mode === 'implicit';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (secure ? 443 : 80);
  const socket = await openSocket({ host, port, tls, timeoutMs }).catch((thrown: unknown) => {
    throw unreachable(thrown, secure);
  });
  socket.on('error', () => {});
  const leaf = socket instanceof TLSSocket ? socket.getPeerCertificate(true) : undefined;
  const certificates = reportCertificates(leaf, tls, clock.now());
  socket.destroy();
  return {
    ...certificates,
    lines: [`Connexion ${secure ? 'HTTPS' : 'HTTP'} à ${url.host} établie`, ...certificates.lines],
  };
}
