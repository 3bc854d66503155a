import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildAck } from '../../src/formats/hl7/build-ack.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { RequestHead } from '../../src/formats/hl7/request-types.ts';
import type { Ack } from '../../src/formats/hl7/types.ts';
import { buildZam } from '../../src/formats/hl7/zam.ts';
import type { Hl7Peer } from '../../src/peers/interfaces.ts';
import { createMllpClient } from '../../src/peers/mllp/client.ts';
import { type Creator, startCreator } from '../../src/sandbox/creator.ts';
import { type Listening, startListening } from '../peers/mllp/server-peer.ts';

const NO_TLS = { mode: 'none', ca: undefined, cert: undefined, key: undefined } as const;
const HEAD: RequestHead = {
  sender: { application: ['SIL-Y'], facility: ['LABO_Y'] },
  receiver: { application: ['PFI'], facility: ['CHU_X'] },
  event: 'R01',
  controlId: 'DEMANDE-1',
  processingId: 'P',
  charset: 'UNICODE UTF-8',
};

let creator: Creator;
let gateway: Hl7Peer;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  creator = await startCreator();
  gateway = createMllpClient({
    host: creator.host,
    port: creator.port,
    tls: NO_TLS,
    parallel: 1,
    timeoutMs: 500,
    maxAckBytes: 64 * 1024,
    clock: { now: () => new Date() },
  });
});

afterEach(async () => {
  await gateway.close();
  await creator.stop();
  for (const close of closing.splice(0)) await close();
});

function zam(controlId: string, change: Partial<Parameters<typeof buildZam>[0]> = {}): Uint8Array {
  return buildZam({
    kind: 'Z02',
    head: HEAD,
    controlId,
    time: new Date('2026-11-20T08:00:00Z'),
    recipient: { address: 'adam.hoda@hopital-b.mssante.fr', identifier: '801234567897' },
    error: undefined,
    ...change,
  });
}

const deliver = (id: string, message = zam(id)): Promise<Ack> => gateway.send(message, id);

describe('what it hears', () => {
  test('a receipt is taken, and acknowledged by its own event', async () => {
    expect(await deliver('Z1')).toEqual({ code: 'AA', controlId: 'Z1', errors: [] });
    const refused = zam('Z2', { kind: 'Z03', error: { code: '902', label: 'Patient inconnu' } });
    await deliver('Z2', refused);
    expect(creator.received()).toMatchObject([
      {
        event: 'Z02',
        controlId: 'Z1',
        request: 'DEMANDE-1',
        status: 'Y',
        address: 'adam.hoda@hopital-b.mssante.fr',
        error: undefined,
        repetitions: 0,
        conflicting: false,
      },
      { event: 'Z03', controlId: 'Z2', status: 'N', error: { code: '902', label: 'Patient inconnu' } },
    ]);
    expect(creator.received()[1]?.raw.equals(Buffer.from(refused))).toBe(true);
  });

  test('a repetition is counted and gets the same ACK; other bytes under its name are noticed', async () => {
    await deliver('Z1');
    await deliver('Z1');
    expect(creator.received()).toMatchObject([{ repetitions: 1, conflicting: false }]);
    await deliver('Z1', zam('Z1', { kind: 'Z03' }));
    expect(creator.received()).toMatchObject([{ event: 'Z02', repetitions: 2, conflicting: true }]);
  });

  test('what is no ZAM is refused', async () => {
    const mdm = Buffer.from(Buffer.from(zam('Z1')).toString().replace('ZAM^Z02^ZAM_Z01', 'MDM^T02^MDM_T02'));
    expect(await deliver('Z1', mdm)).toMatchObject({ code: 'AE', errors: [{ condition: { code: '200' } }] });
    expect(creator.received()).toEqual([]);
  });

  test('it can be waited for', async () => {
    const heard = creator.until('a ZAM', () => creator.received().length === 1);
    await deliver('Z1');
    await heard;
    expect(creator.received()).toMatchObject([{ controlId: 'Z1' }]);
  });
});

describe('an application that misbehaves', () => {
  test.each([
    ['later', 'AR'],
    ['refuse', 'AE'],
  ] as const)('%s: %s, nothing is taken, and then AA', async (behaviour, code) => {
    creator.behave(behaviour, 1);
    expect(await deliver('Z1')).toMatchObject({ code });
    expect(creator.received()).toEqual([]);
    expect(await deliver('Z1')).toMatchObject({ code: 'AA' });
  });

  test.each([
    ['drop', 'MLLP-003', 0],
    ['cut-before-reply', 'MLLP-003', 1],
    ['silent', 'MLLP-002', 1],
  ] as const)('%s: %s, and the repetition is answered', async (behaviour, code, repetitions) => {
    creator.behave(behaviour, 1);
    await expect(deliver('Z1')).rejects.toMatchObject({ code });
    expect(await deliver('Z1')).toMatchObject({ code: 'AA' });
    expect(creator.received()).toMatchObject([{ repetitions }]);
  });

  test('stopped, and started again on the same port with its memory', async () => {
    const { port } = creator;
    await deliver('Z1');
    await creator.stop();
    // The client may not have seen yet that its connection was closed.
    await expect(deliver('Z1')).rejects.toMatchObject({ code: expect.stringMatching(/^MLLP-00[13]$/) });
    await creator.restart();
    expect(creator.port).toBe(port);
    await deliver('Z1');
    expect(creator.received()).toMatchObject([{ repetitions: 1 }]);
  });
});

describe('what it asks', () => {
  async function listening(): Promise<Listening> {
    const started = await startListening({
      handle: async message =>
        buildAck({ request: parseMessage(message), code: 'AA', controlId: 'A1', time: new Date() }),
    });
    closing.push(() => started.server.stop(0));
    return started;
  }

  test('reaches the gateway that it was told of, many at once, also after it moved', async () => {
    await expect(creator.send(zam('1'))).rejects.toThrow('connectTo');
    const first = await listening();
    creator.connectTo({ host: '127.0.0.1', port: first.port });
    const ids = Array.from({ length: 10 }, (_, index) => `D${index}`);
    const acks = await Promise.all(ids.map(id => creator.send(zam(id))));
    expect(acks.map(({ controlId }) => controlId)).toEqual(ids);
    const second = await listening();
    creator.connectTo({ host: '127.0.0.1', port: second.port });
    expect(await creator.send(zam('M'))).toMatchObject({ code: 'AA', controlId: 'M' });
    expect(second.server.connections()).toBe(1);
  });

  test('goes on after a stop and a restart', async () => {
    const { port } = await listening();
    creator.connectTo({ host: '127.0.0.1', port });
    await creator.send(zam('1'));
    await creator.stop();
    await creator.restart();
    expect(await creator.send(zam('2'))).toMatchObject({ code: 'AA' });
  });
});
