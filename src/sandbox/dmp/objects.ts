import type { XmlElement } from 'libxml2-wasm';
import { refuse } from './refusal.ts';
import { elements, valueOf, valuesOf } from './xml.ts';

export interface Classification {
  /** classificationScheme, without `urn:uuid:`; of a node, that node. */
  readonly scheme: string;
  readonly isNode: boolean;
  /** nodeRepresentation. */
  readonly code: string;
  readonly owner: string;
  readonly name: string;
  readonly slots: ReadonlyMap<string, readonly string[]>;
}

export interface Identifier {
  readonly scheme: string;
  readonly owner: string;
  readonly value: string;
}

/** A RegistryPackage or an ExtrinsicObject of ebRIM 3.0. */
export interface RegistryObject {
  readonly kind: 'set' | 'entry';
  readonly id: string;
  readonly objectType: string;
  readonly mimeType: string;
  readonly name: string;
  readonly slots: ReadonlyMap<string, readonly string[]>;
  readonly classifications: readonly Classification[];
  readonly identifiers: readonly Identifier[];
}

export interface Association {
  readonly type: string;
  readonly objectType: string;
  readonly source: string;
  readonly target: string;
  readonly slots: ReadonlyMap<string, readonly string[]>;
}

export interface RegistryObjects {
  readonly sets: readonly RegistryObject[];
  readonly entries: readonly RegistryObject[];
  readonly associations: readonly Association[];
  /** Every id, of whatever object. */
  readonly ids: readonly string[];
  /** Names of elements that a submission does not have. */
  readonly unknown: readonly string[];
}

const KNOWN = new Set(['RegistryPackage', 'ExtrinsicObject', 'Association', 'Classification']);

/** A set, a handful of entries, their associations: the checks compare them with each other. */
const MOST_OBJECTS = 1000;

/**
 * Reads a RegistryObjectList. A Classification that stands in the list itself goes to the object it names.
 *
 * @throws a Fault for more than a thousand objects
 */
export function readObjects(list: XmlElement): RegistryObjects {
  if (elements(list, '*').length > MOST_OBJECTS) refuse(undefined, `Body: more than ${MOST_OBJECTS} objects`);
  const beside = elements(list, 'rim:Classification').map(classification);
  return {
    sets: elements(list, 'rim:RegistryPackage').map(element => registryObject(element, 'set', beside)),
    entries: elements(list, 'rim:ExtrinsicObject').map(element => registryObject(element, 'entry', beside)),
    associations: elements(list, 'rim:Association').map(element => ({
      type: valueOf(element, '@associationType'),
      objectType: valueOf(element, '@objectType'),
      source: valueOf(element, '@sourceObject'),
      target: valueOf(element, '@targetObject'),
      slots: slotsOf(element),
    })),
    ids: valuesOf(list, './/rim:*/@id'),
    unknown: elements(list, '*').flatMap(({ name }) => (KNOWN.has(name) ? [] : [name])),
  };
}

/** The values of a slot; empty without it. */
export function slot(
  of: { readonly slots: ReadonlyMap<string, readonly string[]> },
  name: string,
): readonly string[] {
  return of.slots.get(name) ?? [];
}

/** The classifications of a scheme. */
export function classified(object: RegistryObject, scheme: string): Classification[] {
  return object.classifications.filter(one => one.scheme === scheme);
}

/** The identifier of a scheme; empty unless there is exactly one. */
export function identified(object: RegistryObject, scheme: string): string {
  const [one, ...others] = object.identifiers.filter(identifier => identifier.scheme === scheme);
  return others.length > 0 ? '' : (one?.value ?? '');
}

function registryObject(
  element: XmlElement,
  kind: RegistryObject['kind'],
  beside: readonly Classification[],
): RegistryObject {
  const id = valueOf(element, '@id');
  return {
    kind,
    id,
    objectType: withoutUrn(valueOf(element, '@objectType')),
    mimeType: valueOf(element, '@mimeType'),
    name: nameOf(element),
    slots: slotsOf(element),
    classifications: [
      ...elements(element, 'rim:Classification').map(classification),
      ...beside.filter(({ owner }) => owner === id),
    ],
    identifiers: elements(element, 'rim:ExternalIdentifier').map(identifier => ({
      scheme: withoutUrn(valueOf(identifier, '@identificationScheme')),
      owner: valueOf(identifier, '@registryObject'),
      value: valueOf(identifier, '@value'),
    })),
  };
}

function classification(element: XmlElement): Classification {
  const scheme = valueOf(element, '@classificationScheme');
  return {
    scheme: withoutUrn(scheme === '' ? valueOf(element, '@classificationNode') : scheme),
    isNode: scheme === '',
    code: valueOf(element, '@nodeRepresentation'),
    owner: valueOf(element, '@classifiedObject'),
    name: nameOf(element),
    slots: slotsOf(element),
  };
}

function nameOf(element: XmlElement): string {
  return valueOf(element, 'rim:Name/rim:LocalizedString/@value').trim();
}

function slotsOf(element: XmlElement): Map<string, string[]> {
  return new Map(
    elements(element, 'rim:Slot').map(one => [
      valueOf(one, '@name'),
      valuesOf(one, 'rim:ValueList/rim:Value'),
    ]),
  );
}

function withoutUrn(id: string): string {
  return id.replace(/^urn:uuid:/, '');
}
