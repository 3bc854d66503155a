import { z } from 'zod';
import { configSchema, type Mark } from './schema.ts';

/** A place in the configuration, from its root. */
export type ConfigPath = readonly (string | number)[];

type Shape = z.core.JSONSchema.BaseSchema;

let root: Shape | undefined;

/** The keys that the schema knows at a place; empty where it expects no object. */
export function knownKeys(path: ConfigPath): string[] {
  let shapes = [configShape()];
  for (const step of path) shapes = shapes.flatMap(shape => alternatives(inner(shape, step)));
  return shapes.flatMap(shape => Object.keys(shape.properties ?? {}));
}

/**
 * The configuration with every marked value replaced, whatever its shape: it need not be valid.
 *
 * @param replace is given the mark, the value and its place, outermost first; what it returns is looked into further.
 */
export function mapMarked(
  value: unknown,
  replace: (mark: Mark, value: unknown, path: ConfigPath) => unknown,
): unknown {
  return map(value, [configShape()], []);

  function map(given: unknown, shapes: readonly Shape[], path: ConfigPath): unknown {
    const marked = shapes.map(shape => shape['mark']).find(isMark);
    const replaced = marked === undefined ? given : replace(marked, given, path);
    if (typeof replaced !== 'object' || replaced === null) return replaced;
    const below = shapes.flatMap(alternatives);
    // What the schema does not know is left alone; YAML's aliases can make it refer to itself without end.
    if (below.every(shape => shape.properties === undefined && shape.items === undefined)) return replaced;
    if (Array.isArray(replaced)) return replaced.map((item: unknown, index) => mapInner(item, index));
    return Object.fromEntries(Object.entries(replaced).map(([key, item]) => [key, mapInner(item, key)]));

    function mapInner(item: unknown, step: string | number): unknown {
      return map(
        item,
        below.map(shape => inner(shape, step)),
        [...path, step],
      );
    }
  }
}

/** The schema as plain data, with the marks: what the file may hold before defaults and units are applied. */
function configShape(): Shape {
  root ??= z.toJSONSchema(configSchema, { io: 'input' });
  return root;
}

function inner(shape: Shape, step: string | number): Shape {
  const found = typeof step === 'number' ? shape.items : shape.properties?.[step];
  return isShape(found) ? found : {};
}

/** A union as its options, anything else as itself. */
function alternatives(shape: Shape): Shape[] {
  return shape.anyOf === undefined ? [shape] : shape.anyOf.filter(isShape);
}

function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMark(value: unknown): value is Mark {
  return value === 'file' || value === 'folder' || value === 'sqlite' || value === 'secret';
}
