import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';

/** A resource with what is at a path (`entry[2].resource.name`) set, or taken out when it is undefined. */
export function changed(resource: FhirResource, path: string, value: unknown): FhirResource {
  const copy = structuredClone(resource);
  const names = path.split(/[.[\]]+/).filter(name => name !== '');
  const last = names.pop() ?? '';
  let at = copy as Record<string, unknown>;
  for (const name of names) at = at[name] as Record<string, unknown>;
  if (value !== undefined) at[last] = value;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
  return copy;
}
