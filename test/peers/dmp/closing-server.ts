import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';

/** What the worker is started with. */
export interface ClosingServerData {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly how: 'end' | 'reset';
  /** Becomes 1 once the connections are closed. */
  readonly closed: Int32Array;
}

/**
 * A server in a thread of its own: it answers each request, and when told so closes its connections while the test's
 * own thread stands still, so that their end waits unread in the system's buffers.
 */
const { cert, key, ca, how, closed } = workerData as ClosingServerData;
const encrypted = new Set<TLSSocket>();
const raw = new Set<Socket>();
let requests = 0;

const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true }, socket => {
  encrypted.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => encrypted.delete(socket));
  socket.on('data', chunk => {
    // The requests of these tests are small and end so.
    if (!chunk.toString('latin1').endsWith('<fin/>')) return;
    requests += 1;
    const body = String(requests);
    socket.write(
      `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  });
});
server.on('connection', (socket: Socket) => {
  raw.add(socket);
  socket.on('close', () => raw.delete(socket));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
parentPort?.postMessage((server.address() as AddressInfo).port);

async function closeAll(): Promise<void> {
  const sockets = how === 'end' ? [...encrypted] : [...raw];
  await Promise.all(
    sockets.map(async socket => {
      const gone = once(socket, 'close');
      if (how === 'end') socket.end(() => socket.destroy());
      else socket.resetAndDestroy();
      await gone;
    }),
  );
  Atomics.store(closed, 0, 1);
  Atomics.notify(closed, 0);
}

parentPort?.on('message', () => void closeAll());
