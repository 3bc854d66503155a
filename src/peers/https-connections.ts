import { Agent as PlainAgent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { PeerReport, TlsOptions } from './interfaces.ts';
import { openSocket, Unreachable } from './open-socket.ts';
import { reportCertificates } from './tls.ts';

/**
 * How long a connection waits for its next message. Servers close theirs after five seconds and more: what we close
 * first is never closed under a message that has begun to leave.
 */
const IDLE_MS = 4_000;
/** How long a server has to say that it refuses our certificate, after a handshake that ended well for us. */
const VERDICT_MS = 250;

/** Where a server is, and how we prove who we are. `timeoutMs` is for connecting. */
export interface HttpsHost {
  readonly host: string;
  readonly port: number;
  /** `none` is for this machine, and for whom the configuration allows it. */
  readonly tls: TlsOptions & { readonly mode: 'implicit' | 'none' };
  readonly timeoutMs: number;
}

/** The host of an http or https address, which PEM texts are for. */
export function hostOf(url: URL, tls: Pick<TlsOptions, 'ca' | 'cert' | 'key'>, timeoutMs: number): HttpsHost {
  const isSecure = url.protocol === 'https:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (isSecure ? 443 : 80),
    tls: { mode: isSecure ? 'implicit' : 'none', ...tls },
    timeoutMs,
  };
}

/** The connections to a host, used again for as long as they stand. Each has shown our certificate, and it was taken. */
export function createConnections(to: HttpsHost, parallel: number): PlainAgent {
  const settings = { keepAlive: true, maxSockets: parallel, timeout: IDLE_MS };
  const agent = to.tls.mode === 'none' ? new PlainAgent(settings) : new SecureAgent(settings);
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
 * Connects, and shows our certificate where it is asked for.
 *
 * @throws Unreachable, also when the server does not take our certificate
 */
export async function openConnection(to: HttpsHost): Promise<Socket> {
  const socket = await openSocket(to);
  // Without a listener an 'error' event ends the process.
  socket.on('error', () => {});
  if (socket instanceof TLSSocket) await certificateTaken(socket);
  return socket;
}

/**
 * Connects, and sends nothing.
 *
 * @returns the protocol (`TLSv1.3`, `TCP` in the clear) and what is to be said of the certificates of both sides
 * @throws Unreachable
 */
export async function tryConnection(
  to: HttpsHost,
  now: Date,
): Promise<{ readonly protocol: string; readonly certificates: PeerReport }> {
  const socket = await openConnection(to);
  const leaf = socket instanceof TLSSocket ? socket.getPeerCertificate(true) : undefined;
  const protocol = socket instanceof TLSSocket ? (socket.getProtocol() ?? 'TLS') : 'TCP';
  const certificates = reportCertificates(leaf, to.tls, now);
  socket.destroy();
  return { protocol, certificates };
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
