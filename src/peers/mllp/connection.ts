import type { Socket } from 'node:net';
import { GatewayError } from '../../errors/gateway-error.ts';
import { createDeframer } from '../../formats/hl7/framing.ts';
import type { Ack } from '../../formats/hl7/types.ts';
import { deadlineMs, isEarlyYes, readAnswer } from '../hl7-answer.ts';
import type { TlsOptions } from '../interfaces.ts';
import { isCertificateAlert, openSocket, reasonOf, Unreachable } from '../open-socket.ts';
import { writeBlock } from './write-block.ts';

/** Where an application listens. Times in ms, sizes in bytes. */
export interface MllpAddress {
  readonly host: string;
  readonly port: number;
  /** MLLP has no STARTTLS: TLS from the first byte or none. */
  readonly tls: TlsOptions & { readonly mode: 'none' | 'implicit' };
  /** For connecting; then for sending and the answer, ms; a second more for each full MiB sent. */
  readonly timeoutMs: number;
  readonly maxAckBytes: number;
}

/** One connection that carries one message at a time. */
export interface MllpConnection {
  readonly socket: Socket;
  /** False once the connection must not carry another message. */
  readonly usable: boolean;
  /**
   * Sends a message and brings its ACK.
   *
   * @throws GatewayError, the connection being closed then: an answer that comes late can meet no other
   *   message
   */
  roundTrip(message: Uint8Array, controlId: string): Promise<Ack>;
  /** Ends the connection in good order. */
  end(): void;
}

/**
 * Connects, with TLS where asked.
 *
 * @throws GatewayError MLLP-001, or MLLP-004 when TLS is to blame
 */
export async function openConnection(address: MllpAddress): Promise<MllpConnection> {
  try {
    return connectionOn(await openSocket(address), address);
  } catch (thrown) {
    if (thrown instanceof Unreachable) throw unreachable(thrown);
    throw thrown;
  }
}

function unreachable({ stage, about, cause }: Unreachable): GatewayError {
  return new GatewayError(stage === 'tls' ? 'MLLP-004' : 'MLLP-001', { ...about, cause });
}

/** A message on its way, and who waits for its answer. */
interface RoundTrip {
  readonly controlId: string;
  readonly timer: NodeJS.Timeout;
  sent: boolean;
  readonly resolve: (answer: Ack) => void;
  readonly reject: (reason: GatewayError) => void;
}

function connectionOn(socket: Socket, { timeoutMs, maxAckBytes }: MllpAddress): MllpConnection {
  const deframer = createDeframer({ maxBytes: maxAckBytes });
  let usable = true;
  let answered = false;
  let current: RoundTrip | undefined;
  let trouble: Error | undefined;

  function discard(): void {
    usable = false;
    socket.destroy();
  }

  function fail(error: GatewayError): void {
    discard();
    if (current === undefined) return;
    clearTimeout(current.timer);
    current.reject(error);
    current = undefined;
  }

  function lost(): void {
    if (!answered && isCertificateAlert(trouble)) {
      fail(unreachable(new Unreachable('tls', trouble)));
    } else {
      fail(ambiguous(deframer.stray > 0 ? 'HL7-002' : 'MLLP-003', trouble));
    }
  }

  function receive(chunk: Buffer): void {
    // An answer that nobody waits for: late, or to nothing of ours.
    if (current === undefined) return discard();
    const [answer, ...more] = deframer.push(chunk);
    if (answer === undefined) return;
    const { controlId, sent, timer, resolve } = current;
    const ack = readAnswer(answer, controlId);
    if (isEarlyYes(ack, sent)) return fail(ambiguous('MLLP-003'));
    clearTimeout(timer);
    current = undefined;
    answered = true;
    if (!sent || more.length > 0 || deframer.open) discard();
    resolve(ack);
  }

  socket.on('data', chunk => {
    try {
      receive(chunk);
    } catch (thrown) {
      fail(thrown instanceof GatewayError ? thrown : ambiguous('HL7-002', thrown));
    }
  });
  socket.on('error', error => {
    trouble = error;
  });
  socket.on('end', lost);
  socket.on('close', lost);

  return {
    socket,
    get usable() {
      return usable;
    },
    roundTrip(message, controlId) {
      // Closed by the peer since it was opened or taken: nothing has left.
      if (!usable)
        return Promise.reject(new GatewayError('MLLP-001', { fields: reasonOf(trouble), cause: trouble }));
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => fail(ambiguous(deframer.stray > 0 ? 'HL7-002' : 'MLLP-002')),
          deadlineMs(timeoutMs, message.byteLength),
        );
        const trip: RoundTrip = { controlId, timer, sent: false, resolve, reject };
        current = trip;
        writeBlock(socket, message, {
          handedOver() {
            trip.sent = true;
          },
        });
      });
    },
    end() {
      usable = false;
      socket.end();
      // A peer that never closes its side is not waited for.
      const patience = setTimeout(() => socket.destroy(), timeoutMs).unref();
      socket.once('close', () => clearTimeout(patience));
    },
  };
}

function ambiguous(code: 'MLLP-002' | 'MLLP-003' | 'HL7-002', cause?: unknown): GatewayError {
  return new GatewayError(code, { fields: reasonOf(cause), cause });
}
