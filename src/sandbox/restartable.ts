import type { AddressInfo, Server, Socket } from 'node:net';

/** A server that goes away and comes back, as one does that is restarted. */
export interface RestartableServer {
  readonly port: number;
  /** Closes the port and every connection; nothing where it is stopped already. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  restart(): Promise<void>;
}

/** Lets a server listen. @param port 0 lets the system choose @throws the server's own error where the port is taken */
export async function listening(
  server: Server,
  { host, port: wanted }: { readonly host: string; readonly port: number },
): Promise<RestartableServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(wanted);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async stop() {
      if (!server.listening) return;
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      // Those in the middle of their handshake too, which closeAllConnections does not know.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    restart: () => listen(port),
  };
}
