import { withControlId } from '../formats/hl7/control-id.ts';
import { type Hl7Message, parseMessage } from '../formats/hl7/message.ts';
import { type Behaviour, createBehaviour } from './behaviour.ts';
import { createDesk, type Desk, type Judgement, messageError, type TakenMessage } from './desk.ts';
import {
  createPatientRecords,
  type KnownPatient,
  type RecordedDocument,
  type Refusal,
} from './patient-records.ts';
import { startReceiver } from './receiver.ts';
import type { Waiting } from './waiting.ts';

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
export interface ReceivedMessage extends TakenMessage {
  readonly answer: 'AA' | 'AE';
  /** ERR-5 when refused. */
  readonly error: { readonly code: string; readonly label: string } | undefined;
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

type Facts = Pick<ReceivedMessage, 'answer' | 'error'>;

/** Starts a DPI with empty records. Messages are judged by {@link createPatientRecords}, once each MSH-10. */
export async function startDpi(options: DpiOptions): Promise<Dpi> {
  const { host, port, patients, requireIns = false } = options;
  const behaviour = createBehaviour<DpiBehaviour>('answer');
  const records = createPatientRecords({ patients, requireIns });
  const desk = createDesk<Facts>(message => judgementOf(records.apply(message)));
  const receiver = await startReceiver({
    host,
    port,
    answer: (message, raw) => replyTo(message, raw, behaviour, desk),
  });
  return {
    ...receiver,
    received: () => desk.received(),
    documents: () => records.documents(),
    behave: behaviour.set,
  };
}

function judgementOf(refusal: Refusal | undefined): Judgement<Facts> {
  if (refusal === undefined) return { code: 'AA', errors: [], facts: { answer: 'AA', error: undefined } };
  const { code, label, location } = refusal;
  const error = { code, label };
  return {
    code: 'AE',
    errors: [{ ...messageError('207', location), application: error }],
    facts: { answer: 'AE', error },
  };
}

function replyTo(
  message: Hl7Message,
  raw: Buffer,
  behaviour: Behaviour<DpiBehaviour>,
  desk: Desk<Facts>,
): Buffer | 'cut' | 'nothing' {
  if (behaviour.use('drop')) return 'cut';
  if (behaviour.use('later')) return desk.ack(message, 'AR');
  if (message.header.component(9, 1) !== 'MDM') {
    return desk.ack(message, 'AE', [messageError('200', 'MSH^1^9')]);
  }
  if (behaviour.use('technical-error')) return desk.ack(message, 'AE', [messageError('203', 'MSH^1^12')]);
  const reply = desk.take(message, raw);
  if (behaviour.use('silent')) return 'nothing';
  if (behaviour.use('cut-before-reply')) return 'cut';
  if (behaviour.use('stranger')) {
    return desk.ack(parseMessage(withControlId(raw, 'UN-AUTRE', new Date())), 'AA');
  }
  return reply;
}
