import { createHash } from 'node:crypto';
import { STRUCTURES } from './actors.ts';

/** IHE ITI TF-3: an OID has 64 characters at most. */
const MAX_OID = 64;

/** The OID that a UUID is in the arc 2.25 (ITU-T X.667 §6.3). */
export function uuidOid(uuid: string): string {
  return `2.25.${BigInt(`0x${uuid.replaceAll('-', '')}`)}`;
}

/**
 * The OID that names an establishment as the source of its submissions: its national identifier below the
 * arc of those, `1.2.250.1.71.4.2.2.1120459876`. An identifier that is no arc of an OID (a letter, as in the
 * FINESS of Corsica; a leading zero; too many digits) is named by a UUID made of it (RFC 9562 §5.5, version 5,
 * in the name space of OIDs), always the same one.
 *
 * @param structureId Struct_IdNat, `1120459876`.
 */
export function sourceIdOf(structureId: string): string {
  const oid = `${STRUCTURES}.${structureId}`;
  const isArc = /^(?:0|[1-9]\d*)$/.test(structureId) && oid.length <= MAX_OID;
  return isArc ? oid : uuidOid(uuidOf(oid));
}

/** RFC 9562 §6.6: the name space of OIDs. */
const OID_NAMES = '6ba7b8129dad11d180b400c04fd430c8';

function uuidOf(name: string): string {
  const hash = createHash('sha1').update(OID_NAMES, 'hex').update(name).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16);
}
