import { GatewayError } from '../errors/gateway-error.ts';
import { readAck } from '../formats/hl7/ack.ts';
import type { Ack } from '../formats/hl7/types.ts';

/** What the ways to an application have in common: when an answer is one, and how long it may take. */

const MEBIBYTE = 1024 * 1024;
const MS_PER_MEBIBYTE = 1_000;

/**
 * Reads an answer that must be the ACK of the message sent.
 *
 * @throws GatewayError HL7-002 when it is no ACK, HL7-004 when it is another message's
 */
export function readAnswer(answer: Uint8Array, controlId: string): Ack {
  const ack = readAck(answer);
  checkAnswer(ack, controlId);
  return ack;
}

/**
 * Makes sure that an ACK is that of the message sent. MSA-2 decides, whatever connection, request or file it
 * came by.
 *
 * @throws GatewayError HL7-004 when it is another message's
 */
export function checkAnswer(ack: Ack, controlId: string): void {
  if (ack.controlId !== controlId.trim()) throw new GatewayError('HL7-004');
}

/**
 * A refusal may come early. A yes to a message that has not wholly left proves nothing: nobody can have taken
 * it.
 *
 * @param sent whether the message had wholly left when the answer came
 */
export function isEarlyYes({ code }: Ack, sent: boolean): boolean {
  return !sent && (code === 'AA' || code === 'CA');
}

/**
 * How long to wait for the answer to a message of `bytes`, ms: `timeoutMs` and a second more for each full
 * MiB.
 */
export function deadlineMs(timeoutMs: number, bytes: number): number {
  return timeoutMs + Math.floor(bytes / MEBIBYTE) * MS_PER_MEBIBYTE;
}
