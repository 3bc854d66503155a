import { isObject, NAME } from '../resource.ts';
import { checkCounts, type Sliced } from './cardinality.ts';
import { type Node, treesOf } from './compile.ts';
import { checkAsNode, checkAsR4 } from './element.ts';
import { factsOf, type Facts } from './facts.ts';
import { type Item, itemsOf, objectOf } from './items.ts';
import { type Child, childrenOfType, isResourceType } from './model.ts';
import { isFull, nameIn, reportBase, type Scope, type Session } from './session.ts';
import { sliceOf } from './slicing.ts';

/** One walk over one resource. */
export interface Walk {
  readonly session: Session;
  readonly scope: Scope;
  readonly resources: Resources;
}

/** What is done with resources inside the resource: the walk itself stays within one. */
export interface Resources {
  readonly check: (item: Item, nodes: readonly Node[], walk: Walk) => void;
  readonly follows: (resource: unknown, profiles: readonly string[], path: string, walk: Walk) => boolean;
}

/** The repetitions of one element, of whatever types a choice has. */
interface Slot {
  readonly path: string;
  readonly items: Item[];
}

/** What a primitive without id and extensions has below it: a profile may ask for an extension all the same. */
const NOTHING: Readonly<Record<string, unknown>> = {};

/**
 * Checks what is below an object: names, cardinalities, slices, then each element. `below` is where R4 describes it
 * (`Patient.contact`), `nodes` are what profiles say of it.
 */
export function walkObject(
  object: Readonly<Record<string, unknown>>,
  below: string,
  nodes: readonly Node[],
  path: string,
  walk: Walk,
): void {
  if (isFull(walk.scope, 'error')) return;
  const slots = slotsOf(object, below, path, walk);
  checkRequired(below, slots, path, walk);
  for (const name of new Set([...slots.keys(), ...nodes.flatMap(node => [...node.children.keys()])])) {
    const slot = slots.get(name) ?? { path: `${path}.${withoutChoice(name)}`, items: [] };
    const sliced = nodes.flatMap(node => {
      const told = node.children.get(name);
      return told === undefined ? [] : [slicedBy(told, slot.items, walk)];
    });
    for (const each of sliced) checkCounts(each, slot.path, walk.session.rules, walk.scope);
    for (const [at, item] of slot.items.entries()) {
      if (isFull(walk.scope, 'error')) return;
      walkItem(item, nodesAt(sliced, at), below, walk);
    }
  }
}

/** Elements by the name that profiles have for them; says what R4 does not know. */
function slotsOf(
  object: Readonly<Record<string, unknown>>,
  below: string,
  path: string,
  { scope, session }: Walk,
): Map<string, Slot> {
  const children = childrenOfType(below);
  const slots = new Map<string, Slot>();
  for (const key of Object.keys(object)) {
    if (isFull(scope, 'error')) break;
    if (key === 'resourceType' && isResourceType(below)) continue;
    const child = children.get(key) ?? primitiveOf(key, children);
    if (child === undefined) {
      // A finding can repeat such a name; another might be anything.
      const at = NAME.test(key) ? `${path}.${key}` : path;
      reportBase(scope, 'structure', at, 'Cet élément n’existe pas à cet endroit en FHIR R4.');
      continue;
    }
    if (key !== child.name && Object.hasOwn(object, child.name)) continue;
    const slot = slots.get(child.slot) ?? { path: `${path}.${withoutChoice(child.slot)}`, items: [] };
    slots.set(child.slot, slot);
    const facts = factsAt(below, child.slot, session);
    for (const item of itemsOf(object, child, facts, slot.path, scope)) slot.items.push(item);
    if (facts.many === false && slot.items.length > 1)
      reportBase(scope, 'structure', slot.path, `« ${nameIn(slot.path)} » n’est admis qu’une fois.`);
  }
  return slots;
}

/** `_birthDate`: id and extensions of a primitive. */
function primitiveOf(key: string, children: ReadonlyMap<string, Child>): Child | undefined {
  const child = key.startsWith('_') ? children.get(key.slice(1)) : undefined;
  return child?.below === undefined ? child : undefined;
}

function checkRequired(
  below: string,
  slots: ReadonlyMap<string, Slot>,
  path: string,
  { session, scope }: Walk,
): void {
  const [type, within] = ownerOf(below);
  for (const name of factsOf(type, session.rules).requiredIn.get(within) ?? [])
    if (!slots.has(name))
      reportBase(
        scope,
        'required',
        `${path}.${withoutChoice(name)}`,
        `« ${withoutChoice(name)} » est obligatoire.`,
      );
}

function slicedBy(node: Node, items: readonly Item[], walk: Walk): Sliced {
  if (node.slices.length === 0) return { node, items, slices: [] };
  const slices = items.map(({ value, child, path }) =>
    sliceOf({ value, type: child.type }, node, walk.session.rules, (resource, profiles, below) =>
      walk.resources.follows(resource, profiles, below === '' ? path : `${path}.${below}`, walk),
    ),
  );
  return { node, items, slices };
}

/** What profiles say of one repetition: of the element, and of the slice that it is in. */
function nodesAt(sliced: readonly Sliced[], at: number): Node[] {
  return sliced.flatMap(({ node, slices }) => {
    const slice = slices[at];
    return slice === undefined ? [node] : [node, slice.node];
  });
}

function walkItem(item: Item, nodes: readonly Node[], below: string, walk: Walk): void {
  const { session, scope, resources } = walk;
  const { child, path } = item;
  const base = `${below}.${child.name}`;
  if (child.type === 'Resource') {
    for (const node of nodes) checkAsNode(item, node, base, session, scope);
    resources.check(item, nodes, walk);
    return;
  }
  const object = objectOf(item);
  if (object === undefined && (child.below !== undefined || item.extra !== undefined)) {
    reportBase(scope, 'structure', path, `« ${nameIn(path)} » est un objet en JSON.`);
    return;
  }
  const all = [...nodes, ...profilesOf(item, nodes, walk)];
  const facts = factsAt(below, child.slot, session);
  checkAsR4(
    item,
    child.below === child.type ? [facts, factsAt(child.type, '', session)] : [facts],
    base,
    session,
    scope,
  );
  for (const node of all) checkAsNode(item, node, base, session, scope);
  if (object === undefined) {
    if (all.some(node => node.children.size > 0)) walkObject(NOTHING, 'Element', all, path, walk);
    return;
  }
  if (Object.keys(object).length === 0)
    reportBase(scope, 'invariant', path, `« ${nameIn(path)} » est vide.`, 'ele-1');
  if (child.type === 'Extension') checkExtension(object, path, scope);
  walkObject(object, child.below ?? 'Element', all, path, walk);
}

/** The profiles that a datatype's value has to follow: those of its element, and that of an extension's URL. */
function profilesOf({ value, child }: Item, nodes: readonly Node[], { session }: Walk): Node[] {
  const urls = new Set<string>();
  for (const { rule } of nodes) {
    const [profile, ...others] = rule.types?.find(({ code }) => code === child.type)?.profiles ?? [];
    if (profile !== undefined && others.length === 0) urls.add(profile);
  }
  if (child.type === 'Extension' && isObject(value) && typeof value['url'] === 'string')
    urls.add(value['url']);
  return [...urls].flatMap(url => treesOf(url, session.rules));
}

/** ext-1: a value, or extensions. */
function checkExtension(object: Readonly<Record<string, unknown>>, path: string, scope: Scope): void {
  const hasValue = Object.keys(object).some(key => /^_?value[A-Z]/.test(key));
  if (hasValue === Object.hasOwn(object, 'extension'))
    reportBase(scope, 'invariant', path, 'Une extension a une valeur ou des extensions.', 'ext-1');
}

function factsAt(below: string, slot: string, { rules }: Session): Facts {
  const [type, within] = ownerOf(below);
  return factsOf(type, rules).of(within === '' || slot === '' ? within + slot : `${within}.${slot}`);
}

/** `Patient.contact` to `Patient` and `contact`. */
function ownerOf(below: string): readonly [type: string, within: string] {
  const dot = below.indexOf('.');
  return dot < 0 ? [below, ''] : [below.slice(0, dot), below.slice(dot + 1)];
}

function withoutChoice(slot: string): string {
  return slot.endsWith('[x]') ? slot.slice(0, -3) : slot;
}
