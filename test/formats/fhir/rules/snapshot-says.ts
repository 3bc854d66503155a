import { R4_DATATYPES } from '../../../../src/formats/fhir/rules/r4-datatypes.ts';
import type { ElementRule, Invariant } from '../../../../src/formats/fhir/rules/types.ts';
import { factsOf } from '../../../../src/formats/fhir/validation/facts.ts';
import type { Located } from '../../../../src/formats/fhir/validation/locate.ts';

const R4 = 'http://hl7.org/fhir/StructureDefinition/';

/** An element of a snapshot, as the package's JSON has it. */
export interface RawElement {
  readonly id: string;
  readonly path: string;
  readonly min: number;
  readonly max: string;
  readonly type?: readonly {
    readonly code: string;
    readonly profile?: readonly string[];
    readonly targetProfile?: readonly string[];
  }[];
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
  readonly constraint?: readonly Invariant[];
  readonly slicing?: {
    readonly discriminator: readonly { readonly type: string; readonly path: string }[];
    readonly rules: string;
  };
  readonly [other: string]: unknown;
}

const version = /\|.*$/;
/** Held of every element or resource in code. */
const IN_ENGINE = new Set(['ele-1', 'ext-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'dom-6', 'ref-1']);

/** What the rules say of an element, with what they leave to R4, put as a snapshot puts it. */
export function said(
  rule: ElementRule,
  located: Located | undefined,
  isSlice: boolean,
  element: RawElement,
): object {
  const facts = located?.facts;
  const isRoot = !element.path.includes('.');
  return {
    min: isRoot ? element.min : (rule.min ?? (facts?.required === true && !isSlice ? 1 : 0)),
    max: isRoot ? element.max : String(rule.max ?? (facts?.many === true ? '*' : 1)),
    types: typesSaid(rule, located, element),
    value: rule.fixed ?? rule.pattern,
    binding: rule.binding ?? facts?.binding,
    slicing: slicingSaid(rule, element),
    constraints: constraintsSaid(rule, located, element),
  };
}

function typesSaid(rule: ElementRule, located: Located | undefined, element: RawElement): string[] {
  if (isOfFhirPath(element)) return [];
  if (rule.types !== undefined)
    return rule.types
      .map(({ code, profiles = [], targets = [] }) => `${code} ${profiles.join()} ${targets.join()}`)
      .toSorted();
  if (element.type === undefined) return [];
  const types = located?.types ?? [];
  return types
    .map(code => `${code}  ${code === 'Reference' ? (located?.targets ?? []).toSorted().join() : ''}`)
    .toSorted();
}

function slicingSaid({ slicing }: ElementRule, element: RawElement): string | undefined {
  if (slicing !== undefined)
    return `${slicing.by.map(by => by.join()).join(';')} ${slicing.closed === true ? 'closed' : 'open'}`;
  return /\.(extension|modifierExtension)$/.test(element.path) && element.slicing !== undefined
    ? 'value,url open'
    : undefined;
}

function constraintsSaid(rule: ElementRule, located: Located | undefined, element: RawElement): string[] {
  const ofTypes = (located?.types ?? []).flatMap(type => R4_DATATYPES[type]?.invariants?.[''] ?? []);
  const known = [...(rule.invariants ?? []), ...(located?.facts?.invariants ?? []), ...ofTypes];
  const all = element.path.includes('.') ? known : [...known, ...rootInvariants(element.path)];
  return (element.constraint ?? [])
    .filter(({ key }) => !IN_ENGINE.has(key))
    .map(({ key }) => {
      const told = all.find(each => each.key === key);
      return `${key} ${told?.severity} ${told?.expression}`;
    });
}

function rootInvariants(type: string): readonly Invariant[] {
  return factsOf(type, {}).of('').invariants;
}

/** What the snapshot itself says. */
export function asked(element: RawElement): object {
  const { min, max, binding, slicing } = element;
  const name = Object.keys(element).find(key => /^(fixed|pattern)[A-Z]/.test(key));
  return {
    min,
    max,
    types: isOfFhirPath(element) || element.type === undefined ? [] : element.type.map(typeAsked).toSorted(),
    value: name === undefined ? undefined : element[name],
    binding: binding?.strength === 'required' ? binding.valueSet?.replace(version, '') : undefined,
    slicing:
      slicing === undefined
        ? undefined
        : `${slicing.discriminator.map(({ type, path }) => `${type},${path}`).join(';')} ${slicing.rules}`,
    constraints: (element.constraint ?? [])
      .filter(({ key }) => !IN_ENGINE.has(key))
      .map(({ key, severity, expression }) => `${key} ${severity} ${expression}`),
  };
}

function typeAsked({
  code,
  profile = [],
  targetProfile = [],
}: NonNullable<RawElement['type']>[number]): string {
  const profiles = profile.map(url => url.replace(version, '')).filter(url => url !== `${R4}${code}`);
  const targets = targetProfile.map(url => url.replace(version, '')).map(url => url.replace(R4, ''));
  const led = code === 'Reference' && !targets.includes('Resource') ? targets.toSorted() : [];
  return `${code} ${profiles.join()} ${led.join()}`;
}

function isOfFhirPath({ type = [] }: RawElement): boolean {
  return type.some(({ code }) => code.startsWith('http://hl7.org/fhirpath/'));
}
