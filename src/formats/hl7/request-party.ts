import type { Hl7Segment } from './message.ts';
import { valueOf } from './request-fields.ts';
import type { RequestParty } from './request-types.ts';
import type { Hl7Party } from './types.ts';

/**
 * MSH-3/4 or MSH-5/6, each an HD: what answers repeat whole.
 *
 * @param field MSH-3 or MSH-5
 * @throws GatewayError REQ-010 for a component that is longer than any value of a request
 */
export function readParty(header: Hl7Segment, field: 3 | 5): RequestParty {
  return { application: readHd(header, field), facility: readHd(header, field + 1) };
}

function readHd(header: Hl7Segment, field: number): string[] {
  const components = [1, 2, 3].map(component => valueOf(header, field, component));
  return components.slice(0, components.findLastIndex(text => text !== '') + 1);
}

/** What a party is known by: its names, or the identifiers (OID) where it has none; '' where it has neither. */
export function namesOf({ application, facility }: RequestParty): Hl7Party {
  return { application: nameOf(application), facility: nameOf(facility) };
}

function nameOf([name = '', identifier = '']: readonly string[]): string {
  return name === '' ? identifier : name;
}
