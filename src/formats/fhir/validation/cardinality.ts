import type { RuleSet } from '../rules/types.ts';
import type { Node, Slice } from './compile.ts';
import type { Item } from './items.ts';
import { nameIn, reportRule, type Scope } from './session.ts';
import { isTellable } from './slicing.ts';

/** An element's repetitions and the slices that they are in, for one profile. */
export interface Sliced {
  readonly node: Node;
  readonly items: readonly Item[];
  /** The slice of each item; undefined for one in none. */
  readonly slices: readonly (Slice | undefined)[];
}

/** Says where there are too few or too many of an element, or of a slice of it. */
export function checkCounts(
  { node, items, slices }: Sliced,
  path: string,
  rules: RuleSet,
  scope: Scope,
): void {
  checkCount(node, items, path, `« ${nameIn(path)} »`, scope);
  for (const slice of node.slices) {
    if (!isTellable(slice, node, rules)) continue;
    const inSlice = items.filter((_, at) => slices[at] === slice);
    checkCount(slice.node, inSlice, path, `« ${nameIn(path)} » (${slice.name})`, scope);
  }
  if (node.rule.slicing?.closed !== true || !node.slices.every(slice => isTellable(slice, node, rules)))
    return;
  for (const [at, item] of items.entries())
    if (slices[at] === undefined)
      reportRule(
        scope,
        node,
        'structure',
        item.path,
        `« ${nameIn(path)} » n’est d’aucune des sortes que le profil admet.`,
      );
}

function checkCount(node: Node, items: readonly Item[], path: string, what: string, scope: Scope): void {
  const { min = 0, max = Number.POSITIVE_INFINITY } = node.rule;
  if (items.length < min) {
    const text = min === 1 ? `${what} est obligatoire.` : `${what} doit être présent au moins ${min} fois.`;
    reportRule(scope, node, 'required', path, text);
  }
  const extra = items[max];
  if (extra === undefined) return;
  const text = max === 0 ? `${what} n’est pas admis ici.` : `${what} est présent plus de ${max} fois.`;
  reportRule(scope, node, 'structure', extra.path, text);
}
