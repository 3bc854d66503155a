import { insOf, isInsAuthority } from '../cda/identity.ts';
import type { InstanceIdentifier, NamePart, PatientHeader } from '../cda/types.ts';
import { pid } from '../hl7/pid.ts';
import { components } from '../hl7/segment.ts';
import { hd } from './actors.ts';
import { cutTo, MAX_VALUE } from './hl7-text.ts';

/** A patient has a few local numbers; a crowd of them would swell METADATA.XML. */
const MAX_LOCAL = 20;
/** What is left of each part of a name that does not fit a slot. */
const NAME_LENGTH = 40;

/** patientId, a CX: the INS (`NH`), else the first identifier that has a value (`PI`). */
export function patientIdOf(patient: PatientHeader): string | undefined {
  const { identifiers } = patient;
  const id = insOf(patient) ?? identifiers.find(({ extension }) => extension !== undefined) ?? identifiers[0];
  return id && cx(id);
}

/**
 * The patientId of a submission: documents of one person may know that person by other numbers (a level 1
 * with the local one alone, a level 3 with the INS), but XDS has one for the set and its entries.
 *
 * @param patientIds the documents' own, CX texts as {@link patientIdOf} writes them.
 * @returns the first INS, else the first document's.
 */
export function submissionPatientId(...patientIds: readonly [string, ...string[]]): string {
  return patientIds.find(id => id.endsWith('^NH')) ?? patientIds[0];
}

/** sourcePatientId, a CX: the producer's own number (the first that is no INS), else the patientId. */
export function sourcePatientIdOf(patient: PatientHeader): string | undefined {
  const [first] = localIdentifiers(patient);
  return first === undefined ? patientIdOf(patient) : cx(first);
}

/**
 * sourcePatientInfo: the patient's traits as lines of PID fields. Names, birth date and sex are those of the
 * PID segment, each name a line of its own; PID-11 holds the INSEE code of the birthplace alone; PID-3 the
 * further local numbers. A line that no slot can hold is left out.
 */
export function sourcePatientInfoOf(patient: PatientHeader): string[] {
  const [, ...others] = localIdentifiers(patient);
  const county = patient.birthplace?.county;
  const lines = [
    ...others.slice(0, MAX_LOCAL).map(identifier => `PID-3|${cx(identifier)}`),
    ...nameLines(patient),
    ...fieldLines(patient, 7),
    ...fieldLines(patient, 8),
    ...(county === undefined ? [] : [`PID-11|${components(['', '', '', '', '', '', 'BDL', '', county])}`]),
  ];
  return lines.filter(fits);
}

function localIdentifiers({ identifiers }: PatientHeader): InstanceIdentifier[] {
  return identifiers.filter(({ root }) => !isInsAuthority(root));
}

/** An identifier that is a bare OID is its own value, as in PID-3. */
function cx({ root, extension }: InstanceIdentifier): string {
  return components([extension ?? root, '', '', hd(root), isInsAuthority(root) ? 'NH' : 'PI']);
}

function nameLines(patient: PatientHeader): string[] {
  const lines = fieldLines(patient, 5);
  if (lines.every(fits)) return lines;
  const { families, givens } = patient;
  return fieldLines({ ...patient, families: shortened(families), givens: shortened(givens) }, 5);
}

function shortened(parts: readonly NamePart[]): NamePart[] {
  return parts.map(({ value, qualifier }) => ({ value: cutTo(value, NAME_LENGTH), qualifier }));
}

/** A line for each repetition of a PID field; none where it is empty. */
function fieldLines(patient: PatientHeader, field: number): string[] {
  const value = pid(patient).split('|')[field] ?? '';
  return value === '' ? [] : value.split('~').map(repetition => `PID-${field}|${repetition}`);
}

function fits(line: string): boolean {
  return line.length <= MAX_VALUE;
}
