import { GatewayError } from '../../errors/gateway-error.ts';
import { at, attribute, childOf, childrenOf, parseXml, textOf, type XmlElement } from '../xml/element.ts';
import { cdaFault } from './cda-fault.ts';
import { cutHeader } from './cut-header.ts';
import { birthNameOf, isInsAuthority, usedNameOf } from './identity.ts';
import { readNames } from './read-names.ts';
import type {
  Authenticator,
  Author,
  CdaHeader,
  Code,
  Encounter,
  InstanceIdentifier,
  Organization,
  PatientHeader,
  ServiceEvent,
} from './types.ts';

/**
 * Reads the header of a CDA document; the body is never parsed.
 *
 * @throws GatewayError CDA-001 … CDA-010.
 */
export function readCdaHeader(bytes: Uint8Array): CdaHeader {
  const document = parseHeader(bytes);
  const id = identifierIn(document, 'id');
  if (id === undefined) throw new GatewayError('CDA-005');
  const patient = readPatient(document);
  const code = readCode(childOf(document, 'code'));
  if (code === undefined) throw new GatewayError('CDA-007');

  return {
    id,
    setId: identifierIn(document, 'setId'),
    versionNumber: attribute(childOf(document, 'versionNumber'), 'value'),
    code,
    title: textOf(childOf(document, 'title')),
    effectiveTime: attribute(childOf(document, 'effectiveTime'), 'value'),
    confidentiality: childrenOf(document, 'confidentialityCode').flatMap(readWithTranslations),
    language: attribute(childOf(document, 'languageCode'), 'code'),
    templates: childrenOf(document, 'templateId').flatMap(template => attribute(template, 'root') ?? []),
    replaces: readReplaced(document),
    patient,
    authors: childrenOf(document, 'author').flatMap(readAuthor),
    custodian: readOrganization(at(document, 'custodian/assignedCustodian/representedCustodianOrganization')),
    authenticator: readAuthenticator(at(document, 'legalAuthenticator/assignedEntity')),
    services: childrenOf(document, 'documentationOf').flatMap(readService),
    encounter: readEncounter(at(document, 'componentOf/encompassingEncounter')),
  };
}

function parseHeader(bytes: Uint8Array): XmlElement {
  const xml = cutHeader(bytes);
  try {
    return parseXml(xml);
  } catch (thrown) {
    throw cdaFault(thrown);
  }
}

/**
 * @throws GatewayError CDA-010 for a second patient, wherever the second begins; CDA-006 without an
 *   identifier, CDA-009 without a family name.
 */
function readPatient(document: XmlElement): PatientHeader {
  const targets = childrenOf(document, 'recordTarget');
  const roles = targets.flatMap(target => childrenOf(target, 'patientRole'));
  const patients = roles.flatMap(role => childrenOf(role, 'patient'));
  if (targets.length > 1 || roles.length > 1 || patients.length > 1) throw new GatewayError('CDA-010');
  // The authority of the INS alone names nobody: sent as a value it would look like a matricule.
  const identifiers = identifiersIn(roles[0], 'id').filter(
    ({ root, extension }) => extension !== undefined || !isInsAuthority(root),
  );
  if (identifiers.length === 0) throw new GatewayError('CDA-006');

  const [patient] = patients;
  const names = patient === undefined ? [] : childrenOf(patient, 'name');
  const families = readNames(names, 'family');
  if (families.length === 0) throw new GatewayError('CDA-009');
  const birthplace = at(patient, 'birthplace/place/addr');
  return {
    identifiers,
    families,
    givens: readNames(names, 'given'),
    birthTime: readBirthTime(attribute(childOf(patient, 'birthTime'), 'value')),
    gender: attribute(childOf(patient, 'administrativeGenderCode'), 'code')?.toUpperCase(),
    birthplace: birthplace && {
      county: textOf(childOf(birthplace, 'county')),
      city: textOf(childOf(birthplace, 'city')),
    },
  };
}

/**
 * The digits of an HL7 time; a value of another form (`1979-03-28`) is no date that could be trusted in part.
 */
function readBirthTime(value: string | undefined): string | undefined {
  return /^(\d{4,14})(?:\.\d+)?(?:[+-]\d{4})?$/.exec(value ?? '')?.[1];
}

/** Identifiers with a root. One with a null flavour and no extension names an authority, and nobody in it. */
function identifiersIn(parent: XmlElement | undefined, name: string): InstanceIdentifier[] {
  if (parent === undefined) return [];
  return childrenOf(parent, name).flatMap(element => {
    const root = attribute(element, 'root');
    const extension = attribute(element, 'extension');
    if (root === undefined) return [];
    if (extension === undefined && attribute(element, 'nullFlavor') !== undefined) return [];
    return [{ root, extension, assigningAuthorityName: attribute(element, 'assigningAuthorityName') }];
  });
}

function identifierIn(parent: XmlElement | undefined, name: string): InstanceIdentifier | undefined {
  return identifiersIn(parent, name)[0];
}

/** A code element's own code; what its `translation` children say is another system's word. */
function readCode(element: XmlElement | undefined): Code | undefined {
  const code = attribute(element, 'code');
  if (code === undefined) return undefined;
  return {
    code,
    system: attribute(element, 'codeSystem'),
    display: attribute(element, 'displayName'),
    systemName: attribute(element, 'codeSystemName'),
  };
}

/** A code and what its translations say: what hides a document hides it in whichever system it is said. */
function readWithTranslations(element: XmlElement): Code[] {
  const own = readCode(element);
  const translated = childrenOf(element, 'translation').flatMap(readWithTranslations);
  return own === undefined ? translated : [own, ...translated];
}

function readReplaced(document: XmlElement): InstanceIdentifier[] {
  return childrenOf(document, 'relatedDocument')
    .filter(related => attribute(related, 'typeCode') === 'RPLC')
    .flatMap(related => identifierIn(childOf(related, 'parentDocument'), 'id') ?? []);
}

function readAuthor(author: XmlElement): Author[] {
  const assigned = childOf(author, 'assignedAuthor');
  if (assigned === undefined) return [];
  const device = childOf(assigned, 'assignedAuthoringDevice');
  const person = readPersonName(childOf(assigned, 'assignedPerson'));
  return [
    {
      identifier: identifierIn(assigned, 'id'),
      family: person.family,
      given: person.given,
      device: textOf(childOf(device, 'softwareName')) ?? textOf(childOf(device, 'manufacturerModelName')),
      model: textOf(childOf(device, 'manufacturerModelName')),
      code: readCode(childOf(assigned, 'code')),
      role: attribute(childOf(author, 'functionCode'), 'displayName'),
      organization: readOrganization(childOf(assigned, 'representedOrganization')),
    },
  ];
}

function readAuthenticator(entity: XmlElement | undefined): Authenticator | undefined {
  if (entity === undefined) return undefined;
  return {
    identifier: identifierIn(entity, 'id'),
    ...readPersonName(childOf(entity, 'assignedPerson')),
    code: readCode(childOf(entity, 'code')),
  };
}

function readService(documentation: XmlElement): ServiceEvent[] {
  const event = childOf(documentation, 'serviceEvent');
  if (event === undefined) return [];
  const code = childOf(event, 'code');
  const time = childOf(event, 'effectiveTime');
  const settings = childrenOf(event, 'performer').flatMap(
    performer =>
      readCode(at(performer, 'assignedEntity/representedOrganization/standardIndustryClassCode')) ?? [],
  );
  return [
    {
      code: readCode(code),
      translations:
        code === undefined ? [] : childrenOf(code, 'translation').flatMap(each => readCode(each) ?? []),
      start: attribute(childOf(time, 'low'), 'value') ?? attribute(time, 'value'),
      end: attribute(childOf(time, 'high'), 'value'),
      practiceSetting: settings[0],
    },
  ];
}

/** The name that a professional goes by, else the birth name. */
function readPersonName(person: XmlElement | undefined): Pick<Author, 'family' | 'given'> {
  const names = person === undefined ? [] : childrenOf(person, 'name');
  const parts = { families: readNames(names, 'family'), givens: readNames(names, 'given') };
  const used = usedNameOf(parts);
  const birth = birthNameOf(parts);
  return { family: used?.family ?? birth?.family, given: used?.given ?? birth?.given };
}

function readOrganization(element: XmlElement | undefined): Organization | undefined {
  if (element === undefined) return undefined;
  const identifier = identifierIn(element, 'id');
  const name = textOf(childOf(element, 'name'));
  return identifier === undefined && name === undefined ? undefined : { identifier, name };
}

function readEncounter(element: XmlElement | undefined): Encounter | undefined {
  if (element === undefined) return undefined;
  const time = childOf(element, 'effectiveTime');
  return {
    identifier: identifierIn(element, 'id'),
    start: attribute(childOf(time, 'low'), 'value') ?? attribute(time, 'value'),
    end: attribute(childOf(time, 'high'), 'value'),
    facility: readCode(at(element, 'location/healthCareFacility/code')),
  };
}
