import { GatewayError } from '../../errors/gateway-error.ts';
import { bodyKind } from '../cda/body-kind.ts';
import { uniqueIdOf } from '../cda/identity.ts';
import { mainServiceOf } from '../cda/main-service.ts';
import type { CdaHeader, Code } from '../cda/types.ts';
import type { RequestDocument, RequestWishes } from '../hl7/request-types.ts';
import { classCodeOf } from '../terminology/class-codes.ts';
import { formatCodeOf } from '../terminology/format-codes.ts';
import { confidentialityOf } from '../terminology/restrictions.ts';
import { type CodedValue, completed, systemIn, type ValueSet } from '../terminology/value-set.ts';
import { CONFIDENTIALITIES, FACILITIES, SETTINGS, TYPES } from '../terminology/value-sets.ts';
import { documentAuthors, legalAuthenticator } from './document-authors.ts';
import { patientIdOf, sourcePatientIdOf, sourcePatientInfoOf } from './document-patient.ts';
import type { DocumentMetadata } from './document-types.ts';
import { cutTo, MAX_VALUE } from './hl7-text.ts';
import type { DocumentAction } from './types.ts';
import { utcTime } from './utc-time.ts';

/** Who a document is to be hidden from. */
export type HiddenFrom = Pick<RequestWishes, 'masquePs' | 'invisiblePatient' | 'invisibleRepLegaux'>;

/** A title has fewer than 128 characters. */
const MAX_TITLE = 127;
/** A report has up to a dozen; a crowd of them would swell METADATA.XML beyond what its readers take. */
const MAX_EVENTS = 100;

/** TRE_A07: the codes that hide a document, in XDS spelling (quirk H4). */
const VISIBILITY = '1.2.250.1.213.1.1.4.13';
const HIDING: readonly (readonly [keyof HiddenFrom, code: string])[] = [
  ['masquePs', 'MASQUE_PS'],
  ['invisiblePatient', 'INVISIBLE_PATIENT'],
  ['invisibleRepLegaux', 'INVISIBLE_REPRESENTANTS_LEGAUX'],
];

/**
 * What METADATA.XML says of a document, from its CDA header (ANS, Transmission de documents CDA en HL7v2
 * v2.1, “Mapping XDS”). Of its body, the opening tags alone are looked at.
 *
 * @throws GatewayError REQ-018 for a required fact that the header does not give and that nothing sound can
 *   stand in for: `fields.element` is its path below ClinicalDocument. CDA-001 to CDA-004 for a body that
 *   does not even open.
 */
export function documentMetadata(
  { bytes, header }: RequestDocument,
  about: { readonly action: DocumentAction; readonly restrictions: HiddenFrom },
): DocumentMetadata {
  const { mediaType, selfPresenting } = bodyKind(bytes);
  const { code, patient } = header;
  const typeCode = required(coded(code, TYPES), TYPE_ELEMENT);
  const main = mainServiceOf(header);
  const settings = header.services.map(({ practiceSetting }) => coded(practiceSetting, SETTINGS));
  return {
    uniqueId: required(value(uniqueIdOf(header.id)), ['id', 'd’identifiant utilisable']),
    action: about.action,
    mimeType: selfPresenting ? 'application/xslt+xml' : 'text/xml',
    title: cutTo(header.title ?? typeCode.display, MAX_TITLE),
    patientId: required(value(patientIdOf(patient)), PATIENT_ELEMENT),
    sourcePatientId: required(value(sourcePatientIdOf(patient)), PATIENT_ELEMENT),
    sourcePatientInfo: sourcePatientInfoOf(patient),
    authors: authorsOf(header),
    legalAuthenticator: required(legalAuthenticator(header), AUTHENTICATOR_ELEMENT),
    creationTime: required(utcTime(header.effectiveTime), ['effectiveTime', 'de date de création lisible']),
    serviceStartTime: required(utcTime(main?.start), START_ELEMENT),
    serviceStopTime: utcTime(main?.end),
    languageCode: required(language(header.language), ['languageCode', 'de langue']),
    classCode: required(classCodeOf(code.code, code.system), TYPE_ELEMENT),
    typeCode,
    formatCode: formatCodeOf(mediaType, header.templates),
    healthcareFacilityTypeCode: required(coded(header.encounter?.facility, FACILITIES), FACILITY_ELEMENT),
    practiceSettingCode: required(
      settings.find(setting => setting !== undefined),
      SETTING_ELEMENT,
    ),
    confidentialityCodes: confidentialityCodes(header, about.restrictions),
    eventCodes: eventCodes(header),
  };
}

/** A CDA element, and what the document lacks without it, in French. */
type Element = readonly [path: string, what: string];

const TYPE_ELEMENT: Element = ['code', 'de type de document connu'];
const PATIENT_ELEMENT: Element = ['recordTarget/patientRole/id', 'd’identifiant utilisable du patient'];
const AUTHOR_ELEMENT: Element = ['author/assignedAuthor', 'd’auteur nommé'];
const AUTHENTICATOR_ELEMENT: Element = ['legalAuthenticator/assignedEntity', 'de responsable nommé'];
const START_ELEMENT: Element = [
  'documentationOf/serviceEvent/effectiveTime/low',
  'de date lisible à laquelle l’acte a commencé',
];
const FACILITY_ELEMENT: Element = [
  'componentOf/encompassingEncounter/location/healthCareFacility/code',
  'de secteur d’activité',
];
const SETTING_ELEMENT: Element = [
  'documentationOf/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode',
  'de cadre d’exercice',
];
const CONFIDENTIALITY_ELEMENT: Element = ['confidentialityCode', 'de niveau de confidentialité'];

function required<T>(fact: T | undefined, [element, what]: Element): T {
  if (fact !== undefined) return fact;
  throw new GatewayError('REQ-018', {
    detail: `Le document ne donne pas ${what} (élément ${element}).`,
    fields: { element },
  });
}

/** A text that a slot or identifier can hold; a part of it would be another one. */
function value(text: string | undefined): string | undefined {
  return text === undefined || text.length > MAX_VALUE ? undefined : text;
}

/** A code that METADATA.XML can hold, with its system and a label. */
function coded(code: Code | undefined, set: ValueSet): CodedValue | undefined {
  const known = completed(code, set);
  if (known === undefined || value(known.code) === undefined || value(known.system) === undefined)
    return undefined;
  return { ...known, display: cutTo(known.display, MAX_VALUE) };
}

/** A language tag (RFC 5646, as far as its form). */
function language(tag: string | undefined): string | undefined {
  return /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}$/.test(tag ?? '') ? tag : undefined;
}

function authorsOf(header: CdaHeader): DocumentMetadata['authors'] {
  const authors = documentAuthors(header);
  required(
    authors.find(({ person }) => person !== undefined),
    AUTHOR_ELEMENT,
  );
  return authors;
}

/**
 * The document's own codes first, then what hides it, each once (“Mapping XDS” has the document's first code alone:
 * the others would be lost). A level that the document does not give is not made up beside a code that hides it.
 */
function confidentialityCodes({ confidentiality }: CdaHeader, hiddenFrom: HiddenFrom): CodedValue[] {
  const known = confidentiality.length > 1 ? knownCodes(confidentiality) : [];
  const own = known.length > 0 ? known : [required(firstCode(confidentiality), CONFIDENTIALITY_ELEMENT)];
  const hiding = HIDING.filter(
    ([wish, code]) => hiddenFrom[wish] && own.every(each => each.code !== code),
  ).flatMap(([, code]) => coded({ code, system: VISIBILITY, display: undefined }, CONFIDENTIALITIES) ?? []);
  return [...own, ...hiding];
}

/** A document's only code, whichever it is; of several that JDV_J08 has not, the first that METADATA.XML can hold. */
function firstCode(codes: readonly Code[]): CodedValue | undefined {
  return codes.flatMap(each => coded(wellSpelt(each), CONFIDENTIALITIES) ?? [])[0];
}

/** Of several codes those of JDV_J08, in its spelling and system, each once: the others say it again in another's. */
function knownCodes(codes: readonly Code[]): CodedValue[] {
  const names = codes.flatMap(({ code }) => confidentialityOf([code]));
  return [...new Set(names)].flatMap(code => {
    const system = systemIn(CONFIDENTIALITIES, code);
    return system === undefined ? [] : (coded({ code, system, display: undefined }, CONFIDENTIALITIES) ?? []);
  });
}

/** A code that hides, in the spelling and system that receivers look for (quirk H4); another as it is. */
function wellSpelt(own: Code): Code {
  const [known] = confidentialityOf([own.code]);
  const [, code] = HIDING.find(([, each]) => each === known) ?? [];
  return code === undefined ? own : { code, system: VISIBILITY, display: undefined };
}

/** What each act is called, its modality and region (the code's translations) included. */
function eventCodes({ services }: CdaHeader): CodedValue[] {
  return services
    .flatMap(({ code, translations }) => [code, ...translations])
    .flatMap(code => coded(code, NO_CODES) ?? [])
    .slice(0, MAX_EVENTS);
}

/** Acts are coded in any system; a code without one is left out. */
const NO_CODES: ValueSet = new Map();
