import { charsetOf, encodeHl7 } from './charset.ts';
import type { Hl7Message } from './message.ts';
import { components, segment, text } from './segment.ts';
import { hl7Time } from './time.ts';
import type { AckCode, AckError } from './types.ts';

/** Everything that an ACK is made of. */
export interface AckInput {
  /** The message that is answered. */
  readonly request: Hl7Message;
  readonly code: AckCode;
  /** MSH-10 of the answer itself. */
  readonly controlId: string;
  readonly time: Date;
  /** One ERR each. */
  readonly errors?: readonly AckError[];
}

/**
 * The ACK to a message (ANS, Transmission au LPS v1.1, “Le message d'acquittement HL7v2”): parties crossed,
 * event, version, processing id and charset those of the request. A character that 8859/15 lacks is escaped:
 * an ACK is never refused.
 */
export function buildAck(input: AckInput): Uint8Array {
  const { header } = input.request;
  const charset = charsetOf(input.request.encoding);
  const event = header.component(9, 2);
  const msh = segment('MSH', {
    2: '^~\\&',
    3: text(header.component(5, 1)),
    4: text(header.component(6, 1)),
    5: text(header.component(3, 1)),
    6: text(header.component(4, 1)),
    7: hl7Time(input.time),
    9: components(['ACK', event, 'ACK']),
    10: text(input.controlId),
    11: text(header.component(11, 1)),
    12: text(header.component(12, 1)),
    17: 'FRA',
    18: charset,
  });
  const msa = segment('MSA', { 1: input.code, 2: text(header.component(10, 1)) });
  const segments = [msh, msa, ...(input.errors ?? []).map(errorSegment)];
  return encodeHl7(`${segments.join('\r')}\r`, charset, 'escape');
}

/** ERR-3 and ERR-5 name their tables by the symbolic names of the profile. */
function errorSegment(error: AckError): string {
  const { condition, application } = error;
  return segment('ERR', {
    2: components(error.location?.split('^') ?? []),
    3: condition ? components([condition.code, condition.label, 'messageErrorCondition']) : '',
    4: text(error.severity ?? 'E'),
    5: application ? components([application.code, application.label, 'applicationErrorCode']) : '',
  });
}
