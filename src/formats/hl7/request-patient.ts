import { hasCompleteIns, insOf, isInsAuthority, samePerson } from '../cda/identity.ts';
import type { InstanceIdentifier, PatientHeader } from '../cda/types.ts';
import type { Hl7Segment } from './message.ts';
import {
  locate,
  missingField,
  type ProfileVersion,
  requestFault,
  requiredValue,
  subvalueOf,
  valueOf,
} from './request-fields.ts';
import type { PlacedDocument } from './request-document.ts';
import type { PatientClass } from './request-types.ts';

/** A patient has few identifiers; a longer list is hostile. */
const MAX_IDENTIFIERS = 100;

/** What PID says of the patient. */
export interface RequestPatient {
  readonly identifiers: readonly InstanceIdentifier[];
  /** PID-32 VALI. */
  readonly validated: boolean;
}

/** @throws GatewayError REQ-008 without an identifier or, by version 2.1, a name; REQ-011 for too many */
export function readPatient(pid: Hl7Segment, version: ProfileVersion): RequestPatient {
  const identifiers = readIdentifiers(pid);
  if (identifiers.length === 0) throw missingField(pid, 3);
  if (version === '2.1' && valueOf(pid, 5) + valueOf(pid, 5, 2) === '') throw missingField(pid, 5);
  return {
    identifiers,
    validated: repetitionsOf(pid, 32).some(at => valueOf(pid, 32, 1, at).toUpperCase() === 'VALI'),
  };
}

function readIdentifiers(pid: Hl7Segment): InstanceIdentifier[] {
  if (pid.repetitions(3) > MAX_IDENTIFIERS) throw requestFault('REQ-011', locate(pid, 3));
  return repetitionsOf(pid, 3).flatMap(at => {
    const extension = valueOf(pid, 3, 1, at);
    if (extension === '') return [];
    const [name = '', oid = ''] = [1, 2].map(place => subvalueOf(pid, 3, 4, place, at));
    return [{ root: isOid(oid) ? oid : name || oid, extension, assigningAuthorityName: name || undefined }];
  });
}

function repetitionsOf(segment: Hl7Segment, field: number): number[] {
  return Array.from(
    { length: Math.min(segment.repetitions(field), MAX_IDENTIFIERS) },
    (_, index) => index + 1,
  );
}

function isOid(text: string): boolean {
  return /^[0-2](?:\.\d+)+$/.test(text);
}

/**
 * Makes sure that every document is about the patient of PID, and both about one person: another patient's document
 * must not leave.
 *
 * @throws GatewayError REQ-016
 */
export function assertSamePatient(
  pid: Hl7Segment,
  { identifiers }: RequestPatient,
  documents: readonly PlacedDocument[],
): void {
  for (const { header } of documents) {
    if (!agree(identifiers, header.patient)) throw requestFault('REQ-016', locate(pid, 3));
  }
  const [first, second] = documents;
  if (first === undefined || second === undefined) return;
  if (!samePerson(first.header.patient, second.header.patient)) {
    throw requestFault('REQ-016', locate(second.obx, 5), 'Les deux documents n’ont pas le même patient.');
  }
}

/**
 * One identifier in common at least, the same value wherever both name the same authority (the text says identical,
 * its examples carry fewer in PID-3); an INS in both is decided by the INS alone, and only where it is one: whatever
 * matricule PID-3 has, under either authority, must be the document's too (quirk H18).
 */
function agree(announced: readonly InstanceIdentifier[], patient: PatientHeader): boolean {
  const ours = announced.filter(({ root }) => isOid(root));
  const shared = new Set(
    ours.map(({ root }) => root).filter(root => valuesOf(patient.identifiers, root).size > 0),
  );
  for (const root of shared) {
    const [left, right] = [valuesOf(ours, root), valuesOf(patient.identifiers, root)];
    const common = [...left].filter(value => right.has(value)).length;
    const isSame = common === left.size && common === right.size;
    if (common === 0 || (isInsAuthority(root) && !isSame)) return false;
  }
  const matricules = matriculesOf(patient.identifiers);
  const isAnothers = (matricule: string) => matricules.size > 0 && !matricules.has(matricule);
  if ([...matriculesOf(announced)].some(isAnothers)) return false;
  const bothHaveIns = ours.some(({ root }) => isInsAuthority(root)) && insOf(patient) !== undefined;
  return bothHaveIns ? [...shared].some(isInsAuthority) : shared.size > 0;
}

/** An authority of the INS by its published name, where its OID is left out or another. */
const INS_NAME = /\bINS-NI[AR]\b/i;

/** The numbers of every INS, whichever of its authorities gave it. */
function matriculesOf(identifiers: readonly InstanceIdentifier[]): Set<string> {
  return new Set(
    identifiers.flatMap(({ root, extension, assigningAuthorityName }) =>
      extension !== undefined && (isInsAuthority(root) || INS_NAME.test(assigningAuthorityName ?? ''))
        ? [extension]
        : [],
    ),
  );
}

/** An identifier that is an OID alone is its own value. */
function valuesOf(identifiers: readonly InstanceIdentifier[], authority: string): Set<string> {
  return new Set(
    identifiers.flatMap(({ root, extension }) => (root === authority ? [extension ?? root] : [])),
  );
}

/**
 * The matricule under which the patient may be written to: PID-32 says that the identity is qualified, PID-3 has the
 * INS, and every document's header holds it with all its traits. Undefined where one of these is missing.
 */
export function qualifiedMatricule(
  { identifiers, validated }: RequestPatient,
  documents: readonly PlacedDocument[],
): string | undefined {
  const headers = documents.map(({ header }) => header.patient);
  const [first] = headers;
  const ins = first === undefined ? undefined : insOf(first);
  const isAnnounced = identifiers.some(
    ({ root, extension }) => root === ins?.root && extension === ins.extension,
  );
  return validated && isAnnounced && headers.every(hasCompleteIns) ? ins?.extension : undefined;
}

const CLASSES: readonly PatientClass[] = ['E', 'I', 'N', 'O', 'R'];

/**
 * PV1-2. Without a PV1 (the group PATIENT_VISIT is "required if known") no stay is known: `N`.
 *
 * @throws GatewayError REQ-008 for what version 2.1 asks for: PV1-2, and PV1-19 of a stay; REQ-009 for a class that
 *   the profile does not know
 */
export function readPatientClass(pv1: Hl7Segment | undefined, version: ProfileVersion): PatientClass {
  if (pv1 === undefined) return 'N';
  const written = (version === '2.1' ? requiredValue(pv1, 2) : valueOf(pv1, 2)).toUpperCase();
  const known = CLASSES.find(each => each === written);
  if (version === '2.0') return known ?? 'N';
  if (known === undefined) throw requestFault('REQ-009', locate(pv1, 2));
  if (known !== 'N') requiredValue(pv1, 19);
  return known;
}
