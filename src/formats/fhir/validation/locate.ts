import type { RuleSet } from '../rules/types.ts';
import { factsOf, type Facts } from './facts.ts';
import { type Child, childrenOfType } from './model.ts';

/** What R4 knows of an element that a profile names by path. */
export interface Located {
  /** Undefined when it is of a type whose cardinalities are not known. */
  readonly facts: Facts | undefined;
  /** Types that R4 admits, as profiles write them. */
  readonly types: readonly string[];
  readonly targets: readonly string[] | undefined;
}

/** Where facts are sought beside the gateway's own. */
export type R4 = Pick<RuleSet, 'types'>;

/** `Patient.identifier.type`, `SupplyRequest.item[x].coding`: where R4 describes it; undefined for the root, or when nowhere. */
export function locate(path: string, r4: R4 = {}): Located | undefined {
  const [type = '', ...segments] = path.split('.');
  let below: readonly string[] = [type];
  let found: Located | undefined;
  for (const segment of segments) {
    const next = step(below, segment, r4);
    if (next === undefined) return undefined;
    found = next.located;
    below = next.below;
  }
  return found;
}

function step(
  parents: readonly string[],
  segment: string,
  r4: R4,
): { readonly located: Located; readonly below: readonly string[] } | undefined {
  for (const parent of parents) {
    const children = [...childrenOfType(parent).values()].filter(({ slot }) => slot === segment);
    const [first] = children;
    if (first === undefined) continue;
    return { located: locatedIn(parent, segment, first, children, r4), below: belowOf(children) };
  }
  return undefined;
}

function locatedIn(parent: string, slot: string, first: Child, children: readonly Child[], r4: R4): Located {
  const [owner = '', ...above] = parent.split('.');
  const within = [...above, slot].join('.');
  const facts = factsOf(owner, r4).of(within);
  return {
    facts: facts.many === undefined ? undefined : facts,
    types: slot.endsWith('[x]') ? children.map(({ type }) => type) : [first.type],
    targets: children.find(({ targets }) => targets !== undefined)?.targets,
  };
}

/** What is below a choice depends on the type; the profile's own path tells by the first type that has it. */
function belowOf(children: readonly Child[]): readonly string[] {
  return children.map(({ below }) => below ?? 'Element').filter(path => path !== '');
}
