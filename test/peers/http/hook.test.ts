import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { buildMdm } from '../../../src/formats/hl7/mdm.ts';
import type { Hl7Charset } from '../../../src/formats/hl7/types.ts';
import { createHttpHook, type HttpHookOptions } from '../../../src/peers/http/hook.ts';
import type { Hl7Peer } from '../../../src/peers/interfaces.ts';
import { mdmInput } from '../../formats/hl7/sample-input.ts';
import { failureOf } from '../../kit/failure.ts';
import { certificates } from '../../kit/certificates.ts';
import { ackTo } from '../../kit/mllp-server.ts';
import { waitFor } from '../../kit/wait.ts';

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface Application {
  readonly server: Server;
  readonly requests: readonly Request[];
  readonly url: string;
  readonly connections: () => number;
}

type Answer = (body: Buffer, response: ServerResponse) => void;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

const acknowledge: Answer = (body, response) => void response.end(ackTo(body, 'AA'));

async function application(answer: Answer = acknowledge, tls?: ServerOptions): Promise<Application> {
  const requests: Request[] = [];
  let connections = 0;
  const listener: RequestListener = (request, response) => {
    const { method = '', url = '', headers } = request;
    async function take(): Promise<void> {
      const body = await buffer(request);
      requests.push({ method, url, headers, body });
      answer(body, response);
    }
    take().catch(() => response.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.on(tls === undefined ? 'connection' : 'secureConnection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    async close() {
      server.close();
      server.closeAllConnections();
    },
  });
  const { port } = server.address() as AddressInfo;
  const url = `${tls === undefined ? 'http' : 'https'}://localhost:${port}/mdm?bal=urologie`;
  return { server, requests, url, connections: () => connections };
}

function hook(url: string, change: Partial<HttpHookOptions> = {}): Hl7Peer {
  const made = createHttpHook({
    url: url.replace('//localhost', '//127.0.0.1'),
    tls: { ca: certificates.ca, cert: undefined, key: undefined },
    bearerToken: undefined,
    timeoutMs: 5000,
    maxAckBytes: 64 * 1024,
    parallel: 2,
    clock: { now: () => new Date() },
    ...change,
  });
  open.unshift(made);
  return made;
}

const message = (controlId: string, charset: Hl7Charset = 'UNICODE UTF-8') =>
  buildMdm(mdmInput({ controlId, charset }));
const sending = (peer: Hl7Peer, controlId: string) => peer.send(message(controlId), controlId);

async function failure(promise: Promise<unknown>) {
  const { code, class: kind, fields } = await failureOf(promise);
  return { code, kind, status: fields['status'] };
}

describe('a request', () => {
  it.each([
    ['UNICODE UTF-8', 'utf-8'],
    ['8859/15', 'iso-8859-15'],
  ] as const)('is a POST that names its charset: %s', async (charset, name) => {
    const dpi = await application();
    const answer = await hook(dpi.url).send(message('1', charset), '1');
    expect(answer).toMatchObject({ code: 'AA', controlId: '1' });
    const [request] = dpi.requests;
    expect(request).toMatchObject({ method: 'POST', url: '/mdm?bal=urologie' });
    expect(request?.headers['content-type']).toBe(`application/hl7-v2; charset=${name}`);
    expect(request?.headers['authorization']).toBeUndefined();
    expect(request?.body.equals(message('1', charset))).toBe(true);
  });

  it('shows the token as it is at that moment', async () => {
    const dpi = await application();
    const tokens = ['un', 'deux'];
    const peer = hook(dpi.url, { bearerToken: async () => tokens.shift() ?? '' });
    await sending(peer, '1');
    await sending(peer, '2');
    expect(dpi.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer un', 'Bearer deux']);
  });

  it('uses its connection again, and as many as `parallel` at once', async () => {
    const waiting: (() => void)[] = [];
    const dpi = await application((body, response) => void waiting.push(() => acknowledge(body, response)));
    const peer = hook(dpi.url);
    const all = Promise.all(['1', '2', '3', '4'].map(id => sending(peer, id)));
    for (const arrived of [2, 4]) {
      await waitFor(() => dpi.requests.length === arrived);
      expect(dpi.requests).toHaveLength(arrived);
      for (const answer of waiting.splice(0)) answer();
    }
    expect(await all).toHaveLength(4);
    expect(dpi.connections()).toBe(2);
  });
});

describe('an answer', () => {
  it.each([200, 201, 400, 422, 500])('counts when it is the ACK, under status %i', async status => {
    const dpi = await application((body, response) => {
      response.writeHead(status).end(ackTo(body, 'AE'));
    });
    expect(await sending(hook(dpi.url), '1')).toMatchObject({ code: 'AE', controlId: '1' });
  });

  it.each<[string, string, number, string]>([
    ['an error page', 'HTTP-002', 502, '<html>Bad Gateway</html>'],
    ['a refusal without body', 'HTTP-002', 401, ''],
    ['a redirection', 'HTTP-002', 302, ''],
    ['success without ACK', 'HL7-002', 200, 'OK'],
    ['success without body', 'HL7-002', 204, ''],
    ['an ACK that is too long', 'HL7-002', 200, 'MSH'.repeat(100_000)],
  ])('%s is ambiguous: %s', async (_, code, status, body) => {
    const dpi = await application(
      (_, response) => void response.writeHead(status, { location: '/' }).end(body),
    );
    const result = await failure(sending(hook(dpi.url), '1'));
    expect(result).toMatchObject({ code, kind: 'ambiguous' });
    expect(dpi.requests).toHaveLength(1);
  });

  it('of another message is HL7-004', async () => {
    const dpi = await application((_, response) => void response.end(ackTo(message('2'), 'AA')));
    expect(await failure(sending(hook(dpi.url), '1'))).toMatchObject({ code: 'HL7-004', kind: 'ambiguous' });
  });

  it('that does not come is HTTP-003', async () => {
    const dpi = await application(() => {});
    const result = await failure(sending(hook(dpi.url, { timeoutMs: 150 }), '1'));
    expect(result).toMatchObject({ code: 'HTTP-003', kind: 'ambiguous' });
  });

  it('that stops half way is HTTP-003', async () => {
    const dpi = await application((_, response) => void response.write('MSH|^~'));
    const result = await failure(sending(hook(dpi.url, { timeoutMs: 150 }), '1'));
    expect(result).toMatchObject({ code: 'HTTP-003', kind: 'ambiguous' });
  });

  it.each<[string, Answer]>([
    ['before it began', (_, response) => void response.destroy()],
    [
      'half way',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('MSH|^~', () => response.destroy());
      },
    ],
  ])('cut %s is HTTP-004', async (_, answer) => {
    const dpi = await application(answer);
    const result = await failure(sending(hook(dpi.url), '1'));
    expect(result).toMatchObject({ code: 'HTTP-004', kind: 'ambiguous' });
  });
});

describe('no connection', () => {
  it('is HTTP-001, nothing reached', async () => {
    const dpi = await application();
    dpi.server.close();
    const peer = hook(dpi.url);
    const nobody = { code: 'HTTP-001', kind: 'unreachable' };
    expect(await failure(sending(peer, '1'))).toMatchObject(nobody);
    expect(await failure(peer.probe())).toMatchObject(nobody);
  });

  it('is what a certificate that is not trusted gives', async () => {
    const dpi = await application(acknowledge, certificates.server);
    const peer = hook(dpi.url, { tls: { ca: certificates.otherCa, cert: undefined, key: undefined } });
    expect(await failure(sending(peer, '1'))).toMatchObject({ code: 'HTTP-001' });
    expect(await failure(peer.probe())).toMatchObject({ code: 'HTTP-001' });
    expect(dpi.requests).toHaveLength(0);
  });
});

describe('HTTPS', () => {
  it('shows our certificate', async () => {
    const dpi = await application(acknowledge, {
      ...certificates.server,
      ca: certificates.ca,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const peer = hook(dpi.url, { tls: { ca: certificates.ca, ...certificates.client } });
    expect((await sending(peer, '1')).code).toBe('AA');
  });
});

describe('probe', () => {
  it('connects and sends no request', async () => {
    const plain = await application();
    expect((await hook(plain.url).probe()).lines).toEqual([
      expect.stringMatching(/^Connexion HTTP à 127\.0\.0\.1:\d+ établie$/),
    ]);
    const secure = await application(acknowledge, certificates.server);
    const { lines } = await hook(secure.url).probe();
    expect(lines[0]).toMatch(/^Connexion HTTPS/);
    expect(lines[1]).toMatch(/^Certificat « localhost »/);
    expect([...plain.requests, ...secure.requests]).toEqual([]);
  });
});

describe('close', () => {
  it('lets what is in flight end, and refuses the rest', async () => {
    const waiting: (() => void)[] = [];
    const dpi = await application((body, response) => void waiting.push(() => acknowledge(body, response)));
    const peer = hook(dpi.url, { parallel: 1 });
    const inFlight = sending(peer, '1');
    await waitFor(() => dpi.requests.length === 1);
    const queued = failure(sending(peer, '2'));
    const closed = peer.close();
    expect(await queued).toMatchObject({ code: 'HTTP-001' });
    for (const answer of waiting) answer();
    expect((await inFlight).code).toBe('AA');
    await closed;
  });
});
