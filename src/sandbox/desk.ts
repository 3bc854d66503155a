import { buildAck } from '../formats/hl7/build-ack.ts';
import { MESSAGE_ERRORS } from '../formats/hl7/error-tables.ts';
import type { Hl7Message } from '../formats/hl7/message.ts';
import type { AckCode, AckError } from '../formats/hl7/types.ts';

/** A message that an application took. */
export interface TakenMessage {
  /** MSH-10. */
  readonly controlId: string;
  /** MSH-9.2: T02, Z02… */
  readonly event: string;
  /** Without MLLP framing. */
  readonly raw: Buffer;
  readonly at: Date;
  /** How often the same MSH-10 came again; the same ACK was given each time. */
  readonly repetitions: number;
  /** True when it came again with other bytes: what a sender must never do. */
  readonly conflicting: boolean;
}

/** What an application makes of a message that it takes for the first time. */
export interface Judgement<Facts> {
  readonly code: 'AA' | 'AE';
  readonly errors: readonly AckError[];
  /** What is remembered of it beside {@link TakenMessage}. */
  readonly facts: Facts;
}

/** Takes messages, once each, and remembers the ACK it gave. */
export interface Desk<Facts> {
  /** The ACK: that of the first time when the MSH-10 is known. */
  take(message: Hl7Message, raw: Buffer): Buffer;
  /** Every message taken, in order of first arrival. */
  received(): readonly (TakenMessage & Facts)[];
  /** An ACK to a message that is not taken, or not this one's. */
  ack(message: Hl7Message, code: AckCode, errors?: readonly AckError[]): Buffer;
}

export function createDesk<Facts extends object>(
  judge: (message: Hl7Message) => Judgement<Facts>,
): Desk<Facts> {
  const taken = new Map<string, { message: TakenMessage & Facts; readonly reply: Buffer }>();
  let acks = 0;

  function ack(request: Hl7Message, code: AckCode, errors: readonly AckError[] = []): Buffer {
    acks += 1;
    const controlId = `ACK${String(acks).padStart(6, '0')}`;
    return Buffer.from(buildAck({ request, code, controlId, time: new Date(), errors }));
  }

  return {
    take(message, raw) {
      const controlId = message.header.component(10, 1);
      const known = taken.get(controlId);
      if (known !== undefined) {
        const { repetitions, conflicting, raw: first } = known.message;
        known.message = {
          ...known.message,
          repetitions: repetitions + 1,
          conflicting: conflicting || !first.equals(raw),
        };
        return known.reply;
      }
      const { code, errors, facts } = judge(message);
      const reply = ack(message, code, errors);
      const event = message.header.component(9, 2);
      taken.set(controlId, {
        message: { ...facts, controlId, event, raw, at: new Date(), repetitions: 0, conflicting: false },
        reply,
      });
      return reply;
    },
    received: () => [...taken.values()].map(({ message }) => message),
    ack,
  };
}

/** An error of the message's form, by its code of table 0357. */
export function messageError(code: string, location: string): AckError {
  const label = MESSAGE_ERRORS[code] ?? '';
  return { location, condition: { code, label }, severity: 'E', application: undefined };
}
