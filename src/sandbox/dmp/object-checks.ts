import { type Classification, classified, identified, type RegistryObject, slot } from './objects.ts';
import type { RegistryProblem } from './refusal.ts';
import { PATIENT_CX } from './vihf-attributes.ts';

/** Scheme UUIDs (IHE ITI TF-3 §4.2.5). */
export const SET = {
  node: 'a54d6aa5-d40d-43f9-88c5-b4633d873bdd',
  author: 'a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d',
  contentTypeCode: 'aa543740-bdda-424e-8c96-df4873be8500',
  patientId: '6b5aea1a-874d-4603-a4bc-96a0a7b38446',
  sourceId: '554ac39e-e3fe-47fe-b233-965d2a147832',
  uniqueId: '96fdda7c-d067-4183-912e-bf5ee74998a8',
} as const;

export const ENTRY = {
  stable: '7edca82f-054d-47f2-a032-9b2a5b5186c1',
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

const OID = /^[0-2](\.(0|[1-9]\d*))+$/;
const CODING_SCHEME = /^([0-2](\.\d+)+|URN|ASTM)$/;
/** DTM of HL7, in UTC, from a year to seconds. */
const TIME = /^\d{4}(\d\d){0,5}$/;
/** XON and XCN by the French profile: an identifier has its authority and its type; without one the name stands alone. */
const XON = /^[^^]*\^{5}&[\w.:-]+&(ISO|UUID)\^(IDNST|XX)\^{3}[^^\s]+$|^[^^]+$/;
const XCN =
  /^[^^\s]+\^[^^]*\^[^^]*\^{6}&[\w.:-]+&(ISO|UUID)\^[DU]\^{3}(IDNPS|EI|RI|NH)$|^\^[^^]+\^[^^]*(\^{7}[DU])?$/;

const ENTRY_SLOTS: Readonly<Record<string, RegExp>> = {
  creationTime: TIME,
  languageCode: /^[a-z]{2,3}(-[A-Z]{2})?$/,
  legalAuthenticator: XCN,
  serviceStartTime: TIME,
  sourcePatientId: /^[^^\s]+\^{3}&[\w.:-]+&(ISO|UUID)\^(PI|NH)(\^\^\d{8})?$/,
  hash: /^[0-9a-f]{40}$/,
  size: /^\d+$/,
};
const ENTRY_CODES = [
  'classCode',
  'typeCode',
  'formatCode',
  'healthcareFacilityTypeCode',
  'practiceSettingCode',
] as const;

/** What a submission set lacks, whatever its documents are. */
export function setProblems(set: RegistryObject): RegistryProblem[] {
  return [
    ...(classified(set, SET.node).some(({ isNode }) => isNode) ? [] : [missing(set, 'SubmissionSet node')]),
    ...slotProblems(set, 'submissionTime', /^\d{14}$/),
    ...authorProblems(set, SET.author),
    ...codeProblems(set, SET.contentTypeCode, 'contentTypeCode', 1),
    ...identifierProblems(set, SET.patientId, 'patientId', PATIENT_CX),
    ...identifierProblems(set, SET.sourceId, 'sourceId', OID),
    ...identifierProblems(set, SET.uniqueId, 'uniqueId', OID),
    ...ownerProblems(set),
  ];
}

/** What a document entry lacks, whatever its document is. */
export function entryProblems(entry: RegistryObject): RegistryProblem[] {
  const stop = slot(entry, 'serviceStopTime');
  return [
    ...(entry.objectType === ENTRY.stable ? [] : [wrong(entry, 'objectType')]),
    ...(['text/xml', 'application/xslt+xml'].includes(entry.mimeType) ? [] : [wrong(entry, 'mimeType')]),
    ...(entry.name === '' ? [missing(entry, 'title')] : []),
    ...Object.entries(ENTRY_SLOTS).flatMap(([name, form]) => slotProblems(entry, name, form)),
    ...(stop.every(value => TIME.test(value)) ? [] : [wrong(entry, 'serviceStopTime')]),
    ...(slot(entry, 'sourcePatientInfo').every(value => /^PID-\d+\|./.test(value))
      ? []
      : [wrong(entry, 'sourcePatientInfo')]),
    ...authorProblems(entry, ENTRY.author),
    ...ENTRY_CODES.flatMap(name => codeProblems(entry, ENTRY[name], name, 1)),
    ...codeProblems(entry, ENTRY.confidentialityCode, 'confidentialityCode', Number.POSITIVE_INFINITY),
    ...classified(entry, ENTRY.eventCodeList).flatMap(code => oneCodeProblems(entry, code, 'eventCodeList')),
    ...identifierProblems(entry, ENTRY.patientId, 'patientId', PATIENT_CX),
    ...identifierProblems(entry, ENTRY.uniqueId, 'uniqueId', OID),
    ...ownerProblems(entry),
  ];
}

/** `code^scheme` of every classification of a scheme. */
export function codesOf(object: RegistryObject, scheme: string): string[] {
  return classified(object, scheme).map(one => `${one.code}^${slot(one, 'codingScheme')[0] ?? ''}`);
}

function slotProblems(object: RegistryObject, name: string, form: RegExp): RegistryProblem[] {
  const [value, ...others] = slot(object, name);
  if (value === undefined) return [missing(object, name)];
  return others.length === 0 && form.test(value) ? [] : [wrong(object, name)];
}

function authorProblems(object: RegistryObject, scheme: string): RegistryProblem[] {
  const authors = classified(object, scheme);
  if (authors.length === 0) return [missing(object, 'author')];
  return authors.flatMap(author => {
    const persons = slot(author, 'authorPerson');
    return [
      ...(persons.length === 0 ? [missing(object, 'authorPerson')] : []),
      ...(persons.every(person => XCN.test(person)) ? [] : [wrong(object, 'authorPerson')]),
      ...(slot(author, 'authorInstitution').every(institution => XON.test(institution))
        ? []
        : [wrong(object, 'authorInstitution')]),
      ...(author.code === '' ? [] : [wrong(object, 'author: nodeRepresentation')]),
    ];
  });
}

function codeProblems(object: RegistryObject, scheme: string, name: string, most: number): RegistryProblem[] {
  const codes = classified(object, scheme);
  if (codes.length === 0) return [missing(object, name)];
  if (codes.length > most) return [wrong(object, `${name}: more than one`)];
  return codes.flatMap(code => oneCodeProblems(object, code, name));
}

function oneCodeProblems(object: RegistryObject, code: Classification, name: string): RegistryProblem[] {
  const [scheme = '', ...others] = slot(code, 'codingScheme');
  const isWhole = code.code !== '' && code.name !== '' && others.length === 0 && CODING_SCHEME.test(scheme);
  return isWhole ? [] : [wrong(object, `${name}: code, codingScheme or name`)];
}

function identifierProblems(
  object: RegistryObject,
  scheme: string,
  name: string,
  form: RegExp,
): RegistryProblem[] {
  const value = identified(object, scheme);
  if (value === '') return [missing(object, name)];
  return form.test(value) ? [] : [wrong(object, name)];
}

function ownerProblems(object: RegistryObject): RegistryProblem[] {
  const owners = [...object.classifications, ...object.identifiers].map(({ owner }) => owner);
  return owners.every(owner => owner === object.id)
    ? []
    : [wrong(object, 'classifiedObject or registryObject: another object')];
}

function missing(object: RegistryObject, what: string): RegistryProblem {
  return { code: 'XDSRepositoryMetadataError', context: `${object.kind} ${object.id}: ${what}: not there` };
}

function wrong(object: RegistryObject, what: string): RegistryProblem {
  return {
    code: 'XDSRepositoryMetadataError',
    context: `${object.kind} ${object.id}: ${what}: not of its form`,
  };
}
