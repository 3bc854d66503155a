import { isInsAuthority } from '../cda/identity.ts';
import { components } from '../hl7/segment.ts';
import { fitted } from './hl7-text.ts';

/** PS_IdNat and Struct_IdNat: the OIDs of the national identifiers of professionals and of structures. */
export const PROFESSIONALS = '1.2.250.1.71.4.2.1';
export const STRUCTURES = '1.2.250.1.71.4.2.2';

/** SIREN by its international OID: a national identifier of structures as well. */
const SIREN = '1.3.2';

/** An identifier and its authority, as far as it is known: an OID, or a UUID. */
export interface ActorId {
  readonly root: string | undefined;
  readonly extension: string | undefined;
}

/** A person, or a system that acts by itself. */
export interface Actor {
  readonly identifier: ActorId | undefined;
  /** Family name; name of the software. */
  readonly family: string | undefined;
  /** Given name; model of the software. */
  readonly given: string | undefined;
  readonly isSystem: boolean;
}

/** An organisation that somebody acts for. */
export interface ActorOrganization {
  readonly identifier: ActorId | undefined;
  readonly name: string | undefined;
}

/**
 * XCN by the French XDS profile: `801234534765^CAMPARINI^Marcel^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS`,
 * component 10 `D` (person) or `U` (system), component 13 by {@link personIdType}.
 *
 * @returns undefined for somebody with neither identifier nor name, or an identifier that no slot can hold.
 */
export function xcn({ identifier, family, given, isSystem }: Actor): string | undefined {
  const id = identifier?.extension;
  if (id === undefined && family === undefined) return undefined;
  const issued: readonly (string | readonly string[])[] =
    id === undefined
      ? ['', isSystem ? 'U' : 'D']
      : [hd(identifier?.root), isSystem ? 'U' : 'D', '', '', personIdType(identifier, isSystem)];
  return fitted(cut => components([id, cut(family), cut(given), '', '', '', '', '', ...issued]));
}

/**
 * `RI` a system, `NH` the INS of a patient who is the author, `IDNPS` a national identifier, `EI` one inside a
 * structure: national ones have a `/`, those of another authority are a structure's own.
 */
function personIdType(identifier: ActorId | undefined, isSystem: boolean): string {
  const { root = '', extension = '' } = identifier ?? {};
  if (isSystem) return 'RI';
  if (isInsAuthority(root)) return 'NH';
  return root === PROFESSIONALS && !extension.includes('/') ? 'IDNPS' : 'EI';
}

/**
 * XON by the French XDS profile: `Laboratoire^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1120459876`; component 7 is
 * `XX` (HL7 table 0203) for an identifier that is not national. What is unknown is left empty.
 *
 * @returns undefined without identifier and name, or for an identifier that no slot can hold.
 */
export function xon({ identifier, name }: ActorOrganization): string | undefined {
  const { root, extension: id } = identifier ?? {};
  if (id === undefined && name === undefined) return undefined;
  const type = root === STRUCTURES || root === SIREN ? 'IDNST' : 'XX';
  const issued = id === undefined ? [] : [hd(root), type, '', '', id];
  return fitted(cut => components([cut(name), '', '', '', '', ...issued]));
}

/** An assigning authority (HD), without the local name that its first subcomponent could hold. */
export function hd(root: string | undefined): readonly string[] {
  if (root === undefined) return [];
  return ['', root, /^[0-9.]+$/.test(root) ? 'ISO' : 'UUID'];
}
