import { isObject } from '../resource.ts';

/** Whether two JSON values say the same. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, at) => isSame(each, b[at]));
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every(name => isSame(a[name], b[name]));
}

/**
 * Whether a value holds at least what a pattern has: each element of it, and for repetitions one that holds each of the
 * pattern's (https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_).
 */
export function holds(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern))
    return Array.isArray(value) && pattern.every(each => value.some(item => holds(item, each)));
  if (!isObject(pattern)) return value === pattern;
  return isObject(value) && Object.entries(pattern).every(([name, each]) => holds(value[name], each));
}

/** Everything at a path below a value, through repetitions: `coding.system`. */
export function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  let found: unknown[] = [value];
  for (const name of path)
    found = found.flatMap(each => {
      const below = isObject(each) ? valueOf(each, name) : undefined;
      return Array.isArray(below) ? below : below === undefined ? [] : [below];
    });
  return found;
}

/** An element of an object; `value[x]` whatever its type is. */
export function valueOf(object: Readonly<Record<string, unknown>>, name: string): unknown {
  if (!name.endsWith('[x]')) return Object.hasOwn(object, name) ? object[name] : undefined;
  const prefix = name.slice(0, -3);
  const found = Object.keys(object).find(
    key => key.startsWith(prefix) && /^[A-Z]/.test(key.slice(prefix.length)),
  );
  return found === undefined ? undefined : object[found];
}
