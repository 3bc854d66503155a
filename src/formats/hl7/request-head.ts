import { isAscii, isUtf8 } from 'node:buffer';
import { charsetOf } from './charset.ts';
import type { Hl7Message } from './message.ts';
import {
  locate,
  missingField,
  type ProfileVersion,
  requestFault,
  requiredValue,
  valueOf,
} from './request-fields.ts';
import type { RequestHead } from './request-types.ts';
import type { Hl7Charset, Hl7Party } from './types.ts';

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
 * @param bytes the whole message, whose bytes must be valid in the charset of MSH-18
 * @throws GatewayError REQ-002 … REQ-006, REQ-008, REQ-010
 */
export function readHead(message: Hl7Message, bytes: Uint8Array): RequestHeader {
  const { header } = message;
  const event = readEvent(message);
  const version = readProfile(message);
  if (version === '2.1') for (const field of [3, 4, 5, 6, 7, 17, 18]) requiredValue(header, field);
  const controlId = requiredValue(header, 10);
  if (controlId.length > MAX_CONTROL_ID) throw requestFault('REQ-010', locate(header, 10));
  const processingId = requiredValue(header, 11);
  if (!['P', 'T', 'D'].includes(processingId)) throw requestFault('REQ-004', locate(header, 11));
  return {
    head: {
      sender: party(message, 3),
      receiver: party(message, 5),
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

function party({ header }: Hl7Message, field: number): Hl7Party {
  return { application: valueOf(header, field), facility: valueOf(header, field + 1) };
}

/**
 * The charset of MSH-18, of which the message must be: a name read in another one would go out wrong. Text that is
 * UTF-8 throughout is not 8859/15, although every byte of it could be: there its `é` is `Ã©`.
 */
function readCharset({ header, encoding }: Hl7Message, bytes: Uint8Array): Hl7Charset {
  const declared = valueOf(header, 18);
  if (declared === '') return charsetOf(encoding);
  const charset = CHARSETS.get(declared.toUpperCase().replaceAll(/[^A-Z0-9]/g, ''));
  if (charset === undefined) {
    throw requestFault('REQ-010', locate(header, 18), 'MSH-18 ne peut être que UNICODE UTF-8 ou 8859/15.');
  }
  if (isAscii(bytes)) return charset;
  if (charset === 'UNICODE UTF-8' ? !isUtf8(bytes) : isUtf8(bytes) || hasControls(bytes)) {
    throw requestFault('REQ-010', locate(header, 18), 'Le message n’est pas écrit dans le jeu de MSH-18.');
  }
  return charset;
}

/** The spellings of MSH-18, in capitals without punctuation. */
const CHARSETS: ReadonlyMap<string, Hl7Charset> = new Map([
  ['UNICODEUTF8', 'UNICODE UTF-8'],
  ['UTF8', 'UNICODE UTF-8'],
  ['885915', '8859/15'],
  ['ISO885915', '8859/15'],
]);

/** 0x80 to 0x9F are no characters of 8859/15; Windows has its quotes and dashes there. */
function hasControls(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80 && byte < 0xa0) return true;
  }
  return false;
}
