import type { FhirResource, Finding, IssueCode } from '../resource.ts';
import { hasLuhnKey, hasNirKey } from './check-digits.ts';
import { codesIn, FIXATION, IMPLANT_TYPES, type Joint, jointOf } from './codes.ts';
import { readParameters } from './read-parameters.ts';
import type { Intervention, Where } from './types.ts';

/**
 * What the registry's guide asks of an operation beyond the form of its members: how many implants a joint has, and a
 * shoulder's prosthesis alone has a type (errors, the profile's invariants); implants of the joint's family, whose
 * invariants test codes that the value set does not have; keys of NIR, RPPS and FINESS (warnings).
 *
 * Counts and families are those of today's codes; a procedure by another code is not judged by them.
 */
export function checkIntervention(intervention: Intervention, where: Where): readonly Finding[] {
  const joint = jointOf(intervention.typeProcedure);
  return [
    ...checkKeys(intervention, where),
    ...(joint === undefined
      ? []
      : [...checkCount(intervention, joint, where), ...checkFamily(intervention, joint, where)]),
    ...checkShoulder(intervention, joint, where),
  ];
}

/** {@link checkIntervention} of Parameters by either contract; nothing where they are not whole: the profile says so. */
export function checkParameters(parameters: FhirResource): readonly Finding[] {
  const { intervention, where } = readParameters(parameters);
  return intervention === undefined ? [] : checkIntervention(intervention, where);
}

function checkKeys({ nir, rpps, finessGeographique }: Intervention, where: Where): readonly Finding[] {
  const findings: Finding[] = [];
  if (hasNirKey(nir) === false)
    findings.push(warning(where.field('nir'), 'value', 'La clé du NIR est fausse.', 'nir-cle'));
  if (nir.length === 13)
    findings.push(warning(where.field('nir'), 'value', 'La clé du NIR manque.', 'nir-cle'));
  if (hasLuhnKey(rpps) === false)
    findings.push(warning(where.field('rpps'), 'value', 'La clé du numéro RPPS est fausse.', 'rpps-cle'));
  if (hasLuhnKey(finessGeographique) === false) {
    const path = where.field('finessGeographique');
    findings.push(warning(path, 'value', 'La clé du numéro FINESS est fausse.', 'finess-cle'));
  }
  return findings;
}

function checkCount({ implants }: Intervention, joint: Joint, where: Where): readonly Finding[] {
  const { label, minImplants, maxImplants, countRule } = joint;
  if (implants.length >= minImplants && implants.length <= maxImplants) return [];
  const message = `Une prothèse ${label} a de ${minImplants} à ${maxImplants} implants.`;
  return [error(where.field('implants'), 'invariant', message, countRule)];
}

/** Of a code of another system nothing is said here: that is for the profile, or for the conversion. */
function checkFamily({ implants }: Intervention, joint: Joint, where: Where): readonly Finding[] {
  const { label, family, typeRule } = joint;
  return implants.flatMap(({ type }, index) => {
    const codes = codesIn(type, IMPLANT_TYPES);
    if (codes.every(code => code === FIXATION || code.startsWith(family))) return [];
    const message = `Le type de l’implant n’est pas d’une prothèse ${label} (${family}… ou ${FIXATION}).`;
    return [warning(where.implant(index, 'type'), 'business-rule', message, typeRule)];
  });
}

function checkShoulder({ peType }: Intervention, joint: Joint | undefined, where: Where): readonly Finding[] {
  if (peType === undefined || joint?.name === 'EPAULE') return [];
  const message = 'Seule une prothèse d’épaule a un type de prothèse.';
  return [error(where.field('peType'), 'invariant', message, 'pe-requires-type')];
}

function warning(path: string, code: IssueCode, message: string, rule: string): Finding {
  return { severity: 'warning', code, path, message, rule };
}

function error(path: string, code: IssueCode, message: string, rule: string): Finding {
  return { severity: 'error', code, path, message, rule };
}
