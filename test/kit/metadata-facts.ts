import AdmZip from 'adm-zip';
import { decodeXml } from '../../src/formats/xml/decode.ts';
import { at, attribute, childrenOf, parseXml, type XmlElement } from '../../src/formats/xml/element.ts';

/** Attributes of a document entry or submission set by their XDS names; codes as `code|scheme|label`. What an archive's making decides is left out. */
export type EntryFacts = Readonly<Record<string, readonly string[]>>;

const CODES: Readonly<Record<string, string>> = {
  '41a5887f-8865-4c09-adf7-e362475b143a': 'classCode',
  'f4f85eac-e6cb-4883-b524-f2705394840f': 'confidentialityCode',
  '2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4': 'eventCodeList',
  'a09d5840-386c-46f2-b5ad-9c3699a4309d': 'formatCode',
  'f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1': 'healthcareFacilityTypeCode',
  'cccf5598-8b07-4b77-a05e-ae952c785ead': 'practiceSettingCode',
  'f0306f51-975f-434e-a61c-c59651d33983': 'typeCode',
  'aa543740-bdda-424e-8c96-df4873be8500': 'contentTypeCode',
};
const AUTHORS: readonly string[] = [
  '93606bcf-9494-43ec-9b4e-a7748d1a838d',
  'a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d',
];
const IDENTIFIERS: Readonly<Record<string, string>> = {
  '58a6f841-87b3-4a3e-92fd-a8ffeff98427': 'patientId',
  '2e82c1f6-a085-4c72-9da3-8640a32e42ab': 'uniqueId',
  '6b5aea1a-874d-4603-a4bc-96a0a7b38446': 'patientId',
  '554ac39e-e3fe-47fe-b233-965d2a147832': 'sourceId',
  '96fdda7c-d067-4183-912e-bf5ee74998a8': 'uniqueId',
};

/** Every attribute of the one document entry of an archive, read apart from the gateway's own METADATA reader. */
export function entryOf(archive: Uint8Array): EntryFacts {
  const [entry] = entriesOf(archive);
  if (entry === undefined) throw new Error('no document entry');
  return entry;
}

/** The same of every document entry, in their order. */
export function entriesOf(archive: Uint8Array): EntryFacts[] {
  return childrenOf(objectsOf(archive), 'ExtrinsicObject').map(factsOf);
}

/** The same of the submission set. */
export function submissionOf(archive: Uint8Array): EntryFacts {
  const [submission] = childrenOf(objectsOf(archive), 'RegistryPackage');
  if (submission === undefined) throw new Error('no submission set');
  return factsOf(submission);
}

function objectsOf(archive: Uint8Array): XmlElement {
  const zip = new AdmZip(Buffer.from(archive));
  const metadata = zip.getEntries().find(({ entryName }) => entryName.endsWith('/METADATA.XML'));
  if (metadata === undefined) throw new Error('no METADATA.XML');
  const [list] = parseXml(decodeXml(metadata.getData())).children;
  if (list === undefined) throw new Error('no RegistryObjectList');
  return list;
}

/** The same of an ExtrinsicObject or RegistryPackage, wherever it stands. */
export function factsOf(entry: XmlElement): EntryFacts {
  const facts = new Map<string, string[]>();
  const add = (name: string, ...values: readonly string[]) =>
    facts.set(name, [...(facts.get(name) ?? []), ...values]);
  add('mimeType', attribute(entry, 'mimeType') ?? '');
  add('objectType', attribute(entry, 'objectType') ?? '');
  add('availabilityStatus', attribute(entry, 'status') ?? '');
  add('title', labelOf(entry));
  for (const [name, values] of slotsOf(entry)) add(name, ...values);
  for (const classification of childrenOf(entry, 'Classification')) {
    const scheme = schemeOf(classification, 'classificationScheme');
    const code = CODES[scheme];
    const slots = slotsOf(classification);
    if (AUTHORS.includes(scheme)) for (const [name, values] of slots) add(name, ...values);
    else
      add(
        code ?? scheme,
        [
          attribute(classification, 'nodeRepresentation'),
          slots.get('codingScheme'),
          labelOf(classification),
        ].join('|'),
      );
  }
  for (const identifier of childrenOf(entry, 'ExternalIdentifier')) {
    const scheme = schemeOf(identifier, 'identificationScheme');
    add(IDENTIFIERS[scheme] ?? scheme, attribute(identifier, 'value') ?? '');
  }
  return Object.fromEntries(facts);
}

function slotsOf(element: XmlElement): ReadonlyMap<string, readonly string[]> {
  return new Map(
    childrenOf(element, 'Slot').map(slot => [
      attribute(slot, 'name') ?? '',
      (at(slot, 'ValueList')?.children ?? []).map(({ text }) => text),
    ]),
  );
}

function labelOf(element: XmlElement): string {
  return at(element, 'Name/LocalizedString')?.attributes.get('value') ?? '';
}

function schemeOf(element: XmlElement, name: string): string {
  return (attribute(element, name) ?? '').replace('urn:uuid:', '');
}
