import type { Socket } from 'node:net';
import { whoMakesWay } from './make-way.ts';
import type { ServerConnection } from './server-connection.ts';

/** A connection's place, from before its TLS handshake. */
export interface Place {
  /** The peer's; an IPv4 address as such, also where it came in over IPv6. */
  readonly address: string;
  readonly socket: Socket;
  /** When it was accepted, ms. */
  readonly since: number;
  /** Undefined until the handshake is over. */
  connection: ServerConnection | undefined;
}

/** The connections that a server holds at a time. */
export interface Places {
  readonly taken: ReadonlySet<Place>;
  /** Gives a connection its place, or closes it where there is none to be had. */
  admit(socket: Socket): Place | undefined;
}

/**
 * So many places. When all are taken a connection makes way for a newcomer, and where none can the newcomer is closed;
 * `failed` is told once, until one is admitted again: a flood of connections must not become a flood of the log. The
 * one that makes way may still be saying its last word: there is at most one more than `most`.
 */
export function createPlaces(most: number, failed: (error: unknown) => void): Places {
  const taken = new Set<Place>();
  let isFull = false;

  function makeRoomFor(newcomer: string): boolean {
    if (taken.size < most) return true;
    for (const { connection, socket } of taken) if (connection?.state?.what === 'leaving') socket.destroy();
    const standing = [...taken]
      .filter(place => !place.socket.destroyed)
      .map(place => ({ place, address: place.address, state: stateOf(place) }));
    if (standing.length < most) return true;
    const chosen = whoMakesWay(standing, newcomer)?.place;
    if (chosen?.connection === undefined) chosen?.socket.destroy();
    else chosen.connection.makeWay();
    return chosen !== undefined;
  }

  return {
    taken,
    admit(socket) {
      const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
      const wasFull = isFull;
      isFull = !makeRoomFor(address);
      if (isFull) {
        socket.destroy();
        if (!wasFull) failed(Object.assign(new Error('MLLP_FULL'), { code: 'MLLP_FULL' }));
        return undefined;
      }
      const place: Place = { address, socket, since: performance.now(), connection: undefined };
      taken.add(place);
      socket.on('close', () => taken.delete(place));
      return place;
    },
  };
}

function stateOf({ connection, since }: Place): ServerConnection['state'] {
  return connection === undefined ? { what: 'idle', since } : connection.state;
}
