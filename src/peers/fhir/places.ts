import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import { whoMakesWay } from '../mllp/make-way.ts';

/** A connection, from before its TLS handshake. */
interface Place {
  readonly address: string;
  readonly socket: Socket;
  /** When it was accepted, or its last request ended, ms. */
  since: number;
  /** Requests that come or are in hand. */
  requests: number;
}

/** The connections of a listener. */
export interface Places {
  taken(): number;
  /** A request has begun on a connection. @returns tells that it has ended */
  begin(connection: Socket): () => void;
  /** Ends every connection that has no request in hand; all of them where `isFinal`. */
  end(isFinal: boolean): void;
}

/**
 * At most so many connections. When all places are taken an idle one makes way for a newcomer, of the peer that has the
 * most (../mllp/make-way.ts), and where none can the newcomer is closed; `failed` is told once, until one is admitted again.
 */
export function watchPlaces(server: Server, most: number, failed: (error: unknown) => void): Places {
  const places = new Map<string, Place>();
  let isFull = false;

  server.on('connection', (socket: Socket) => {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const wasFull = isFull;
    isFull = !makeRoom(places, most, address);
    if (isFull) {
      socket.destroy();
      if (!wasFull) failed(Object.assign(new Error('FHIR_FULL'), { code: 'FHIR_FULL' }));
      return;
    }
    const end = endOf(socket);
    const place = { address, socket, since: performance.now(), requests: 0 };
    places.set(end, place);
    socket.on('close', () => {
      if (places.get(end) === place) places.delete(end);
    });
  });

  return {
    taken: () => standingOf(places).length,
    begin(connection) {
      const place = places.get(endOf(connection));
      if (place === undefined) return () => {};
      place.requests += 1;
      return () => {
        place.requests -= 1;
        place.since = performance.now();
      };
    },
    end(isFinal) {
      for (const { socket, requests } of places.values()) if (isFinal || requests === 0) socket.destroy();
    },
  };
}

function standingOf(places: ReadonlyMap<string, Place>): Place[] {
  return [...places.values()].filter(({ socket }) => !socket.destroyed);
}

function makeRoom(places: ReadonlyMap<string, Place>, most: number, newcomer: string): boolean {
  const standing = standingOf(places);
  if (standing.length < most) return true;
  const states = standing.map(({ address, socket, since, requests }) => ({
    address,
    socket,
    state: requests > 0 ? undefined : ({ what: 'idle', since } as const),
  }));
  const chosen = whoMakesWay(states, newcomer);
  chosen?.socket.destroy();
  return chosen !== undefined;
}

/** The peer's end of a connection: the same for the socket and for TLS over it. */
function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
