import type { Discriminator, ElementRule, ProfileRules, RuleSet } from '../rules/types.ts';
import { isResourceType } from './model.ts';

/** A profile's element with what is below it. */
export interface Node {
  /** Element id without the type: `identifier:NSS.type`. */
  readonly id: string;
  readonly rule: ElementRule;
  readonly origin: Origin;
  /** By name as profiles write it (`value[x]`). */
  readonly children: ReadonlyMap<string, Node>;
  readonly slices: readonly Slice[];
  readonly by: readonly Discriminator[];
}

export interface Slice {
  readonly name: string;
  readonly node: Node;
}

/** Who says what a node says: a profile, or an amendment to it. */
export interface Origin {
  readonly id: string;
  /** Instead of the severity and code that the kind of rule has. */
  readonly severity: 'error' | 'warning';
  readonly code?: 'business-rule';
}

interface Draft {
  id: string;
  rule: ElementRule;
  children: Map<string, Draft>;
  slices: Map<string, Draft>;
}

/** Profiles of R4 datatypes that snapshots name without describing them. */
const BUILT_IN: Readonly<Record<string, ProfileRules>> = {
  'http://hl7.org/fhir/StructureDefinition/SimpleQuantity': {
    id: 'SimpleQuantity',
    type: 'Quantity',
    elements: { comparator: { max: 0 } },
  },
};
const R4 = 'http://hl7.org/fhir/StructureDefinition/';
const BY_URL: readonly Discriminator[] = [['value', 'url']];

const compiled = new WeakMap<RuleSet, Map<string, readonly Node[]>>();

/** The profile of a canonical URL, R4's own types among them; undefined when it is not at hand. */
export function profileAt(url: string, rules: RuleSet): ProfileRules | undefined {
  if (Object.hasOwn(rules.profiles, url)) return rules.profiles[url];
  if (Object.hasOwn(BUILT_IN, url)) return BUILT_IN[url];
  const type = url.startsWith(R4) ? url.slice(R4.length) : '';
  return isResourceType(type) ? { id: type, type, elements: {} } : undefined;
}

/** A profile and its amendments as trees; empty when it is not at hand. Made once for each rule set. */
export function treesOf(url: string, rules: RuleSet): readonly Node[] {
  const trees = compiled.get(rules) ?? new Map<string, readonly Node[]>();
  compiled.set(rules, trees);
  const known = trees.get(url);
  if (known !== undefined) return known;
  const profile = profileAt(url, rules);
  if (profile === undefined) return [];
  const made = [
    treeOf(profile.elements, { id: profile.id, severity: 'error' }),
    ...(rules.amendments?.[url] ?? []).map(({ id, severity, code, elements }) =>
      treeOf(elements, { id, severity, ...(code === undefined ? {} : { code }) }),
    ),
  ];
  trees.set(url, made);
  return made;
}

function treeOf(elements: ProfileRules['elements'], origin: Origin): Node {
  const root = draft('');
  for (const [id, rule] of Object.entries(elements)) draftAt(root, id).rule = rule;
  return finished(root, origin);
}

function draft(id: string): Draft {
  return { id, rule: {}, children: new Map(), slices: new Map() };
}

/** Elements that say nothing themselves are on the way to those that do. */
function draftAt(root: Draft, id: string): Draft {
  let at = root;
  for (const segment of id === '' ? [] : id.split('.')) {
    const [name = '', slice] = segment.split(':');
    at = into(at.children, name, at.id === '' ? name : `${at.id}.${name}`);
    if (slice !== undefined) at = into(at.slices, slice, `${at.id}:${slice}`);
  }
  return at;
}

function into(drafts: Map<string, Draft>, name: string, id: string): Draft {
  const found = drafts.get(name) ?? draft(id);
  drafts.set(name, found);
  return found;
}

function finished({ id, rule, children, slices }: Draft, origin: Origin): Node {
  return {
    id,
    rule,
    origin,
    children: new Map([...children].map(([name, child]) => [name, finished(child, origin)])),
    slices: [...slices].map(([name, slice]) => ({ name, node: finished(slice, origin) })),
    by: rule.slicing?.by ?? (/(^|\.)(extension|modifierExtension)$/.test(id) ? BY_URL : []),
  };
}
