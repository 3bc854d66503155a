import { charsetOf, encodeHl7 } from './charset.ts';
import type { Hl7Message, Hl7Segment } from './message.ts';
import { components, segment, text } from './segment.ts';
import { hl7Time } from './time.ts';
import type { AckCode, AckError } from './types.ts';

/** Everything that an ACK is made of. */
export interface AckInput {
  /** The message that is answered; nothing but its header is looked at. */
  readonly request: Pick<Hl7Message, 'header' | 'encoding'>;
  readonly code: AckCode;
  /** MSH-10 of the answer itself. */
  readonly controlId: string;
  readonly time: Date;
  /** One ERR each. */
  readonly errors?: readonly AckError[];
}

/** A value of the request is repeated up to this length: an answer stays small, whatever it answers. */
const MAX_MIRRORED = 256;

/**
 * The ACK to a message (ANS, Transmission au LPS v1.1 and Transmission de documents CDA en HL7v2 v2.1, “Le message
 * d'acquittement”): parties crossed, event, version, processing id and charset those of the request. A character that
 * 8859/15 lacks is escaped: an ACK is never refused.
 */
export function buildAck(input: AckInput): Uint8Array {
  const { header } = input.request;
  const charset = charsetOf(input.request.encoding);
  const msh = segment('MSH', {
    2: '^~\\&',
    3: party(header, 5),
    4: party(header, 6),
    5: party(header, 3),
    6: party(header, 4),
    7: hl7Time(input.time),
    9: messageType(header),
    10: text(input.controlId),
    11: text(mirrored(header, 11)),
    12: hl7Version(header),
    17: 'FRA',
    18: charset,
  });
  const msa = segment('MSA', { 1: input.code, 2: text(mirrored(header, 10)) });
  const segments = [msh, msa, ...(input.errors ?? []).map(errorSegment)];
  return encodeHl7(`${segments.join('\r')}\r`, charset, 'escape');
}

function mirrored(header: Hl7Segment, field: number, component = 1): string {
  return header.component(field, component).slice(0, MAX_MIRRORED).toWellFormed();
}

/** An HD, whole. */
function party(header: Hl7Segment, field: number): string {
  return components([1, 2, 3].map(component => mirrored(header, field, component)));
}

/** Without a readable event, the type alone. */
function messageType(header: Hl7Segment): string {
  const event = header.component(9, 2).trim();
  return /^[A-Z]\d\d$/.test(event) ? components(['ACK', event, 'ACK']) : 'ACK';
}

/** That of the request, where it is one of the profiles'; else the profile's for its type. */
function hl7Version(header: Hl7Segment): string {
  const version = header.component(12, 1).trim();
  if (version === '2.5' || version === '2.6') return version;
  return header.component(9, 1).trim() === 'ORU' ? '2.5' : '2.6';
}

/** ERR-3 and ERR-5 name their tables by the symbolic names of the profile. */
function errorSegment(error: AckError): string {
  const { condition, application } = error;
  return segment('ERR', {
    2: components(error.location?.split('^') ?? []),
    3: condition ? components([condition.code, condition.label, 'messageErrorCondition']) : '',
    4: text(error.severity ?? 'E'),
    5: application ? components([application.code, application.label, 'applicationErrorCode']) : '',
    8: text(error.message),
  });
}
