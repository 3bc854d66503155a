import type { Hl7Message, Hl7Segment } from './message.ts';
import { locate, requestFault } from './request-fields.ts';
import { holdsAddress, isParticipant } from './request-prt.ts';
import type { RequestHead } from './request-types.ts';

/** An OBX with the PRT and NTE that belong to it. */
export interface Observation {
  readonly obx: Hl7Segment;
  readonly participants: readonly Hl7Segment[];
  readonly notes: readonly Hl7Segment[];
}

/** The segments of a request, each in its place. */
export interface RequestStructure {
  readonly pid: Hl7Segment;
  /** Undefined where an ORU leaves the group PATIENT_VISIT out. */
  readonly pv1: Hl7Segment | undefined;
  readonly orc: Hl7Segment;
  readonly obr: Hl7Segment;
  /** MDM only. */
  readonly txa: Hl7Segment | undefined;
  readonly observations: readonly Observation[];
}

/** The segments that the profile asks for, in its order; all but OBX are given once. */
const ORU = ['MSH', 'PID', 'PV1', 'ORC', 'OBR', 'OBX'];
const MDM = ['MSH', 'EVN', 'PID', 'PV1', 'ORC', 'OBR', 'TXA', 'OBX'];
/** The segments that anything is read from. */
const READ: ReadonlySet<string> = new Set([...ORU, ...MDM, 'PRT', 'NTE']);

/** None of these is longer, but for what OBX-5 holds; bytes. */
const MAX_SEGMENT = 64 * 1024;

/**
 * The segments of an ORU^R01 (HL7 2.5) or MDM^T02, T04, T10 (2.6) by the profile's tables. Other segments are passed
 * over: the profile leaves them to the sender.
 *
 * @throws GatewayError REQ-007 for a segment that is missing or out of its place, REQ-009 for an unknown role, REQ-010 for one
 *   that is too long, REQ-011 for one too many
 */
export function readStructure(message: Hl7Message, event: RequestHead['event']): RequestStructure {
  const isOru = event === 'R01';
  assertLengths(message);
  assertOrder(message, isOru ? ORU : MDM);
  const pv1 = message.first('PV1');
  if (pv1 === undefined && !isOru) throw missingSegment('PV1');
  return {
    pid: required(message, 'PID'),
    pv1,
    orc: required(message, 'ORC'),
    obr: required(message, 'OBR'),
    txa: isOru ? undefined : required(message, 'TXA'),
    observations: readObservations(message),
  };
}

function assertLengths({ segments }: Hl7Message): void {
  for (const segment of segments) {
    if (segment.size <= MAX_SEGMENT || !READ.has(segment.name)) continue;
    const content = segment.name === 'OBX' ? segment.bytes(5).length : 0;
    if (segment.size - content > MAX_SEGMENT) {
      throw requestFault('REQ-010', locate(segment), 'Le segment est trop long.');
    }
  }
}

function assertOrder({ segments }: Hl7Message, expected: readonly string[]): void {
  let reached = 0;
  for (const segment of segments) {
    const place = expected.indexOf(segment.name);
    if (place < 0) continue;
    if (segment.sequence > 1 && segment.name !== 'OBX') throw requestFault('REQ-011', locate(segment));
    if (place < reached) throw requestFault('REQ-007', locate(segment));
    reached = place;
  }
  const given = new Set(segments.map(({ name }) => name));
  const missing = expected.find(name => name !== 'PV1' && !given.has(name));
  if (missing !== undefined) throw missingSegment(missing);
}

function required(message: Hl7Message, name: string): Hl7Segment {
  const segment = message.first(name);
  if (segment === undefined) throw missingSegment(name);
  return segment;
}

function missingSegment(name: string) {
  return requestFault('REQ-007', `${name}^1`, `Segment ${name}.`);
}

/**
 * @throws GatewayError REQ-007 for a participant who stands before every OBX, REQ-009 for somebody with an address, and
 *   a role that the profile does not know
 */
function readObservations({ segments }: Hl7Message): Observation[] {
  const observations: { obx: Hl7Segment; participants: Hl7Segment[]; notes: Hl7Segment[] }[] = [];
  for (const segment of segments) {
    const current = observations.at(-1);
    if (segment.name === 'OBX') observations.push({ obx: segment, participants: [], notes: [] });
    if (segment.name === 'NTE') current?.notes.push(segment);
    if (segment.name !== 'PRT') continue;
    if (isParticipant(segment)) {
      if (current === undefined) throw misplaced(segment);
      current.participants.push(segment);
    } else if (holdsAddress(segment)) {
      // A misspelt role: passed over, a recipient would be lost without a word.
      throw requestFault('REQ-009', locate(segment, 4));
    }
  }
  return observations;
}

/** A participant who does not stand under a document: passed over, a recipient would be lost without a word. */
export function misplaced(prt: Hl7Segment) {
  return requestFault('REQ-007', locate(prt), 'Un PRT suit l’OBX du document.');
}
