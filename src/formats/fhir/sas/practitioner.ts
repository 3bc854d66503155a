import { type FhirResource, isObject } from '../resource.ts';
import { listOf, textOf } from '../transaction-entries.ts';

/** An identifier that an account can be found by. */
export interface PractitionerIdentifier {
  readonly system: string;
  readonly value: string;
  /** FHIRPath of it. */
  readonly path: string;
}

/** The identifiers of a Practitioner that have a system and a value, each once. */
export function identifiersOf(practitioner: FhirResource): PractitionerIdentifier[] {
  const found = new Map<string, PractitionerIdentifier>();
  for (const [index, identifier] of listOf(practitioner['identifier']).entries()) {
    const { system, value } = isObject(identifier) ? identifier : {};
    const [namespace, text] = [textOf(system), textOf(value)];
    if (namespace === undefined || text === undefined) continue;
    const key = JSON.stringify([namespace, text]);
    if (found.has(key)) continue;
    found.set(key, { system: namespace, value: text, path: `Practitioner.identifier[${index}]` });
  }
  return [...found.values()];
}

/** Whether the account may be used: a Practitioner is active unless it says otherwise. */
export function isActive(practitioner: FhirResource): boolean {
  return practitioner['active'] !== false;
}

/** The same under our id, whatever id it came with. */
export function withId(practitioner: FhirResource, id: string): FhirResource {
  return { ...practitioner, id };
}
