import { isObject, type FhirResource } from '../resource.ts';
import type { ValueSetRules } from '../rules/types.ts';
import { objectsOf } from './snapshot.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The package's own value sets among those that are asked for: codes as listed, all codes of a system that is included whole
 * (its code system is at hand or not), and all codes, too, where a filter would have to be evaluated.
 */
export function distillValueSets(
  definitions: readonly FhirResource[],
  wanted: ReadonlySet<string>,
): Readonly<Record<string, ValueSetRules>> {
  const sets: Record<string, ValueSetRules> = {};
  for (const definition of definitions) {
    const { resourceType, url, compose } = definition;
    if (resourceType !== 'ValueSet' || typeof url !== 'string' || !wanted.has(url)) continue;
    const codes = isObject(compose) ? codesOf(compose, definitions) : undefined;
    if (codes !== undefined) sets[url] = codes;
  }
  return sets;
}

/** Undefined when the set is made of other sets, or codes are taken out: it cannot be known from here. */
function codesOf(compose: Json, definitions: readonly FhirResource[]): ValueSetRules | undefined {
  if (compose['exclude'] !== undefined) return undefined;
  const codes: Record<string, readonly string[] | '*'> = {};
  for (const include of objectsOf(compose['include'])) {
    const { system, concept, filter, valueSet } = include;
    if (typeof system !== 'string' || valueSet !== undefined) return undefined;
    const listed =
      filter !== undefined ? '*' : concept === undefined ? ofSystem(system, definitions) : codesIn(concept);
    const before = codes[system] ?? [];
    codes[system] = listed === '*' || before === '*' ? '*' : [...before, ...listed];
  }
  return codes;
}

function ofSystem(url: string, definitions: readonly FhirResource[]): readonly string[] | '*' {
  const system = definitions.find(each => each.resourceType === 'CodeSystem' && each['url'] === url);
  return system === undefined || system['content'] !== 'complete' ? '*' : codesIn(system['concept']);
}

/** Concepts may have concepts below them. */
function codesIn(concepts: unknown): string[] {
  return objectsOf(concepts).flatMap(concept => [String(concept['code']), ...codesIn(concept['concept'])]);
}
