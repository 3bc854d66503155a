import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { buildAck } from '../../src/formats/hl7/build-ack.ts';
import { withControlId } from '../../src/formats/hl7/control-id.ts';
import { createDeframer, frame } from '../../src/formats/hl7/framing.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { AckCode } from '../../src/formats/hl7/types.ts';
import { waitFor } from './wait.ts';

/**
 * What a scripted DPI does with one message:
 * - an ACK code: answers so; with ERR-5 902 where it is AE
 * - `silence`: says nothing until {@link MllpServer.answerSilence}
 * - `reset` cuts with RST, `close` ends the connection in good order
 * - `stranger`: the ACK of another message · `twice`: its ACK two times
 * - `garbage`: a block that is no ACK · `noise`: bytes outside blocks · `unending`: a block without end
 * - `split`: its ACK a byte at a time
 */
export type Reply =
  | AckCode
  | 'silence'
  | 'reset'
  | 'close'
  | 'stranger'
  | 'twice'
  | 'garbage'
  | 'noise'
  | 'unending'
  | 'split'
  /** Whatever the test makes of the message. */
  | ((message: Uint8Array) => Uint8Array);

export interface MllpServer {
  readonly port: number;
  /** Every message that came, in order, without framing. */
  readonly frames: readonly Uint8Array[];
  /** Connections accepted so far. */
  readonly connections: number;
  /** Connections now open. */
  readonly open: number;
  /** Messages unanswered at this moment, at most so far: what is in flight at once. */
  readonly mostWaiting: number;
  /** Replies for the next messages, in order; `AA` once they are used up. */
  script(...replies: Reply[]): void;
  /** Answers AA to every message that `silence` kept waiting, on connections that still stand. */
  answerSilence(): void;
  /** Reads nothing from connections until called with false. */
  stall(on: boolean): void;
  /** Ends every connection in good order, from this side. */
  hangUp(): void;
  /** Sends bytes on every open connection. */
  say(bytes: Uint8Array): void;
  until(condition: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startMllpServer(options: { readonly tls?: TlsOptions } = {}): Promise<MllpServer> {
  const frames: Uint8Array[] = [];
  const replies: Reply[] = [];
  const sockets = new Set<Socket>();
  let kept: { socket: Socket; message: Uint8Array }[] = [];
  let connections = 0;
  let mostWaiting = 0;
  let stalled = false;

  function serve(socket: Socket): void {
    const deframer = createDeframer({ maxBytes: 100 * 1024 * 1024 });
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', chunk => {
      try {
        for (const message of deframer.push(chunk)) {
          frames.push(message);
          answer(socket, message, replies.shift() ?? 'AA');
        }
      } catch {
        // Not HL7: a TLS greeting can look like a block.
        socket.destroy();
      }
    });
    if (stalled) socket.pause();
  }

  function answer(socket: Socket, message: Uint8Array, reply: Reply): void {
    if (typeof reply === 'function') {
      socket.write(frame(reply(message)));
      return;
    }
    switch (reply) {
      case 'silence':
        kept.push({ socket, message });
        mostWaiting = Math.max(mostWaiting, kept.length);
        break;
      case 'reset':
        socket.resetAndDestroy();
        break;
      case 'close':
        socket.end();
        break;
      case 'stranger':
        socket.write(frame(ackTo(withControlId(message, 'ANOTHER', new Date()), 'AA')));
        break;
      case 'twice':
        socket.write(Buffer.concat([frame(ackTo(message, 'AA')), frame(ackTo(message, 'AA'))]));
        break;
      case 'garbage':
        socket.write(frame(Buffer.from('<html>502 Bad Gateway</html>')));
        break;
      case 'noise':
        socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
        break;
      case 'unending':
        socket.write(Buffer.concat([Buffer.of(0x0b), Buffer.alloc(1024 * 1024, 0x41)]));
        break;
      case 'split':
        for (const byte of frame(ackTo(message, 'AA'))) socket.write(Buffer.of(byte));
        break;
      case 'AA':
      case 'AE':
      case 'AR':
      case 'CA':
      case 'CE':
      case 'CR':
        socket.write(frame(ackTo(message, reply)));
        break;
    }
  }

  const server: Server =
    options.tls === undefined ? createServer(serve) : createTlsServer(options.tls, serve);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    frames,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    get mostWaiting() {
      return mostWaiting;
    },
    script: (...next) => void replies.push(...next),
    answerSilence() {
      for (const { socket, message } of kept.splice(0)) {
        if (!socket.destroyed) socket.write(frame(ackTo(message, 'AA')));
      }
      kept = [];
    },
    stall(on) {
      stalled = on;
      for (const socket of sockets) {
        if (on) socket.pause();
        else socket.resume();
      }
    },
    hangUp() {
      for (const socket of sockets) socket.end();
    },
    say(bytes) {
      for (const socket of sockets) socket.write(bytes);
    },
    until: condition => waitFor(condition),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The ACK to a message, with ERR-5 902 where it is AE. */
export function ackTo(message: Uint8Array, code: AckCode): Uint8Array {
  const errors =
    code === 'AE'
      ? [
          {
            location: 'PID^1^3',
            condition: { code: '207', label: 'Application error' },
            severity: 'E',
            application: { code: '902', label: 'Identifiant de patient inconnu' },
          },
        ]
      : [];
  return buildAck({ request: parseMessage(message), code, controlId: 'ACK1', time: new Date(), errors });
}
