import { type FhirResource, isObject, isResource } from './resource.ts';

/** A repeating element as JSON really has it: a list, one object without its list, or nothing. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** A primitive that says something: trimmed, numbers as they are written; undefined for anything else and for ''. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (JSON.isRawJSON(value)) return value.rawJSON;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' ? undefined : text;
}

/** The value where it is a resource. */
export function resourceOf(value: unknown): FhirResource | undefined {
  return isResource(value) ? value : undefined;
}

/** Bundle.entry as a transaction has it; what it holds is as the JSON says. */
export interface BundleEntry {
  /** `Bundle.entry[2]` */
  readonly path: string;
  readonly fullUrl: string | undefined;
  readonly resource: FhirResource | undefined;
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly ifNoneExist: string | undefined;
}

/** The entries of a Bundle, in order, each as far as it can be read. */
export function entriesOf(bundle: FhirResource): readonly BundleEntry[] {
  return listOf(bundle['entry']).map((value, index) => {
    const entry = isObject(value) ? value : {};
    const request = isObject(entry['request']) ? entry['request'] : {};
    return {
      path: `Bundle.entry[${index}]`,
      fullUrl: textOf(entry['fullUrl']),
      resource: resourceOf(entry['resource']),
      method: textOf(request['method']),
      url: textOf(request['url']),
      ifNoneExist: textOf(request['ifNoneExist']),
    };
  });
}
