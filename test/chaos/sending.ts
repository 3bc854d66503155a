import { setTimeout as delay } from 'node:timers/promises';
import { createLimit } from '../../src/basics/limit.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import type { Ack } from '../../src/formats/hl7/types.ts';
import type { Creator } from '../../src/sandbox/creator.ts';
import type { TrafficRequest } from '../lab/outgoing-traffic.ts';

/** How long an application that was not answered leaves its gateway alone: shorter than any. */
const PAUSE_MS = 50;
/** Requests at once. */
const PARALLEL = 4;

/** What is sent of a request. */
export type SentRequest = Pick<TrafficRequest, 'controlId' | 'message' | 'repeated'>;

/** An application that sends each request, the same bytes again and again, until it is told that it was taken. */
export interface Sending {
  /** Requests that leave one after the other; beside those sent before. */
  send(sequence: readonly SentRequest[]): void;
  /** Answers with AA so far. */
  taken(): number;
  /** Tries that nobody answered: the gateway was down, or died. */
  unanswered(): number;
  /** Resolves with the next AA, or with the signal. */
  nextTaken(tooLong: AbortSignal): Promise<void>;
  /** Resolves once everything is answered. @returns what was refused: ids and codes */
  finished(): Promise<string[]>;
}

export function startSending(creator: Creator): Sending {
  const limit = createLimit(PARALLEL);
  const sequences: Promise<void>[] = [];
  const refused: string[] = [];
  let taken = 0;
  let unanswered = 0;
  let pause: Promise<void> | undefined;
  let next = Promise.withResolvers<void>();

  async function ask(sequence: readonly SentRequest[]): Promise<void> {
    for (const request of sequence) {
      await untilTaken(request);
      if (request.repeated) await untilTaken(request);
    }
  }

  async function untilTaken({ controlId, message }: SentRequest): Promise<void> {
    for (;;) {
      const ack = await limit.run(() => answerTo(message));
      if (ack?.code === 'AA') {
        taken += 1;
        next.resolve();
        next = Promise.withResolvers();
        return;
      }
      if (ack?.code === 'AE') {
        refused.push([controlId, ...ack.errors.map(({ condition }) => condition?.code)].join(' '));
        return;
      }
    }
  }

  async function answerTo(message: Buffer): Promise<Ack | undefined> {
    await pause;
    const ack = await creator.send(message).catch((error: unknown) => {
      if (error instanceof GatewayError) return undefined;
      throw error;
    });
    if (ack === undefined) unanswered += 1;
    if (ack === undefined || ack.code === 'AR') pause ??= rest();
    return ack;
  }

  async function rest(): Promise<void> {
    await delay(PAUSE_MS);
    pause = undefined;
  }

  return {
    send(sequence) {
      sequences.push(ask(sequence));
    },
    taken: () => taken,
    unanswered: () => unanswered,
    nextTaken: tooLong =>
      new Promise(resolve => {
        void next.promise.then(resolve);
        tooLong.addEventListener('abort', () => resolve());
      }),
    async finished() {
      await Promise.all(sequences);
      return refused;
    },
  };
}
