import { isObject } from '../resource.ts';
import { R4_VALUE_SETS } from '../rules/r4-value-sets.ts';
import type { RuleSet, ValueSetRules } from '../rules/types.ts';

/** The value set of a canonical URL; undefined when it is not at hand. */
export function valueSetAt(url: string, rules: RuleSet): ValueSetRules | undefined {
  if (Object.hasOwn(rules.valueSets, url)) return rules.valueSets[url];
  return Object.hasOwn(R4_VALUE_SETS, url) ? R4_VALUE_SETS[url] : undefined;
}

/** Whether a code, Coding or CodeableConcept (by one of its codings) is in the set. */
export function isInValueSet(value: unknown, set: ValueSetRules): boolean {
  if (typeof value === 'string')
    return Object.values(set).some(codes => codes === '*' || codes.includes(value));
  if (!isObject(value)) return false;
  const { coding } = value;
  if (Array.isArray(coding)) return coding.some(each => isInCodes(each, set));
  return isInCodes(value, set);
}

function isInCodes(coding: unknown, set: ValueSetRules): boolean {
  if (!isObject(coding)) return false;
  const { system, code } = coding;
  if (typeof system !== 'string' || typeof code !== 'string' || !Object.hasOwn(set, system)) return false;
  const codes = set[system];
  return codes === '*' || codes?.includes(code) === true;
}
