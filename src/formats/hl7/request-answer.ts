import type { GatewayError } from '../../errors/gateway-error.ts';
import { buildAck } from './build-ack.ts';
import { MESSAGE_ERRORS } from './error-tables.ts';
import { Hl7Error } from './hl7-error.ts';
import { type Hl7Message, parseHeader } from './message.ts';
import type { RequestCode } from './request-fields.ts';
import { segment, text } from './segment.ts';
import type { AckError, Hl7Party } from './types.ts';

/** An answer, as far as it does not depend on what is answered. */
interface Answer {
  /** MSH-10 of the answer itself. */
  readonly controlId: string;
  readonly time: Date;
}

/**
 * AA: the request is stored (ANS, Transmission de documents CDA en HL7v2 v2.1, “Description des contraintes à
 * appliquer sur l'acquittement”).
 *
 * @throws Hl7Error for a request that has no header, which nobody can have accepted
 */
export function acceptance({ request, ...answer }: Answer & { readonly request: Uint8Array }): Uint8Array {
  return buildAck({ ...answer, request: parseHeader(request), code: 'AA' });
}

/** What a refusal is made of. */
export interface RefusalInput extends Answer {
  /** What came, perhaps cut or no HL7 at all; undefined where nothing of it is left. */
  readonly request: Uint8Array | undefined;
  readonly error: GatewayError;
  /** Who answers where the request does not say whom it was for. */
  readonly self: Hl7Party;
}

/**
 * AE for a fault of the request, AR for one that passes, with one ERR: location, condition, and for a fault that HL7
 * has no condition for, its code and text. Of what the request holds it repeats nothing but its header.
 */
export function refusal({ request, error, self, controlId, time }: RefusalInput): Uint8Array {
  const answered = headerOf(request) ?? nothingFor(self);
  const code = error.class === 'permanent' ? 'AE' : 'AR';
  const inLatin = answered.encoding !== 'utf-8';
  return buildAck({ request: answered, code, controlId, time, errors: [errorOf(error, inLatin)] });
}

function headerOf(request: Uint8Array | undefined): Hl7Message | undefined {
  if (request === undefined) return undefined;
  try {
    return parseHeader(request);
  } catch (thrown) {
    if (thrown instanceof Hl7Error) return undefined;
    throw thrown;
  }
}

/** A message that says nothing but whom it is for. */
function nothingFor(self: Hl7Party): Hl7Message {
  const header = segment('MSH', {
    2: '^~\\&',
    5: text(self.application),
    6: text(self.facility),
    11: 'P',
    18: 'UNICODE UTF-8',
  });
  return parseHeader(Buffer.from(header, 'utf8'));
}

/** ERR-3, table messageErrorCondition: what HL7 itself calls each fault. 207: ERR-5 says it. */
const CONDITIONS: Readonly<Record<RequestCode, string>> = {
  'REQ-001': '100',
  'REQ-002': '200',
  'REQ-003': '201',
  'REQ-004': '202',
  'REQ-005': '203',
  'REQ-006': '199',
  'REQ-007': '100',
  'REQ-008': '101',
  'REQ-009': '103',
  'REQ-010': '102',
  'REQ-011': '198',
  'REQ-012': '207',
  'REQ-013': '207',
  'REQ-014': '207',
  'REQ-015': '207',
  'REQ-016': '207',
  'REQ-017': '207',
  'REQ-018': '207',
  'REQ-019': '207',
  'REQ-020': '207',
  'REQ-021': '207',
  'REQ-022': '207',
  'REQ-023': '101',
  'REQ-024': '102',
  'REQ-025': '207',
  'REQ-026': '207',
  'REQ-027': '207',
  'REQ-028': '199',
  'REQ-029': '199',
  'REQ-030': '207',
  'REQ-031': '207',
};

const APPLICATION_ERROR = '207';

function isRequestCode(code: string): code is RequestCode {
  return Object.hasOwn(CONDITIONS, code);
}

function errorOf({ code, publicText, fields }: GatewayError, inLatin: boolean): AckError {
  const condition = isRequestCode(code) ? CONDITIONS[code] : APPLICATION_ERROR;
  // Our own words, not a person's name: an apostrophe that 8859/15 lacks would be escaped, and read by nobody.
  const words = inLatin ? publicText.replaceAll('’', "'") : publicText;
  return {
    location: typeof fields['location'] === 'string' ? fields['location'] : undefined,
    condition: { code: condition, label: MESSAGE_ERRORS[condition] ?? '' },
    severity: 'E',
    application: condition === APPLICATION_ERROR ? { code, label: words } : undefined,
    message: `${code} : ${words}`,
  };
}
