import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { buildAck } from '../formats/hl7/build-ack.ts';
import { withControlId } from '../formats/hl7/control-id.ts';
import { MESSAGE_ERRORS } from '../formats/hl7/error-tables.ts';
import { createDeframer, FrameTooLarge, frame } from '../formats/hl7/framing.ts';
import { Hl7Error } from '../formats/hl7/hl7-error.ts';
import { type Hl7Message, parseMessage } from '../formats/hl7/message.ts';
import type { AckCode, AckError } from '../formats/hl7/types.ts';
import { type Behaviour, createBehaviour } from './behaviour.ts';
import {
  createPatientRecords,
  type KnownPatient,
  type PatientRecords,
  type RecordedDocument,
  type Refusal,
} from './patient-records.ts';
import { createWaiting, type Waiting } from './waiting.ts';

/**
 * - `answer`: as a DPI should
 * - `later`: AR, nothing is taken
 * - `technical-error`: AE with ERR-3 203 and no ERR-5, nothing is taken
 * - `drop`: the connection ends, nothing is taken
 * - `silent`: the message is taken and not answered
 * - `cut-before-reply`: the message is taken, and the connection ends before the ACK
 * - `stranger`: the message is taken, and the ACK names another
 */
export type DpiBehaviour =
  | 'answer'
  | 'later'
  | 'technical-error'
  | 'drop'
  | 'silent'
  | 'cut-before-reply'
  | 'stranger';

/** A message that the DPI took, with the answer that it gave or would have given. */
export interface ReceivedMessage {
  /** MSH-10. */
  readonly controlId: string;
  /** MSH-9.2: T02, T10, T04. */
  readonly event: string;
  /** Without MLLP framing. */
  readonly raw: Buffer;
  readonly at: Date;
  readonly answer: 'AA' | 'AE';
  /** ERR-5 when refused. */
  readonly error: { readonly code: string; readonly label: string } | undefined;
  /** How often the same MSH-10 came again; the same ACK was given each time. */
  readonly repetitions: number;
  /** True when it came again with other bytes: what a sender must never do. */
  readonly conflicting: boolean;
}

export interface DpiOptions {
  readonly patients: readonly KnownPatient[];
  /** Refuses a document without INS with 903; default false. */
  readonly requireIns?: boolean;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
}

/** A record system that listens on MLLP in this process. */
export interface Dpi {
  readonly host: string;
  readonly port: number;
  /** Every message taken, in order of first arrival. */
  received(): readonly ReceivedMessage[];
  /** What lies in its records. */
  documents(): RecordedDocument[];
  /** Behaves so from now on, or for the next `times` messages. */
  behave(behaviour: DpiBehaviour, times?: number): void;
  /** Resolves once a condition on `received()` and `documents()` holds. */
  readonly until: Waiting['until'];
  /** Closes the port and every connection; what was received stays. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  restart(): Promise<void>;
}

type Taken = { -readonly [K in keyof ReceivedMessage]: ReceivedMessage[K] } & { readonly reply: Buffer };

const MAX_BYTES = 100 * 1024 * 1024;

/** Starts a DPI with empty records. Messages are judged by {@link createPatientRecords}, once each MSH-10. */
export async function startDpi(options: DpiOptions): Promise<Dpi> {
  const { changed, until } = createWaiting();
  const behaviour = createBehaviour<DpiBehaviour>('answer');
  const desk = createDesk(
    createPatientRecords({ patients: options.patients, requireIns: options.requireIns ?? false }),
  );
  const host = options.host ?? '127.0.0.1';
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = options.port ?? 0;

  function serve(socket: Socket): void {
    const deframer = createDeframer({ maxBytes: MAX_BYTES });
    sockets.add(socket.setNoDelay(true));
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', chunk => {
      try {
        for (const message of deframer.push(chunk)) answer(socket, message);
      } catch (error) {
        if (!(error instanceof Hl7Error || error instanceof FrameTooLarge)) throw error;
        socket.destroy(); // there is nobody to answer to
      }
      changed();
    });
  }

  function answer(socket: Socket, bytes: Uint8Array): void {
    const message = parseMessage(bytes);
    const reply = replyTo(message, Buffer.from(bytes), behaviour, desk);
    if (reply === 'cut') socket.destroy();
    else if (reply !== 'nothing') socket.write(frame(reply));
  }

  async function listen(): Promise<void> {
    const listening = createServer(serve);
    await new Promise<void>((resolve, reject) => {
      listening.once('error', reject).listen(port, host, resolve);
    });
    port = (listening.address() as AddressInfo).port;
    server = listening;
  }

  await listen();
  return {
    host,
    port,
    received: () => desk.received(),
    documents: () => desk.documents(),
    behave: behaviour.set,
    until,
    async stop() {
      const closing = server;
      server = undefined;
      if (closing === undefined) return;
      await new Promise<void>(resolve => {
        closing.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
    restart: listen,
  };
}

/** Takes messages, once each, and remembers the ACK it gave. */
interface Desk {
  /** The ACK: that of the first time when the MSH-10 is known. */
  take(message: Hl7Message, raw: Buffer): Buffer;
  received(): readonly ReceivedMessage[];
  documents(): RecordedDocument[];
  /** MSH-10 for an ACK. */
  nextId(): string;
}

function createDesk(records: PatientRecords): Desk {
  const taken = new Map<string, Taken>();
  let acks = 0;
  const nextId = (): string => `ACK${String(++acks).padStart(6, '0')}`;
  return {
    take(message, raw) {
      const controlId = message.header.component(10, 1);
      const known = taken.get(controlId);
      if (known !== undefined) {
        known.repetitions += 1;
        known.conflicting ||= !known.raw.equals(raw);
        return known.reply;
      }
      const refusal = records.apply(message);
      const answer = refusal === undefined ? 'AA' : 'AE';
      const reply = ack(message, nextId(), answer, refusal && [applicationError(refusal)]);
      taken.set(controlId, {
        controlId,
        event: message.header.component(9, 2),
        raw,
        at: new Date(),
        answer,
        error: refusal && { code: refusal.code, label: refusal.label },
        repetitions: 0,
        conflicting: false,
        reply,
      });
      return reply;
    },
    received: () => [...taken.values()],
    documents: () => records.documents(),
    nextId,
  };
}

function replyTo(
  message: Hl7Message,
  raw: Buffer,
  behaviour: Behaviour<DpiBehaviour>,
  desk: Desk,
): Buffer | 'cut' | 'nothing' {
  if (behaviour.use('drop')) return 'cut';
  if (behaviour.use('later')) return ack(message, desk.nextId(), 'AR');
  if (message.header.component(9, 1) !== 'MDM') {
    return ack(message, desk.nextId(), 'AE', [messageError('200', 'MSH^1^9')]);
  }
  if (behaviour.use('technical-error')) {
    return ack(message, desk.nextId(), 'AE', [messageError('203', 'MSH^1^12')]);
  }
  const reply = desk.take(message, raw);
  if (behaviour.use('silent')) return 'nothing';
  if (behaviour.use('cut-before-reply')) return 'cut';
  if (behaviour.use('stranger')) {
    const other = parseMessage(withControlId(raw, 'UN-AUTRE', new Date()));
    return ack(other, desk.nextId(), 'AA');
  }
  return reply;
}

function ack(
  request: Hl7Message,
  controlId: string,
  code: AckCode,
  errors: readonly AckError[] = [],
): Buffer {
  return Buffer.from(buildAck({ request, code, controlId, time: new Date(), errors }));
}

function applicationError({ code, label, location }: Refusal): AckError {
  return { ...messageError('207', location), application: { code, label } };
}

function messageError(code: string, location: string): AckError {
  const label = MESSAGE_ERRORS[code] ?? '';
  return { location, condition: { code, label }, severity: 'E', application: undefined };
}
