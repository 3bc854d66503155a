import { components, segment, text } from './segment.ts';
import type { Hl7Organization, MailParticipant } from './types.ts';

/** PRT-4: who a participant is to the mail. */
const ROLES = {
  SB: 'Send by',
  RCT: 'Result Copies To',
  REPLY: 'Reply To',
} as const;

/** PS_IdNat: the OID of the national identifiers of professionals (RPPS, ADELI and structure-bound ones). */
const PROFESSIONALS = '1.2.250.1.71.4.2.1';

/**
 * A PRT (HL7 v2.9, pre-adopted: quirk H7): the address in PRT-15, and as far as known the person (PRT-5), the
 * organisation (PRT-8) or the application (PRT-10). REPLY carries the address alone (ANS, Transmission au LPS
 * v1.1, “Le groupe de segments OBXNTE portant le document CDA”).
 */
export function prt(role: keyof typeof ROLES, participant: MailParticipant): string {
  const known = role === 'REPLY' ? { address: participant.address } : participant;
  const { person } = known;
  const isApplication = person !== undefined && isSystem(person);
  return segment('PRT', {
    2: 'UC',
    4: components([role, ROLES[role], 'participation']),
    5: person === undefined || isApplication ? '' : xcn(person),
    8: known.organization === undefined ? '' : xon(known.organization),
    10: isApplication ? text(person?.[0]) : '',
    15: components(['', '', 'X.400', known.address]),
  });
}

/**
 * XCN-10 `U` or XCN-13 `RI`: the author of a submission is software (ANS, volet Partage de documents de
 * santé, authorPerson).
 */
function isSystem(person: readonly string[]): boolean {
  return person[9] === 'U' || person[12] === 'RI';
}

/** XCN as given, up to the identifier's type; XCN-9 is an HD, its `&` are delimiters. */
function xcn(person: readonly string[]): string {
  const known = person.slice(0, 13);
  const type = known[12] || (known[0] ? identifierType(known) : '');
  const values = Array.from({ length: 13 }, (_, place) => known[place] ?? '');
  return components(
    values.map((value, place) => (place === 8 ? value.split('&') : place === 12 ? type : value)),
  );
}

/**
 * XCN-13 is required beside XCN-1; `U` (unspecified) where nothing tells. An id inside a structure has a `/`.
 */
function identifierType(person: readonly string[]): string {
  if (person[8]?.split('&')[1] !== PROFESSIONALS) return 'U';
  return person[0]?.includes('/') === true ? 'EI' : 'IDNPS';
}

function xon(organization: Hl7Organization): string {
  const authority = organization.authority?.split('&');
  return components([
    organization.name,
    '',
    '',
    '',
    '',
    authority,
    organization.type,
    '',
    '',
    organization.id,
  ]);
}
