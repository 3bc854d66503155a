import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createDeframer, FrameTooLarge, frame } from '../formats/hl7/framing.ts';
import { Hl7Error } from '../formats/hl7/hl7-error.ts';
import { type Hl7Message, parseMessage } from '../formats/hl7/message.ts';
import { createWaiting, type Waiting } from './waiting.ts';

export interface ReceiverOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** 0, the default, lets the system choose. */
  readonly port?: number | undefined;
  /** What a message is answered; `cut` ends the connection, `nothing` says nothing. */
  readonly answer: (message: Hl7Message, raw: Buffer) => Buffer | 'cut' | 'nothing';
}

/** An application's listening port, with MLLP. */
export interface Receiver {
  readonly host: string;
  readonly port: number;
  /** Resolves once a condition holds; it is looked at after every message. */
  readonly until: Waiting['until'];
  /** Closes the port and every connection. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  restart(): Promise<void>;
}

const MAX_BYTES = 100 * 1024 * 1024;

/** Listens. What is not HL7 ends its connection: there is nobody to answer to. */
export async function startReceiver({
  host = '127.0.0.1',
  answer,
  ...options
}: ReceiverOptions): Promise<Receiver> {
  const { changed, until } = createWaiting();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = options.port ?? 0;

  function serve(socket: Socket): void {
    const deframer = createDeframer({ maxBytes: MAX_BYTES });
    sockets.add(socket.setNoDelay(true));
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', chunk => {
      try {
        for (const bytes of deframer.push(chunk)) reply(socket, bytes);
      } catch (error) {
        if (!(error instanceof Hl7Error || error instanceof FrameTooLarge)) throw error;
        socket.destroy();
      }
      changed();
    });
  }

  function reply(socket: Socket, bytes: Uint8Array): void {
    const said = answer(parseMessage(bytes), Buffer.from(bytes));
    if (said === 'cut') socket.destroy();
    else if (said !== 'nothing') socket.write(frame(said));
  }

  async function listen(): Promise<void> {
    const listening = createServer(serve);
    await new Promise<void>((resolve, reject) => {
      listening.once('error', reject).listen(port, host, resolve);
    });
    port = (listening.address() as AddressInfo).port;
    server = listening;
  }

  await listen();
  return {
    host,
    port,
    until,
    async stop() {
      const closing = server;
      server = undefined;
      if (closing === undefined) return;
      await new Promise<void>(resolve => {
        closing.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
    restart: listen,
  };
}
