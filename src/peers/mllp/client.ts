import { TLSSocket } from 'node:tls';
import type { Clock } from '../../basics/clock.ts';
import { createLimit } from '../../basics/limit.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { Ack } from '../../formats/hl7/types.ts';
import type { Hl7Peer, PeerReport } from '../interfaces.ts';
import { reportCertificates } from '../tls.ts';
import { type MllpAddress, type MllpConnection, openConnection } from './connection.ts';

/** Where messages are sent, and how. */
export interface MllpClientOptions extends MllpAddress {
  /** How many connections, hence messages in flight, at most. */
  readonly parallel: number;
  readonly clock: Clock;
}

/**
 * An application that listens with MLLP. Connections are kept and used again, one message in flight on each.
 *
 * Errors: MLLP-001 and -004 before a connection stood, MLLP-002 silence, MLLP-003 cut after bytes may have
 * left (also where a kept connection proves to have been closed by the peer), HL7-002 no ACK, HL7-004 another
 * message's ACK.
 */
export function createMllpClient(options: MllpClientOptions): Hl7Peer {
  const limit = createLimit(options.parallel);
  let idle: MllpConnection[] = [];
  let closing = false;

  function takeIdle(): MllpConnection | undefined {
    idle = idle.filter(connection => connection.usable);
    return idle.pop();
  }

  async function roundTrip(message: Uint8Array, controlId: string): Promise<Ack> {
    const connection = takeIdle() ?? (await openConnection(options));
    const ack = await connection.roundTrip(message, controlId);
    if (closing) connection.end();
    else if (connection.usable) idle.push(connection);
    return ack;
  }

  return {
    send: (message, controlId) => limit.run(() => roundTrip(message, controlId)),
    async probe() {
      const connection = await openConnection(options);
      try {
        return report(connection, options);
      } finally {
        connection.end();
      }
    },
    async close() {
      closing = true;
      await limit.close(() => new GatewayError('MLLP-001', { fields: { reason: 'closing' } }));
      for (const connection of idle.splice(0)) connection.end();
    },
  };
}

function report({ socket }: MllpConnection, { host, port, tls, clock }: MllpClientOptions): PeerReport {
  const secure = socket instanceof TLSSocket;
  const how = secure ? `chiffrée (${socket.getProtocol() ?? 'TLS'})` : 'en clair';
  const line = `Connexion MLLP à ${host}:${port} établie, ${how}`;
  if (!secure) return { lines: [line], warnings: [] };
  const certificates = reportCertificates(socket.getPeerCertificate(true), tls, clock.now());
  return { ...certificates, lines: [line, ...certificates.lines] };
}
