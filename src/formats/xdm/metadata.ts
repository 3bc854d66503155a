import { GatewayError } from '../../errors/gateway-error.ts';
import { plainAmpersands } from '../xml/ampersands.ts';
import { decodeXml } from '../xml/decode.ts';
import { at, attribute, childrenOf, parseXml, type XmlElement } from '../xml/element.ts';
import { XmlError } from '../xml/xml-error.ts';
import type { DocumentEntry, Submission, XdsAuthor, XdsCode } from './types.ts';
import { DOCUMENT_ENTRY, FOLDER, SUBMISSION_SET } from './uuids.ts';

/** A METADATA.XML of one document weighs 20 kB. */
const MAX_BYTES = 4 * 1024 * 1024;

/** ebXML 3.0, and 2.1 as old senders write it. */
const EBXML = 'urn:oasis:names:tc:ebxml-regrep:';

/** Where the action on a document is asked for (quirk X8); slot names are compared in lower case. */
const ACTION_SLOT = 'urn:action:extrametadataslot';

/**
 * Reads a METADATA.XML by nesting and scheme UUID, never by `classifiedObject`, `registryObject` or names,
 * which are wrong in the official samples (quirk X3). Not gated on XSD: 103 of 110 official files fail it
 * (quirk X2).
 *
 * @returns one submission for each submission set, in order; a file without any still gives its documents.
 * @throws GatewayError XDM-006 over the size limit, XDM-009 not well formed or not ebXML, XDM-010 DOCTYPE or
 *   entities.
 */
export function readMetadata(bytes: Uint8Array): Submission[] {
  const list = registryObjectList(parse(bytes));
  if (list === undefined)
    throw new GatewayError('XDM-009', { detail: 'Ce n’est pas une soumission de documents (ebXML).' });
  const objects = childrenOf(list, 'ExtrinsicObject');
  const packages = childrenOf(list, 'RegistryPackage').filter(candidate => !isFolder(candidate));
  const [only, another] = packages;
  if (only === undefined) return objects.length === 0 ? [] : [toSubmission(undefined, objects)];
  if (another === undefined) return [toSubmission(only, objects)];
  const owners = ownersOf(list);
  const documents = Map.groupBy(objects, object => owners.get(objectId(object)) ?? only);
  return packages.map(owner => toSubmission(owner, documents.get(owner) ?? []));
}

function parse(bytes: Uint8Array): XmlElement {
  if (bytes.length > MAX_BYTES)
    throw new GatewayError('XDM-006', {
      detail: 'Son fichier METADATA.XML est démesuré.',
      fields: { limit: 'metadata', value: bytes.length, allowed: MAX_BYTES },
    });
  try {
    return parseXml(decodeXml(bytes));
  } catch (thrown) {
    if (!(thrown instanceof XmlError)) throw thrown;
    // Not kept as the cause: a parser's text may quote the file.
    throw new GatewayError(thrown.reason === 'doctype' ? 'XDM-010' : 'XDM-009', {
      fields: { reason: thrown.reason },
    });
  }
}

/** RegistryObjectList (3.0) or LeafRegistryObjectList (2.1), under whatever request wraps it. */
function registryObjectList(element: XmlElement): XmlElement | undefined {
  if (/^(?:Leaf)?RegistryObjectList$/.test(element.name) && element.namespace.startsWith(EBXML))
    return element;
  for (const child of element.children) {
    const found = registryObjectList(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isFolder(registryPackage: XmlElement): boolean {
  return Object.values(FOLDER).some(scheme => externalIdentifier(registryPackage, scheme) !== undefined);
}

/** Document id → its submission set, by HasMember associations; needed only where there are several sets. */
function ownersOf(list: XmlElement): ReadonlyMap<string | undefined, XmlElement | undefined> {
  const packages = new Map(childrenOf(list, 'RegistryPackage').map(owner => [objectId(owner), owner]));
  const members = childrenOf(list, 'Association').filter(association =>
    /(?:^|:)HasMember$/i.test(attribute(association, 'associationType') ?? ''),
  );
  return new Map(
    members.map(association => [
      withoutRepeats(attribute(association, 'targetObject')),
      packages.get(withoutRepeats(attribute(association, 'sourceObject'))),
    ]),
  );
}

function toSubmission(owner: XmlElement | undefined, objects: readonly XmlElement[]): Submission {
  return {
    patientId: owner && externalIdentifier(owner, SUBMISSION_SET.patientId),
    authors: owner === undefined ? [] : authorsOf(owner, SUBMISSION_SET.author),
    documents: objects.map(toDocumentEntry),
  };
}

function toDocumentEntry(object: XmlElement): DocumentEntry {
  const slots = slotsOf(object);
  const codes = (scheme: string) => classifications(object, scheme).flatMap(toCode);
  return {
    uniqueId: externalIdentifier(object, DOCUMENT_ENTRY.uniqueId),
    uri: uriOf(slots.get('uri')),
    hash: slots.get('hash')?.[0]?.toLowerCase(),
    size: sizeOf(slots.get('size')?.[0]),
    actionSlot: slots.get(ACTION_SLOT)?.join(',').toUpperCase(),
    patientId: externalIdentifier(object, DOCUMENT_ENTRY.patientId),
    sourcePatientId: slots.get('sourcepatientid')?.[0],
    sourcePatientInfo: slots.get('sourcepatientinfo') ?? [],
    typeCode: codes(DOCUMENT_ENTRY.typeCode)[0],
    confidentialityCodes: codes(DOCUMENT_ENTRY.confidentialityCode),
  };
}

/** Slot values by lower-cased name; a slot that is there without a value has the empty list. */
function slotsOf(element: XmlElement): ReadonlyMap<string, readonly string[]> {
  const slots = new Map<string, string[]>();
  for (const slot of childrenOf(element, 'Slot')) {
    const name = attribute(slot, 'name')?.toLowerCase();
    if (name === undefined) continue;
    const values = slots.get(name) ?? [];
    slots.set(name, values);
    for (const value of childrenOf(slot, 'ValueList').flatMap(list => childrenOf(list, 'Value'))) {
      const text = plainAmpersands(value.text.trim());
      if (text !== '') values.push(text);
    }
  }
  return slots;
}

/** A long URI may come in numbered pieces, `1|…` `2|…` (ITI TF-3 §4.2.3.2, URI). */
function uriOf(values: readonly string[] | undefined): string | undefined {
  const pieces = (values ?? []).map(value => /^(\d{1,3})\|(.*)$/s.exec(value));
  if (pieces.length === 0 || pieces.includes(null)) return values?.[0];
  return pieces
    .map(piece => [Number(piece?.[1]), piece?.[2] ?? ''] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, text]) => text)
    .join('');
}

/** A size that is no decimal number is NaN: it equals no size, so its document is refused and not let by. */
function sizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

function classifications(element: XmlElement, scheme: string): XmlElement[] {
  return childrenOf(element, 'Classification').filter(
    classification => schemeOf(classification, 'classificationScheme') === scheme,
  );
}

function externalIdentifier(element: XmlElement, scheme: string): string | undefined {
  const found = childrenOf(element, 'ExternalIdentifier').find(
    identifier => schemeOf(identifier, 'identificationScheme') === scheme,
  );
  const value = attribute(found, 'value');
  return value === undefined ? undefined : plainAmpersands(value);
}

/** One code; none where the classification lacks it. */
function toCode(classification: XmlElement): XdsCode[] {
  const code = attribute(classification, 'nodeRepresentation');
  if (code === undefined) return [];
  const system = slotsOf(classification).get('codingscheme')?.[0];
  return [{ code, system, display: localized(classification) }];
}

function authorsOf(element: XmlElement, scheme: string): XdsAuthor[] {
  return classifications(element, scheme).map(classification => {
    const slots = slotsOf(classification);
    return {
      person: slots.get('authorperson')?.[0],
      institutions: slots.get('authorinstitution') ?? [],
    };
  });
}

function localized(element: XmlElement): string | undefined {
  return attribute(at(element, 'Name/LocalizedString'), 'value');
}

function schemeOf(element: XmlElement, name: string): string | undefined {
  return attribute(element, name)
    ?.toLowerCase()
    .replace(/^(?:urn:uuid:)+/, '');
}

function objectId(element: XmlElement): string | undefined {
  return withoutRepeats(attribute(element, 'id'));
}

/** `urn:uuid:urn:uuid:…` of the 2023 samples (quirk X13). */
function withoutRepeats(id: string | undefined): string | undefined {
  return id?.replace(/^(?:urn:uuid:){2,}/i, 'urn:uuid:');
}
