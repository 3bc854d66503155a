/** ebXML metadata written out by hand, independently of the writer under test. */

interface Coded {
  readonly scheme: string;
  readonly code: string;
  readonly system: string;
  readonly display: string;
}

interface Lot {
  readonly setUniqueId: string;
  readonly patientId: string;
  readonly structure: string;
}

interface Entry {
  readonly id: string;
  readonly uniqueId: string;
  readonly hash: string;
  readonly size: number;
  readonly patientId: string;
  readonly structure: string;
}

const EBXML = 'urn:oasis:names:tc:ebxml-regrep';
const PERSON = '810009990017^KERVELLA^Yann^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS';
const SECTOR: Coded = {
  scheme: 'f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1',
  code: 'SA01',
  system: '1.2.250.1.71.4.2.4',
  display: 'Établissement public de santé',
};
const SETTING: Coded = {
  scheme: 'cccf5598-8b07-4b77-a05e-ae952c785ead',
  code: 'ETABLISSEMENT',
  system: '1.2.250.1.213.1.1.4.9',
  display: 'Établissement de santé',
};

export function setXml({ setUniqueId, patientId, structure }: Lot): string {
  const of = 'SubmissionSet01';
  return [
    `<RegistryPackage id="${of}">`,
    slot('submissionTime', '20261120083000'),
    name('Lot'),
    author(of, 'a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d', structure),
    coded(of, {
      scheme: 'aa543740-bdda-424e-8c96-df4873be8500',
      code: '03',
      system: '1.2.250.1.213.2.2',
      display: 'Hospitalisation',
    }),
    `<Classification id="node-${of}" classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd" classifiedObject="${of}"/>`,
    identifier(of, '6b5aea1a-874d-4603-a4bc-96a0a7b38446', 'XDSSubmissionSet.patientId', patientId),
    identifier(of, '554ac39e-e3fe-47fe-b233-965d2a147832', 'XDSSubmissionSet.sourceId', '1.2.250.1.999.1'),
    identifier(of, '96fdda7c-d067-4183-912e-bf5ee74998a8', 'XDSSubmissionSet.uniqueId', setUniqueId),
    '</RegistryPackage>',
  ].join('');
}

export function entryXml(entry: Entry): string {
  return extrinsicObject(entry, {
    language: 'fr-FR',
    title: 'Compte rendu',
    source: '8000123^^^&1.2.250.1.999.1.2&ISO^PI',
    codes: [
      ['41a5887f-8865-4c09-adf7-e362475b143a', '11', '1.2.250.1.213.1.1.4.1', 'Synthèse'],
      ['f0306f51-975f-434e-a61c-c59651d33983', '11502-2', '2.16.840.1.113883.6.1', 'CR de biologie'],
      ['f4f85eac-e6cb-4883-b524-f2705394840f', 'N', '2.16.840.1.113883.5.25', 'Normal'],
      [
        'a09d5840-386c-46f2-b5ad-9c3699a4309d',
        'urn:ihe:lab:xd-lab:2008',
        '1.3.6.1.4.1.19376.1.2.3',
        'XD-LAB',
      ],
    ],
  });
}

export function signatureEntryXml(entry: Entry): string {
  const masks = '1.2.250.1.213.1.1.4.13';
  const confidentiality = 'f4f85eac-e6cb-4883-b524-f2705394840f';
  return extrinsicObject(entry, {
    language: 'art',
    title: 'Source',
    source: entry.patientId,
    codes: [
      [
        '41a5887f-8865-4c09-adf7-e362475b143a',
        'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1',
        'URN',
        'Digital Signature',
      ],
      ['f0306f51-975f-434e-a61c-c59651d33983', 'E1762', 'ASTM', 'Full Document'],
      [confidentiality, 'N', '2.16.840.1.113883.5.25', 'Normal'],
      [confidentiality, 'MASQUE_PS', masks, 'Masqué aux PS'],
      [confidentiality, 'INVISIBLE_PATIENT', masks, 'Non visible par le patient'],
      ['2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4', '1.2.840.10065.1.12.1.14', '1.2.840.10065.1.12', 'Source'],
      [
        'a09d5840-386c-46f2-b5ad-9c3699a4309d',
        'http://www.w3.org/2000/09/xmldsig#',
        'URN',
        'Default Signature Style',
      ],
    ],
  });
}

/** `member`, `signs`, `replaces` (target: an entryUUID), `delete`. */
export function associationXml(
  type: 'member' | 'signs' | 'replaces' | 'delete',
  source: string,
  target: string,
): string {
  const urn = {
    member: `${EBXML}:AssociationType:HasMember`,
    signs: 'urn:ihe:iti:2007:AssociationType:signs',
    replaces: 'urn:ihe:iti:2007:AssociationType:RPLC',
    delete: 'urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus',
  }[type];
  const slots = {
    member: slot('SubmissionSetStatus', 'Original'),
    signs: '',
    replaces: '',
    delete:
      slot('OriginalStatus', `${EBXML}:StatusType:Approved`) +
      slot('NewStatus', 'urn:asip:ci-sis:2010:StatusType:Deleted'),
  }[type];
  return `<Association id="${type}-${source}-${target}" objectType="${EBXML}:ObjectType:RegistryObject:Association" associationType="${urn}" sourceObject="${source}" targetObject="${target}">${slots}</Association>`;
}

function extrinsicObject(
  { id, uniqueId, hash, size, patientId, structure }: Entry,
  said: {
    readonly language: string;
    readonly title: string;
    readonly source: string;
    readonly codes: readonly (readonly [string, string, string, string])[];
  },
): string {
  const codes = said.codes.map(([scheme, code, system, display]) => ({ scheme, code, system, display }));
  return [
    `<ExtrinsicObject id="${id}" mimeType="text/xml" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">`,
    slot('creationTime', '20261118083000'),
    slot('hash', hash),
    slot('languageCode', said.language),
    slot('legalAuthenticator', PERSON),
    slot('serviceStartTime', '20261118080000'),
    slot('size', String(size)),
    slot('sourcePatientId', said.source),
    name(said.title),
    author(id, '93606bcf-9494-43ec-9b4e-a7748d1a838d', structure),
    ...[...codes, SECTOR, SETTING].map(value => coded(id, value)),
    identifier(id, '58a6f841-87b3-4a3e-92fd-a8ffeff98427', 'XDSDocumentEntry.patientId', patientId),
    identifier(id, '2e82c1f6-a085-4c72-9da3-8640a32e42ab', 'XDSDocumentEntry.uniqueId', uniqueId),
    '</ExtrinsicObject>',
  ].join('');
}

function author(of: string, scheme: string, structure: string): string {
  const institution = `CHU des Épreuves^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^${structure}`;
  return `<Classification id="author-${of}" classificationScheme="urn:uuid:${scheme}" classifiedObject="${of}" nodeRepresentation="">${slot('authorInstitution', institution)}${slot('authorPerson', PERSON)}</Classification>`;
}

function coded(of: string, { scheme, code, system, display }: Coded): string {
  return `<Classification id="${scheme}-${code}-${of}" classificationScheme="urn:uuid:${scheme}" classifiedObject="${of}" nodeRepresentation="${code}">${slot('codingScheme', system)}${name(display)}</Classification>`;
}

function identifier(of: string, scheme: string, label: string, value: string): string {
  return `<ExternalIdentifier id="${label}-${of}" registryObject="${of}" identificationScheme="urn:uuid:${scheme}" value="${escaped(value)}">${name(label)}</ExternalIdentifier>`;
}

function slot(slotName: string, value: string): string {
  return `<Slot name="${slotName}"><ValueList><Value>${escaped(value)}</Value></ValueList></Slot>`;
}

function name(text: string): string {
  return `<Name><LocalizedString value="${text}"/></Name>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;');
}
