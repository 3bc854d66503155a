import { isInsAuthority } from '../cda/identity.ts';
import type { Hl7Segment } from './message.ts';
import { isPatientAddress } from './request-address.ts';
import { locate, requestFault, subvalueOf, valueOf } from './request-fields.ts';
import type { Audience } from './request-types.ts';

/** The authority of the INS-C, which the INS has replaced: still a patient's. */
const INS_C = '1.2.250.1.213.1.4.2';

/** PRT-5 repeats to give other identifiers of one person: a person has few. */
const MAX_IDENTIFIERS = 10;

/** Whom an address reaches: the patient is known by it, and by PRT-5 whatever it pretends ({@link isPatient}). */
export function audienceOf(address: string, belongsToPatient: boolean): Audience {
  return belongsToPatient || isPatientAddress(address) ? 'patient' : 'professionals';
}

/**
 * Whether a participant is the patient by PRT-5: under an INS, or any identifier that PID-3 has.
 *
 * @param identifiers those of PID-3, in capitals
 * @throws GatewayError REQ-011 for a participant under too many identifiers
 */
export function isPatient(prt: Hl7Segment, identifiers: ReadonlySet<string>): boolean {
  const given = prt.repetitions(5);
  if (given > MAX_IDENTIFIERS) throw requestFault('REQ-011', locate(prt, 5));
  return Array.from({ length: given }, (_, index) => index + 1).some(
    repetition => isIns(prt, repetition) || identifiers.has(valueOf(prt, 5, 1, repetition).toUpperCase()),
  );
}

/** XCN-9 and XCN-13; XDS has the type `NH` for the INS. Some have the OID in place of the authority's name. */
function isIns(prt: Hl7Segment, repetition: number): boolean {
  const authorities = [1, 2].map(place => subvalueOf(prt, 5, 9, place, repetition));
  const type = valueOf(prt, 5, 13, repetition).toUpperCase();
  return (
    authorities.some(authority => isInsAuthority(authority) || authority === INS_C) ||
    type === 'NH' ||
    type.startsWith('INS')
  );
}
