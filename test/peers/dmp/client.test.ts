import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { certificates } from '../../kit/certificates.ts';
import { waitFor } from '../../kit/wait.ts';
import { client, closing, fault, LARGE, server, SMALL } from './bed.ts';
import type { ClosingServerData } from './closing-server.ts';
import { answering, FAULT } from './scripted-dmp.ts';

describe('a post', () => {
  it.each([
    ['repository', '', SMALL],
    ['registry', '/', SMALL],
    ['repository', '', LARGE],
  ] as const)(
    'goes to the service %s as it is, with our certificate (url + %j)',
    async (service, end, message) => {
      const dmp = await server(answering());
      const answer = await client(dmp.url + end).post(service, message);
      const whole = Buffer.concat(message.chunks);
      expect({ ...answer, body: Buffer.from(answer.body).toString() }).toEqual({
        status: 200,
        contentType: 'application/soap+xml',
        body: FAULT,
      });
      const [posted] = dmp.posted;
      expect(posted?.path).toBe(`/si-dmp-server/v2/services/${service}`);
      expect(posted?.headers).toMatchObject({
        'content-type': message.contentType,
        'content-length': String(whole.byteLength),
      });
      expect(posted?.headers['transfer-encoding']).toBeUndefined();
      expect(posted?.body.equals(whole)).toBe(true);
      expect(posted?.from).toBe('passerelle');
    },
  );

  it('uses its connection again, and as many as `parallel` at once', async () => {
    const waiting: (() => void)[] = [];
    const dmp = await server(async (response, request, body) => {
      await body();
      waiting.push(() => void answering()(response, request, async () => Buffer.alloc(0)));
    });
    const peer = client(dmp.url);
    const all = Promise.all([1, 2, 3, 4].map(() => peer.post('registry', SMALL)));
    for (const arrived of [2, 4]) {
      await waitFor(() => dmp.posted.length === arrived);
      expect(dmp.posted).toHaveLength(arrived);
      for (const answer of waiting.splice(0)) answer();
    }
    expect(await all).toHaveLength(4);
    expect(dmp.connections()).toBe(2);
  });

  it('names the server that it wants (SNI)', async () => {
    const names: (string | undefined)[] = [];
    const dmp = await server(answering(), {
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    await client(dmp.url.replace('127.0.0.1', 'localhost')).post('registry', SMALL);
    expect(names).toEqual(['localhost']);
  });
});

describe('an answer', () => {
  it.each([
    [200, 'application/soap+xml; charset=utf-8'],
    [200, 'text/xml'],
    [200, 'multipart/related; boundary=x'],
    [400, 'application/soap+xml'],
    [500, 'application/soap+xml'],
    [500, 'multipart/related; boundary=x; type="application/xop+xml"'],
    [400, 'text/html'],
    [401, 'text/html'],
    [403, 'text/html'],
    [404, 'text/plain'],
    [413, 'text/html'],
  ])('of status %d and type %s is given as it is', async (status, contentType) => {
    const dmp = await server(answering(status, { 'content-type': contentType }, 'é'));
    const answer = await client(dmp.url).post('repository', SMALL);
    expect(answer).toMatchObject({ status, contentType });
    expect(Buffer.from(answer.body).toString()).toBe('é');
  });

  it('that refuses a message before its end is given', async () => {
    const dmp = await server(response => void response.writeHead(413).end('non'));
    const answer = await client(dmp.url).post('repository', LARGE);
    expect(answer).toMatchObject({ status: 413, contentType: '' });
  });

  const at = new Date('2026-05-04T10:00:00Z');
  it.each<[number, string | undefined, number | undefined]>([
    [408, undefined, undefined],
    [429, '120', 120],
    [503, '0', 0],
    [503, 'Mon, 04 May 2026 10:01:30 GMT', 90],
    [503, 'Mon, 04 May 2026 09:00:00 GMT', undefined],
    [503, 'bientôt', undefined],
    [503, '-5', undefined],
    [503, '9999999999999', undefined],
  ])('of status %d asks for later: Retry-After %s', async (status, header, retryAfter) => {
    const headers = header === undefined ? {} : { 'retry-after': encodeURI(header).replaceAll('%20', ' ') };
    const dmp = await server(answering(status, headers));
    const failed = await fault(client(dmp.url, { clock: { now: () => at } }).post('repository', SMALL));
    expect(failed).toEqual({
      code: 'DMP-024',
      kind: 'unreachable',
      status,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  });

  it.each([502, 504])(
    'of status %d comes from a proxy, which does not know what the DMP did',
    async status => {
      const dmp = await server(answering(status, { 'content-type': 'text/html' }));
      const failed = await fault(client(dmp.url).post('repository', SMALL));
      expect(failed).toEqual({ code: 'DMP-003', kind: 'ambiguous', status });
    },
  );

  it.each<[string, number, Record<string, string>]>([
    ['a page', 200, { 'content-type': 'text/html' }],
    ['a redirection', 302, { 'content-type': 'text/html', location: '/' }],
    ['an error page', 500, { 'content-type': 'text/html' }],
    ['text', 200, { 'content-type': 'text/plain; x=text/xml' }],
  ])('that is %s cannot be read', async (_, status, headers) => {
    const dmp = await server(answering(status, headers));
    const failed = await fault(client(dmp.url).post('repository', SMALL));
    expect(failed).toMatchObject({ code: 'DMP-005', kind: 'ambiguous', status });
    expect(dmp.begun()).toBe(1);
  });

  it.each<
    [string, (write: (text: Buffer) => boolean, on: (event: 'drain', pump: () => void) => void) => void]
  >([
    ['long', write => void write(Buffer.alloc(70_000, ' '))],
    [
      'without end',
      (write, on) => {
        const pump = (): void => {
          while (write(Buffer.alloc(70_000, ' ')));
        };
        on('drain', pump);
        pump();
      },
    ],
  ])('that is too %s is left', async (_, fill) => {
    const dmp = await server(async (response, _, body) => {
      await body();
      response.writeHead(200, { 'content-type': 'text/xml' });
      fill(
        text => !response.destroyed && response.write(text),
        (event, pump) => void response.on(event, pump),
      );
    });
    const failed = await fault(client(dmp.url).post('repository', SMALL));
    expect(failed).toMatchObject({ code: 'DMP-005', status: 200, reason: 'too-large' });
  });
});

describe('a connection that its server closed between two posts', () => {
  it.each(['end', 'reset'] as const)('is given up before anything has left (%s)', async how => {
    const closed = new Int32Array(new SharedArrayBuffer(4));
    const { ca } = certificates;
    const data: ClosingServerData = { ...certificates.server, ca, how, closed };
    const worker = new Worker(new URL('./closing-server.ts', import.meta.url), { workerData: data });
    closing({ close: async () => void (await worker.terminate()) });
    const [port] = (await once(worker, 'message')) as [number];
    const peer = client(`https://127.0.0.1:${port}`);
    const answers: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const { body } = await peer.post('registry', SMALL);
      answers.push(Buffer.from(body).toString());
      Atomics.store(closed, 0, 0);
      worker.postMessage('close');
      // The end of the connection has arrived, and nobody here has had the time to read it.
      expect(Atomics.wait(closed, 0, 0, 10_000)).not.toBe('timed-out');
    }
    expect(answers).toEqual(['1', '2', '3']);
  });
});

describe('close', () => {
  it('waits for nothing: what became of what is in flight nobody knows, the rest has not left', async () => {
    const dmp = await server(async (_response, _request, body) => void (await body()));
    const peer = client(dmp.url, { parallel: 1 });
    const inFlight = fault(peer.post('registry', SMALL));
    await waitFor(() => dmp.posted.length === 1);
    const queued = fault(peer.post('registry', SMALL));
    await peer.close();
    expect(await inFlight).toMatchObject({ code: 'DMP-003', kind: 'ambiguous' });
    expect(await queued).toMatchObject({ code: 'DMP-001', reason: 'closing' });
  });
});
