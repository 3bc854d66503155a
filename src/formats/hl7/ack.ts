import { GatewayError } from '../../errors/gateway-error.ts';
import { APPLICATION_ERRORS, MESSAGE_ERRORS, OTHER_ERROR } from './error-tables.ts';
import { Hl7Error } from './hl7-error.ts';
import { type Hl7Message, type Hl7Segment, parseMessage } from './message.ts';
import type { Ack, AckCode, AckError } from './types.ts';

const ACK_CODES: ReadonlySet<string> = new Set<AckCode>(['AA', 'AE', 'AR', 'CA', 'CE', 'CR']);

/**
 * Reads an ACK, as tolerantly as it is certain: blanks around values, LF line ends, lower case, a missing
 * last CR, several ERR, ERR of v2.5 (ERR-2 to 5) or before (ERR-1).
 *
 * @throws GatewayError HL7-002 when it is no message, has no MSA, or its MSA names no known code or no
 *   message
 */
export function readAck(bytes: Uint8Array): Ack {
  const message = parse(bytes);
  const msa = message.first('MSA');
  const code = msa?.component(1, 1).trim().toUpperCase() ?? '';
  const controlId = msa?.component(2, 1).trim() ?? '';
  if (!isAckCode(code) || controlId === '') throw new GatewayError('HL7-002');
  return { code, controlId, errors: message.all('ERR').map(readError) };
}

function parse(bytes: Uint8Array): Hl7Message {
  try {
    return parseMessage(bytes);
  } catch (cause) {
    if (cause instanceof Hl7Error) throw new GatewayError('HL7-002', { cause });
    throw cause;
  }
}

function isAckCode(text: string): text is AckCode {
  return ACK_CODES.has(text);
}

function readError(err: Hl7Segment): AckError {
  return {
    location: filled(err.field(2)),
    condition: coded(err, 3, MESSAGE_ERRORS) ?? conditionBefore25(err),
    severity: filled(err.component(4, 1).toUpperCase()),
    application: coded(err, 5, APPLICATION_ERRORS),
    message: filled(err.component(8, 1)),
  };
}

/**
 * A CWE: its code, with its own label, else the table's; a text without code is kept under 906 (ERR-5 only).
 */
function coded(
  err: Hl7Segment,
  field: number,
  table: Readonly<Record<string, string>>,
): { code: string; label: string } | undefined {
  const code = filled(err.component(field, 1));
  const label = filled(err.component(field, 2)) ?? filled(err.component(field, 9));
  if (code !== undefined) return { code, label: label ?? table[code] ?? '' };
  if (label === undefined || table !== APPLICATION_ERRORS) return undefined;
  return { code: OTHER_ERROR.code, label };
}

/** ERR-1.4 (ELD) of HL7 before v2.5: the condition's code and text as subcomponents. */
function conditionBefore25(err: Hl7Segment): { code: string; label: string } | undefined {
  const code = filled(err.subcomponent(1, 4, 1));
  if (code === undefined) return undefined;
  return { code, label: filled(err.subcomponent(1, 4, 2)) ?? MESSAGE_ERRORS[code] ?? '' };
}

function filled(text: string): string | undefined {
  const value = text.trim();
  return value === '' || value === '""' ? undefined : value;
}

/** What an ACK means for the document. */
export type Verdict =
  | { readonly kind: 'accepted' }
  /** The application said no to the document: code and label of ERR-5. */
  | { readonly kind: 'refused'; readonly code: string; readonly label: string }
  /** The application said no to the message's form: code and label of ERR-3. */
  | { readonly kind: 'technical'; readonly code: string; readonly label: string }
  /** Yes, with a reason for no beside it (ERR-5): nobody may be told that the document is in the record. */
  | { readonly kind: 'contradictory'; readonly code: string; readonly label: string }
  /** Neither yes nor no; to be sent again. `error` names why. */
  | { readonly kind: 'later'; readonly error: 'HL7-003' | 'HL7-005' };

/**
 * Judges an ACK (ANS, Transmission au LPS v1.1, “Segment ERR” and its error codes).
 *
 * AE is no fault of syntax by itself: with ERR-3 207 it is the application's refusal (quirk H1).
 *
 * @param options `commitAccept`: CA counts as the final answer. Without it CA is only "received": whether the
 *   document went in is not known, so it is neither acceptance nor refusal (HL7-005, quirk H6).
 */
export function verdict(ack: Ack, options: { readonly commitAccept: boolean }): Verdict {
  switch (ack.code) {
    case 'AA': {
      const refusal = ack.errors.find(
        error => error.application !== undefined && !isRemark(error),
      )?.application;
      return refusal === undefined ? { kind: 'accepted' } : { kind: 'contradictory', ...refusal };
    }
    case 'CA':
      return options.commitAccept ? { kind: 'accepted' } : { kind: 'later', error: 'HL7-005' };
    case 'AR':
    case 'CR':
      return { kind: 'later', error: 'HL7-003' };
    case 'AE':
    case 'CE':
      break;
  }
  return judgeErrors(withoutRemarks(ack.errors));
}

/** The errors proper; where an application marks all of them as warnings they are what it refuses for. */
function withoutRemarks(errors: readonly AckError[]): readonly AckError[] {
  const proper = errors.filter(error => !isRemark(error));
  return proper.length > 0 ? proper : errors;
}

function isRemark({ severity }: AckError): boolean {
  return severity === 'W' || severity === 'I';
}

/** Conditions that say nothing of the message's form: 207 points to ERR-5, 0 is "accepted". */
const NOT_TECHNICAL: ReadonlySet<string> = new Set(['0', '207']);

function judgeErrors(errors: readonly AckError[]): Verdict {
  const application = errors.find(error => error.application !== undefined)?.application;
  if (application !== undefined) return { kind: 'refused', ...application };
  const other: Verdict = { kind: 'refused', ...OTHER_ERROR };
  if (errors.some(error => error.condition?.code === '207')) return other;
  const technical = errors.find(
    error => error.condition && !NOT_TECHNICAL.has(error.condition.code),
  )?.condition;
  return technical === undefined ? other : { kind: 'technical', ...technical };
}
