import { systemClock } from '../basics/clock.ts';
import { type Hl7Message, parseMessage } from '../formats/hl7/message.ts';
import type { Ack } from '../formats/hl7/types.ts';
import type { Hl7Peer } from '../peers/interfaces.ts';
import { createMllpClient } from '../peers/mllp/client.ts';
import type { MllpAddress } from '../peers/mllp/connection.ts';
import { type Behaviour, createBehaviour } from './behaviour.ts';
import { createDesk, type Desk, messageError, type TakenMessage } from './desk.ts';
import { startReceiver } from './receiver.ts';
import type { Waiting } from './waiting.ts';

/**
 * - `answer`: as an application should
 * - `later`: AR, nothing is taken
 * - `refuse`: AE with ERR-3 207, nothing is taken
 * - `drop`: the connection ends, nothing is taken
 * - `silent`: the ZAM is taken and not answered
 * - `cut-before-reply`: the ZAM is taken, and the connection ends before the ACK
 */
export type CreatorBehaviour = 'answer' | 'later' | 'refuse' | 'drop' | 'silent' | 'cut-before-reply';

/** What a ZAM tells. */
interface ZamFacts {
  /** MSH-10 of the request that it is about (OBX-4 of the status). */
  readonly request: string;
  /** OBX-5.1 of the status: `Y` or `N`. */
  readonly status: string;
  /** OBX-5.4 of the recipient (Z02) or reader (Z03). */
  readonly address: string;
  /** ERR-5. */
  readonly error: { readonly code: string; readonly label: string } | undefined;
}

/** A business receipt that the creator took. */
export interface ReceivedZam extends TakenMessage, ZamFacts {}

export interface CreatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Where it listens for ZAM; 0, the default, lets the system choose. */
  readonly port?: number;
}

/** Where a gateway takes requests; `tls` default: none. */
export interface GatewayAddress {
  readonly host: string;
  readonly port: number;
  readonly tls?: MllpAddress['tls'];
}

/** The software of a laboratory or an imaging department: asks a gateway to send documents, and hears what became of it. */
export interface Creator {
  readonly host: string;
  readonly port: number;
  /** Sends to this gateway from now on. */
  connectTo(gateway: GatewayAddress): void;
  /** Sends a request and brings its ACK; several at once go over connections side by side. @throws GatewayError */
  send(message: Uint8Array): Promise<Ack>;
  /** Every ZAM taken, in order of first arrival. */
  received(): readonly ReceivedZam[];
  /** Behaves so from now on, or for the next `times` ZAM. */
  behave(behaviour: CreatorBehaviour, times?: number): void;
  /** Resolves once a condition on `received()` holds. */
  readonly until: Waiting['until'];
  /** Closes the port and every connection; what was received stays. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  restart(): Promise<void>;
}

const NO_TLS = { mode: 'none', ca: undefined, cert: undefined, key: undefined } as const;
/** How patient it is with a gateway: as a real one, ms. */
const TIMEOUT_MS = 30_000;
const PARALLEL = 4;

/** Starts an application that sends to no gateway yet. */
export async function startCreator(options: CreatorOptions = {}): Promise<Creator> {
  const behaviour = createBehaviour<CreatorBehaviour>('answer');
  const desk = createDesk(message => ({ code: 'AA', errors: [], facts: factsOf(message) }));
  const { host, port } = options;
  const receiver = await startReceiver({
    host,
    port,
    answer: (message, raw) => replyTo(message, raw, behaviour, desk),
  });
  let gateway: GatewayAddress | undefined;
  let client: Hl7Peer | undefined;

  function clientOf(address: GatewayAddress | undefined): Hl7Peer {
    if (address === undefined) throw new Error('connectTo comes first');
    return createMllpClient({
      tls: NO_TLS,
      ...address,
      timeoutMs: TIMEOUT_MS,
      maxAckBytes: 64 * 1024,
      parallel: PARALLEL,
      clock: systemClock,
    });
  }

  async function hangUp(): Promise<void> {
    const closing = client;
    client = undefined;
    await closing?.close();
  }

  return {
    ...receiver,
    connectTo(address) {
      gateway = address;
      void hangUp();
    },
    async send(message) {
      client ??= clientOf(gateway);
      return await client.send(message, parseMessage(message).header.component(10, 1));
    },
    received: () => desk.received(),
    behave: behaviour.set,
    async stop() {
      await Promise.all([receiver.stop(), hangUp()]);
    },
  };
}

function factsOf(message: Hl7Message): ZamFacts {
  const [status, recipient] = message.all('OBX');
  const code = message.first('ERR')?.component(5, 1) ?? '';
  return {
    request: status?.component(4, 1) ?? '',
    status: status?.component(5, 1) ?? '',
    address: recipient?.component(5, 4) ?? '',
    error: code === '' ? undefined : { code, label: message.first('ERR')?.component(5, 2) ?? '' },
  };
}

function replyTo(
  message: Hl7Message,
  raw: Buffer,
  behaviour: Behaviour<CreatorBehaviour>,
  desk: Desk<ZamFacts>,
): Buffer | 'cut' | 'nothing' {
  if (behaviour.use('drop')) return 'cut';
  if (behaviour.use('later')) return desk.ack(message, 'AR');
  if (message.header.component(9, 1) !== 'ZAM') {
    return desk.ack(message, 'AE', [messageError('200', 'MSH^1^9')]);
  }
  if (behaviour.use('refuse')) return desk.ack(message, 'AE', [messageError('207', 'OBX^1^4')]);
  const reply = desk.take(message, raw);
  if (behaviour.use('silent')) return 'nothing';
  if (behaviour.use('cut-before-reply')) return 'cut';
  return reply;
}
