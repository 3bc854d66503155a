import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** More than a TLS handshake and the commands of SMTP, less than any mail or request with a document. */
const BULK = 6_000;

/** A way to a server on which the answer to a mail, or a request, can be lost at the very moment that it is given. */
export interface AnswerTrap {
  readonly port: number;
  /**
   * Resolves once the server has answered to so much that it can only be a mail or a request: it is taken, and nobody
   * is told.
   *
   * @param signal gives up: nothing more is lost
   */
  spring(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Where everything is encrypted, the answer to a mail is known by how much was sent before it. */
export async function startAnswerTrap(target: number): Promise<AnswerTrap> {
  const sockets = new Set<Socket>();
  let caught: (() => void) | undefined;
  const listener = createServer(client => {
    const server = connect(target, '127.0.0.1');
    let sent = 0;
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    client.on('data', chunk => {
      sent += chunk.length;
      server.write(chunk);
    });
    server.on('data', chunk => {
      const isWanted = sent >= BULK;
      sent = 0;
      if (!isWanted || caught === undefined) {
        client.write(chunk);
        return;
      }
      caught();
      caught = undefined;
      client.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    spring: signal =>
      new Promise(resolve => {
        caught = resolve;
        signal.addEventListener('abort', () => {
          caught = undefined;
          resolve();
        });
      }),
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
