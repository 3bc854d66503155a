import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { frame } from '../../../src/formats/hl7/framing.ts';
import { createAuthority } from '../../../src/sandbox/certificates.ts';
import { certificates } from '../../kit/certificates.ts';
import { failureOf } from '../../kit/failure.ts';
import { waitFor } from '../../kit/wait.ts';
import {
  dial,
  type Listening,
  type ListeningChange,
  type Peer,
  startListening,
  text,
} from './server-peer.ts';

const MEBIBYTE = 1024 * 1024;
const SECURE = { ...certificates.server, clientCa: undefined };
const MUTUAL = { ...certificates.server, clientCa: certificates.ca };
const TRUSTING = { ca: certificates.ca };
const STRANGER = createAuthority('Autre autorité').issue({ name: 'inconnu', usage: 'client' });
const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function listening(change: ListeningChange = {}): Promise<Listening> {
  const started = await startListening(change);
  closing.push(async () => {
    started.release();
    await started.server.stop(0);
  });
  return started;
}

async function peer(...to: Parameters<typeof dial>): Promise<Peer> {
  const made = await dial(...to);
  closing.push(() => made.socket.destroy());
  return made;
}

async function peers(count: number, port: number): Promise<Peer[]> {
  const made: Peer[] = [];
  while (made.length < count) made.push(await peer(port));
  return made;
}

describe('a connection', () => {
  it('has its messages handled one at a time, in order, and each answered', async () => {
    const { port, handled, inHand, hold, release } = await listening();
    const lab = await peer(port);
    hold();
    lab.write(Buffer.concat(['un', 'deux', 'trois'].map(message => frame(Buffer.from(message)))));
    await waitFor(() => handled.length === 1);
    const other = await peer(port);
    void other.ask('autre');
    await waitFor(() => handled.includes('autre'));
    expect(handled).toEqual(['un', 'autre']);
    release();
    await lab.answered(3);
    expect(lab.answers).toEqual(['ACK un', 'ACK deux', 'ACK trois']);
    expect(inHand.most).toBe(2);
  });

  it('is kept between messages', async () => {
    const { port, server } = await listening({ idleInFrameMs: 50 });
    const lab = await peer(port);
    await lab.ask('un');
    // Nothing but time, more than is allowed inside a frame, passes on another connection of the server.
    const other = await peer(port);
    other.write('\vMSH|');
    await other.ended();
    expect(await lab.ask('deux')).toBe('ACK deux');
    expect(server.connections()).toBeGreaterThanOrEqual(1);
  });

  it('that floods us waits with what we have not read', async () => {
    const { port, handled, hold, release } = await listening();
    const lab = await peer(port);
    hold();
    for (let sent = 0; sent < 40; sent++) lab.send(Buffer.alloc(MEBIBYTE, 0x41));
    await waitFor(() => handled.length === 1);
    // A conversation on another connection: time enough to read forty MiB.
    const other = await peer(port);
    const asked = other.ask('autre');
    await waitFor(() => handled.length === 2);
    expect(lab.socket.writableLength).toBeGreaterThan(10 * MEBIBYTE);
    release();
    await asked;
    await lab.answered(40);
  });

  it('carries a frame of the largest size, and its bytes as they are', async () => {
    const sizes: number[] = [];
    const message = Buffer.alloc(50 * MEBIBYTE, 'octets à l’aveugle \x1c ');
    const { port } = await listening({
      maxBytes: message.length,
      async handle(bytes) {
        sizes.push(bytes.byteLength);
        return Buffer.from(message.equals(bytes) ? 'same' : 'other');
      },
    });
    expect(await (await peer(port)).ask(message)).toBe('same');
    expect(sizes).toEqual([message.length]);
  });

  it.each([
    ['in the clear', undefined, undefined],
    ['over TLS', SECURE, TRUSTING],
  ])('that is half-closed after its message still gets the answer, %s', async (_, tls, ours) => {
    const { port, server, handled, hold, release, broken, failures } = await listening({ tls });
    const lab = await peer(port, ours);
    hold();
    lab.send('un');
    lab.socket.end();
    await waitFor(() => handled.length === 1);
    release();
    await lab.answered(1);
    await lab.ended();
    await waitFor(() => server.connections() === 0);
    expect([lab.answers, broken, failures]).toEqual([['ACK un'], [], []]);
  });

  it('may carry line ends and a little noise between frames', async () => {
    const { port } = await listening();
    const lab = await peer(port);
    lab.write(`\r\nbruit${'x'.repeat(40_000)}`);
    expect(await lab.ask('un')).toBe('ACK un');
    lab.write('y'.repeat(40_000));
    expect(await lab.ask('deux')).toBe('ACK deux');
  });

  it('that does not speak MLLP is closed', async () => {
    const { port, failures } = await listening();
    const browser = await peer(port);
    browser.write(`POST / HTTP/1.1\r\n${'x'.repeat(100_000)}`);
    await browser.ended();
    expect(failures).toMatchObject([{ code: 'MLLP_NOT_SPOKEN' }]);
  });

  it('whose message cannot be handled is closed without an answer', async () => {
    const { port, failures } = await listening({
      handle: async message => {
        if (text(message) === 'un') throw new Error('disk full');
        return message;
      },
    });
    const [lab, other] = await peers(2, port);
    lab?.send('un');
    await lab?.ended();
    expect(lab?.answers).toEqual([]);
    expect(failures).toMatchObject([{ message: 'disk full' }]);
    expect(await other?.ask('deux')).toBe('deux');
  });
});

it('a reset between frames is nothing to tell of', async () => {
  const { port, server, broken, failures } = await listening();
  const balancer = await peer(port);
  await balancer.ask('un');
  balancer.socket.resetAndDestroy();
  await waitFor(() => server.connections() === 0);
  expect([broken, failures]).toEqual([[], []]);
});

describe('a frame that does not come to its end', () => {
  it.each([
    ['by half-closing', (lab: Peer) => lab.socket.end()],
    ['by falling silent', () => {}],
  ])('%s is told with its beginning, and answered', async (_, stop) => {
    const { port, server, handled, broken } = await listening({ idleInFrameMs: 100 });
    const lab = await peer(port);
    expect(await lab.ask('entier')).toBe('ACK entier');
    lab.write(`\vMSH|coupé${'x'.repeat(100_000)}`);
    stop(lab);
    await lab.answered(2);
    await lab.ended();
    lab.socket.end();
    await waitFor(() => server.connections() === 0);
    expect(lab.answers).toEqual(['ACK entier', 'NAK cut']);
    expect(broken).toHaveLength(1);
    expect(broken[0]?.begin).toHaveLength(64 * 1024);
    expect(text(broken[0]?.begin ?? Buffer.of())).toMatch(/^MSH\|coup/);
    expect(handled).toEqual(['entier']);
  });

  it('by a reset is told, and logged', async () => {
    const { port, server, broken, failures } = await listening();
    const lab = await peer(port);
    lab.write('\vMSH|coupé');
    await waitFor(() => server.connections() === 1);
    await (await peer(port)).ask('autre');
    lab.socket.resetAndDestroy();
    await waitFor(() => broken.length === 1);
    await waitFor(() => failures.length === 1);
    expect(failures).toMatchObject([{ code: 'ECONNRESET' }]);
  });

  it('is not cut while it comes, however slowly, as long as it disturbs nobody', async () => {
    const { port } = await listening({ idleInFrameMs: 400 });
    const lab = await peer(port);
    lab.write('\v');
    const start = performance.now();
    for (const [index, letter] of ['g', 'o', 'u', 't', 't', 'e'].entries()) {
      await waitFor(() => performance.now() - start > (index + 1) * 80);
      lab.write(letter);
    }
    lab.write('\x1c\r');
    await lab.answered(1);
    expect(lab.answers).toEqual(['ACK goutte']);
  });

  it('is not told when we stop', async () => {
    const { port, server, broken } = await listening();
    const lab = await peer(port);
    lab.write('\vMSH|en route');
    await (await peer(port)).ask('autre');
    await server.stop(10_000);
    await lab.ended();
    expect(broken).toEqual([]);
  });
});

describe('a frame that is too large', () => {
  it('is told with its beginning and answered, the rest being read into nothing', async () => {
    const { port, handled, broken } = await listening();
    const lab = await peer(port);
    const before = process.memoryUsage().arrayBuffers;
    lab.write('\vMSH|énorme');
    const slice = Buffer.alloc(MEBIBYTE, 0x41);
    for (let sent = 0; sent < 200 && lab.socket.writable; sent++) {
      if (!lab.socket.write(slice)) await once(lab.socket, 'drain');
    }
    lab.write('\x1c\r');
    await lab.answered(1);
    expect(lab.answers).toEqual(['NAK too-large']);
    expect(broken).toHaveLength(1);
    expect(text(broken[0]?.begin ?? Buffer.of()).slice(0, 4)).toBe('MSH|');
    expect(broken[0]?.begin.byteLength).toBe(64 * 1024);
    expect(handled).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MEBIBYTE);
    await lab.ended();
  });

  it('comes after the answers to those before it', async () => {
    const { port } = await listening({ maxBytes: 10 });
    const lab = await peer(port);
    lab.write(Buffer.concat(['un', 'beaucoup trop', 'perdu'].map(each => frame(Buffer.from(each)))));
    await lab.ended();
    expect(lab.answers).toEqual(['ACK un', 'NAK too-large']);
  });

  it('needs no answer', async () => {
    const { port } = await listening({ maxBytes: 10, broken: () => undefined });
    const lab = await peer(port);
    lab.send('beaucoup trop');
    await lab.ended();
    expect(lab.answers).toEqual([]);
  });
});

describe('no peer starves another', () => {
  it('by never reading its answers', async () => {
    const answer = Buffer.alloc(32 * MEBIBYTE, 0x41);
    const { port, server, failures } = await listening({
      idleInFrameMs: 100,
      handle: async message => (text(message) === 'grand' ? answer : message),
    });
    const deaf = await peer(port);
    deaf.socket.pause();
    deaf.send('grand');
    const other = await peer(port);
    expect(await other.ask('un')).toBe('un');
    await waitFor(() => failures.length === 1, { timeoutMs: 60_000 });
    expect(failures).toMatchObject([{ code: 'MLLP_NOT_READ' }]);
    expect(await other.ask('deux')).toBe('deux');
    expect(server.connections()).toBe(1);
  }, 60_000);

  it('by holding every connection in a frame that hardly comes', async () => {
    const { promise: never } = Promise.withResolvers<Uint8Array>();
    let busy = 0;
    const { port, broken } = await listening({
      maxConnections: 6,
      async handle(message) {
        if (text(message) !== 'occupe') return Buffer.from(`ACK ${text(message)}`);
        busy += 1;
        return await never;
      },
    });
    const [last, ...slow] = await peers(6, port);
    for (const each of slow) each.write('\vMSH|');
    last?.send('occupe');
    await waitFor(() => busy === 1);
    const dribbling = setInterval(() => {
      for (const each of slow) if (each.isOpen) each.write('x');
    }, 100);
    closing.push(() => clearInterval(dribbling));
    await waitFor(async () => {
      const good = await peer(port);
      return (await good.ask('bon').catch(() => '')) === 'ACK bon';
    });
    expect(broken.length).toBeGreaterThanOrEqual(1);
    expect(broken.every(({ why }) => why === 'cut')).toBe(true);
  });

  it('by opening connections and leaving them idle: the oldest makes way', async () => {
    const { port, server } = await listening({ maxConnections: 3 });
    const [first, second, third] = await peers(3, port);
    for (const each of [second, third, first]) await each?.ask('un');
    const fourth = await peer(port);
    expect(await fourth.ask('un')).toBe('ACK un');
    await second?.ended();
    await waitFor(() => server.connections() === 3);
    for (const each of [first, third, fourth]) expect(await each?.ask('deux')).toBe('ACK deux');
  });

  it('but when all are at work a newcomer is refused, which is told once', async () => {
    const { port, handled, failures, hold, release } = await listening({ maxConnections: 2 });
    const busy = await peers(2, port);
    hold();
    for (const each of busy) each.send('un');
    await waitFor(() => handled.length === 2);
    for (const each of await peers(3, port)) await each.ended();
    expect(failures).toMatchObject([{ code: 'MLLP_FULL' }]);
    release();
    for (const each of busy) await each.answered(1);
    expect(await (await peer(port)).ask('deux')).toBe('ACK deux');
  });

  it('by large frames: so many at a time, small ones beside them, and all come to their end', async () => {
    const { port, handled, inHand, hold, release } = await listening({ maxBytes: 8 * MEBIBYTE });
    hold();
    const large = Buffer.alloc(6 * MEBIBYTE, 0x41);
    const many = await peers(10, port);
    for (const each of many) each.send(large);
    await waitFor(() => handled.length === 3);
    const small = await peer(port);
    const asked = small.ask('petit');
    await waitFor(() => handled.includes('petit'));
    expect(inHand.now).toBe(4);
    release();
    await asked;
    for (const each of many) await each.answered(1);
    expect(inHand.most).toBe(4);
  });

  it('by large frames that hardly come', async () => {
    const { port, broken } = await listening({ maxBytes: 8 * MEBIBYTE });
    const slow = await peers(3, port);
    for (const each of slow)
      each.write(Buffer.concat([Buffer.from('\vMSH|'), Buffer.alloc(2 * MEBIBYTE, 0x41)]));
    // A conversation on another connection: time enough for each to have its place.
    await waitFor(() => slow.every(({ socket }) => socket.writableLength === 0));
    expect(await (await peer(port)).ask('autre')).toBe('ACK autre');
    const dribbling = setInterval(() => {
      for (const each of slow) if (each.isOpen) each.write('x');
    }, 100);
    closing.push(() => clearInterval(dribbling));
    const good = await peer(port);
    expect(await good.ask(Buffer.alloc(4 * MEBIBYTE, 0x42))).toMatch(/^ACK B/);
    expect(broken.length).toBeGreaterThanOrEqual(1);
  });

  it('with two hundred of them', async () => {
    const { port, handled, broken, failures } = await listening({ maxConnections: 200 });
    const many = await peers(200, port);
    for (const [index, each] of many.entries()) for (let n = 0; n < 10; n++) each.send(`${index}-${n}`);
    for (const each of many) await each.answered(10);
    for (const [index, each] of many.entries()) {
      expect(each.answers).toEqual(Array.from({ length: 10 }, (_, n) => `ACK ${index}-${n}`));
    }
    expect(handled).toHaveLength(2000);
    expect([broken, failures]).toEqual([[], []]);
  });
});

describe('TLS', () => {
  it('carries messages, and knows the peer', async () => {
    const remotes: string[] = [];
    const { port } = await listening({
      tls: SECURE,
      handle: async (message, { remote }) => {
        remotes.push(remote);
        return message;
      },
    });
    const large = Buffer.alloc(MEBIBYTE, 0x41);
    expect(await (await peer(port, TRUSTING)).ask(large)).toHaveLength(large.length);
    expect(remotes).toEqual(['127.0.0.1']);
  });

  it('takes a client that shows a certificate of the authority', async () => {
    const { port } = await listening({ tls: MUTUAL });
    expect(await (await peer(port, { ...TRUSTING, ...certificates.client })).ask('un')).toBe('ACK un');
  });

  it.each([
    ['no certificate', TRUSTING],
    ['another authority’s', { ...TRUSTING, ...STRANGER }],
    ['TLS 1.1', { ...TRUSTING, ...certificates.client, ...OLD }],
  ])('refuses one that shows %s', async (_, ours) => {
    const { port, server, handled, failures } = await listening({ tls: MUTUAL });
    // With TLS 1.3 the handshake ends on our side before the server has judged it.
    const made = await dial(port, ours).catch(() => undefined);
    made?.send('un');
    await made?.ended();
    await waitFor(() => failures.length === 1 && server.connections() === 0);
    expect(handled).toEqual([]);
  });

  it('ends a handshake that does not end', async () => {
    const { port, server, failures } = await listening({ tls: SECURE, idleInFrameMs: 100 });
    const mute = await peer(port);
    await waitFor(() => server.connections() === 1);
    await mute.ended();
    await waitFor(() => server.connections() === 0);
    expect(failures).toMatchObject([{ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' }]);
  });

  it('lets handshakes that do not end take nobody’s place', async () => {
    const { port, server } = await listening({ tls: SECURE, maxConnections: 3 });
    for (let n = 0; n < 10; n++) await peer(port);
    await waitFor(() => server.connections() === 3);
    expect(await (await peer(port, TRUSTING)).ask('un')).toBe('ACK un');
  });

  it('hears of a peer that speaks none', async () => {
    const { port, handled, failures } = await listening({ tls: SECURE });
    const clear = await peer(port);
    clear.send('un');
    await clear.ended();
    expect(handled).toEqual([]);
    expect(failures).toHaveLength(1);
  });
});

describe('stop', () => {
  it('lets what is in hand be answered, and ends the rest', async () => {
    const { port, server, handled, hold, release } = await listening();
    const [busy, idle] = await peers(2, port);
    await idle?.ask('avant');
    hold();
    busy?.write(Buffer.concat([frame(Buffer.from('un')), frame(Buffer.from('deux'))]));
    await waitFor(() => handled.length === 2);
    const stopped = server.stop(10_000);
    await idle?.ended();
    await expect(dial(port)).rejects.toThrow('ECONNREFUSED');
    release();
    await busy?.ended();
    busy?.socket.end();
    await stopped;
    expect(busy?.answers).toEqual(['ACK un']);
    expect(handled).toEqual(['avant', 'un']);
    expect(server.connections()).toBe(0);
  });

  it('waits little for a peer that was sent away and stays', async () => {
    const { server, port, broken } = await listening({ maxBytes: 100, idleInFrameMs: 60_000 });
    const lab = await peer(port);
    lab.send('x'.repeat(200));
    await lab.answered(1);
    expect(broken).toHaveLength(1);
    const begun = performance.now();
    await server.stop(30_000);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('waits no longer than it is given', async () => {
    const { port, server, handled, hold } = await listening();
    const busy = await peer(port);
    hold();
    busy.send('un');
    await waitFor(() => handled.length === 1);
    await Promise.all([server.stop(50), server.stop(50)]);
    expect(server.connections()).toBe(0);
    await busy.ended();
    expect(busy.answers).toEqual([]);
  });
});

describe('an address that cannot be opened', () => {
  it('because another listens there is MLLP-005', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    closing.push(() => taken.close());
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const error = await failureOf(startListening({ port }));
    expect(error).toMatchObject({ code: 'MLLP-005', class: 'permanent', fields: { reason: 'EADDRINUSE' } });
  });

  it('because its key is none is MLLP-005', async () => {
    const error = await failureOf(startListening({ tls: { ...SECURE, key: 'rien' } }));
    expect(error).toMatchObject({ code: 'MLLP-005', class: 'permanent' });
  });
});
