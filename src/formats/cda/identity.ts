import { plainAmpersands } from '../xml/ampersands.ts';
import type { InstanceIdentifier, NamePart, PatientHeader } from './types.ts';

/**
 * The authorities of the INS and what they give, in the order in which one is preferred (ANS, annexe CI-SIS
 * “Prise en charge de l’INS”).
 */
export const INS_KINDS: ReadonlyMap<string, string> = new Map([
  ['1.2.250.1.213.1.4.8', 'NIR'],
  ['1.2.250.1.213.1.4.9', 'NIA'],
  ['1.2.250.1.213.1.4.10', 'NIR de test'],
  ['1.2.250.1.213.1.4.11', 'NIR de démonstration'],
]);

/** An INS: the matricule and the OID of its authority. */
export interface Ins {
  readonly root: string;
  readonly extension: string;
}

/** Whether an OID is an authority of the INS. The old INS-C (1.2.250.1.213.1.4.2) is not one. */
export function isInsAuthority(oid: string): boolean {
  return INS_KINDS.has(oid);
}

/** The patient's INS; undefined where the header has none. */
export function insOf(patient: PatientHeader): Ins | undefined {
  return allIns(patient)[0];
}

function allIns(patient: PatientHeader): Ins[] {
  return [...INS_KINDS.keys()].flatMap(oid =>
    patient.identifiers.flatMap(({ root, extension }) =>
      root === oid && extension !== undefined ? [{ root, extension }] : [],
    ),
  );
}

/** The parts of a person's names: a patient, or an author. */
type NameParts = Pick<PatientHeader, 'families' | 'givens'>;

/** The name of the birth certificate. */
export interface BirthName {
  readonly family: string | undefined;
  /** The first given name. */
  readonly given: string | undefined;
  /** Every given name as one text, the first included; undefined when the header does not list them. */
  readonly givens: string | undefined;
}

/**
 * The parts qualified BR; undefined where nothing is. An unqualified `given` beside a qualified one is the
 * list of the given names (ANS, annexe CI-SIS “Prise en charge de l’INS”): never the first given name, never
 * a used one.
 */
export function birthNameOf(patient: NameParts): BirthName | undefined {
  const family = qualified(patient.families, 'BR');
  const givens = qualified(patient.givens, 'BR');
  if (family.length === 0 && givens.length === 0) return undefined;
  const listed = givens.length === 0 ? [] : unqualified(patient.givens);
  return {
    family: joined(family),
    given: givens[0],
    givens: joined(listed.length > 0 ? listed : givens.length > 1 ? givens : []),
  };
}

/**
 * The name that the patient goes by. A part that the header does not give is undefined, never a birth part.
 */
export interface UsedName {
  readonly family: string | undefined;
  readonly given: string | undefined;
}

/**
 * The parts qualified CL, else SP; unqualified ones only where no part of that kind is qualified: they are
 * nobody's claim to a birth name. Undefined where there is neither.
 */
export function usedNameOf(patient: NameParts): UsedName | undefined {
  const family = usedPart(patient.families);
  const given = usedPart(patient.givens);
  return family === undefined && given === undefined ? undefined : { family, given };
}

function usedPart(parts: readonly NamePart[]): string | undefined {
  const used = joined(qualified(parts, 'CL')) ?? joined(qualified(parts, 'SP'));
  return used ?? (parts.some(isQualified) ? undefined : joined(unqualified(parts)));
}

function qualified(parts: readonly NamePart[], qualifier: string): string[] {
  return [...new Set(parts.filter(part => part.qualifier === qualifier).map(part => part.value))];
}

/** Qualifiers other than BR, CL and SP (academic, nobility…) say nothing on whose name it is. */
function unqualified(parts: readonly NamePart[]): string[] {
  return parts.filter(part => !isQualified(part)).map(part => part.value);
}

function isQualified({ qualifier }: NamePart): boolean {
  return qualifier === 'BR' || qualifier === 'CL' || qualifier === 'SP';
}

function joined(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(' ');
}

/**
 * Whether the header holds one INS with all its traits: a matricule of 15 characters (NIR or NIA with its
 * key, `2A` and `2B` allowed), birth family name, first birth given name, whole birth date, sex M or F, INSEE
 * code of the birthplace. The key's value is not checked: official samples have wrong ones.
 */
export function hasCompleteIns(patient: PatientHeader): boolean {
  const matricules = new Set(allIns(patient).map(ins => ins.extension));
  const birth = birthNameOf(patient);
  return (
    matricules.size === 1 &&
    [...matricules].every(matricule => /^\d{6}[0-9AB]\d{8}$/.test(matricule)) &&
    birth?.family !== undefined &&
    birth.given !== undefined &&
    birthDateOf(patient) !== undefined &&
    certainSexOf(patient) !== undefined &&
    /^(?:\d{5}|2[AB]\d{3})$/.test(patient.birthplace?.county ?? '')
  );
}

/** An identifier as XDS writes it: `root`, or `root^extension`. */
export function uniqueIdOf({ root, extension }: InstanceIdentifier): string {
  return extension === undefined ? root : `${root}^${extension}`;
}

/**
 * Compares the patient of METADATA.XML with the header's.
 *
 * @param cxText an HL7 CX, `279…^^^&1.2.250.1.213.1.4.8&ISO^NH`; `&amp;` left in it is undone (quirk X13).
 * @returns `different` when the header has another value from the same authority, or when both have an INS
 *   and these are not the same; `unknown` when the authorities do not meet.
 */
export function samePatient(cxText: string, patient: PatientHeader): 'same' | 'different' | 'unknown' {
  const components = plainAmpersands(cxText).split('^');
  const value = components[0]?.trim() ?? '';
  const authority = components[3]?.split('&')[1]?.trim() ?? '';
  if (value === '' || authority === '') return 'unknown';

  const ofAuthority = patient.identifiers.filter(({ root }) => root === authority);
  if (ofAuthority.some(({ extension }) => extension === value)) return 'same';
  const bothHaveIns = isInsAuthority(authority) && insOf(patient) !== undefined;
  return ofAuthority.some(({ extension }) => extension !== undefined) || bothHaveIns
    ? 'different'
    : 'unknown';
}

/**
 * Whether two headers surely speak of one person: they share an INS or, where one of them has none, an
 * identifier; no authority that both name gives them different values; birth date and sex, where both give
 * them, agree.
 */
export function samePerson(left: PatientHeader, right: PatientHeader): boolean {
  const bothHaveIns = insOf(left) !== undefined && insOf(right) !== undefined;
  const known = new Set(right.identifiers.map(uniqueIdOf));
  const shared = left.identifiers.filter(identifier => known.has(uniqueIdOf(identifier)));
  const deciding = shared.filter(({ root }) => !bothHaveIns || isInsAuthority(root));
  return deciding.length > 0 && !haveRivals(left, right, shared) && !traitsDiffer(left, right);
}

/** Whether an authority knows both, and by no common value. */
function haveRivals(
  left: PatientHeader,
  right: PatientHeader,
  shared: readonly InstanceIdentifier[],
): boolean {
  const agreed = new Set(shared.map(({ root }) => root));
  const others = new Set(right.identifiers.map(({ root }) => root));
  return left.identifiers.some(({ root }) => others.has(root) && !agreed.has(root));
}

function traitsDiffer(left: PatientHeader, right: PatientHeader): boolean {
  return differ(birthDateOf(left), birthDateOf(right)) || differ(certainSexOf(left), certainSexOf(right));
}

/** Whether both are known and are not the same: what one of the two lacks contradicts nothing. */
export function differ(ours: string | undefined, theirs: string | undefined): boolean {
  return ours !== undefined && theirs !== undefined && ours !== theirs;
}

/** Year, month and day, where all three are given. */
export function birthDateOf({ birthTime }: PatientHeader): string | undefined {
  return /^\d{8}/.exec(birthTime ?? '')?.[0];
}

/** `M` or `F`; undefined for anything less sure. */
export function certainSexOf({ gender }: PatientHeader): string | undefined {
  return gender === 'M' || gender === 'F' ? gender : undefined;
}
