import type { FhirResource } from '../resource.ts';
import { escapeXml } from '../../xml/escape-xml.ts';
import { EXTENSIONS, SYSTEMS } from './canonicals.ts';
import { EVENT_TYPES, type EventType } from './event-types.ts';
import type { Concept, Identifiant, Metadonnee } from './party-types.ts';

/** A FHIR element. */
export type Element = Readonly<Record<string, unknown>>;

/** An element without the members that are undefined or empty lists. */
export function compact<T extends object>(element: T): T {
  const kept = Object.entries(element).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept) as T;
}

/** An Identifier, with its type where one is given. */
export function identifierOf({ valeur, systeme }: Identifiant, type?: Element): Element {
  return compact({ type, system: systeme, value: valeur });
}

/** An Identifier of a French type (fr-core-cs-v2-0203). */
export function frenchIdentifier(code: string, system: string, value: string): Element {
  return { type: { coding: [{ system: SYSTEMS.frenchIdentifierType, code }] }, system, value };
}

/** An Identifier that a code of dmi-discriminator tells from others. */
export function discriminated(code: string, identifiant: Identifiant): Element {
  return identifierOf(identifiant, discriminator(code));
}

/** A CodeableConcept of dmi-discriminator. */
export function discriminator(code: string): Element {
  return { coding: [{ system: SYSTEMS.discriminator, code }] };
}

/** A CodeableConcept. */
export function conceptOf({ libelle, code, systeme }: Concept): Element {
  const coding = code === undefined ? undefined : [compact({ system: systeme, code })];
  return compact({ coding, text: libelle });
}

/** A Coding of TRE_R254 in the system whose address is given. */
export function eventCoding(event: EventType, system: string = SYSTEMS.eventType): Element {
  return { system, code: event, display: EVENT_TYPES[event] };
}

/** `meta`, of the profile that the resource follows where it has one. */
export function metaOf(profile: string | undefined, said: Metadonnee = {}): Element {
  const { identifiant, creation, miseAJour, commentaire } = said;
  const isTagged = identifiant !== undefined || commentaire !== undefined;
  return compact({
    extension: creation === undefined ? [] : [extension(EXTENSIONS.firstCreated, { valueInstant: creation })],
    lastUpdated: miseAJour,
    profile: profile === undefined ? [] : [profile],
    tag: isTagged ? [compact({ code: identifiant, display: commentaire })] : [],
  });
}

/** An Extension. */
export function extension(url: string, content: Element): Element {
  return { url, ...content };
}

/** The Extension that says that nobody knows. */
export const UNKNOWN: Element = extension(EXTENSIONS.dataAbsent, { valueCode: 'unknown' });

/** A Narrative of one paragraph for each text that is there; undefined where there is none. */
export function narrative(...texts: readonly (string | undefined)[]): Element | undefined {
  const paragraphs = texts.flatMap(text => (text === undefined ? [] : `<p>${escapeXml(text)}</p>`));
  if (paragraphs.length === 0) return undefined;
  return {
    status: 'additional',
    div: `<div xmlns="http://www.w3.org/1999/xhtml">${paragraphs.join('')}</div>`,
  };
}

/** A Quantity that counts. */
export function count(value: number | undefined): Element | undefined {
  return value === undefined ? undefined : { value };
}

/** A Reference to something that only its business identifier is known of. */
export function logicalReference(
  type: string | undefined,
  identifiant: Identifiant,
  display?: string,
): Element {
  return compact({ type, identifier: identifierOf(identifiant), display });
}

/** An entry of a transaction that creates. */
export interface Entry {
  /** `urn:uuid:…` */
  readonly fullUrl: string;
  readonly resource: FhirResource;
  readonly request: { readonly method: 'POST'; readonly url: string };
}

/** The entry that creates a resource. */
export function creation(fullUrl: string, resource: FhirResource): Entry {
  return { fullUrl, resource, request: { method: 'POST', url: resource.resourceType } };
}

/** A transaction Bundle of such entries, to stand within another. */
export function transaction(profile: string, entries: readonly Entry[]): FhirResource {
  return { resourceType: 'Bundle', meta: metaOf(profile), type: 'transaction', entry: entries };
}
