import type { Code } from '../cda/types.ts';

/** A value set: code system (OID), then code, to display name. */
export type ValueSet = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** A code with all that XDS metadata must say of it. `system` is an OID. */
export interface CodedValue {
  readonly code: string;
  readonly system: string;
  readonly display: string;
}

/** A value set from its table: maps, so that a code such as `constructor` finds nothing. */
export function valueSet(table: Readonly<Record<string, Readonly<Record<string, string>>>>): ValueSet {
  return new Map(Object.entries(table).map(([system, codes]) => [system, new Map(Object.entries(codes))]));
}

/** The first system of a value set that has a code; undefined where none has. */
export function systemIn(set: ValueSet, code: string): string | undefined {
  return [...set].find(([, codes]) => codes.has(code))?.[0];
}

/**
 * A code of a document as XDS wants it: with the label that the value set has for it, since receivers compare;
 * the document's own where it is no member of the set, and the code itself where it has neither.
 *
 * @returns undefined without a code, or where neither the document nor the set names its system.
 */
export function completed(code: Code | undefined, set: ValueSet): CodedValue | undefined {
  if (code === undefined) return undefined;
  const system = code.system ?? systemIn(set, code.code);
  if (system === undefined) return undefined;
  return { code: code.code, system, display: set.get(system)?.get(code.code) ?? code.display ?? code.code };
}
