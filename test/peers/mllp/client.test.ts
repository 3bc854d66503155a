import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { frame } from '../../../src/formats/hl7/framing.ts';
import { buildMdm } from '../../../src/formats/hl7/mdm.ts';
import type { Hl7Peer } from '../../../src/peers/interfaces.ts';
import { createMllpClient, type MllpClientOptions } from '../../../src/peers/mllp/client.ts';
import { mdmInput } from '../../formats/hl7/sample-input.ts';
import { failure } from '../../kit/failure.ts';
import { certificates } from '../../kit/certificates.ts';
import { ackTo, type MllpServer, type Reply, startMllpServer } from '../../kit/mllp-server.ts';

const NO_TLS = { mode: 'none', ca: undefined, cert: undefined, key: undefined } as const;
const TLS = { ...NO_TLS, mode: 'implicit', ca: certificates.ca } as const;
const DAY = 86_400_000;
const CLOCK = { now: () => new Date() };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function server(options: Parameters<typeof startMllpServer>[0] = {}): Promise<MllpServer> {
  const started = await startMllpServer(options);
  open.push({ close: () => started.stop() });
  return started;
}

function client(port: number, change: Partial<MllpClientOptions> = {}): Hl7Peer {
  const made = createMllpClient({
    host: '127.0.0.1',
    port,
    tls: NO_TLS,
    parallel: 1,
    timeoutMs: 5000,
    maxAckBytes: 64 * 1024,
    clock: CLOCK,
    ...change,
  });
  open.unshift(made);
  return made;
}

const message = (controlId: string, document = Buffer.from('<x/>')) =>
  buildMdm(mdmInput({ controlId, document }));
const sending = (peer: Hl7Peer, controlId: string) => peer.send(message(controlId), controlId);

/** The error that a promise ends with, as the journal will see it. */
describe('a round trip', () => {
  it('sends the bytes as they are and gives what the ACK says', async () => {
    const dpi = await server();
    const sent = message('1');
    const answer = await client(dpi.port).send(sent, '1');
    expect(dpi.frames.map(bytes => Buffer.from(bytes))).toEqual([Buffer.from(sent)]);
    expect(answer).toEqual({ code: 'AA', controlId: '1', errors: [] });
  });

  it.each<[Reply, string]>([
    ['AA', 'AA'],
    ['AE', 'AE'],
    ['AR', 'AR'],
    ['CA', 'CA'],
    ['split', 'AA'],
    ['twice', 'AA'],
  ])('%s is an answer, and the next message has its own', async (reply, code) => {
    const dpi = await server();
    dpi.script(reply);
    const peer = client(dpi.port);
    expect(await sending(peer, '1')).toMatchObject({ code, controlId: '1' });
    expect(await sending(peer, '2')).toMatchObject({ code: 'AA', controlId: '2' });
  });

  it.each<[Reply, string]>([
    ['silence', 'MLLP-002'],
    ['noise', 'HL7-002'],
    ['unending', 'HL7-002'],
    ['reset', 'MLLP-003'],
    ['close', 'MLLP-003'],
    ['garbage', 'HL7-002'],
    ['stranger', 'HL7-004'],
  ])('%s is ambiguous: %s, on a connection that is closed', async (reply, code) => {
    const dpi = await server();
    dpi.script(reply);
    const peer = client(dpi.port, { timeoutMs: 200 });
    expect(await failure(sending(peer, '1'))).toEqual({ code, kind: 'ambiguous' });
    await dpi.until(() => dpi.open === 0);
    expect(await sending(peer, '1')).toMatchObject({ code: 'AA', controlId: '1' });
    expect(dpi.connections).toBe(2);
    expect(Buffer.from(dpi.frames[0] ?? []).equals(dpi.frames[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it('never takes a late ACK for another message', async () => {
    const dpi = await server();
    dpi.script('silence');
    const peer = client(dpi.port, { timeoutMs: 200 });
    expect(await failure(sending(peer, '1'))).toMatchObject({ code: 'MLLP-002' });
    const second = sending(peer, '2');
    dpi.answerSilence();
    expect(await second).toMatchObject({ controlId: '2' });
  });

  it('carries 50 MB, no faster than the peer reads, and gets the ACK', async () => {
    const dpi = await server();
    const document = Buffer.alloc(50 * 1024 * 1024, 0x41);
    const large = message('1', document);
    dpi.stall(true);
    const answer = client(dpi.port).send(large, '1');
    await dpi.until(() => dpi.connections === 1);
    expect(dpi.frames).toHaveLength(0);
    dpi.stall(false);
    expect((await answer).code).toBe('AA');
    expect(Buffer.from(dpi.frames[0] ?? []).equals(large)).toBe(true);
  });

  it('gives up on a peer that stops reading', async () => {
    const dpi = await server();
    dpi.stall(true);
    const large = message('1', Buffer.alloc(700 * 1024, 0x41));
    const result = await failure(client(dpi.port, { timeoutMs: 200 }).send(large, '1'));
    expect(result).toEqual({ code: 'MLLP-002', kind: 'ambiguous' });
  });

  it.each([
    ['AE', 'stands', { code: 'AE' }],
    ['AA', 'proves nothing', { code: 'MLLP-003', kind: 'ambiguous' }],
  ] as const)('an %s that comes before the message has all left %s', async (code, _, expected) => {
    let accepted = 0;
    const early: Server = createServer(socket => {
      accepted++;
      socket.on('error', () => {});
      if (accepted > 1) return void socket.on('data', () => socket.write(frame(ackTo(message('2'), 'AA'))));
      socket.pause();
      socket.write(frame(ackTo(message('1'), code)));
    });
    early.listen(0, '127.0.0.1');
    await once(early, 'listening');
    open.push({ close: async () => void early.close() });
    const address = early.address();
    const peer = client(typeof address === 'object' ? (address?.port ?? 0) : 0);
    const answer = peer.send(message('1', Buffer.alloc(20 * 1024 * 1024, 0x41)), '1');
    expect(await answer.catch(() => failure(answer))).toMatchObject(expected);
    expect((await sending(peer, '2')).code).toBe('AA');
    expect(accepted).toBe(2);
  });
});

describe('connections', () => {
  it('are used again, one message in flight on each', async () => {
    const dpi = await server();
    const peer = client(dpi.port);
    for (const id of ['1', '2', '3']) await sending(peer, id);
    expect(dpi.connections).toBe(1);
  });

  it('are as many as `parallel`, and the rest wait their turn', async () => {
    const dpi = await server();
    dpi.script(...Array.from({ length: 7 }, (): Reply => 'silence'));
    const peer = client(dpi.port, { parallel: 3 });
    const ids = ['1', '2', '3', '4', '5', '6', '7'];
    const all = Promise.all(ids.map(id => sending(peer, id)));
    for (const arrived of [3, 6, 7]) {
      await dpi.until(() => dpi.frames.length === arrived);
      dpi.answerSilence();
    }
    expect((await all).map(ack => ack.controlId)).toEqual(ids);
    expect([dpi.connections, dpi.mostWaiting]).toEqual([3, 3]);
  });

  it('that the peer closed while idle are replaced before anything is sent', async () => {
    const dpi = await server();
    const peer = client(dpi.port);
    await sending(peer, '1');
    dpi.hangUp();
    await dpi.until(() => dpi.open === 0);
    expect(await sending(peer, '2')).toMatchObject({ code: 'AA' });
    expect(dpi.connections).toBe(2);
  });

  it('on which something comes unasked are closed', async () => {
    const dpi = await server();
    const peer = client(dpi.port);
    await sending(peer, '1');
    dpi.say(frame(ackTo(message('2'), 'AA')));
    await dpi.until(() => dpi.open === 0);
    dpi.script('AE');
    expect(await sending(peer, '2')).toMatchObject({ code: 'AE' });
  });

  it('are refused while nobody listens: nothing reached', async () => {
    const dpi = await server();
    const { port } = dpi;
    await dpi.stop();
    open.pop();
    const peer = client(port);
    const nobody = { code: 'MLLP-001', kind: 'unreachable' };
    expect(await failure(sending(peer, '1'))).toEqual(nobody);
    expect(await failure(peer.probe())).toEqual(nobody);
  });
});

describe('close', () => {
  it('lets what is in flight end, and refuses the rest', async () => {
    const dpi = await server();
    dpi.script('silence');
    const peer = client(dpi.port);
    const inFlight = sending(peer, '1');
    const queued = failure(sending(peer, '2'));
    await dpi.until(() => dpi.frames.length === 1);
    const closed = peer.close();
    expect(await queued).toEqual({ code: 'MLLP-001', kind: 'unreachable' });
    expect(await failure(sending(peer, '3'))).toMatchObject({ code: 'MLLP-001' });
    dpi.answerSilence();
    expect(await inFlight).toMatchObject({ code: 'AA' });
    await closed;
    await dpi.until(() => dpi.open === 0);
    expect(dpi.frames).toHaveLength(1);
  });
});

describe('TLS', () => {
  const mutual = {
    ...certificates.server,
    ca: certificates.ca,
    requestCert: true,
    rejectUnauthorized: true,
  };

  it('carries messages to a server whose certificate is trusted', async () => {
    const dpi = await server({ tls: certificates.server });
    expect(await sending(client(dpi.port, { tls: TLS }), '1')).toMatchObject({ code: 'AA' });
    expect(await sending(client(dpi.port, { tls: TLS, host: 'localhost' }), '1')).toMatchObject({
      code: 'AA',
    });
  });

  it('shows our certificate where one is asked for', async () => {
    const dpi = await server({ tls: mutual });
    expect(await sending(client(dpi.port, { tls: { ...TLS, ...certificates.client } }), '1')).toMatchObject({
      code: 'AA',
    });
  });

  it.each([
    ['an authority that is not ours', certificates.server, { ...TLS, ca: certificates.otherCa }],
    ['another host’s certificate', certificates.stranger, TLS],
    ['an expired certificate', certificates.expired, TLS],
    ['no certificate of ours, TLS 1.2', { ...mutual, maxVersion: 'TLSv1.2' as const }, TLS],
  ])('fails on %s: MLLP-004, nothing sent', async (_, tls, ours) => {
    const dpi = await server({ tls });
    const result = await failure(sending(client(dpi.port, { tls: ours }), '1'));
    expect(result).toEqual({ code: 'MLLP-004', kind: 'unreachable' });
    expect(dpi.frames).toHaveLength(0);
  });

  it('fails on no certificate of ours with TLS 1.3, where the server says so after our first bytes', async () => {
    const dpi = await server({ tls: mutual });
    const result = await failure(sending(client(dpi.port, { tls: TLS }), '1'));
    // A reset may overtake the alert; then nothing tells that the message was not taken.
    expect(['MLLP-004', 'MLLP-003']).toContain(result.code);
    expect(result.kind).toBe(result.code === 'MLLP-003' ? 'ambiguous' : 'unreachable');
    expect(dpi.frames).toHaveLength(0);
  });

  it('fails on a server that does not speak it', async () => {
    const dpi = await server();
    const peer = client(dpi.port, { tls: TLS, timeoutMs: 300 });
    expect(await failure(sending(peer, '1'))).toEqual({
      code: 'MLLP-004',
      kind: 'unreachable',
    });
  });
});

describe('probe', () => {
  it('tells of a connection in the clear and sends nothing', async () => {
    const dpi = await server();
    const report = await client(dpi.port).probe();
    expect(report).toEqual({
      lines: [`Connexion MLLP à 127.0.0.1:${dpi.port} établie, en clair`],
      warnings: [],
    });
    await dpi.until(() => dpi.open === 0);
    expect(dpi.frames).toHaveLength(0);
  });

  it('tells of the server’s certificates and of ours', async () => {
    const dpi = await server({ tls: certificates.server });
    const tls = { ...TLS, ...certificates.client };
    // The certificates were made for thirty days when the tests began.
    const earlier = { now: () => new Date(Date.now() - 10 * DAY) };
    const report = await client(dpi.port, { tls, clock: earlier }).probe();
    expect(report.lines[0]).toMatch(/établie, chiffrée \(TLSv1\.3\)$/);
    expect(report.lines.slice(1)).toEqual([
      expect.stringMatching(/^Certificat « localhost »/),
      expect.stringMatching(/^Certificat « Autorité des tests »/),
      expect.stringMatching(/^Certificat client « passerelle »/),
    ]);
    expect(report.warnings).toEqual([]);
    expect((await client(dpi.port, { tls }).probe()).warnings).toHaveLength(3);
  });
});
