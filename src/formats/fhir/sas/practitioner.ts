import { type FhirResource, isObject } from '../resource.ts';
import { listOf, textOf } from '../transaction-entries.ts';

/** An identifier that an account can be found by. */
export interface PractitionerIdentifier {
  readonly system: string;
  /** As {@link matchable} makes it. */
  readonly value: string;
  /** FHIRPath of it. */
  readonly path: string;
}

/** What a value of an identifier is compared by: a UUID is the same in capitals (RFC 9562 §4), any other text is not. */
export function matchable(value: string): string {
  return /^(?:urn:uuid:)?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value)
    ? value.toLowerCase()
    : value;
}

/** The identifiers of a Practitioner that have a system and a value, each once. */
export function identifiersOf(practitioner: FhirResource): PractitionerIdentifier[] {
  const found = new Map<string, PractitionerIdentifier>();
  for (const [index, identifier] of listOf(practitioner['identifier']).entries()) {
    const { system, value } = isObject(identifier) ? identifier : {};
    const [namespace, text] = [textOf(system), textOf(value)];
    if (namespace === undefined || text === undefined) continue;
    const compared = matchable(text);
    const key = JSON.stringify([namespace, compared]);
    if (found.has(key)) continue;
    found.set(key, { system: namespace, value: compared, path: `Practitioner.identifier[${index}]` });
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
