import type { Hl7Segment } from './message.ts';
import { missingField, type ProfileVersion, subvalueOf, valueOf } from './request-fields.ts';
import type { RequestSender } from './request-types.ts';
import type { Hl7Organization } from './types.ts';

/** XCN of HL7 2.5, and what of it is an HD. */
const XCN_COMPONENTS = 23;
const XCN_AUTHORITY = 9;

/** PRT `SB`: the professional or device that asks, and the organisation behind. */
export function readRequestSender(prt: Hl7Segment): RequestSender {
  const device = valueOf(prt, 10);
  return {
    person: readPerson(prt),
    organization: readOrganization(prt),
    device: device === '' ? undefined : device,
  };
}

/** Undefined where neither identifier nor name is given. */
function readPerson(prt: Hl7Segment): string[] | undefined {
  const components = Array.from({ length: XCN_COMPONENTS }, (_, index) =>
    index + 1 === XCN_AUTHORITY ? authorityOf(prt, 5, XCN_AUTHORITY) : valueOf(prt, 5, index + 1),
  );
  const used = components.slice(0, components.findLastIndex(text => text !== '') + 1);
  return used.slice(0, 3).every(text => text === '') ? undefined : used;
}

/** Undefined where neither identifier nor name is given. */
function readOrganization(prt: Hl7Segment): Hl7Organization | undefined {
  const name = valueOf(prt, 8);
  const id = valueOf(prt, 8, 10);
  if (name === '' && id === '') return undefined;
  return {
    name,
    id: id === '' ? undefined : id,
    type: valueOf(prt, 8, 7) || undefined,
    authority: authorityOf(prt, 8, 6) || undefined,
  };
}

/** An HD as text, its parts joined by `&` whatever the message's own separator is. */
function authorityOf(prt: Hl7Segment, field: number, component: number): string {
  const parts = [1, 2, 3].map(place => subvalueOf(prt, field, component, place));
  return parts.slice(0, parts.findLastIndex(text => text !== '') + 1).join('&');
}

/**
 * What a deposit in the DMP must know of its sender, by version 2.1: person or device, and the organisation's number.
 *
 * @throws GatewayError REQ-008
 */
export function assertIdentified(prt: Hl7Segment, sender: RequestSender, version: ProfileVersion): void {
  if (version === '2.0') return;
  if (!sender.person?.[0] && sender.device === undefined) throw missingField(prt, 5, 1);
  if (sender.organization?.id === undefined) throw missingField(prt, 8, 10);
}
