import type { FhirResource } from '../resource.ts';
import type { ProfileRules, RuleSet, TypeFacts } from '../rules/types.ts';
import { distillElements } from './distill-element.ts';
import { factsFromSnapshot, mergeFacts } from './distill-facts.ts';
import type { R4 } from './locate.ts';
import { distillValueSets } from './distill-value-sets.ts';
import { snapshotOf, type Snapshot } from './snapshot.ts';

/** Where distilling starts and what it takes along. */
export interface DistillOptions {
  readonly name: string;
  readonly version: string;
  /** Ids of profiles to keep, with what they refer to; all profiles without it. */
  readonly roots?: readonly string[];
}

/**
 * The rules of a package's definitions (StructureDefinitions with snapshots, ValueSets, CodeSystems; several packages that use
 * each other are given together): what profiles say beyond R4, required value sets, and what R4 says of the resource types.
 */
export function distill(definitions: readonly FhirResource[], options: DistillOptions): RuleSet {
  const all = definitions.map(snapshotOf).filter(snapshot => snapshot !== undefined);
  const types: Record<string, TypeFacts> = {};
  for (const snapshot of all) {
    const facts = factsFromSnapshot(snapshot);
    if (facts !== undefined) types[snapshot.type] = mergeFacts(types[snapshot.type], facts);
  }
  const profiles = Object.fromEntries(
    kept(all, options.roots)
      .toSorted((a, b) => compare(a.id, b.id))
      .map(snapshot => [snapshot.url, profileOf(snapshot, { types })]),
  );
  return {
    name: options.name,
    version: options.version,
    profiles,
    valueSets: distillValueSets(definitions, bindingsOf(profiles)),
    types,
  };
}

function profileOf(snapshot: Snapshot, r4: R4): ProfileRules {
  return { id: snapshot.id, type: snapshot.type, elements: distillElements(snapshot, r4) };
}

/** What the roots refer to by type, profile and target, and what that refers to. */
function kept(all: readonly Snapshot[], roots: readonly string[] | undefined): readonly Snapshot[] {
  if (roots === undefined) return all;
  const byUrl = new Map(all.map(snapshot => [snapshot.url, snapshot]));
  const found = new Set<Snapshot>();
  const waiting = all.filter(({ id }) => roots.includes(id));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    for (const element of next.elements)
      for (const url of element.types.flatMap(type => [...type.profiles, ...type.targets])) {
        const referred = byUrl.get(url);
        if (referred !== undefined) waiting.push(referred);
      }
  }
  return [...found];
}

function bindingsOf(profiles: RuleSet['profiles']): ReadonlySet<string> {
  const urls = Object.values(profiles).flatMap(({ elements }) =>
    Object.values(elements).map(({ binding }) => binding),
  );
  return new Set(urls.filter(url => url !== undefined));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
