import { type FhirResource, type Finding, isObject } from '../../formats/fhir/resource.ts';
import { entriesOf, listOf, textOf } from '../../formats/fhir/transaction-entries.ts';
import type { PlannedCall } from './platform-flow.ts';

/**
 * What an Identifier, a simple JSON's identifier, or a text alone says, as a text; undefined for none. Its parts stay apart:
 * `a|b` and `c` are not `a` and `b|c`.
 */
export function identifierText(identifier: unknown): string | undefined {
  if (!isObject(identifier)) return textOf(identifier);
  const value = textOf(identifier['value']) ?? textOf(identifier['valeur']);
  const system = textOf(identifier['system']) ?? textOf(identifier['systeme']) ?? '';
  return value === undefined ? undefined : JSON.stringify([system, value]);
}

/**
 * What names a call: the first of these members that is there, and which one it is; undefined for none. A text and the
 * identifier of that value and no system are one name: they become the same identifier of what is sent.
 */
export function callName(json: unknown, members: readonly string[]): string | undefined {
  const given = isObject(json) ? json : {};
  const member = members.find(each => given[each] !== undefined && given[each] !== null);
  const said = member === undefined ? undefined : given[member];
  const isBare = isObject(said) && textOf(said['system'] ?? said['systeme']) === undefined;
  const own = isBare ? (said['value'] ?? said['valeur']) : said;
  const name = identifierText(own);
  return name === undefined ? undefined : JSON.stringify([member, isObject(own), name]);
}

/** The first identifier of the first Patient of a Bundle: it groups what is about the same person. */
export function patientOf(bundle: FhirResource): string | undefined {
  const patient = entriesOf(bundle)
    .map(({ resource }) => resource)
    .find(resource => resource?.resourceType === 'Patient');
  return listOf(patient?.['identifier'])
    .map(identifierText)
    .find(text => text !== undefined);
}

/** A resource that is none of the flow's. */
export function wrongType(expected: string): PlannedCall {
  return {
    resource: undefined,
    findings: [
      {
        severity: 'error',
        code: 'structure',
        path: 'resourceType',
        message: `La ressource attendue est un ${expected}.`,
        rule: 'flow',
      },
    ],
    about: undefined,
  };
}

/** Findings that two checks have in common, each once. */
export function withoutRepetition(findings: readonly Finding[]): Finding[] {
  const seen = new Map(findings.toReversed().map(each => [`${each.path} ${each.rule}`, each]));
  return [...seen.values()].toReversed();
}
