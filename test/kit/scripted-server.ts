import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What one line of a client is answered: whole lines with their CRLF, or '' for silence. */
export type LineScript = (line: string, socket: Socket) => string;

export interface ScriptedServer {
  readonly port: number;
  /** Every line that came. */
  readonly lines: string[];
  /** How many connections were accepted so far. */
  accepted(): number;
  close(): Promise<void>;
}

/** A server of a protocol of lines that says what a test tells it to say. Each connection gets a script of its own. */
export async function startScriptedServer(
  greeting: string,
  script: () => LineScript,
): Promise<ScriptedServer> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer(socket => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    const answer = script();
    let rest = '';
    socket.write(greeting);
    socket.on('data', chunk => {
      const parts = (rest + chunk.toString('latin1')).split('\r\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(line);
        socket.write(answer(line, socket));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    lines,
    accepted: () => accepted,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
