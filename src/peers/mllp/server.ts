import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { MllpEvents, MllpServer } from '../interfaces.ts';
import { listen } from '../listen.ts';
import { reasonOf } from '../open-socket.ts';
import { createLargeFrames } from './large-frames.ts';
import { createPlaces, type Place, type Places } from './places.ts';
import { serveConnection } from './server-connection.ts';

/** Where applications send us messages, and what they may ask of us. Times in ms, sizes in bytes. */
export interface MllpServerOptions extends MllpEvents {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** TLS from the first byte; with `clientCa` the client must show a certificate of it. Undefined: in the clear. */
  readonly tls: ListenTls | undefined;
  /** Of one frame. */
  readonly maxBytes: number;
  /**
   * How long a peer may leave us hanging: in a TLS handshake, in a begun frame, with an answer that it does not read.
   */
  readonly idleInFrameMs: number;
  readonly maxConnections: number;
}

/** PEM texts. */
interface ListenTls {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
}

const SOCKET_OPTIONS = {
  // A sender that half-closes after its message still wants the answer.
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
} as const;

/**
 * Listens for messages. A connection stays open between messages for as long as the peer likes; when all places are
 * taken an idle one makes way for a newcomer (./places.ts).
 *
 * Together the connections hold, of messages not yet answered, at most 1 MiB each and four times `maxBytes` beside
 * (./large-frames.ts); what exceeds it is not read until there is room.
 *
 * @throws GatewayError MLLP-005 when the address cannot be opened, or the certificate or key cannot be used
 */
export async function startMllpServer(options: MllpServerOptions): Promise<MllpServer> {
  const failed = (error: unknown): void => options.failed(error);
  const places = createPlaces(options.maxConnections, failed);
  const largeFrames = createLargeFrames();

  function serve(socket: Socket, place: Place | undefined): void {
    if (place !== undefined) place.connection = serveConnection(socket, place.address, largeFrames, options);
  }

  const server = await opened(options, () =>
    options.tls === undefined
      ? createServer(SOCKET_OPTIONS, socket => serve(socket, places.admit(socket)))
      : createSecureServer(options.tls, {
          places,
          serve,
          failed,
          handshakeMs: options.idleInFrameMs,
        }),
  );
  server.on('error', failed);
  const address = server.address();
  let stopped: Promise<void> | undefined;
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    connections: () => places.taken.size,
    stop(graceMs) {
      stopped ??= stop(server, places, graceMs);
      return stopped;
    },
  };
}

async function opened({ host, port }: MllpServerOptions, create: () => Server): Promise<Server> {
  try {
    const server = create();
    await listen(server, host, port);
    return server;
  } catch (cause) {
    throw new GatewayError('MLLP-005', { fields: reasonOf(cause), cause });
  }
}

/** A place is taken before the handshake, so that those that never end it are counted and make way like any other. */
function createSecureServer(
  { cert, key, clientCa }: ListenTls,
  own: {
    readonly places: Places;
    readonly serve: (socket: Socket, place: Place | undefined) => void;
    readonly failed: (error: unknown) => void;
    readonly handshakeMs: number;
  },
): Server {
  const shaking = new Map<string, Place>();
  const server = createTlsServer({
    ...SOCKET_OPTIONS,
    minVersion: 'TLSv1.2',
    handshakeTimeout: own.handshakeMs,
    cert,
    key,
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  });
  server.on('connection', raw => {
    const place = own.places.admit(raw);
    if (place === undefined) return;
    const end = endOf(raw);
    shaking.set(end, place);
    raw.on('close', () => shaking.delete(end));
  });
  server.on('secureConnection', socket => {
    own.serve(socket, shaking.get(endOf(socket)));
    shaking.delete(endOf(socket));
  });
  server.on('tlsClientError', (error, socket) => {
    // A handshake that took too long is told, and left standing.
    socket.destroy();
    own.failed(error);
  });
  return server;
}

/** The peer's end of a connection: the same for the socket and for TLS over it. */
function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

async function stop(server: Server, places: Places, graceMs: number): Promise<void> {
  const closed = [server, ...[...places.taken].map(({ socket }) => socket)].map(closeOf);
  server.close();
  for (const { connection, socket } of places.taken) {
    if (connection === undefined) socket.destroy();
    else connection.finish();
  }
  const grace = setTimeout(() => {
    for (const { socket } of places.taken) socket.destroy();
  }, graceMs);
  await Promise.all(closed);
  clearTimeout(grace);
}

function closeOf(closing: Server | Socket): Promise<void> {
  return new Promise(resolve => closing.once('close', () => resolve()));
}
