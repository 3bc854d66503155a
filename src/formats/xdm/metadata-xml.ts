import type { CodedValue } from '../terminology/value-set.ts';
import { escapeXml } from '../xml/escape-xml.ts';
import type { AuthorMetadata, DocumentMetadata } from './document-types.ts';
import type { DocumentAction } from './types.ts';
import { DOCUMENT_ENTRY, SUBMISSION_SET } from './uuids.ts';

/** What METADATA.XML says of the submission as a whole. */
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

/** A document and the file that holds it. */
export interface FiledDocument {
  readonly metadata: DocumentMetadata;
  /** Relative to METADATA.XML. */
  readonly uri: string;
  /** SHA-1, hexadecimal. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
}

const EBXML = 'urn:oasis:names:tc:ebxml-regrep';
const APPROVED = `${EBXML}:StatusType:Approved`;
const REGISTRY_OBJECT = `${EBXML}:ObjectType:RegistryObject`;

/** Slot `urn:action:extraMetadataSlot` (quirk X8). */
const ACTION_CODES: Readonly<Record<DocumentAction, string | undefined>> = {
  add: undefined,
  replace: 'C',
  delete: 'D',
};

/**
 * A METADATA.XML (IHE ITI TF-3 §4.2, French profile): one submission set, its documents, and an association
 * of each to it. It is valid against ebXML RegRep 3.0 and has none of the samples' faults (quirks X2, X3).
 *
 * @param newId gives a new UUID at each call.
 */
export function metadataXml(
  submission: SubmissionMetadata,
  documents: readonly FiledDocument[],
  newId: () => string,
): string {
  const urn = () => `urn:uuid:${newId()}`;
  const set = { id: urn(), urn };
  const entries = documents.map(document => ({ document, entry: { id: urn(), urn } }));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<lcm:SubmitObjectsRequest xmlns:lcm="${EBXML}:xsd:lcm:3.0" xmlns:rim="${EBXML}:xsd:rim:3.0">`,
    '<rim:RegistryObjectList>',
    ...registryPackage(submission, set),
    ...entries.flatMap(({ document, entry }) => extrinsicObject(document, submission, entry)),
    ...entries.flatMap(({ entry }) => association(set, entry)),
    '</rim:RegistryObjectList>',
    '</lcm:SubmitObjectsRequest>',
    '',
  ].join('\r\n');
}

/** The registry object that a classification or an identifier is of, and where new ids come from. */
interface Owner {
  readonly id: string;
  readonly urn: () => string;
}

function registryPackage(submission: SubmissionMetadata, set: Owner): string[] {
  const identifier = (name: 'patientId' | 'sourceId' | 'uniqueId') =>
    externalIdentifier(set, SUBMISSION_SET[name], `XDSSubmissionSet.${name}`, submission[name]);
  return [
    `<rim:RegistryPackage id="${set.id}" objectType="${REGISTRY_OBJECT}:RegistryPackage" status="${APPROVED}">`,
    slot('submissionTime', submission.submissionTime),
    localizedName(submission.title),
    authorClassification(set, SUBMISSION_SET.author, submission.author),
    codeClassification(set, SUBMISSION_SET.contentTypeCode, submission.contentTypeCode),
    `<rim:Classification id="${set.urn()}" classificationNode="urn:uuid:${SUBMISSION_SET.node}" classifiedObject="${set.id}"/>`,
    identifier('patientId'),
    identifier('sourceId'),
    identifier('uniqueId'),
    '</rim:RegistryPackage>',
  ];
}

/**
 * The order within is the schema's: slots, name, classifications, identifiers. `lid` (logicalID), which the
 * ANS samples lack, is what all versions of the entry share: the id of the first one (ITI-57), this one.
 */
function extrinsicObject(
  { metadata, uri, hash, size }: FiledDocument,
  { patientId }: SubmissionMetadata,
  entry: Owner,
): string[] {
  const code = (scheme: string, value: CodedValue) => codeClassification(entry, scheme, value);
  const identifier = (name: 'patientId' | 'uniqueId', value: string) =>
    externalIdentifier(entry, DOCUMENT_ENTRY[name], `XDSDocumentEntry.${name}`, value);
  return [
    `<rim:ExtrinsicObject id="${entry.id}" lid="${entry.id}" mimeType="${metadata.mimeType}" objectType="urn:uuid:${DOCUMENT_ENTRY.stable}" status="${APPROVED}">`,
    ...optionalSlot('urn:action:extraMetadataSlot', ACTION_CODES[metadata.action]),
    slot('URI', uri),
    slot('hash', hash),
    slot('size', String(size)),
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

function association(set: Owner, entry: Owner): string[] {
  return [
    `<rim:Association id="${set.urn()}" objectType="${REGISTRY_OBJECT}:Association" associationType="${EBXML}:AssociationType:HasMember" sourceObject="${set.id}" targetObject="${entry.id}">`,
    slot('SubmissionSetStatus', 'Original'),
    '</rim:Association>',
  ];
}

function slot(name: string, ...values: readonly string[]): string {
  const list = values.map(value => `<rim:Value>${escapeXml(value)}</rim:Value>`).join('');
  return `<rim:Slot name="${name}"><rim:ValueList>${list}</rim:ValueList></rim:Slot>`;
}

function optionalSlot(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [slot(name, value)];
}

function localizedName(text: string): string {
  return `<rim:Name><rim:LocalizedString xml:lang="FR" charset="UTF8" value="${escapeXml(text)}"/></rim:Name>`;
}

function codeClassification(of: Owner, scheme: string, { code, system, display }: CodedValue): string {
  return classification(of, scheme, code, [slot('codingScheme', system), localizedName(display)]);
}

function authorClassification(of: Owner, scheme: string, author: AuthorMetadata): string {
  return classification(of, scheme, '', [
    ...optionalSlot('authorInstitution', author.institution),
    ...optionalSlot('authorPerson', author.person),
    ...optionalSlot('authorRole', author.role),
    ...optionalSlot('authorSpecialty', author.specialty),
  ]);
}

function classification(of: Owner, scheme: string, node: string, content: readonly string[]): string {
  return `<rim:Classification id="${of.urn()}" classificationScheme="urn:uuid:${scheme}" classifiedObject="${of.id}" nodeRepresentation="${escapeXml(node)}">${content.join('')}</rim:Classification>`;
}

function externalIdentifier(of: Owner, scheme: string, name: string, value: string): string {
  return `<rim:ExternalIdentifier id="${of.urn()}" identificationScheme="urn:uuid:${scheme}" registryObject="${of.id}" value="${escapeXml(value)}"><rim:Name><rim:LocalizedString value="${name}"/></rim:Name></rim:ExternalIdentifier>`;
}
