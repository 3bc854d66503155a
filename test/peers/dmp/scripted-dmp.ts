import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { buffer } from 'node:stream/consumers';
import { certificates } from '../../kit/certificates.ts';

/** A message that has wholly come. */
export interface Posted {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Whose certificate came with it. */
  readonly from: string;
}

export interface ScriptedDmp {
  readonly url: string;
  readonly port: number;
  readonly posted: readonly Posted[];
  /** How many connections have passed their handshake. */
  connections(): number;
  /** How many requests have begun to come. */
  begun(): number;
  close(): Promise<void>;
}

/** What the server does with a request, `body` of which comes as it is read. */
export type DmpScript = (
  response: ServerResponse,
  request: IncomingMessage,
  body: () => Promise<Buffer>,
) => void | Promise<void>;

export const FAULT = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>';

/** Takes the message and answers with an envelope. */
export function answering(status = 200, headers: Record<string, string> = {}, body = FAULT): DmpScript {
  return async (response, _, read) => {
    await read();
    response.writeHead(status, { 'content-type': 'application/soap+xml', ...headers }).end(body);
  };
}

/** An HTTPS server that asks for our certificate, and does with each request what a test tells it to. */
export async function startScriptedDmp(script: DmpScript, tls: ServerOptions = {}): Promise<ScriptedDmp> {
  const posted: Posted[] = [];
  let connections = 0;
  let begun = 0;
  const server = createServer({
    ...certificates.server,
    ca: certificates.ca,
    requestCert: true,
    rejectUnauthorized: true,
    ...tls,
  });
  server.on('secureConnection', () => (connections += 1));
  server.on('tlsClientError', () => {});
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    begun += 1;
    async function body(): Promise<Buffer> {
      const whole = await buffer(request);
      const { url: path = '', headers, socket } = request;
      const from = String((socket as TLSSocket).getPeerCertificate().subject?.CN);
      posted.push({ path, headers, body: whole, from });
      return whole;
    }
    Promise.resolve(script(response, request, body)).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/si-dmp-server/v2/services`,
    port,
    posted,
    connections: () => connections,
    begun: () => begun,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
