import r4 from 'fhirpath/fhir-context/r4/index.js';
import { isResourceType } from './model.ts';

const R4 = 'http://hl7.org/fhir/StructureDefinition/';

let names: ReadonlyMap<string, string> | undefined;

/** An R4 type by its name, any other profile by its canonical URL. */
export function nameOfTarget(canonical: string): string {
  const name = canonical.startsWith(R4) ? canonical.slice(R4.length) : undefined;
  return name !== undefined && (name === 'Resource' || isResourceType(name)) ? name : canonical;
}

/**
 * The R4 type of a profile that is not at hand, from its URL: the longest name of a type that the last segment starts with
 * after the maker's prefix (`fr-core-practitioner-role`, `FrPractitioner`); undefined when none does.
 */
export function typeOfForeign(canonical: string): string | undefined {
  names ??= new Map(
    Object.keys(r4.type2Parent)
      .filter(isResourceType)
      .map(name => [name.toLowerCase(), name]),
  );
  const last = canonical
    .slice(canonical.lastIndexOf('/') + 1)
    .replace(/^(fr-core-|fr-|Fr|dmi-|sas-|tddui-|as-)/, '');
  const letters = last.replaceAll('-', '').toLowerCase();
  for (let length = letters.length; length > 0; length--) {
    const name = names.get(letters.slice(0, length));
    if (name !== undefined) return name;
  }
  return undefined;
}
