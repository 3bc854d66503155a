import { isObject } from '../resource.ts';
import type { Facts } from './facts.ts';
import type { Child } from './model.ts';
import { nameIn, reportBase, type Scope } from './session.ts';

/** One repetition of an element. */
export interface Item {
  /** Undefined for a primitive that has only extensions. */
  readonly value: unknown;
  /** Id and extensions of a primitive, which JSON has in `_name`. */
  readonly extra: unknown;
  readonly child: Child;
  readonly path: string;
}

/** The repetitions of an element as JSON writes it; says where JSON is not as FHIR wants it. */
export function itemsOf(
  object: Readonly<Record<string, unknown>>,
  child: Child,
  facts: Facts,
  path: string,
  scope: Scope,
): Item[] {
  const values = valuesOf(object, child.name, facts, path, scope);
  const extras = child.below === undefined ? valuesOf(object, `_${child.name}`, facts, path, scope) : [];
  const many = Array.isArray(object[child.name]) || Array.isArray(object[`_${child.name}`]);
  const items: Item[] = [];
  for (let at = 0; at < Math.max(values.length, extras.length); at++) {
    const itemPath = many ? `${path}[${at}]` : path;
    const [value, extra] = [values[at] ?? undefined, extras[at] ?? undefined];
    if (value === undefined && extra === undefined)
      reportBase(scope, 'structure', itemPath, 'Une valeur vide n’est pas admise.');
    else items.push({ value, extra, child, path: itemPath });
  }
  return items;
}

function valuesOf(
  object: Readonly<Record<string, unknown>>,
  name: string,
  { many }: Facts,
  path: string,
  scope: Scope,
): readonly unknown[] {
  if (!Object.hasOwn(object, name)) return [];
  const value = object[name];
  if (Array.isArray(value)) {
    if (many === false)
      reportBase(
        scope,
        'structure',
        path,
        `« ${nameIn(path)} » n’est pas une liste en JSON : une seule valeur, sans crochets.`,
      );
    if (value.length === 0)
      reportBase(scope, 'structure', path, `« ${nameIn(path)} » est une liste vide : il faut l’omettre.`);
    return value;
  }
  if (many === true)
    reportBase(
      scope,
      'structure',
      path,
      `« ${nameIn(path)} » est une liste en JSON, même d’une seule valeur.`,
    );
  return [value];
}

/** What is below an item as an object: the element itself, or the id and extensions of a primitive. */
export function objectOf({ value, extra, child }: Item): Readonly<Record<string, unknown>> | undefined {
  const object = child.below === undefined ? extra : value;
  return isObject(object) ? object : undefined;
}
