import { createHash } from 'node:crypto';
import type { CdaSample, SampleAuthor, SampleId, SampleOrganization, SamplePatient } from './cda.ts';
import { escapeXml, INS_TEST } from './cda.ts';

/** What METADATA.XML is to say of one document; `undefined` leaves the fact out. */
export interface SampleEntry {
  readonly sample: CdaSample;
  readonly uniqueId: string | undefined;
  readonly patientId: string | undefined;
  readonly uri: string | undefined;
  readonly hash: string | undefined;
  readonly size: number | undefined;
  /** Slot `urn:action:extraMetadataSlot`: C, D or something wrong. */
  readonly action: string | undefined;
  /** Further confidentiality codes: MASQUE_PS, INVISIBLE_PATIENT, INVISIBLE_REPRESENTANTS_LEGAUX. */
  readonly masks: readonly string[];
}

/** What a METADATA.XML says of its submission set. */
export interface SampleSubmission {
  /** Tells one submission from another: identifiers and time are made from it. */
  readonly number: number;
  /** Sender: XCN and XON. */
  readonly person: string;
  readonly institution: string;
  readonly entries: readonly SampleEntry[];
}

/** A METADATA.XML that the schema of ebXML RegRep 3.0 and IHE ITI-32 accept. */
export function metadataXml(submission: SampleSubmission): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">
<rim:RegistryObjectList>
${registryPackage(submission)}
${submission.entries.map((entry, index) => extrinsicObject(entry, submission, index)).join('\n')}
${submission.entries.map((_, index) => association(submission, index)).join('\n')}
</rim:RegistryObjectList>
</lcm:SubmitObjectsRequest>
`;
}

const APPROVED = 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved';
const REGISTRY_OBJECT = 'urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject';
const ACTOR = { professional: '1.2.250.1.71.4.2.1', structure: '1.2.250.1.71.4.2.2' };

/** typeCode → classCode (ASS_X04) of the types that samples use; the rest are reports. */
const CLASSES: Readonly<Record<string, readonly [code: string, display: string]>> = {
  '34133-9': ['11', 'Synthèse'],
  '57833-6': ['42', 'Prescription'],
  '18748-4': ['31', 'Imagerie médicale'],
};
const MASKS: Readonly<Record<string, string>> = {
  MASQUE_PS: 'Masqué aux professionnels de santé',
  INVISIBLE_PATIENT: 'Non visible par le patient',
  INVISIBLE_REPRESENTANTS_LEGAUX: 'Non visible par les représentants légaux du patient',
};

function registryPackage(submission: SampleSubmission): string {
  const id = uuid(`submission ${submission.number}`);
  const [first] = submission.entries;
  const identifier = (scheme: string, name: string, value: string) =>
    externalIdentifier(id, scheme, `XDSSubmissionSet.${name}`, value);
  return `<rim:RegistryPackage id="${id}" status="${APPROVED}" objectType="${REGISTRY_OBJECT}:RegistryPackage">
${slot('submissionTime', `202611180900${String(submission.number % 60).padStart(2, '0')}`)}
${name(first?.sample.title ?? 'Documents')}
${author(id, 'a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d', submission.person, submission.institution)}
${code(id, 'aa543740-bdda-424e-8c96-df4873be8500', '07', '1.2.250.1.213.2.2', 'Consultations soins externes')}
<rim:Classification id="${uuid(`${id} set`)}" classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd" classifiedObject="${id}" nodeRepresentation=""/>
${identifier('6b5aea1a-874d-4603-a4bc-96a0a7b38446', 'patientId', first?.patientId ?? '')}
${identifier('554ac39e-e3fe-47fe-b233-965d2a147832', 'sourceId', '1.2.250.1.71.4.2.2.1290000999')}
${identifier('96fdda7c-d067-4183-912e-bf5ee74998a8', 'uniqueId', `1.2.250.1.999.1.4.2026.${submission.number}`)}
</rim:RegistryPackage>`;
}

function extrinsicObject(entry: SampleEntry, submission: SampleSubmission, index: number): string {
  const { sample } = entry;
  const id = entryId(submission, index);
  const [classCode, classDisplay] = CLASSES[sample.code] ?? ['10', 'Compte rendu'];
  const pdf = sample.level === 1;
  const time = utc(sample.effectiveTime);
  const lines = [
    entry.action === undefined ? '' : slot('urn:action:extraMetadataSlot', entry.action),
    entry.uri === undefined ? '' : slot('URI', entry.uri),
    entry.hash === undefined ? '' : slot('hash', entry.hash),
    entry.size === undefined ? '' : slot('size', String(entry.size)),
    slot('creationTime', time),
    slot('languageCode', 'fr-FR'),
    slot('legalAuthenticator', xcn(sample.author)),
    slot('serviceStartTime', time),
    slot('sourcePatientId', sourcePatientId(sample.patient)),
    slot('sourcePatientInfo', ...sourcePatientInfo(sample.patient)),
    name(sample.title),
    author(
      id,
      '93606bcf-9494-43ec-9b4e-a7748d1a838d',
      xcn(sample.author),
      xon(sample.author.organization),
      sample.author,
    ),
    code(id, '41a5887f-8865-4c09-adf7-e362475b143a', classCode, '1.2.250.1.213.1.1.4.1', classDisplay),
    code(
      id,
      'f4f85eac-e6cb-4883-b524-f2705394840f',
      sample.confidentiality,
      '2.16.840.1.113883.5.25',
      'Confidentialité',
    ),
    ...entry.masks.map(mask =>
      code(id, 'f4f85eac-e6cb-4883-b524-f2705394840f', mask, '1.2.250.1.213.1.1.4.13', MASKS[mask] ?? mask),
    ),
    code(
      id,
      'a09d5840-386c-46f2-b5ad-9c3699a4309d',
      pdf ? 'urn:ihe:iti:xds-sd:pdf:2008' : 'urn:ihe:lab:xd-lab:2008',
      '1.3.6.1.4.1.19376.1.2.3',
      pdf ? 'Document à corps non structuré en PDF/A-1' : 'CR structuré',
    ),
    code(
      id,
      'f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1',
      'SA25',
      '1.2.250.1.71.4.2.4',
      'Laboratoire de biologie médicale',
    ),
    code(id, 'cccf5598-8b07-4b77-a05e-ae952c785ead', 'AMBULATOIRE', '1.2.250.1.213.1.1.4.9', 'Ambulatoire'),
    code(id, 'f0306f51-975f-434e-a61c-c59651d33983', sample.code, sample.system, sample.display),
    entry.patientId === undefined
      ? ''
      : externalIdentifier(
          id,
          '58a6f841-87b3-4a3e-92fd-a8ffeff98427',
          'XDSDocumentEntry.patientId',
          entry.patientId,
        ),
    entry.uniqueId === undefined
      ? ''
      : externalIdentifier(
          id,
          '2e82c1f6-a085-4c72-9da3-8640a32e42ab',
          'XDSDocumentEntry.uniqueId',
          entry.uniqueId,
        ),
  ];
  return `<rim:ExtrinsicObject id="${id}" mimeType="text/xml" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1" status="${APPROVED}">
${lines.filter(line => line !== '').join('\n')}
</rim:ExtrinsicObject>`;
}

function association(submission: SampleSubmission, index: number): string {
  const source = uuid(`submission ${submission.number}`);
  const target = entryId(submission, index);
  return `<rim:Association id="${uuid(`${source} ${target}`)}" associationType="urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember" sourceObject="${source}" targetObject="${target}" objectType="${REGISTRY_OBJECT}:Association">
${slot('SubmissionSetStatus', 'Original')}
</rim:Association>`;
}

function entryId(submission: SampleSubmission, index: number): string {
  return uuid(`submission ${submission.number} document ${index}`);
}

function slot(slotName: string, ...values: readonly string[]): string {
  const list = values.map(value => `<rim:Value>${escapeXml(value)}</rim:Value>`).join('');
  return `<rim:Slot name="${slotName}"><rim:ValueList>${list}</rim:ValueList></rim:Slot>`;
}

function name(text: string): string {
  return `<rim:Name><rim:LocalizedString xml:lang="FR" charset="UTF8" value="${escapeXml(text)}"/></rim:Name>`;
}

function code(of: string, scheme: string, value: string, system: string, display: string): string {
  return `<rim:Classification id="${uuid(`${of} ${scheme} ${value}`)}" classificationScheme="urn:uuid:${scheme}" classifiedObject="${of}" nodeRepresentation="${value}">${slot('codingScheme', system)}${name(display)}</rim:Classification>`;
}

function author(of: string, scheme: string, person: string, institution: string, who?: SampleAuthor): string {
  const specialty =
    who === undefined
      ? ''
      : slot('authorSpecialty', `${who.specialty.code}^${who.specialty.display}^1.2.250.1.213.1.1.4.5`);
  return `<rim:Classification id="${uuid(`${of} author`)}" classificationScheme="urn:uuid:${scheme}" classifiedObject="${of}" nodeRepresentation="">${slot('authorInstitution', institution)}${slot('authorPerson', person)}${specialty}</rim:Classification>`;
}

function externalIdentifier(of: string, scheme: string, label: string, value: string): string {
  return `<rim:ExternalIdentifier id="${uuid(`${of} ${label}`)}" identificationScheme="urn:uuid:${scheme}" registryObject="${of}" value="${escapeXml(value)}"><rim:Name><rim:LocalizedString value="${label}"/></rim:Name></rim:ExternalIdentifier>`;
}

/** A document's uniqueId: `root^extension`. */
export function uniqueIdOf({ root, extension }: SampleId): string {
  return extension === undefined ? root : `${root}^${extension}`;
}

/** patientId as CX: the INS where there is one, else the first identifier. */
export function patientIdOf(patient: SamplePatient): string {
  const ins = patient.identifiers.find(({ root }) => root === INS_TEST);
  const id = ins ?? patient.identifiers[0];
  return id === undefined ? '' : cx(id);
}

function sourcePatientId(patient: SamplePatient): string {
  const local = patient.identifiers.find(({ root }) => root !== INS_TEST);
  return local === undefined ? patientIdOf(patient) : cx(local);
}

function cx({ root, extension = '' }: SampleId): string {
  return `${extension}^^^&${root}&ISO^${root === INS_TEST ? 'NH' : 'PI'}`;
}

function sourcePatientInfo(p: SamplePatient): string[] {
  return [
    `PID-5|${[p.birthFamily, p.birthGiven, p.birthGivens].map(hl7).join('^')}^^^^L`,
    ...(p.usedFamily === undefined ? [] : [`PID-5|${hl7(p.usedFamily)}^${hl7(p.usedGiven)}^^^^^D`]),
    ...(p.birthTime === undefined ? [] : [`PID-7|${p.birthTime}`]),
    ...(p.gender === undefined ? [] : [`PID-8|${p.gender}`]),
    ...(p.birthplaceCounty === undefined ? [] : [`PID-11|^^^^^^BDL^^${p.birthplaceCounty}`]),
  ];
}

function xcn(of: SampleAuthor): string {
  return of.device === undefined
    ? `${of.id.extension ?? ''}^${hl7(of.family)}^${hl7(of.given)}^^^^^^&${ACTOR.professional}&ISO^D^^^IDNPS`
    : `${of.id.extension ?? ''}^${hl7(of.device)}^.^^^^^^&${ACTOR.professional}&ISO^U^^^RI`;
}

function xon(of: SampleOrganization): string {
  return `${hl7(of.name)}^^^^^&${ACTOR.structure}&ISO^IDNST^^^${of.id.extension ?? ''}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\E\\',
  '^': '\\S\\',
  '&': '\\T\\',
  '~': '\\R\\',
  '|': '\\F\\',
};

function hl7(text = ''): string {
  return text.replaceAll(/[\\^&~|]/g, char => ESCAPES[char] ?? char);
}

/** A CDA time with its offset as UTC without one: `20261118093000+0100` → `20261118083000`. */
function utc(time: string): string {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([+-]\d\d)(\d\d)$/.exec(time);
  if (parts === null) return time.slice(0, 8);
  const [, year, month, day, hour, minute, second, offsetHours, offsetMinutes] = parts;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offsetHours}:${offsetMinutes}`);
  return date.toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
}

function uuid(seed: string): string {
  const hex = createHash('sha1').update(seed).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
