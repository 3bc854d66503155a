import { isObject } from '../resource.ts';
import type { Discriminator, RuleSet } from '../rules/types.ts';
import { isInValueSet, valueSetAt } from './binding.ts';
import type { Node, Slice } from './compile.ts';
import { holds, isSame, valuesAt } from './values.ts';

/** A repetition, as slices look at it. */
export interface Sliceable {
  readonly value: unknown;
  /** R4 type, which tells the slices of a choice apart. */
  readonly type: string;
}

/** Whether a resource at a path below the repetition follows one of these profiles. */
export type Follows = (resource: unknown, profiles: readonly string[], below: string) => boolean;

type Test = (item: Sliceable, follows: Follows) => boolean;

const tests = new WeakMap<Node, readonly Test[] | 'unknown'>();

/** The slice of a repetition; undefined when it is in none. */
export function sliceOf(item: Sliceable, node: Node, rules: RuleSet, follows: Follows): Slice | undefined {
  return node.slices.find(slice => {
    const all = testsOf(slice, node, rules);
    return all !== 'unknown' && all.every(test => test(item, follows));
  });
}

/** Whether it can be told what is in a slice: bindings to sets that are not at hand do not tell. */
export function isTellable(slice: Slice, node: Node, rules: RuleSet): boolean {
  return testsOf(slice, node, rules) !== 'unknown';
}

function testsOf(slice: Slice, node: Node, rules: RuleSet): readonly Test[] | 'unknown' {
  const known = tests.get(slice.node);
  if (known !== undefined) return known;
  const made = node.by.flatMap(by => testsFor(slice.node, by, rules));
  const told = made.length === 0 ? 'unknown' : made;
  tests.set(slice.node, told);
  return told;
}

function testsFor(slice: Node, [kind, path]: Discriminator, rules: RuleSet): Test[] {
  const segments = path === '$this' ? [] : path.split('.');
  if (kind === 'profile') return profileTest(slice, segments);
  if (kind === 'type') return typeTest(slice, segments);
  if (kind === 'exists') return existsTest(slice, segments);
  return path === 'url' ? urlTest(slice) : valueTests(slice, segments, rules);
}

/** What an extension is: its URL is fixed, or is that of the profile. */
function urlTest(slice: Node): Test[] {
  const url = slice.children.get('url')?.rule.fixed ?? slice.rule.types?.[0]?.profiles?.[0];
  return url === undefined ? [] : [({ value }) => isObject(value) && value['url'] === url];
}

/** Values fixed on the way to the discriminator, at it, and below it. */
function valueTests(slice: Node, segments: readonly string[], rules: RuleSet): Test[] {
  const found: Test[] = [];
  let node: Node | undefined = slice;
  for (const [depth, segment] of segments.entries()) {
    if (node === undefined) return found;
    const given = node.rule.fixed ?? node.rule.pattern;
    const rest = segments.slice(depth);
    for (const part of valuesAt(given, rest)) found.push(holdsAt(segments, part));
    node = node.children.get(segment);
  }
  return node === undefined ? found : [...found, ...testsBelow(node, segments, rules)];
}

function testsBelow(node: Node, path: readonly string[], rules: RuleSet): Test[] {
  const { fixed, pattern, binding } = node.rule;
  const set = binding === undefined ? undefined : valueSetAt(binding, rules);
  return [
    ...(fixed === undefined ? [] : [isAt(path, fixed)]),
    ...(pattern === undefined ? [] : [holdsAt(path, pattern)]),
    ...(set === undefined
      ? []
      : [({ value }: Sliceable) => valuesAt(value, path).some(each => isInValueSet(each, set))]),
    ...[...node.children].flatMap(([name, child]) => testsBelow(child, [...path, name], rules)),
  ];
}

function holdsAt(path: readonly string[], pattern: unknown): Test {
  return ({ value }) => valuesAt(value, path).some(each => holds(each, pattern));
}

function isAt(path: readonly string[], fixed: unknown): Test {
  return ({ value }) => valuesAt(value, path).some(each => isSame(each, fixed));
}

function existsTest(slice: Node, segments: readonly string[]): Test[] {
  const max = nodeAt(slice, segments)?.rule.max;
  return [({ value }) => valuesAt(value, segments).length > 0 === (max !== 0)];
}

function typeTest(slice: Node, segments: readonly string[]): Test[] {
  const codes = nodeAt(slice, segments)?.rule.types?.map(({ code }) => code) ?? [];
  if (segments.length === 0) return [({ type }) => codes.includes(type)];
  return [
    ({ value }) =>
      valuesAt(value, segments).some(each => isObject(each) && codes.includes(String(each['resourceType']))),
  ];
}

function profileTest(slice: Node, segments: readonly string[]): Test[] {
  const profiles = nodeAt(slice, segments)?.rule.types?.flatMap(type => type.profiles ?? []) ?? [];
  if (profiles.length === 0) return [];
  return [
    ({ value }, follows) =>
      valuesAt(value, segments).some(each => follows(each, profiles, segments.join('.'))),
  ];
}

function nodeAt(node: Node, segments: readonly string[]): Node | undefined {
  return segments.reduce<Node | undefined>((at, segment) => at?.children.get(segment), node);
}
