import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { frame } from '../../../src/formats/hl7/framing.ts';
import { waitFor } from '../../kit/wait.ts';
import { dial, type Listening, NO_MESSAGE, type Peer, startListening } from './server-peer.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function listening(): Promise<Listening> {
  const started = await startListening();
  closing.push(() => started.server.stop(0));
  return started;
}

async function peer(port: number): Promise<Peer> {
  const made = await dial(port);
  closing.push(() => made.socket.destroy());
  return made;
}

const EMPTY = '\v\x1c\r';
const numbered = (count: number, begin = '') => Array.from({ length: count }, (_, n) => `${begin}${n}`);
const none = (count: number) => numbered(count, NO_MESSAGE);
const acks = (messages: readonly string[]) => messages.map(message => `ACK ${message}`);
/** All in one write. */
const sendAll = (to: Peer, messages: readonly string[]) =>
  to.write(Buffer.concat(messages.map(message => frame(Buffer.from(message)))));

describe('thousands of messages at once', () => {
  it('are answered in order, and keep nobody from being answered between them', async () => {
    const { port, handled } = await listening();
    const [flood, other] = [await peer(port), await peer(port)];
    const messages = numbered(4_000);
    sendAll(flood, messages);
    await waitFor(() => handled.length > 0);
    expect(await other.ask('autre')).toBe('ACK autre');
    expect(handled.length).toBeLessThan(messages.length);
    await flood.answered(messages.length);
    expect(flood.answers).toEqual(acks(messages));
  });

  it('are not handled any more once their sender has gone', async () => {
    const { port, server, handled } = await listening();
    const flood = await peer(port);
    sendAll(flood, numbered(4_000));
    await waitFor(() => handled.length > 0);
    flood.socket.resetAndDestroy();
    await waitFor(() => server.connections() === 0);
    const before = handled.length;
    expect(await (await peer(port)).ask('autre')).toBe('ACK autre');
    expect([before < 4_000, handled.length - before]).toEqual([true, 1]);
  });
});

describe('empty blocks', () => {
  it('are no messages', async () => {
    const { port, handled, failures, unreadable } = await listening();
    const lab = await peer(port);
    lab.write(EMPTY.repeat(20_000));
    expect(await lab.ask('un')).toBe('ACK un');
    lab.write(EMPTY.repeat(20_000));
    expect(await lab.ask('deux')).toBe('ACK deux');
    expect([handled, failures, unreadable]).toEqual([['un', 'deux'], [], []]);
  });

  it('and nothing else: their sender does not speak MLLP, wherever the stream is cut', async () => {
    const { port, handled, failures } = await listening();
    const lab = await peer(port);
    // Now in a block, now outside, each time that we look.
    for (let sent = 0; sent < 100 && lab.isOpen; sent++) {
      for (const part of [`${EMPTY.repeat(999)}\v`, '\x1c\r']) {
        lab.write(part);
        await nextTurn();
        await nextTurn();
      }
    }
    await lab.ended();
    expect(failures).toMatchObject([{ code: 'MLLP_NOT_SPOKEN' }]);
    expect(handled).toEqual([]);
  });
});

describe('messages that nobody can read', () => {
  it('are answered, a hundred in a row; then the connection ends, and the log has heard twice of them', async () => {
    const { port, server, handled, failures, unreadable } = await listening();
    const flood = await peer(port);
    sendAll(flood, none(10_000));
    await flood.ended();
    flood.socket.end();
    await waitFor(() => server.connections() === 0);
    expect(flood.answers).toEqual(acks(none(100)));
    expect(handled).toHaveLength(100);
    expect(unreadable).toEqual([
      { count: 1, isConnectionEnded: false },
      { count: 100, isConnectionEnded: true },
    ]);
    expect(failures).toEqual([]);
    expect(await (await peer(port)).ask('autre')).toBe('ACK autre');
  });

  it('are counted anew after each that can be read', async () => {
    const { port, server, unreadable } = await listening();
    const lab = await peer(port);
    const messages = [...none(99), 'un', ...none(99), 'deux', ...none(1), 'trois', ...none(2)];
    sendAll(lab, messages);
    await lab.answered(messages.length);
    expect(lab.answers).toEqual(acks(messages));
    expect(lab.isOpen).toBe(true);
    lab.socket.end();
    await waitFor(() => server.connections() === 0);
    expect(unreadable.map(({ count }) => count)).toEqual([1, 99, 1, 99, 1, 1, 2]);
    expect(unreadable.some(({ isConnectionEnded }) => isConnectionEnded)).toBe(false);
  });

  it('are counted for each connection alone', async () => {
    const { port, unreadable } = await listening();
    const labs = [await peer(port), await peer(port), await peer(port)];
    for (const lab of labs) sendAll(lab, none(60));
    for (const lab of labs) await lab.answered(60);
    for (const lab of labs) expect(await lab.ask('un')).toBe('ACK un');
    expect(unreadable.map(({ count }) => count).toSorted((a, b) => a - b)).toEqual([1, 1, 1, 60, 60, 60]);
  });
});
