/** Where XDS and VIHF have what the published tables name: XPath, by the prefixes of the sandbox. */

const SCHEMES = {
  setAuthor: 'a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d',
  contentTypeCode: 'aa543740-bdda-424e-8c96-df4873be8500',
  setPatientId: '6b5aea1a-874d-4603-a4bc-96a0a7b38446',
  sourceId: '554ac39e-e3fe-47fe-b233-965d2a147832',
  setUniqueId: '96fdda7c-d067-4183-912e-bf5ee74998a8',
  author: '93606bcf-9494-43ec-9b4e-a7748d1a838d',
  classCode: '41a5887f-8865-4c09-adf7-e362475b143a',
  confidentialityCode: 'f4f85eac-e6cb-4883-b524-f2705394840f',
  eventCodeList: '2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4',
  formatCode: 'a09d5840-386c-46f2-b5ad-9c3699a4309d',
  healthcareFacilityTypeCode: 'f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1',
  practiceSettingCode: 'cccf5598-8b07-4b77-a05e-ae952c785ead',
  typeCode: 'f0306f51-975f-434e-a61c-c59651d33983',
  patientId: '58a6f841-87b3-4a3e-92fd-a8ffeff98427',
  uniqueId: '2e82c1f6-a085-4c72-9da3-8640a32e42ab',
} as const;
type Scheme = keyof typeof SCHEMES;

export const ASSERTION = '/soap:Envelope/soap:Header/wsse:Security/saml:Assertion';

export const OBJECTS =
  '/soap:Envelope/soap:Body/xdsb:ProvideAndRegisterDocumentSetRequest/lcm:SubmitObjectsRequest/rim:RegistryObjectList';
export const SET = `${OBJECTS}/rim:RegistryPackage`;
/** Of the first document: the signature's is last. */
export const ENTRY = `${OBJECTS}/rim:ExtrinsicObject[@id=//xdsb:Document[1]/@id]`;

/** The values of a VIHF’s attribute. */
export function valuesOf(name: string): string {
  return `${ASSERTION}/saml:AttributeStatement/saml:Attribute[@Name="${name}"]/saml:AttributeValue`;
}

/** The values of a slot. */
export function slot(of: string, name: string): string {
  return `${of}/rim:Slot[@name="${name}"]/rim:ValueList/rim:Value`;
}

/** The classifications of an object by a scheme. */
export function classified(of: string, scheme: Scheme): string {
  return `${of}/rim:Classification[@classificationScheme="urn:uuid:${SCHEMES[scheme]}"]`;
}

/** Code, system and label, for each code. */
export function coded(of: string, scheme: Scheme): string {
  const code = classified(of, scheme);
  return `${code}/@nodeRepresentation | ${slot(code, 'codingScheme')} | ${name(code)}`;
}

export function identifier(of: string, scheme: Scheme): string {
  return `${of}/rim:ExternalIdentifier[@identificationScheme="urn:uuid:${SCHEMES[scheme]}"]/@value`;
}

/** A title, or the label of a code. */
export function name(of: string): string {
  return `${of}/rim:Name/rim:LocalizedString/@value`;
}
