import { once } from 'node:events';
import { Agent } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { FhirListenerOptions } from '../../../src/peers/fhir/listener.ts';
import { waitFor } from '../../kit/wait.ts';
import { closing } from './bed.ts';
import { ask, BLOC, dial, type Listening, listening, pui, route } from './listening.ts';

const BODY = '{"resourceType":"Bundle"}';
const AUTHORIZATION = `Authorization: ${BLOC.authorization}`;

/** What a connection brings until it ends. */
function read(socket: Socket): { text: string; isOpen: boolean } {
  const seen = { text: '', isOpen: true };
  socket.on('data', chunk => (seen.text += String(chunk)));
  socket.on('error', () => {});
  socket.on('close', () => (seen.isOpen = false));
  closing({ close: async () => void socket.destroy() });
  return seen;
}

/** Idle connections, with or without TLS. */
async function crowd(count: number, open: () => Promise<Socket>): Promise<{ isOpen: boolean }[]> {
  const sockets = await Promise.all(Array.from({ length: count }, open));
  return sockets.map(read);
}

/** A listener whose route waits for `release`. */
async function holding(change: Partial<FhirListenerOptions> = {}): Promise<Listening & { release(): void }> {
  const gates: (() => void)[] = [];
  const to = await listening({
    ...change,
    routes: [
      route('POST', '/x', undefined, async () => {
        await new Promise<void>(resolve => void gates.push(resolve));
        return { status: 200, body: { resourceType: 'Bundle' } };
      }),
    ],
  });
  return {
    ...to,
    release() {
      for (const open of gates.splice(0)) open();
    },
  };
}

describe('connections', () => {
  it.each<[string, (port: number) => Promise<Socket>]>([
    [
      'before their handshake',
      async port => {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      },
    ],
    ['after it', port => dial(port)],
  ])('that idle, a thousand of them %s, are bounded and hold up nobody', async (_, open) => {
    const to = await listening({ maxConnections: 20 });
    for (let batch = 0; batch < 10; batch++) {
      await crowd(100, () => open(to.port).catch(() => connect(to.port, '127.0.0.1')));
      expect(to.connections()).toBeLessThanOrEqual(20);
      expect((await ask(to, 'GET', '/fhir/metadata')).status).toBe(200);
    }
    expect(to.connections()).toBeLessThanOrEqual(20);
  });

  it('that have a request in hand do not make way; it is told once that there is no place', async () => {
    const to = await holding({ maxConnections: 2 });
    const inHand = [1, 2].map(() => ask(to, 'POST', '/x', { body: BODY }));
    await waitFor(() => to.asked.length === 2);
    for (let turn = 0; turn < 3; turn++) {
      await expect(ask(to, 'POST', '/x', { body: BODY })).rejects.toThrow(/disconnected|hang up|reset/);
    }
    to.release();
    expect((await Promise.all(inHand)).map(({ status }) => status)).toEqual([200, 200]);
    expect(to.failures).toEqual([expect.objectContaining({ code: 'FHIR_FULL' })]);
  });

  it('are used again', async () => {
    const to = await listening();
    const agent = new Agent({ keepAlive: true });
    closing({ close: async () => agent.destroy() });
    for (let turn = 0; turn < 3; turn++) {
      expect((await ask(to, 'POST', '/fhir/dmi/Bundle', { agent, body: BODY })).status).toBe(200);
    }
    expect([to.connections(), to.asked.length]).toEqual([1, 3]);
  });
});

describe('a slow client is not waited for:', () => {
  it.each<[string, (port: number) => Promise<Socket>, string]>([
    ['no handshake', async port => connect(port, '127.0.0.1'), ''],
    ['half a handshake', async port => connect(port, '127.0.0.1').setNoDelay(true), ''],
    ['no request', port => dial(port), 'HTTP/1.1 408 '],
    [
      'headers without end',
      async port => {
        const socket = await dial(port);
        socket.write('POST /fhir/dmi/Bundle HTTP/1.1\r\nHost: x\r\n');
        return socket;
      },
      'HTTP/1.1 408 ',
    ],
    [
      'a body without end',
      async port => {
        const socket = await dial(port);
        socket.write(`POST /fhir/dmi/Bundle HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\n`);
        socket.write('Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
        return socket;
      },
      'HTTP/1.1 408 ',
    ],
    [
      'a body without end, of nobody',
      async port => {
        const socket = await dial(port);
        socket.write('POST /fhir/dmi/Bundle HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
        return socket;
      },
      'HTTP/1.1 401 ',
    ],
  ])('%s', async (name, open, begin) => {
    const to = await listening({ headersMs: 500, requestMs: 700 });
    const socket = await open(to.port);
    // The first bytes of a ClientHello.
    if (name === 'half a handshake') socket.write(Buffer.from('1603010200010001fc0303', 'hex'));
    const seen = read(socket);
    await waitFor(() => !seen.isOpen);
    expect(seen.text.startsWith(begin)).toBe(true);
    expect(seen.text.includes('"OperationOutcome"')).toBe(begin !== '');
    await waitFor(() => to.connections() === 0);
    expect(to.asked).toEqual([]);
  });

  it('an answer that it does not take', async () => {
    const large = Buffer.alloc(30_000_000, ' ');
    const to = await listening({
      requestMs: 300,
      routes: [route('GET', '/x', undefined, async () => ({ status: 200, body: large }))],
    });
    const socket = await dial(to.port);
    closing({ close: async () => void socket.destroy() });
    socket.write(`GET /x HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\n\r\n`);
    socket.pause();
    await waitFor(() => to.reports.length === 1);
    expect(to.reports[0]).toMatchObject({ status: 200, isAnswered: false });
    await waitFor(() => to.connections() === 0);
  });
});

describe('requests in hand', () => {
  it('are bounded: 503 with Retry-After', async () => {
    const callers = [{ name: 'bloc', token: async () => 'jeton-du-bloc', flows: [] }];
    const to = await holding({ maxRequests: 3, callers });
    const inHand = [1, 2, 3].map(() => ask(to, 'POST', '/x', { body: BODY }));
    await waitFor(() => to.asked.length === 3);
    const refused = await ask(to, 'POST', '/x', { body: BODY });
    expect(refused).toMatchObject({
      status: 503,
      issue: { code: 'transient' },
      headers: { 'retry-after': '5' },
    });
    to.release();
    expect((await Promise.all(inHand)).map(({ status }) => status)).toEqual([200, 200, 200]);
    const next = ask(to, 'POST', '/x', { body: BODY });
    await waitFor(() => to.asked.length === 4);
    to.release();
    expect((await next).status).toBe(200);
  });

  it('of one caller leave room for the others', async () => {
    const to = await holding({ maxRequests: 4 });
    const inHand = [1, 2].map(() => ask(to, 'POST', '/x', { body: BODY }));
    await waitFor(() => to.asked.length === 2);
    expect((await ask(to, 'POST', '/x', { body: BODY })).status).toBe(503);
    const other = ask(to, 'POST', '/x', { body: BODY, headers: {}, ...pui });
    await waitFor(() => to.asked.length === 3);
    to.release();
    expect((await other).status).toBe(200);
    await Promise.all(inHand);
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['announced', {}],
    ['chunked', { 'content-length': undefined, 'transfer-encoding': 'chunked' }],
  ])('hold a bounded part of memory (%s)', async (_, how) => {
    const callers = [{ name: 'bloc', token: async () => 'jeton-du-bloc', flows: [] }];
    const to = await holding({ maxBytes: 100_000, maxHeldBytes: 400_000, callers });
    const large = { body: Buffer.alloc(100_000, ' '), headers: { ...BLOC, ...how } };
    const inHand = [1, 2, 3, 4].map(() => ask(to, 'POST', '/x', large));
    await waitFor(() => to.asked.length === 4);
    expect((await ask(to, 'POST', '/x', large)).status).toBe(503);
    const small = ask(to, 'POST', '/x', { body: BODY });
    await waitFor(() => to.asked.length === 5);
    to.release();
    expect((await small).status).toBe(200);
    expect((await Promise.all(inHand)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('that are small take no room, whether they say their size or not', async () => {
    const to = await holding({ maxBytes: 1_000_000, maxHeldBytes: 1_000_000 });
    const chunked = { ...BLOC, 'content-length': undefined, 'transfer-encoding': 'chunked' };
    const inHand = Array.from({ length: 6 }, () => ask(to, 'POST', '/x', { body: BODY, headers: chunked }));
    await waitFor(() => to.asked.length === 6);
    to.release();
    expect((await Promise.all(inHand)).map(({ status }) => status)).toEqual(Array.from(inHand, () => 200));
    expect(to.asked.map(({ body }) => Buffer.from(body).toString())).toEqual(Array.from(inHand, () => BODY));
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['announced', {}],
    ['chunked', { 'content-length': undefined, 'transfer-encoding': 'chunked' }],
  ])('larger than is admitted are refused (%s)', async (_, how) => {
    const to = await listening({ maxBytes: 100_000 });
    const large = { body: Buffer.alloc(1_000_000, ' '), headers: { ...BLOC, ...how } };
    const refused = await ask(to, 'POST', '/fhir/dmi/Bundle', large).catch(() => 'cut');
    // Who still sends when the connection is closed may not hear why.
    expect(refused).toSatisfy(said => said === 'cut' || (said as { status: number }).status === 413);
    await waitFor(() => to.reports.length === 1);
    expect([to.reports[0]?.status, to.asked]).toEqual([413, []]);
  });

  it('have their answers counted until they are taken; a caller that takes none gets no more, the others do', async () => {
    // More than the system's buffers take.
    const answer = Buffer.alloc(20_000_000, ' ');
    const to = await listening({
      maxHeldBytes: 80_000_000,
      routes: [route('GET', '/x', undefined, async () => ({ status: 200, body: answer }))],
    });
    const sockets = await Promise.all(Array.from({ length: 10 }, () => dial(to.port)));
    for (const socket of sockets) {
      closing({ close: async () => void socket.destroy() });
      socket.pause();
      socket.write(`GET /x HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\n\r\n`);
    }
    await waitFor(() => to.asked.length === 10);
    await waitFor(() => to.reports.length === 8);
    expect(to.reports.map(({ status }) => status)).toEqual(Array.from(to.reports, () => 503));
    const refused = await ask(to, 'GET', '/x');
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect((await ask(to, 'GET', '/x', { headers: {}, ...pui })).text).toHaveLength(answer.length);
    for (const socket of sockets) socket.destroy();
    await waitFor(() => to.connections() === 0);
    expect((await ask(to, 'GET', '/x')).status).toBe(200);
  });

  it('give their room back when the caller has left, and what it has begun has ended', async () => {
    const callers = [{ name: 'bloc', token: async () => 'jeton-du-bloc', flows: [] }];
    const to = await holding({ maxRequests: 1, callers });
    for (const sent of ['{', '{}']) {
      const socket = await dial(to.port);
      socket.write(`POST /x HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\nContent-Length: 2\r\n\r\n${sent}`);
      await waitFor(async () => (await ask(to, 'POST', '/x', { body: BODY })).status === 503);
      to.reports.splice(0);
      socket.destroy();
      await waitFor(() => to.reports.length === 1);
      expect(to.reports[0]).toMatchObject({ route: '/x', caller: 'bloc', isAnswered: false });
    }
    // Its answer is still being made: callers that leave and come again take no more room than others.
    expect((await ask(to, 'POST', '/x', { body: BODY })).status).toBe(503);
    to.release();
    await waitFor(async () => (await ask(to, 'GET', '/y')).status === 404);
    const next = ask(to, 'POST', '/x', { body: BODY });
    await waitFor(() => to.asked.length === 2);
    to.release();
    expect((await next).status).toBe(200);
    expect(to.failures).toEqual([]);
  });
});

describe('a caller that leaves', () => {
  it('before its answer is told to whoever makes that; one that has its answer has not left', async () => {
    const to = await holding();
    const socket = await dial(to.port);
    socket.write(`POST /x HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\nContent-Length: 2\r\n\r\n{}`);
    await waitFor(() => to.asked.length === 1);
    expect(to.asked[0]?.signal.aborted).toBe(false);
    socket.destroy();
    await waitFor(() => to.asked[0]?.signal.aborted === true);
    const stays = ask(to, 'POST', '/x', { body: BODY });
    await waitFor(() => to.asked.length === 2);
    to.release();
    expect((await stays).status).toBe(200);
    await waitFor(() => to.reports.length === 2);
    expect(to.asked[1]?.signal.aborted).toBe(false);
  });
});

describe('a hostile peer', () => {
  const post = 'POST /fhir/dmi/Bundle HTTP/1.1\r\nHost: x\r\n';

  it.each<[string, string, number]>([
    ['speaks no HTTP', 'MSH|^~\\&|x\r\r', 400],
    ['sends headers without end', `${post}X: ${'a'.repeat(100_000)}`, 431],
    ['says two lengths', `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400],
    ['says a length and chunks', `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    ['says a length that is none', `${post}${AUTHORIZATION}\r\nContent-Length: -1\r\n\r\n`, 400],
    ['folds its headers', `${post}X: a\r\n\tb\r\n\r\n`, 400],
    ['sends a bad chunk', `${post}${AUTHORIZATION}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    ['asks without a host', 'GET /fhir/metadata HTTP/1.1\r\n\r\n', 400],
  ])('that %s is answered with an OperationOutcome where it can be', async (_, text, status) => {
    const to = await listening();
    const socket = await dial(to.port);
    const seen = read(socket);
    socket.write(text);
    await waitFor(() => !seen.isOpen || seen.text.includes('\r\n\r\n'));
    expect(seen.text.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    expect(to.asked).toEqual([]);
    expect((await ask(to, 'GET', '/fhir/metadata')).status).toBe(200);
  });

  it('that sends rubbish after a request gets no answer in the place of that request’s', async () => {
    const to = await holding();
    const socket = await dial(to.port);
    const seen = read(socket);
    socket.write(`POST /x HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\nContent-Length: 2\r\n\r\n{}`);
    await waitFor(() => to.asked.length === 1);
    socket.write('rubbish\r\n\r\n');
    await waitFor(() => !seen.isOpen);
    expect(seen.text).toBe('');
    to.release();
    expect(to.reports).toEqual([expect.objectContaining({ status: undefined, isAnswered: false })]);
  });

  it('that speaks no TLS is told to the log', async () => {
    const to = await listening();
    const socket = connect(to.port, '127.0.0.1');
    const seen = read(socket);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await waitFor(() => !seen.isOpen && to.failures.length === 1);
    expect(to.failures).toEqual([expect.objectContaining({ code: expect.stringMatching(/^ERR_SSL_/) })]);
  });

  it('that breaks off everywhere leaves nothing behind', async () => {
    const to = await listening();
    const whole = `${post}${AUTHORIZATION}\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
    for (let at = 0; at <= whole.length; at += 9) {
      const socket: TLSSocket = await dial(to.port);
      await new Promise<void>(resolve => void socket.write(whole.slice(0, at) || ' ', () => resolve()));
      if (at % 2 === 0) socket.destroy();
      else socket.end();
    }
    await waitFor(() => to.connections() === 0);
    expect((await ask(to, 'GET', '/fhir/metadata')).status).toBe(200);
    expect(to.failures).toEqual([]);
  });
});

describe('stop', () => {
  it('lets requests in hand be answered, ends the rest, and takes nothing more', async () => {
    const to = await holding();
    const agent = new Agent({ keepAlive: true });
    closing({ close: async () => agent.destroy() });
    const inHand = ask(to, 'POST', '/x', { body: BODY, agent });
    await waitFor(() => to.asked.length === 1);
    const idle = read(await dial(to.port));
    const handshaking = read(connect(to.port, '127.0.0.1'));
    await waitFor(() => to.connections() === 3);
    let isStopped = false;
    const stopped = to.stop(60_000).then(() => (isStopped = true));
    await waitFor(() => !idle.isOpen && !handshaking.isOpen);
    await expect(ask(to, 'POST', '/x', { body: BODY })).rejects.toThrow('ECONNREFUSED');
    expect(isStopped).toBe(false);
    to.release();
    const answer = await inHand;
    expect([answer.status, answer.headers.connection]).toEqual([200, 'close']);
    await stopped;
    expect([to.connections(), to.failures]).toEqual([0, []]);
  });

  it('refuses what comes on a connection that is still in use', async () => {
    const to = await holding();
    const socket = await dial(to.port);
    const seen = read(socket);
    const text = `POST /x HTTP/1.1\r\nHost: x\r\n${AUTHORIZATION}\r\nContent-Length: 2\r\n\r\n{}`;
    socket.write(text);
    await waitFor(() => to.asked.length === 1);
    const stopped = to.stop(60_000);
    socket.write(text);
    to.release();
    await stopped;
    expect(seen.text.match(/HTTP\/1\.1 \d+/g)?.[0]).toBe('HTTP/1.1 200');
    expect(to.asked).toHaveLength(1);
  });

  it('does not wait longer than its grace', async () => {
    const to = await holding();
    const inHand = ask(to, 'POST', '/x', { body: BODY }).catch(() => 'cut');
    await waitFor(() => to.asked.length === 1);
    await to.stop(50);
    expect(await inHand).toBe('cut');
    to.release();
    await waitFor(() => to.reports.length === 1);
    expect(to.reports[0]).toMatchObject({ isAnswered: false });
    expect(to.failures).toEqual([]);
  });
});
