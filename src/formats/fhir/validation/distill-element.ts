import { INVARIANT_TEXTS } from '../rules/invariant-texts.ts';
import type { ElementRule, Invariant, ProfileRules, TypeRule } from '../rules/types.ts';
import { locate, type Located, type R4 } from './locate.ts';
import { nameOfTarget } from './targets.ts';
import type { Snapshot, SnapshotElement, SnapshotType } from './snapshot.ts';

const R4_PREFIX = 'http://hl7.org/fhir/StructureDefinition/';

/** What a snapshot says beyond R4, by element id without the type. */
export function distillElements(snapshot: Snapshot, r4: R4): ProfileRules['elements'] {
  const elements: Record<string, ElementRule> = {};
  for (const element of snapshot.elements) {
    const rule = ruleOf(element, locate(element.path, r4));
    if (Object.keys(rule).length > 0 || isSlice(element)) elements[localId(snapshot.type, element.id)] = rule;
  }
  return elements;
}

/** `Patient.identifier:NSS` to `identifier:NSS`; the resource itself is the empty id. */
function localId(type: string, id: string): string {
  return id === type ? '' : id.slice(type.length + 1);
}

/** What an element's definition says beyond R4; nothing for an element that is as in R4. */
function ruleOf(element: SnapshotElement, located: Located | undefined): ElementRule {
  const base = baseOf(element, located);
  const invariants = element.constraints.filter(isOwn).map(invariantOf);
  const types = typesOf(element, located);
  return {
    ...(element.min > base.min ? { min: element.min } : {}),
    ...(element.max < base.max ? { max: element.max } : {}),
    ...(types === undefined ? {} : { types }),
    ...(element.fixed === undefined ? {} : { fixed: element.fixed }),
    ...(element.pattern === undefined ? {} : { pattern: element.pattern }),
    ...(element.binding === undefined || isR4Binding(element, located) ? {} : { binding: element.binding }),
    ...(invariants.length === 0 ? {} : { invariants }),
    ...(element.slicing === undefined || isUsualSlicing(element)
      ? {}
      : {
          slicing: { by: element.slicing.by, ...(element.slicing.closed ? { closed: true as const } : {}) },
        }),
  };
}

/** A slice says something by being there. */
export function isSlice({ id }: SnapshotElement): boolean {
  return id.slice(id.lastIndexOf('.') + 1).includes(':');
}

/** A slice need not be there: what R4 requires of an element is asked of all of them together. */
function baseOf(
  element: SnapshotElement,
  located: Located | undefined,
): { readonly min: number; readonly max: number } {
  if (located?.facts === undefined) return element.base ?? { min: 0, max: Number.POSITIVE_INFINITY };
  return {
    min: located.facts.required && !isSlice(element) ? 1 : 0,
    max: located.facts.many === true ? Number.POSITIVE_INFINITY : 1,
  };
}

/** What R4 says itself is either among the facts of its types or in the engine (ele-1, ext-1, dom-*). */
export function isOwn({ key, source }: SnapshotElement['constraints'][number]): boolean {
  if (source !== undefined) return !(source.startsWith(R4_PREFIX) || /^[A-Za-z]+$/.test(source));
  return !/^(ele|ext|dom|inv)-\d$/.test(key);
}

/** Without the guide's text where there is one of ours. */
export function invariantOf({ key, severity, expression, human }: Invariant): Invariant {
  const told = human === undefined || Object.hasOwn(INVARIANT_TEXTS, key) ? {} : { human };
  return { key, severity, expression, ...told };
}

function isR4Binding(element: SnapshotElement, located: Located | undefined): boolean {
  return element.binding === located?.facts?.binding;
}

/** Extensions are told apart by their URL. */
function isUsualSlicing({ path, slicing }: SnapshotElement): boolean {
  return (
    /\.(extension|modifierExtension)$/.test(path) &&
    slicing?.closed === false &&
    JSON.stringify(slicing.by) === '[["value","url"]]'
  );
}

/** Undefined when the types are those of R4. */
function typesOf(element: SnapshotElement, located: Located | undefined): readonly TypeRule[] | undefined {
  const types = element.types.map(type => typeRuleOf(type));
  if (located === undefined || types.length === 0) return undefined;
  const same =
    types.length === located.types.length &&
    types.every(type => isOfR4(type, located.types, located.targets));
  return same ? undefined : types;
}

function typeRuleOf({ code, profiles, targets }: SnapshotType): TypeRule {
  const led = code === 'Reference' ? targets.map(nameOfTarget).toSorted() : [];
  const own = profiles.filter(profile => profile !== `${R4_PREFIX}${code}`);
  return {
    code,
    ...(own.length === 0 ? {} : { profiles: own }),
    ...(led.length === 0 || led.includes('Resource') ? {} : { targets: led }),
  };
}

function isOfR4(type: TypeRule, codes: readonly string[], targets: readonly string[] | undefined): boolean {
  if (!codes.includes(type.code) || type.profiles !== undefined) return false;
  if (type.code !== 'Reference') return true;
  return JSON.stringify(type.targets) === JSON.stringify(targets?.toSorted());
}
