import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { certificates } from '../../kit/certificates.ts';
import { freePort } from '../../kit/free-port.ts';
import { startTcpProxy } from '../../kit/tcp-proxy.ts';
import { startRawServer } from '../../kit/raw-server.ts';
import { waitFor } from '../../kit/wait.ts';
import { BUNDLE, client, closing, fault, LARGE, MTLS, NO_AUTH, platform } from './bed.ts';
import { answering, type PlatformScript } from './scripted-platform.ts';

const post = { method: 'POST', path: '/Bundle', body: BUNDLE } as const;

describe('a request', () => {
  it.each(['', '/'])('goes below the address as it is (url + %j)', async end => {
    const to = await platform();
    const answer = await client(to.url + end).send(post);
    expect(Buffer.from(answer.body).toString()).toBe('{"resourceType":"OperationOutcome"}');
    const [received] = to.received;
    expect(received).toMatchObject({
      method: 'POST',
      path: '/fhir/Bundle',
      body: BUNDLE.toString(),
      from: undefined,
      headers: {
        'content-type': 'application/fhir+json',
        'content-length': String(BUNDLE.byteLength),
        accept: 'application/fhir+json',
        'accept-encoding': 'identity',
      },
    });
    expect(received?.headers['transfer-encoding']).toBeUndefined();
    expect(received?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['/$associer-implants-registre', '/fhir/$associer-implants-registre'],
    ['/', '/fhir/'],
    ['', '/fhir'],
    ['?_getpages=1&x=a%7Cb', '/fhir?_getpages=1&x=a%7Cb'],
    ['/AuditEvent/a..b/...?x=../..&identifier=a|b', '/fhir/AuditEvent/a..b/...?x=../..&identifier=a|b'],
  ])('to %j reaches %s', async (path, reached) => {
    const to = await platform();
    await client(to.url).send({ ...post, path });
    expect(to.received[0]?.path).toBe(reached);
  });

  it('without a body has neither type nor length, and may have headers of its own', async () => {
    const to = await platform();
    await client(to.url).send({ method: 'GET', path: '/AuditEvent?date=ge2026', headers: { prefer: 'x' } });
    const [received] = to.received;
    expect(received).toMatchObject({ method: 'GET', body: '', headers: { prefer: 'x' } });
    for (const name of ['content-type', 'content-length', 'transfer-encoding']) {
      expect(received?.headers[name]).toBeUndefined();
    }
  });

  it.each([
    '@example.org/',
    '.example.org/',
    ':1/x',
    '#x',
    '/x#y',
    '?x=#y',
    '/..',
    '/AuditEvent/../Patient',
    '/AuditEvent/%2e%2E/Patient?x=1',
    '/AuditEvent/.',
    '/AuditEvent\\..\\Patient',
    '/AuditEvent/.\t./Patient',
    '/AuditEvent/é',
  ])('never leaves for elsewhere: %j', async path => {
    const to = await platform();
    await expect(client(to.url).send({ ...post, path })).rejects.toThrow(TypeError);
    expect(to.begun()).toBe(0);
  });

  it('shows our certificate, or a token as it is at that moment', async () => {
    const to = await platform();
    await client(to.url, { auth: MTLS }).send(post);
    const tokens = ['un', 'deux'];
    const token = async (): Promise<string> => tokens.shift() ?? '';
    const hook = client(to.url, { auth: { type: 'token', ca: certificates.ca, token } });
    await hook.send(post);
    await hook.send(post);
    expect(to.received.map(({ from }) => from)).toEqual(['passerelle', undefined, undefined]);
    expect(to.received.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Bearer un',
      'Bearer deux',
    ]);
  });

  it('may leave in the clear', async () => {
    const to = await platform(answering(201), 'none');
    const peer = client(to.url);
    expect((await peer.send(post)).status).toBe(201);
    expect((await peer.send(post)).status).toBe(201);
    expect([to.connections(), to.received.length]).toEqual([1, 2]);
  });

  it('uses connections again, and as many as `parallel` at once', async () => {
    const waiting: (() => void)[] = [];
    const to = await platform(async (response, request, body) => {
      await body();
      waiting.push(() => void answering(200)(response, request, async () => ''));
    });
    const peer = client(to.url, { parallel: 2 });
    const all = Promise.all([1, 2, 3, 4].map(() => peer.send(post)));
    for (const arrived of [2, 4]) {
      await waitFor(() => to.received.length === arrived);
      for (const answer of waiting.splice(0)) answer();
    }
    expect(await all).toHaveLength(4);
    expect(to.connections()).toBe(2);
  });

  it('leaves no faster than the platform allows', async () => {
    const times: number[] = [];
    const to = await platform(async (response, request, body) => {
      times.push(performance.now());
      return answering(200)(response, request, body);
    });
    const peer = client(to.url, { rate: { count: 2, perMs: 200 } });
    await Promise.all(Array.from({ length: 6 }, () => peer.send(post)));
    const gaps = times.slice(2).map((time, index) => time - (times[index] ?? 0));
    expect(gaps).toHaveLength(4);
    for (const gap of gaps) expect(gap).toBeGreaterThan(195);
  });
});

describe('an answer', () => {
  it.each([200, 201, 202, 400, 401, 403, 404, 408, 409, 412, 413, 415, 422, 429, 500, 502, 503, 504])(
    'of status %d is given as it is, once',
    async status => {
      const outcome = { resourceType: 'OperationOutcome', issue: [{ code: 'processing' }] };
      const to = await platform(answering(status, outcome, { location: '/x/1', etag: 'W/"1"' }));
      const answer = await client(to.url).send(post);
      expect(answer).toMatchObject({
        status,
        headers: { location: '/x/1', etag: 'W/"1"', 'content-type': 'application/fhir+json' },
        retryAfter: undefined,
      });
      expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual(outcome);
      expect(to.begun()).toBe(1);
    },
  );

  const at = new Date('2026-05-04T10:00:00Z');
  it.each<[string, number | undefined]>([
    ['120', 120],
    ['0', 0],
    ['Mon, 04 May 2026 10:01:30 GMT', 90],
    ['Mon, 04 May 2026 09:00:00 GMT', undefined],
    ['-5', undefined],
    ['9999999999999', undefined],
  ])('tells how long to wait: Retry-After %s', async (header, retryAfter) => {
    const to = await platform(answering(429, {}, { 'retry-after': header }));
    expect(await client(to.url, { clock: { now: () => at } }).send(post)).toMatchObject({ retryAfter });
  });

  it.each<[string, number, string, string]>([
    ['nothing', 200, 'application/fhir+json', ''],
    ['JSON after a byte order mark', 200, 'application/octet-stream', '\uFEFF {"resourceType":"Bundle"}'],
    ['a page of refusal', 403, 'text/html', '<html>'],
    ['a page of failure', 502, 'text/html', '<html>'],
    ['a redirection', 302, 'text/html', '<html>'],
  ])('that is %s is given', async (_, status, type, text) => {
    const to = await platform(async (response, __, body) => {
      await body();
      response.writeHead(status, { 'content-type': type, location: '/ailleurs' }).end(text);
    });
    const answer = await client(to.url).send(post);
    expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([status, text]);
    expect(to.begun()).toBe(1);
  });

  it.each(['[{}]', '\uFEFF{}', '\uFEFF [{}]'])('that says yes with JSON is one (%j)', async text => {
    const to = await platform(async (response, _, body) => {
      await body();
      response.writeHead(201, { 'content-type': 'application/fhir+json' }).end(text);
    });
    expect(Buffer.from((await client(to.url).send(post)).body).toString()).toBe(text);
  });

  it.each(['text/html', 'application/fhir+json'])('that says yes with a page is none (%s)', async type => {
    const to = await platform(async (response, _, body) => {
      await body();
      response.writeHead(200, { 'content-type': type }).end('<html>Connectez-vous</html>');
    });
    expect(await fault(client(to.url).send(post))).toMatchObject({
      code: 'FHIR-010',
      kind: 'ambiguous',
      status: 200,
      reason: 'no-json',
    });
  });

  it('that never ends is left', async () => {
    const to = await platform(async (response, _, body) => {
      await body();
      response.writeHead(200);
      const pump = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(70_000, ' ')));
      };
      response.on('drain', pump);
      pump();
    });
    expect(await fault(client(to.url).send(post))).toMatchObject({ code: 'FHIR-010', reason: 'too-large' });
  });

  it('that refuses a large request before its end is given', async () => {
    const to = await platform(response => void response.writeHead(413).end('{}'));
    expect((await client(to.url).send({ ...post, body: LARGE })).status).toBe(413);
  });
});

/** A TCP server that speaks no HTTP. */
async function raw(serve: (socket: Socket) => void): Promise<string> {
  return closing(await startRawServer(serve)).url;
}

describe('nothing has left:', () => {
  it.each<[string, () => Promise<string>]>([
    ['nobody listens', async () => `https://127.0.0.1:${await freePort()}`],
    ['no such host', async () => 'https://fhir.invalid'],
    ['no handshake', () => raw(() => {})],
    ['a handshake cut', () => raw(socket => void socket.once('data', () => socket.destroy()))],
  ])('%s, FHIR-004', async (_, start) => {
    const peer = client(await start(), { timeoutMs: 400 });
    const nothing = { code: 'FHIR-004', kind: 'unreachable' };
    expect(await fault(peer.send(post))).toMatchObject(nothing);
    expect(await fault(peer.probe())).toMatchObject(nothing);
  });

  it.each([
    ['the server’s, of another authority', {}, { ca: certificates.otherCa }, /autorité/],
    ['the server’s, expired', certificates.expired, {}, /expiré/],
    ['the server’s, of another host', certificates.stranger, {}, /adresse/],
    ['ours is missing', { rejectUnauthorized: true, minVersion: 'TLSv1.3' }, {}, /client/],
  ] as const)('a certificate is refused, %s, FHIR-005', async (_, tls, trust, detail) => {
    const to = await platform(answering(200), tls);
    const peer = client(to.url, { auth: { ...NO_AUTH, ...trust } });
    for (const tried of [() => peer.send({ ...post, body: LARGE }), () => peer.probe()]) {
      const failed = await fault(tried());
      expect(failed).toMatchObject({ code: 'FHIR-005', detail: expect.stringMatching(detail) });
    }
    expect(to.begun()).toBe(0);
  });

  it('the connection stood before and its server has gone', async () => {
    const to = await platform();
    const proxy = closing(await startTcpProxy(Number(new URL(to.url).port)));
    const peer = client(`https://127.0.0.1:${proxy.port}/fhir`);
    expect((await peer.send(post)).status).toBe(200);
    await proxy.down();
    expect(await fault(peer.send(post))).toMatchObject({ code: 'FHIR-004' });
    await proxy.up();
    expect((await peer.send(post)).status).toBe(200);
    expect(to.received).toHaveLength(2);
  });
});

describe('nobody knows, FHIR-007:', () => {
  it.each<[string, PlatformScript]>([
    ['cut before the body was read', response => void response.destroy()],
    ['cut within the body', (response, request) => void request.once('data', () => response.destroy())],
    ['cut after the body', async (response, _, body) => void (await body(), response.destroy())],
    [
      'cut within the answer',
      async (response, _, body) => {
        await body();
        response.writeHead(200, { 'content-length': 1000 });
        response.write('{"resourceType"', () => response.destroy());
      },
    ],
  ])('%s', async (_, script) => {
    const to = await platform(script);
    const failed = await fault(client(to.url).send({ ...post, body: LARGE }));
    expect(failed).toMatchObject({ code: 'FHIR-007', kind: 'ambiguous' });
    expect(to.begun()).toBe(1);
  });

  it.each<[string, PlatformScript]>([
    ['the body is not read', () => {}],
    ['no answer', async (_, __, body) => void (await body())],
  ])('%s in time', async (_, script) => {
    const to = await platform(script);
    const failed = await fault(client(to.url, { timeoutMs: 400 }).send({ ...post, body: LARGE }));
    expect(failed).toMatchObject({ code: 'FHIR-007', reason: 'timeout' });
  });

  it('a yes to a request that has not wholly come', async () => {
    const to = await platform(response => void response.writeHead(200).end('{}'));
    const failed = await fault(client(to.url).send({ ...post, body: Buffer.alloc(30_000_000, ' ') }));
    expect(failed).toMatchObject({ code: 'FHIR-007', reason: 'early-answer' });
  });
});

describe('probe', () => {
  it.each<[string, PlatformScript, RegExp, boolean]>([
    [
      'describes itself',
      answering(200, { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' }),
      /HTTP 200, FHIR 4\.0\.1$/,
      false,
    ],
    [
      'is of another time',
      answering(200, { resourceType: 'CapabilityStatement', fhirVersion: '3.0.2' }),
      /FHIR 3\.0\.2 au lieu de 4\.0/,
      true,
    ],
    ['offers no description', answering(404), /HTTP 404, la plateforme ne se décrit pas/, false],
    ['refuses us', answering(403), /HTTP 403, la plateforme refuse la passerelle/, true],
    ['is ill', answering(500), /HTTP 500, la plateforme ne répond pas/, true],
    ['is something else', answering(200, { resourceType: 'Bundle' }), /sans CapabilityStatement/, true],
  ])('of a platform that %s', async (_, script, text, isWarning) => {
    const to = await platform(script);
    const clock = { now: () => new Date(Date.now() - 5 * 86_400_000) };
    const { lines, warnings } = await client(to.url, { auth: MTLS, clock }).probe();
    expect(lines[0]).toBe(
      `Connexion avec la plateforme FHIR (${new URL(to.url).host}, TLSv1.3) établie avec notre certificat`,
    );
    expect(lines).toContainEqual(expect.stringMatching(/^Certificat client « passerelle »/));
    expect(isWarning ? warnings : lines).toContainEqual(expect.stringMatching(text));
    expect(warnings).toHaveLength(isWarning ? 1 : 0);
    expect(to.received.map(({ method, path }) => [method, path])).toEqual([['GET', '/fhir/metadata']]);
  });

  it('warns of a certificate that ends soon', async () => {
    const to = await platform(answering(404));
    const { warnings, expiring } = await client(to.url).probe();
    expect([warnings.length, expiring]).toEqual([2, true]);
  });
});

describe('close', () => {
  it('waits for nothing: what became of what is in flight nobody knows, the rest has not left', async () => {
    const to = await platform(async (_response, _request, body) => void (await body()));
    const peer = client(to.url, { parallel: 2, rate: { count: 1, perMs: 60_000 } });
    const inFlight = fault(peer.send(post));
    await waitFor(() => to.received.length === 1);
    const queued = [fault(peer.send(post)), fault(peer.send(post))];
    await peer.close();
    expect(await inFlight).toMatchObject({ code: 'FHIR-007', kind: 'ambiguous' });
    for (const refused of queued) {
      expect(await refused).toMatchObject({ code: 'FHIR-004', reason: 'closing' });
    }
    expect(to.begun()).toBe(1);
  });
});
