import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';

const EXAMPLE = new URL('../../config/pfi.example.yaml', import.meta.url);
const text = readFileSync(EXAMPLE, 'utf8');
type Shape = z.core.JSONSchema.BaseSchema;

/** The example with its commented-out possibilities switched on, as plain values. */
const everything: unknown = parse(text.replace(/^( *)# ( *(?:- )?[a-zA-Z0-9]+:( |$))/gm, '$1$2'));

describe('config/pfi.example.yaml', () => {
  it('is valid once the variables that it names are set', () => {
    const named = [...text.matchAll(/Variables d’environnement attendues.*: (.*)\./g)].flatMap(
      ([, list = '']) => list.split(' et '),
    );
    const key = Buffer.alloc(32).toString('base64');
    const { config } = loadConfig(EXAMPLE.pathname, Object.fromEntries(named.map(name => [name, key])));
    expect(config.mailboxes).toHaveLength(1);
    expect(() => loadConfig(EXAMPLE.pathname, {})).toThrow(
      expect.objectContaining({ fields: { faults: 3 } }),
    );
  });

  it('shows every key of the schema, and its default where it has one', () => {
    const missing: string[] = [];
    // A block that is shown whole once may be shown in part where it comes again.
    const whole = new Set<string>();
    compare(z.toJSONSchema(configSchema, { io: 'input' }), everything, '');
    expect(missing).toEqual([]);

    function compare(shape: Shape, shown: unknown, path: string): void {
      if (shown === undefined) {
        missing.push(path);
      } else if (
        shape.default !== undefined &&
        typeof shape.default !== 'object' &&
        shape.default !== shown
      ) {
        missing.push(`${path}: ${JSON.stringify(shape.default)}`);
      }
      const block = JSON.stringify(shape);
      if (shown !== undefined && whole.has(block)) return;
      const before = missing.length;
      for (const [key, inner] of Object.entries(shape.properties ?? {})) {
        compare(asShape(inner), property(shown, key), `${path}.${key}`);
      }
      if (missing.length === before && shape.properties !== undefined) whole.add(block);
      if (shape.items !== undefined) compare(asShape(shape.items), property(shown, 0), `${path}[0]`);
    }
  });

  it('says what each key is for', () => {
    const bare = text
      .split('\n')
      .filter(line => /^ *(# *)?[a-zA-Z0-9]+: *[^ #]/.test(line) && !line.includes(' # '))
      .map(line => line.trim().split(':', 1)[0]?.replace('# ', '').trim());
    // What these hold is plain from the value, or said at the head of their block.
    const plain = [
      'name',
      'address',
      'host',
      'port',
      'user',
      'password',
      'id',
      'authority',
      'key',
      'cert',
      'ca',
      'url',
    ];
    expect(bare.filter(key => !plain.includes(key ?? ''))).toEqual([]);
  });
});

function asShape(value: Shape['items']): Shape {
  return typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function property(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
