import type { Hl7Message, Hl7Segment } from './message.ts';
import { readCharset } from './request-charset.ts';
import {
  locate,
  missingField,
  type ProfileVersion,
  requestFault,
  requiredValue,
  valueOf,
} from './request-fields.ts';
import { namesOf, readParty } from './request-party.ts';
import type { RequestHead, RequestParty } from './request-types.ts';

/** What MSH says: what answers repeat, and which version of the profile the rest is read by. */
export interface RequestHeader {
  readonly head: RequestHead;
  readonly version: ProfileVersion;
}

/** MSH-9.1 and the HL7 version that goes with it (ANS, Transmission de documents CDA en HL7v2 v2.1, “Le segment MSH”). */
const HL7_VERSIONS: ReadonlyMap<string, string> = new Map([
  ['ORU', '2.5'],
  ['MDM', '2.6'],
]);

const EVENTS: ReadonlyMap<string, readonly RequestHead['event'][]> = new Map([
  ['ORU', ['R01']],
  ['MDM', ['T02', 'T04', 'T10']],
]);

/** MSH-10 is answered in MSA-2: longer than HL7 2.6 allows (199), it is no identifier. */
const MAX_CONTROL_ID = 199;

/**
 * Reads MSH. Its parties and its processing id are compared with nothing that is configured.
 *
 * @param bytes the whole message, of the charset of MSH-18 but for the texts of mails
 * @throws GatewayError REQ-002 … REQ-006, REQ-008, REQ-010
 */
export function readHead(message: Hl7Message, bytes: Uint8Array): RequestHeader {
  const { header } = message;
  const event = readEvent(message);
  const version = readProfile(message);
  const sender = readNamed(header, 3, version);
  const receiver = readNamed(header, 5, version);
  if (version === '2.1') for (const field of [7, 17, 18]) requiredValue(header, field);
  const controlId = requiredValue(header, 10);
  if (controlId.length > MAX_CONTROL_ID) throw requestFault('REQ-010', locate(header, 10));
  const processingId = requiredValue(header, 11);
  if (!['P', 'T', 'D'].includes(processingId)) throw requestFault('REQ-004', locate(header, 11));
  return {
    head: {
      sender,
      receiver,
      event,
      controlId,
      processingId,
      charset: readCharset(message, bytes),
    },
    version,
  };
}

function readEvent({ header }: Hl7Message): RequestHead['event'] {
  const type = requiredValue(header, 9);
  const events = EVENTS.get(type);
  if (events === undefined) throw requestFault('REQ-002', locate(header, 9, 1));
  const written = requiredValue(header, 9, 2);
  const event = events.find(known => known === written);
  if (event === undefined) throw requestFault('REQ-003', locate(header, 9, 2));
  if (requiredValue(header, 12) !== HL7_VERSIONS.get(type)) throw requestFault('REQ-005', locate(header, 12));
  return event;
}

/** MSH-21 is a list; one entry of it must be the profile. */
function readProfile({ header }: Hl7Message): ProfileVersion {
  const given = header.repetitions(21);
  if (given === 0 || valueOf(header, 21) + valueOf(header, 21, 2) === '') throw missingField(header, 21);
  // A hostile list is not followed far: no message names more profiles than this.
  for (let repetition = 1; repetition <= Math.min(given, 8); repetition++) {
    if (valueOf(header, 21, 2, repetition).toUpperCase() !== 'CISIS_CDA_HL7_V2') continue;
    const version = valueOf(header, 21, 1, repetition);
    if (version === '2.1' || version === '2.0') return version;
  }
  throw requestFault('REQ-006', locate(header, 21));
}

/** A party of which version 2.1 asks that it be named, by an OID at least. */
function readNamed(header: Hl7Segment, field: 3 | 5, version: ProfileVersion): RequestParty {
  const party = readParty(header, field);
  const { application, facility } = namesOf(party);
  if (version === '2.1' && application === '') throw missingField(header, field);
  if (version === '2.1' && facility === '') throw missingField(header, field + 1);
  return party;
}
