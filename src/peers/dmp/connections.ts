import { Agent } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { TlsOptions } from '../interfaces.ts';
import { openSocket, Unreachable } from '../open-socket.ts';

/**
 * How long a connection waits for its next message. Servers close theirs after five seconds and more: what we close
 * first is never closed under a message that has begun to leave.
 */
const IDLE_MS = 4_000;
/** How long a server has to say that it refuses our certificate, after a handshake that ended well for us. */
const VERDICT_MS = 250;

/** Where the DMP is, and how we prove who we are. `timeoutMs` is for connecting. */
export interface DmpHost {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions & { readonly mode: 'implicit' };
  readonly timeoutMs: number;
}

/** The connections to the DMP, used again for as long as they stand. Each has shown our certificate, and it was taken. */
export function createConnections(to: DmpHost, parallel: number): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: parallel, timeout: IDLE_MS });
  agent.createConnection = (_, created) => {
    openConnection(to).then(
      socket => created?.(null, socket),
      // The agent looks at the error alone.
      (thrown: Error) => (created as ((error: Error) => void) | undefined)?.(thrown),
    );
    return undefined;
  };
  return agent;
}

/**
 * Connects, and shows our certificate.
 *
 * @throws Unreachable, also when the server does not take our certificate
 */
export async function openConnection(to: DmpHost): Promise<TLSSocket> {
  const socket = (await openSocket(to)) as TLSSocket;
  // Without a listener an 'error' event ends the process.
  socket.on('error', () => {});
  await certificateTaken(socket);
  return socket;
}

/**
 * Until the server has judged our certificate. With TLS 1.2 it has when the handshake ends; with TLS 1.3 that comes
 * afterwards, unasked (RFC 8446 §4.4.2.4): a refusal is an alert, consent is heard only as the ticket that most servers
 * send then (§4.6.1). What is posted meanwhile is lost with the connection, and nobody could tell why.
 */
function certificateTaken(socket: TLSSocket): Promise<void> {
  if (socket.getProtocol() !== 'TLSv1.3') return Promise.resolve();
  return new Promise((resolve, reject) => {
    function settled(): void {
      clearTimeout(timer);
      clearImmediate(afterwards);
      socket.off('session', ticket).off('error', refused).off('close', refused);
    }
    function taken(): void {
      settled();
      resolve();
    }
    // The event comes out of OpenSSL's midst: what is written within it stays there for good (Node 24.21).
    function ticket(): void {
      afterwards ??= setImmediate(taken);
    }
    function refused(cause: unknown): void {
      settled();
      socket.destroy();
      reject(new Unreachable('tls', cause));
    }
    let afterwards: NodeJS.Immediate | undefined;
    const timer = setTimeout(taken, VERDICT_MS);
    socket.on('session', ticket).on('error', refused).on('close', refused);
  });
}
