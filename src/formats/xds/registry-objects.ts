import type { CodedValue } from '../terminology/value-set.ts';
import type { AuthorMetadata, DocumentMetadata } from '../xdm/document-types.ts';
import { DOCUMENT_ENTRY, SUBMISSION_SET } from '../xdm/uuids.ts';
import { escapeXml } from '../xml/escape-xml.ts';

/** What is said of a submission as a whole. */
export interface SubmissionMetadata {
  readonly author: AuthorMetadata;
  readonly contentTypeCode: CodedValue;
  readonly title: string;
  /** CX: that of the set and of every entry, whatever a document says of its own. */
  readonly patientId: string;
  /** OIDs. */
  readonly sourceId: string;
  readonly uniqueId: string;
  /** UTC, 14 digits. */
  readonly submissionTime: string;
}

/** What is said of a document, however it travels. */
export type EntryMetadata = Omit<DocumentMetadata, 'action' | 'mimeType'> & { readonly mimeType: string };

/** A registry object, and where the ids of its classifications and identifiers come from. */
export interface RegistryObject {
  readonly id: string;
  readonly newId: () => string;
}

/** A slot: its name, then its values. */
export type Slot = readonly [name: string, ...values: readonly string[]];

const EBXML = 'urn:oasis:names:tc:ebxml-regrep';
const REGISTRY_OBJECT = `${EBXML}:ObjectType:RegistryObject`;

/** The status of what a registry holds and shows (availabilityStatus). */
export const APPROVED = `${EBXML}:StatusType:Approved`;

/** Associations: of ebXML, of IHE ITI TF-3 §4.2.2, of ITI-57. */
const ASSOCIATION_TYPE = {
  hasMember: `${EBXML}:AssociationType:HasMember`,
  replaces: 'urn:ihe:iti:2007:AssociationType:RPLC',
  signs: 'urn:ihe:iti:2007:AssociationType:signs',
  updateAvailability: 'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus',
} as const;

/**
 * A SubmitObjectsRequest (ebXML RegRep 3.0): what METADATA.XML is and what ITI-41 and ITI-57 carry, without
 * XML declaration; lines end with CRLF.
 *
 * @param objects registry objects as written by the functions below.
 */
export function submitObjectsRequest(objects: readonly string[]): string {
  return [
    `<lcm:SubmitObjectsRequest xmlns:lcm="${EBXML}:xsd:lcm:3.0" xmlns:rim="${EBXML}:xsd:rim:3.0">`,
    '<rim:RegistryObjectList>',
    ...objects,
    '</rim:RegistryObjectList>',
    '</lcm:SubmitObjectsRequest>',
  ].join('\r\n');
}

/** A submission set (IHE ITI TF-3 §4.2.3.3). The order within is the schema's, here and below. */
export function registryPackage(set: RegistryObject, submission: SubmissionMetadata): string[] {
  const identifier = (name: 'patientId' | 'sourceId' | 'uniqueId') =>
    externalIdentifier(set, SUBMISSION_SET[name], `XDSSubmissionSet.${name}`, submission[name]);
  return [
    `<rim:RegistryPackage id="${set.id}" objectType="${REGISTRY_OBJECT}:RegistryPackage" status="${APPROVED}">`,
    slot('submissionTime', submission.submissionTime),
    localizedName(submission.title),
    authorClassification(set, SUBMISSION_SET.author, submission.author),
    codeClassification(set, SUBMISSION_SET.contentTypeCode, submission.contentTypeCode),
    `<rim:Classification id="${set.newId()}" classificationNode="urn:uuid:${SUBMISSION_SET.node}" classifiedObject="${set.id}"/>`,
    identifier('patientId'),
    identifier('sourceId'),
    identifier('uniqueId'),
    '</rim:RegistryPackage>',
  ];
}

/**
 * The entry of a document (IHE ITI TF-3 §4.2.3.2). `lid` (logicalID), which the samples of ANS and of the DMP
 * lack, is what all versions of the entry share: the id of the first one (ITI-57), this one.
 *
 * @param about.patientId that of the submission.
 * @param about.slots what the document's carriage adds, before its own slots.
 */
export function extrinsicObject(
  entry: RegistryObject,
  {
    metadata,
    patientId,
    slots,
  }: {
    readonly metadata: EntryMetadata;
    readonly patientId: string;
    readonly slots: readonly Slot[];
  },
): string[] {
  const code = (scheme: string, value: CodedValue) => codeClassification(entry, scheme, value);
  const identifier = (name: 'patientId' | 'uniqueId', value: string) =>
    externalIdentifier(entry, DOCUMENT_ENTRY[name], `XDSDocumentEntry.${name}`, value);
  return [
    `<rim:ExtrinsicObject id="${entry.id}" lid="${entry.id}" mimeType="${metadata.mimeType}" objectType="urn:uuid:${DOCUMENT_ENTRY.stable}" status="${APPROVED}">`,
    ...slots.map(each => slot(...each)),
    slot('creationTime', metadata.creationTime),
    slot('languageCode', metadata.languageCode),
    slot('legalAuthenticator', metadata.legalAuthenticator),
    slot('serviceStartTime', metadata.serviceStartTime),
    ...optionalSlot('serviceStopTime', metadata.serviceStopTime),
    slot('sourcePatientId', metadata.sourcePatientId),
    ...(metadata.sourcePatientInfo.length === 0
      ? []
      : [slot('sourcePatientInfo', ...metadata.sourcePatientInfo)]),
    localizedName(metadata.title),
    ...metadata.authors.map(author => authorClassification(entry, DOCUMENT_ENTRY.author, author)),
    code(DOCUMENT_ENTRY.classCode, metadata.classCode),
    ...metadata.confidentialityCodes.map(value => code(DOCUMENT_ENTRY.confidentialityCode, value)),
    ...metadata.eventCodes.map(value => code(DOCUMENT_ENTRY.eventCodeList, value)),
    code(DOCUMENT_ENTRY.formatCode, metadata.formatCode),
    code(DOCUMENT_ENTRY.healthcareFacilityTypeCode, metadata.healthcareFacilityTypeCode),
    code(DOCUMENT_ENTRY.practiceSettingCode, metadata.practiceSettingCode),
    code(DOCUMENT_ENTRY.typeCode, metadata.typeCode),
    identifier('patientId', patientId),
    identifier('uniqueId', metadata.uniqueId),
    '</rim:ExtrinsicObject>',
  ];
}

/** An association of two registry objects, by their ids. */
export function association({
  id,
  type,
  source,
  target,
  slots = [],
}: {
  readonly id: string;
  readonly type: keyof typeof ASSOCIATION_TYPE;
  readonly source: string;
  readonly target: string;
  readonly slots?: readonly Slot[];
}): string[] {
  return [
    `<rim:Association id="${id}" objectType="${REGISTRY_OBJECT}:Association" associationType="${ASSOCIATION_TYPE[type]}" sourceObject="${source}" targetObject="${target}">`,
    ...slots.map(each => slot(...each)),
    '</rim:Association>',
  ];
}

/** How a submission says that it brings a document, rather than points to one that is there. */
export const ORIGINAL: Slot = ['SubmissionSetStatus', 'Original'];

/** Gives `part1`, `part2`…: ids that mean something within their message alone. The registry makes its own (ebRIM 3.0). */
export function idsWithin(name: string): () => string {
  let last = 0;
  return () => `${name}${++last}`;
}

/** A slot with the prefix `rim:`, its values escaped. */
export function slot(name: string, ...values: readonly string[]): string {
  const list = values.map(value => `<rim:Value>${escapeXml(value)}</rim:Value>`).join('');
  return `<rim:Slot name="${name}"><rim:ValueList>${list}</rim:ValueList></rim:Slot>`;
}

function optionalSlot(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [slot(name, value)];
}

function localizedName(text: string): string {
  return `<rim:Name><rim:LocalizedString xml:lang="FR" charset="UTF8" value="${escapeXml(text)}"/></rim:Name>`;
}

function codeClassification(
  of: RegistryObject,
  scheme: string,
  { code, system, display }: CodedValue,
): string {
  return classification(of, scheme, code, [slot('codingScheme', system), localizedName(display)]);
}

function authorClassification(of: RegistryObject, scheme: string, author: AuthorMetadata): string {
  return classification(of, scheme, '', [
    ...optionalSlot('authorInstitution', author.institution),
    ...optionalSlot('authorPerson', author.person),
    ...optionalSlot('authorRole', author.role),
    ...optionalSlot('authorSpecialty', author.specialty),
  ]);
}

function classification(
  of: RegistryObject,
  scheme: string,
  node: string,
  content: readonly string[],
): string {
  return `<rim:Classification id="${of.newId()}" classificationScheme="urn:uuid:${scheme}" classifiedObject="${of.id}" nodeRepresentation="${escapeXml(node)}">${content.join('')}</rim:Classification>`;
}

function externalIdentifier(of: RegistryObject, scheme: string, name: string, value: string): string {
  return `<rim:ExternalIdentifier id="${of.newId()}" identificationScheme="urn:uuid:${scheme}" registryObject="${of.id}" value="${escapeXml(value)}"><rim:Name><rim:LocalizedString value="${name}"/></rim:Name></rim:ExternalIdentifier>`;
}
