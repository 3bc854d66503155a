import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What stands between a client and a server on loopback, and misbehaves when told. */
export interface TcpProxy {
  readonly port: number;
  /** Every byte that clients have sent, of all connections. */
  sent(): Buffer;
  /** How many connections were accepted so far. */
  accepted(): number;
  open(): number;
  /** Cuts every connection at once. */
  cut(): void;
  /** Cuts once the connection over which the server completes so many more bytes. */
  cutAfterAnswer(bytes: number): void;
  /** Cuts once the connection over which a client completes so many more bytes. */
  cutAfterSent(bytes: number): void;
  /** Loses every byte of both sides from now on, without a word; `false` lets new connections live. */
  swallow(on: boolean): void;
  /** Hides STARTTLS from the server's answers and refuses it, as an attacker would. */
  stripStarttls(): void;
  /** Refuses connections until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  swallowed: boolean;
}

/**
 * Starts a proxy in front of a port of this machine.
 *
 * @param port its own; 0 lets the system choose one, which another connection may take while the proxy is down
 */
export async function startTcpProxy(target: number, port = 0): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  const sent: Buffer[] = [];
  let accepted = 0;
  let answerLeft = Number.POSITIVE_INFINITY;
  let sentLeft = Number.POSITIVE_INFINITY;
  let swallowing = false;
  let stripping = false;
  let own = port;

  const serve = (client: Socket): void => {
    accepted += 1;
    const pair: Pair = { client, server: connect(target, '127.0.0.1'), swallowed: swallowing };
    pairs.add(pair);
    for (const [from, to] of [
      [client, pair.server],
      [pair.server, client],
    ] as const) {
      from.on('error', () => {});
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
    client.on('data', chunk => {
      sent.push(chunk);
      if (pair.swallowed) return;
      sentLeft -= chunk.length;
      pair.server.write(stripping ? hide(chunk) : chunk);
      if (sentLeft > 0) return;
      sentLeft = Number.POSITIVE_INFINITY;
      destroy(pair);
    });
    pair.server.on('data', chunk => {
      if (pair.swallowed) return;
      answerLeft -= chunk.length;
      if (answerLeft > 0) {
        client.write(stripping ? hide(chunk) : chunk);
        return;
      }
      answerLeft = Number.POSITIVE_INFINITY;
      destroy(pair);
    });
  };
  let listener = createServer(serve);

  async function listen(): Promise<void> {
    listener = createServer(serve).listen(own, '127.0.0.1');
    await once(listener, 'listening');
    own = (listener.address() as AddressInfo).port;
  }

  function cut(): void {
    for (const pair of pairs) destroy(pair);
  }

  async function down(): Promise<void> {
    const closed = once(listener, 'close');
    listener.close();
    cut();
    await closed;
  }

  await listen();
  return {
    port: own,
    sent: () => Buffer.concat(sent),
    accepted: () => accepted,
    open: () => pairs.size,
    cut,
    cutAfterAnswer(bytes) {
      answerLeft = bytes;
    },
    cutAfterSent(bytes) {
      sentLeft = bytes;
    },
    swallow(on) {
      swallowing = on;
      if (on) for (const pair of pairs) pair.swallowed = true;
    },
    stripStarttls() {
      stripping = true;
    },
    down,
    up: listen,
    close: down,
  };
}

function destroy(pair: Pair): void {
  pair.client.destroy();
  pair.server.destroy();
}

function hide(chunk: Buffer): Buffer {
  return Buffer.from(chunk.toString('latin1').replaceAll('STARTTLS', 'XTARTTLS'), 'latin1');
}
