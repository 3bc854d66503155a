import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';
import { certificates } from '../../kit/certificates.ts';

/** A request that has wholly come. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Whose certificate came with it; undefined without. */
  readonly from: string | undefined;
}

/** What the server does with a request, `body` of which comes as it is read. */
export type PlatformScript = (
  response: ServerResponse,
  request: IncomingMessage,
  body: () => Promise<string>,
) => void | Promise<void>;

export interface ScriptedPlatform {
  /** Its address, with the path below which it is. */
  readonly url: string;
  readonly origin: string;
  readonly received: readonly Received[];
  /** How many requests have begun to come. */
  begun(): number;
  connections(): number;
  close(): Promise<void>;
}

/** Takes the request and answers with JSON. */
export function answering(
  status: number,
  body: unknown = { resourceType: 'OperationOutcome' },
  headers: Record<string, string> = {},
): PlatformScript {
  return async (response, _, read) => {
    await read();
    response.writeHead(status, { 'content-type': 'application/fhir+json', ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
}

/** A server that asks for a certificate and does without; `tls: 'none'` in the clear. */
export async function startScriptedPlatform(
  script: PlatformScript,
  tls: ServerOptions | 'none' = {},
): Promise<ScriptedPlatform> {
  const received: Received[] = [];
  let begun = 0;
  let connections = 0;
  const trust = { ca: certificates.ca, requestCert: true, rejectUnauthorized: false };
  const server =
    tls === 'none' ? createServer() : createTlsServer({ ...certificates.server, ...trust, ...tls });
  server.on(tls === 'none' ? 'connection' : 'secureConnection', () => (connections += 1));
  server.on('tlsClientError', () => {});
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    begun += 1;
    async function body(): Promise<string> {
      const whole = (await buffer(request)).toString();
      const { method = '', url: path = '', headers, socket } = request;
      const subject = socket instanceof TLSSocket ? socket.getPeerCertificate().subject : undefined;
      received.push({ method, path, headers, body: whole, from: subject?.CN as string | undefined });
      return whole;
    }
    Promise.resolve(script(response, request, body)).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http${tls === 'none' ? '' : 's'}://127.0.0.1:${port}`;
  return {
    url: `${origin}/fhir`,
    origin,
    received,
    begun: () => begun,
    connections: () => connections,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
