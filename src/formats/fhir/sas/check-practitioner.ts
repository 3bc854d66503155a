import type { FhirResource, Finding } from '../resource.ts';
import { identifiersOf } from './practitioner.ts';

export interface CheckedPractitioner {
  readonly findings: readonly Finding[];
  /** What to refuse it with: 400 for what is no Practitioner of R4, 422 for what is not that of an account; undefined: nothing. */
  readonly refusal: 400 | 422 | undefined;
}

/**
 * What of a regulator's account is refused, and how (reference fhir-flows §4.2).
 *
 * @param findings of its validation by `FLOW_PROFILES.sas`
 * @param mode `warn`: only what nobody could find again is refused
 */
export function checkPractitioner(
  resource: FhirResource,
  findings: readonly Finding[],
  mode: 'refuse' | 'warn',
): CheckedPractitioner {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (resource.resourceType !== 'Practitioner') return { findings, refusal: 400 };
  if (mode === 'refuse' && errors.length > 0) return { findings, refusal: errors.some(isOfR4) ? 400 : 422 };
  if (identifiersOf(resource).length > 0) return { findings, refusal: undefined };
  return { findings: [...findings.filter(({ path }) => path !== NAMELESS.path), NAMELESS], refusal: 422 };
}

const NAMELESS: Finding = {
  severity: 'error',
  code: 'required',
  path: 'Practitioner.identifier',
  message: 'Un identifiant avec son système et sa valeur est attendu.',
  rule: 'sas-identifiant',
};

/** What R4 itself does not admit, in whatever profile: 400 is for the format, 422 for the rules of the flow. */
function isOfR4({ rule }: Finding): boolean {
  return rule === 'R4' || /^[a-z]{3}-\d+$/.test(rule);
}
