import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What a line of the client is answered; `tag` is the line's own. */
export type Script = (line: string, tag: string, socket: Socket) => string | undefined;

export interface ScriptedServer {
  readonly port: number;
  /** Every line that came, tags and all. */
  readonly lines: string[];
  close(): Promise<void>;
}

/** An IMAP server that says what a test tells it to say; what the script leaves unanswered is OK. */
export async function scriptedServer(greeting: string, script: Script): Promise<ScriptedServer> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    let rest = '';
    socket.write(`${greeting}\r\n`);
    socket.on('data', chunk => {
      const parts = (rest + chunk.toString('latin1')).split('\r\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(line);
        const tag = line.split(' ')[0] ?? '';
        socket.write(script(line, tag, socket) ?? `${tag} OK done\r\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    lines,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
