import type { Server } from 'node:net';

/** Opens an address; port 0 lets the system choose. @throws the system's error when it cannot be opened */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
