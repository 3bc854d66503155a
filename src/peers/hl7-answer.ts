import { GatewayError } from '../errors/gateway-error.ts';
import { readAck } from '../formats/hl7/ack.ts';
import type { Ack } from '../formats/hl7/types.ts';

/**
 * Makes sure that an answer is the ACK of the message sent. MSA-2 decides, whatever connection, request or file the
 * answer came by.
 *
 * @throws GatewayError HL7-002 when it is no ACK, HL7-004 when it is another message's
 */
export function checkAnswer(answer: Uint8Array, controlId: string): Ack {
  const ack = readAck(answer);
  if (ack.controlId !== controlId.trim()) throw new GatewayError('HL7-004');
  return ack;
}
