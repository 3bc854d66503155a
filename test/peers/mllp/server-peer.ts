import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { createDeframer, frame } from '../../../src/formats/hl7/framing.ts';
import type { MllpEvents, MllpServer } from '../../../src/peers/interfaces.ts';
import { type MllpServerOptions, startMllpServer } from '../../../src/peers/mllp/server.ts';
import { waitFor } from '../../kit/wait.ts';

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** An application's end of a connection to the server that is tested. */
export interface Peer {
  readonly socket: Socket;
  /** Answers that came, without framing. */
  readonly answers: readonly string[];
  /** One frame; its bytes as they are. */
  send(message: string | Uint8Array): void;
  /** Bytes without framing. */
  write(bytes: string | Uint8Array): void;
  /** Sends a frame and gives the next answer. @throws Error when the connection ends first */
  ask(message: string | Uint8Array): Promise<string>;
  /** Until so many answers have come. @throws Error when the connection ends first */
  answered(count: number): Promise<void>;
  /** Until the other side has ended, or the connection has. */
  ended(): Promise<void>;
  readonly isOpen: boolean;
}

/** Connects; `tls` from the first byte. */
export async function dial(port: number, tls?: ConnectionOptions): Promise<Peer> {
  const options = { host: '127.0.0.1', port, allowHalfOpen: true } as const;
  const socket = tls === undefined ? connect(options) : connectTls({ ...options, ...tls });
  const peer = peerOn(socket);
  await once(socket, tls === undefined ? 'connect' : 'secureConnect');
  return peer;
}

function peerOn(socket: Socket): Peer {
  const deframer = createDeframer({ maxBytes: 64 * 1024 * 1024 });
  const answers: string[] = [];
  let isOpen = true;
  socket.on('data', chunk => answers.push(...deframer.push(chunk).map(text)));
  socket.on('error', () => {});
  for (const event of ['end', 'close'] as const) {
    socket.on(event, () => {
      isOpen = false;
    });
  }
  async function answered(count: number): Promise<void> {
    await waitFor(() => answers.length >= count || !isOpen, { what: `${count} answers` });
    if (answers.length < count) throw new Error('ended');
  }
  return {
    socket,
    answers,
    send: message => void socket.write(frame(Buffer.from(message))),
    write: bytes => void socket.write(bytes),
    async ask(message) {
      const before = answers.length;
      socket.write(frame(Buffer.from(message)));
      await answered(before + 1);
      return answers[before] ?? '';
    },
    answered,
    ended: () => waitFor(() => !isOpen, { what: 'the end of the connection' }),
    get isOpen() {
      return isOpen;
    },
  };
}

/** What a server told its owner, and the owner's part: it answers `ACK <message>`, or waits for {@link release}. */
export interface Listening {
  readonly server: MllpServer;
  readonly port: number;
  /** Messages that were handed over, in order. */
  readonly handled: string[];
  /** How many are being handled now, and at most so far. */
  readonly inHand: { now: number; most: number };
  readonly broken: { readonly why: string; readonly begin: Uint8Array }[];
  readonly failures: unknown[];
  /** Runs of messages that are none: what begins with {@link NO_MESSAGE}. */
  readonly unreadable: Parameters<MllpEvents['unreadable']>[0][];
  /** From now on messages wait for `release`. */
  readonly hold: () => void;
  /** Answers what waits, and what comes. */
  readonly release: () => void;
}

/** What begins so is no message to the server's owner. */
export const NO_MESSAGE = '?';

/** What a test may change: the answer without a word on whether the message could be read. */
export interface ListeningChange extends Partial<Omit<MllpServerOptions, 'handle'>> {
  readonly handle?: (message: Uint8Array, about: { readonly remote: string }) => Promise<Uint8Array>;
}

/** A server that is stopped by `stop`; impatient only where a test says so. */
export async function startListening({ handle, ...change }: ListeningChange = {}): Promise<Listening> {
  const handled: string[] = [];
  const inHand = { now: 0, most: 0 };
  const broken: Listening['broken'] = [];
  const failures: unknown[] = [];
  const unreadable: Listening['unreadable'] = [];
  let gate: PromiseWithResolvers<void> | undefined;
  async function answer(message: Uint8Array): Promise<Uint8Array> {
    handled.push(text(message.subarray(0, 100)));
    inHand.now += 1;
    inHand.most = Math.max(inHand.most, inHand.now);
    await gate?.promise;
    inHand.now -= 1;
    return Buffer.from(`ACK ${text(message.subarray(0, 100))}`, 'latin1');
  }
  const server = await startMllpServer({
    host: '127.0.0.1',
    port: 0,
    tls: undefined,
    maxBytes: 1024 * 1024,
    idleInFrameMs: 10_000,
    maxConnections: 100,
    async handle(message, about) {
      const isReadable = !text(message.subarray(0, 1)).startsWith(NO_MESSAGE);
      return { bytes: await (handle ?? answer)(message, about), isReadable };
    },
    broken(why, begin) {
      broken.push({ why, begin });
      return Buffer.from(`NAK ${why}`);
    },
    failed: error => void failures.push(error),
    unreadable: run => void unreadable.push(run),
    ...change,
  });
  return {
    server,
    port: server.port,
    handled,
    inHand,
    broken,
    failures,
    unreadable,
    hold() {
      gate = Promise.withResolvers();
    },
    release() {
      gate?.resolve();
      gate = undefined;
    },
  };
}
