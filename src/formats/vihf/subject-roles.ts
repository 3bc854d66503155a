import type { Code } from '../cda/types.ts';
import { DMP_SUBJECTS } from '../terminology/dmp-value-sets.ts';
import type { CodedValue } from '../terminology/value-set.ts';

/** One role or two: the second is the speciality of a doctor or pharmacist, or what somebody is by role alone. */
export type VihfRoles = readonly [CodedValue, CodedValue?];

/** TRE_A00, TRE_G15, TRE_G16, TRE_R94, TRE_R95, TRE_R85 and TRE_R291, systems of JDV_J65. */
const OTHERS = '1.2.250.1.213.1.1.4.6';
const HEALTH = '1.2.250.1.71.1.2.7';
const IN_TRAINING = '1.2.250.1.71.1.2.8';
const SOCIAL = '1.2.250.1.213.1.6.1.4';
const TITLES = '1.2.250.1.213.1.6.1.109';
const CARE_ROLES = '1.2.250.1.213.1.6.1.107';
const BY_ROLE = '1.2.250.1.213.1.6.1.140';

/** Professions of TRE_G15 that need a speciality, and its system: TRE_R01 for doctors, TRE_G05 for pharmacists. */
const SPECIALITIES: ReadonlyMap<string, string> = new Map([
  ['10', '1.2.250.1.71.4.2.5'],
  ['21', '1.2.250.1.71.4.2.6'],
]);

/** What the systems of JDV_J65 that a role comes from are called (`codeSystemName` in the examples of the DMP). */
const SYSTEM_NAMES: ReadonlyMap<string, string> = new Map([
  [OTHERS, 'TRE_A00-ProducteurDocNonPS'],
  [HEALTH, 'TRE_G15-ProfessionSante'],
  [IN_TRAINING, 'TRE_G16-ProfessionFormation'],
  [SOCIAL, 'TRE_R94-ProfessionSocial'],
  [TITLES, 'TRE_R95-UsagerTitre'],
  [CARE_ROLES, 'TRE_R85-RolePriseCharge'],
  [BY_ROLE, 'TRE_R291-AutreProfession'],
  ['1.2.250.1.71.4.2.5', 'TRE_R01-EnsembleSavoirFaire'],
  ['1.2.250.1.71.4.2.6', 'TRE_G05-SousSectionTableauCNOP'],
]);

/** A code of JDV_J01, by which documents name profession and speciality at once: `G15_10/SM03`. */
const AUTHOR_CODE = /^(G1[56])_(\w+)(?:\/(\w+))?$/;
const AUTHOR_CODES = '1.2.250.1.213.1.1.4.5';

/** Where a profession that is given without its system is looked up, in this order. */
const PROFESSIONS = [HEALTH, SOCIAL, TITLES, CARE_ROLES, OTHERS];

/** The role of what no professional can be named for (“Mapping VIHF”: AUTOMATE). */
export const AUTOMATE: VihfRoles = [{ system: OTHERS, code: 'AUTOMATE', display: 'Automate' }];

/**
 * What somebody is to the DMP (JDV_J65), from the code that a document has for an author or authenticator.
 *
 * @returns undefined for what is no professional of JDV_J65, and for a doctor or pharmacist without a speciality of it.
 */
export function rolesOfAuthor({ code, system }: Pick<Code, 'code' | 'system'>): VihfRoles | undefined {
  const roles =
    system === undefined || system === AUTHOR_CODES ? rolesOfAuthorCode(code) : rolesIn(system, code);
  return typeof roles === 'string' ? undefined : roles;
}

/**
 * What somebody is to the DMP (JDV_J65), from a profession and a speciality as people write them.
 *
 * @param profession of TRE_G15, TRE_R94, TRE_R95 or TRE_R85, `SECRETARIAT_MEDICAL`, or as in documents (`G16_10`).
 * @param speciality of TRE_R01 or TRE_G05; '' for none. Not looked at for professions that need none.
 * @returns which of the two is wrong, where one is.
 */
export function rolesOfProfession(
  profession: string,
  speciality: string,
): VihfRoles | 'profession' | 'speciality' {
  if (AUTHOR_CODE.test(profession)) return rolesOfAuthorCode(profession, speciality);
  const system = PROFESSIONS.find(each => subject(each, profession) !== undefined);
  return system === undefined ? 'profession' : rolesIn(system, profession, speciality);
}

/** What the code system of a role is called; its OID where none of JDV_J65. */
export function systemNameOf({ system }: Pick<CodedValue, 'system'>): string {
  return SYSTEM_NAMES.get(system) ?? system;
}

function rolesOfAuthorCode(code: string, speciality = ''): VihfRoles | 'profession' | 'speciality' {
  const [, table, profession = '', own = speciality] = AUTHOR_CODE.exec(code) ?? [];
  if (table === undefined) return 'profession';
  return rolesIn(table === 'G16' ? IN_TRAINING : HEALTH, profession, own);
}

function rolesIn(system: string, code: string, speciality = ''): VihfRoles | 'profession' | 'speciality' {
  const role = subject(system, code);
  if (role === undefined) return 'profession';
  switch (system) {
    case HEALTH:
      return withSpeciality(role, speciality);
    case CARE_ROLES:
      return byRole(role);
    case IN_TRAINING:
    case SOCIAL:
    case TITLES:
      return [role];
    // Of TRE_A00 the rest is no person: an automate, a device, the patient, the health insurance.
    case OTHERS:
      return code === 'SECRETARIAT_MEDICAL' ? [role] : 'profession';
    default:
      return 'profession';
  }
}

function withSpeciality(profession: CodedValue, code: string): VihfRoles | 'speciality' {
  const system = SPECIALITIES.get(profession.code);
  if (system === undefined) return [profession];
  const speciality = subject(system, code);
  return speciality === undefined ? 'speciality' : [profession, speciality];
}

/** Who has a role and no profession is announced as such first. */
function byRole(role: CodedValue): VihfRoles | 'profession' {
  const announced = subject(BY_ROLE, '99');
  return announced === undefined ? 'profession' : [announced, role];
}

function subject(system: string, code: string): CodedValue | undefined {
  const display = DMP_SUBJECTS.get(system)?.get(code);
  return display === undefined ? undefined : { code, system, display };
}
