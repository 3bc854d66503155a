import type { ErrorCode } from '../../errors/catalogue.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { Hl7Segment } from './message.ts';

/** The version of profile CISIS_CDA_HL7_V2 that a message follows (MSH-21.1). */
export type ProfileVersion = '2.1' | '2.0';

/** A code of the group of requests. */
export type RequestCode = Extract<ErrorCode, `REQ-${string}`>;

/**
 * A fault of a request.
 *
 * @param location ERR-2, see {@link locate}
 * @param detail one French sentence that tells codes and fields, never a value
 */
export function requestFault(code: RequestCode, location: string, detail?: string): GatewayError {
  return new GatewayError(code, { ...(detail === undefined ? {} : { detail }), fields: { location } });
}

/** Where a fault is, as ERR-2 (ERL) writes it: `PID^1^3`, `PRT^2^15^1^4` with repetition and component. */
export function locate(segment: Hl7Segment, field?: number, component?: number, repetition = 1): string {
  const place = component === undefined ? [field] : [field, repetition, component];
  return [segment.name, segment.sequence, ...place.filter(part => part !== undefined)].join('^');
}

/** No code, name, identifier or address is longer; bytes, escapes in place. */
const MAX_VALUE = 4000;

/**
 * A component's text without blanks around it, which senders leave; '' when absent or null (`""`).
 *
 * @throws GatewayError REQ-010 for one that is longer than any value of a request
 */
export function valueOf(segment: Hl7Segment, field: number, component = 1, repetition = 1): string {
  assertShort(segment, field, component, repetition);
  return plain(segment.component(field, component, repetition));
}

/**
 * A subcomponent's text, as {@link valueOf}.
 *
 * @throws GatewayError REQ-010
 */
export function subvalueOf(
  segment: Hl7Segment,
  field: number,
  component: number,
  subcomponent: number,
  repetition = 1,
): string {
  assertShort(segment, field, component, repetition);
  return plain(segment.subcomponent(field, component, subcomponent, repetition));
}

function assertShort(segment: Hl7Segment, field: number, component: number, repetition: number): void {
  if (segment.bytes(field, component, repetition).length > MAX_VALUE) {
    throw requestFault('REQ-010', locate(segment, field, component, repetition), 'Le champ est trop long.');
  }
}

/** No word that a sender may write instead of a text is longer, blanks around it included; bytes. */
const MAX_WORD = 100;

/**
 * Whether a component is a word, in any case and whatever the blanks around it. What is too long to be one is not even
 * decoded, and no fault.
 *
 * @param word in capitals
 */
export function isWord(segment: Hl7Segment, field: number, component: number, word: string): boolean {
  if (segment.bytes(field, component).length > MAX_WORD) return false;
  return segment.component(field, component).trim().toUpperCase() === word;
}

function plain(text: string): string {
  const value = text.trim();
  return value === '""' ? '' : value;
}

/**
 * The value of a field, or of a component of it, that must be there.
 *
 * @throws GatewayError REQ-008
 */
export function requiredValue(segment: Hl7Segment, field: number, component?: number): string {
  const value = valueOf(segment, field, component);
  if (value === '') throw missingField(segment, field, component);
  return value;
}

/** REQ-008 for a field, or a component of it. */
export function missingField(segment: Hl7Segment, field: number, component?: number): GatewayError {
  const name = `${segment.name}-${field}${component === undefined ? '' : `.${component}`}`;
  return requestFault('REQ-008', locate(segment, field, component), `Champ ${name}.`);
}
