import type { Hl7Segment } from './message.ts';
import { isMailAddress } from './request-address.ts';
import { locate, missingField, requestFault, valueOf } from './request-fields.ts';

/** PRT-4: the roles that the profile gives a meaning to. */
const ROLES: ReadonlySet<string> = new Set(['SB', 'RCT', 'REPLY']);

/** PRT-4.1. */
export function roleOf(prt: Hl7Segment): string {
  return valueOf(prt, 4).toUpperCase();
}

/** Whether a PRT has one of the roles that the profile gives a meaning to. */
export function isParticipant(prt: Hl7Segment): boolean {
  return ROLES.has(roleOf(prt));
}

/** An address, and where in the message it stands. */
export interface PlacedAddress {
  readonly address: string;
  /** ERR-2. */
  readonly location: string;
}

/** Where published examples have the address in place of PRT-15.4: one field or component off. */
const SHIFTED = [
  [15, 3],
  [14, 4],
  [16, 4],
  [14, 3],
  [16, 3],
] as const;

/** The fields that an address may stand in. */
const FIELDS = [14, 15, 16] as const;
const AT = 0x40;

/** Whether anything in a PRT may be an address, wherever {@link readAddresses} would look for one or beside it. */
export function holdsAddress(prt: Hl7Segment): boolean {
  return FIELDS.some(field => prt.bytes(field).includes(AT) || valueOf(prt, field, 4).includes('@'));
}

/** A participant has few addresses. */
const MAX_REPETITIONS = 50;

/**
 * The addresses of PRT-15.4, one for each repetition that has one; where it has none, a text elsewhere that certainly
 * is one.
 *
 * @throws GatewayError REQ-008 without an address, REQ-011 for too many, REQ-024 for what is none
 */
export function readAddresses(prt: Hl7Segment): PlacedAddress[] {
  const repetitions = prt.repetitions(15);
  if (repetitions > MAX_REPETITIONS) throw requestFault('REQ-011', locate(prt, 15));
  const addresses = Array.from({ length: repetitions }, (_, index) => index + 1).flatMap(repetition => {
    const address = valueOf(prt, 15, 4, repetition);
    return address === '' ? [] : [{ address, location: locate(prt, 15, 4, repetition) }];
  });
  const wrong = addresses.find(({ address }) => !isMailAddress(address));
  if (wrong !== undefined) throw requestFault('REQ-024', wrong.location);
  if (addresses.length > 0) return addresses;
  const [shifted] = SHIFTED.flatMap(([field, component]) => {
    const address = valueOf(prt, field, component);
    return isMailAddress(address) ? [{ address, location: locate(prt, field, component) }] : [];
  });
  if (shifted === undefined) throw missingField(prt, 15, 4);
  return [shifted];
}
