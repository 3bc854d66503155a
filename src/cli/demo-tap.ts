import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createDeframer } from '../formats/hl7/framing.ts';

/** A line between an application and its gateway that keeps what the gateway answers, as it was on the wire. */
export interface Tap {
  readonly port: number;
  /** Every message that came back, without its frame, in order. */
  answers(): readonly Uint8Array[];
  stop(): Promise<void>;
}

const MAX_BYTES = 1024 * 1024;

/** @param port of the gateway, on this machine */
export async function startTap(port: number): Promise<Tap> {
  const answers: Uint8Array[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1');
    const deframer = createDeframer({ maxBytes: MAX_BYTES });
    // Before it is passed on: who waits for the answer finds it here.
    far.on('data', chunk => answers.push(...deframer.push(chunk)));
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => [near, far].forEach(each => each.destroy()));
      socket.on('close', () => sockets.delete(socket));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    answers: () => answers,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
