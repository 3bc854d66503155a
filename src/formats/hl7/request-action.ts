import type { DocumentAction } from '../xdm/types.ts';
import type { Hl7Segment } from './message.ts';
import { locate, type ProfileVersion, requestFault, requiredValue, valueOf } from './request-fields.ts';
import type { RequestStructure } from './request-structure.ts';
import type { RequestHead } from './request-types.ts';
import type { SortedObservations } from './request-wishes.ts';

/** OBX-11 of a document. */
const STATUSES: ReadonlyMap<string, DocumentAction> = new Map([
  ['F', 'add'],
  ['C', 'replace'],
  ['D', 'delete'],
]);

/** ORC-1. */
const ORDERS: ReadonlyMap<string, DocumentAction> = new Map([
  ['NW', 'add'],
  ['RO', 'replace'],
  ['CA', 'delete'],
]);

/** ORC-1 of a replacement in version 2.0. */
const STATUS_CHANGED = 'SC';

/** MSH-9.2 of an MDM; R01 is for any action. */
const EVENTS: Readonly<Record<RequestHead['event'], DocumentAction | undefined>> = {
  R01: undefined,
  T02: 'add',
  T10: 'replace',
  T04: 'delete',
};

/**
 * What is asked for the document: ORC-1, the event and OBX-11 of every document must say the same (ANS, Transmission
 * de documents CDA en HL7v2 v2.1, “Le segment ORC”).
 *
 * @throws GatewayError REQ-008 and REQ-009 for a status or order that is missing or unknown; REQ-012
 */
export function readAction(
  { orc }: RequestStructure,
  { documents }: SortedObservations,
  event: RequestHead['event'],
  version: ProfileVersion,
): DocumentAction {
  const [{ obx }] = documents;
  const action = statusOf(obx);
  if (action !== (EVENTS[event] ?? action)) throw requestFault('REQ-012', locate(obx, 11));
  const order = orderOf(orc, version);
  if (order !== undefined && order !== action) throw requestFault('REQ-012', locate(orc, 1));
  const other = documents.find(document => statusOf(document.obx) !== action);
  if (other !== undefined) throw requestFault('REQ-012', locate(other.obx, 11));
  return action;
}

function statusOf(obx: Hl7Segment): DocumentAction {
  const action = STATUSES.get(requiredValue(obx, 11).toUpperCase());
  if (action === undefined) throw requestFault('REQ-009', locate(obx, 11));
  return action;
}

/** Undefined where version 2.0 leaves it out: OBX-11 has said it. */
function orderOf(orc: Hl7Segment, version: ProfileVersion): DocumentAction | undefined {
  const order = (version === '2.1' ? requiredValue(orc, 1) : valueOf(orc, 1)).toUpperCase();
  if (version === '2.0' && order === '') return undefined;
  const action = version === '2.0' && order === STATUS_CHANGED ? 'replace' : ORDERS.get(order);
  if (action === undefined) throw requestFault('REQ-009', locate(orc, 1));
  return action;
}
