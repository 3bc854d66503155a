import type { Buffer } from 'node:buffer';
import { encode, type SampleEncoding } from './encoding.ts';
import { PATIENTS, type SampleId, type SamplePatient } from './patients.ts';
import { samplePdf } from './pdf.ts';

export { INS_TEST, IPP, insNumber, PATIENTS, type SampleId, type SamplePatient } from './patients.ts';

/** An organisation of a sample document. */
export interface SampleOrganization {
  readonly id: SampleId;
  readonly name: string;
}

/** A professional or a device that wrote a sample document. */
export interface SampleAuthor {
  readonly id: SampleId;
  readonly family?: string | undefined;
  readonly given?: string | undefined;
  /** softwareName: the author is a device, the names are left out. */
  readonly device?: string | undefined;
  readonly specialty: { readonly code: string; readonly display: string };
  readonly organization: SampleOrganization;
}

/** A section of a structured body. */
export interface SampleSection {
  readonly title: string;
  readonly code: string;
  readonly rows: readonly (readonly string[])[];
}

/**
 * French CDA documents ("Structuration minimale des documents de santé") about invented people, for tests and
 * samples. The same sample always gives the same bytes.
 */
export interface CdaSample {
  readonly id: SampleId;
  readonly setId?: SampleId | undefined;
  readonly version?: number | undefined;
  readonly code: string;
  readonly display: string;
  readonly system: string;
  /** The last templateId: the model of the document. */
  readonly templateId: string;
  readonly title: string;
  readonly effectiveTime: string;
  readonly patient: SamplePatient;
  /** Further recordTargets: not allowed, hence for hostile samples. */
  readonly otherPatients?: readonly SamplePatient[] | undefined;
  readonly author: SampleAuthor;
  readonly custodian: SampleOrganization;
  readonly encounterId?: SampleId | undefined;
  /** parentDocument/id of a relatedDocument RPLC. */
  readonly replaces?: SampleId | undefined;
  readonly level: 1 | 3;
  /** Level 1: the PDF, instead of a one-page one. */
  readonly pdf?: Buffer | undefined;
  /** Level 3: the sections. */
  readonly sections: readonly SampleSection[];
  readonly confidentiality: 'N' | 'R' | 'V';
  readonly encoding: SampleEncoding;
  readonly bom: boolean;
  /** The document inside an `xsl:stylesheet` root ("auto-présentable"); it then has the prefix `c`. */
  readonly selfPresenting: boolean;
  /** Namespace prefix of every element; empty: the default namespace. */
  readonly prefix: string;
}

const LABORATORY: SampleOrganization = {
  id: { root: '1.2.250.1.71.4.2.2', extension: '1290000999' },
  name: 'Laboratoire des Embruns',
};

const DEFAULT: CdaSample = {
  id: { root: '1.2.250.1.999.1.1.2026.1.1' },
  setId: { root: '1.2.250.1.999.1.1.2026.1' },
  version: 1,
  code: '11502-2',
  display: "CR d'examens biologiques",
  system: '2.16.840.1.113883.6.1',
  templateId: '1.2.250.1.213.1.1.1.55',
  title: "Compte rendu d'examens biologiques",
  effectiveTime: '20261118093000+0100',
  patient: PATIENTS.morvan,
  author: {
    id: { root: '1.2.250.1.71.4.2.1', extension: '810009990017' },
    family: 'KERVELLA',
    given: 'Yann',
    specialty: { code: 'G15_10/SM03', display: 'Médecin - Biologie médicale (SM)' },
    organization: LABORATORY,
  },
  custodian: LABORATORY,
  encounterId: { root: '1.2.250.1.999.1.3', extension: '26004711' },
  level: 3,
  sections: [
    {
      title: 'Hématologie',
      code: '18723-7',
      rows: [
        ['Hémoglobine', '13,2 g/dL', '12,0 – 16,0'],
        ['Leucocytes', '6,1 Giga/L', '4,0 – 10,0'],
        ['Plaquettes', '240 Giga/L', '150 – 400'],
      ],
    },
    {
      title: 'Biochimie',
      code: '18719-5',
      rows: [
        ['Créatinine', '68 µmol/L', '45 – 84'],
        ['CRP', '< 4 mg/L', '< 5'],
      ],
    },
  ],
  confidentiality: 'N',
  encoding: 'utf-8',
  bom: false,
  selfPresenting: false,
  prefix: '',
};

/** A laboratory report about Claire Morvan, with whatever is different. */
export function cdaSample(overrides: Partial<CdaSample> = {}): CdaSample {
  return { ...DEFAULT, ...overrides };
}

/** The document's bytes, in the sample's encoding. */
export function cdaDocument(sample: CdaSample): Buffer {
  const prefix = sample.prefix === '' && sample.selfPresenting ? 'c' : sample.prefix;
  const document = prefixed(clinicalDocument(sample), prefix);
  const declaration = `<?xml version="1.0" encoding="${sample.encoding.toUpperCase().replace('UTF-16LE', 'UTF-16')}"?>\n`;
  return encode(
    declaration + (sample.selfPresenting ? selfPresenting(document) : document),
    sample.encoding,
    sample.bom,
  );
}

/** Text for an XML attribute or element. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function clinicalDocument(s: CdaSample): string {
  return `<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <realmCode code="FR"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.2.8.2.1"/>
  <templateId root="1.2.250.1.213.1.1.1.1" extension="2024.01"/>
  <templateId root="${s.templateId}"/>
  ${id('id', s.id)}
  <code code="${s.code}" codeSystem="${s.system}" displayName="${escapeXml(s.display)}"/>
  <title>${escapeXml(s.title)}</title>
  <effectiveTime value="${s.effectiveTime}"/>
  <confidentialityCode code="${s.confidentiality}" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="fr-FR"/>
  ${s.setId === undefined ? '' : id('setId', s.setId)}
  ${s.version === undefined ? '' : `<versionNumber value="${s.version}"/>`}
  ${[s.patient, ...(s.otherPatients ?? [])].map(recordTarget).join('\n  ')}
  <author>
    <time value="${s.effectiveTime}"/>
    ${assignedAuthor(s.author)}
  </author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    ${id('id', s.custodian.id)}
    <name>${escapeXml(s.custodian.name)}</name>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <legalAuthenticator>
    <time value="${s.effectiveTime}"/>
    <signatureCode code="S"/>
    <assignedEntity>
      ${id('id', s.author.id)}
      ${s.author.device === undefined ? person(s.author, 'assignedPerson') : ''}
    </assignedEntity>
  </legalAuthenticator>
  <documentationOf><serviceEvent>
    <effectiveTime><low value="${s.effectiveTime}"/></effectiveTime>
    <performer typeCode="PRF"><assignedEntity>
      ${id('id', s.author.id)}
      ${organization(s.author.organization)}
    </assignedEntity></performer>
  </serviceEvent></documentationOf>
  ${s.replaces === undefined ? '' : `<relatedDocument typeCode="RPLC"><parentDocument>${id('id', s.replaces)}</parentDocument></relatedDocument>`}
  <componentOf><encompassingEncounter>
    ${s.encounterId === undefined ? '' : id('id', s.encounterId)}
    <effectiveTime><low value="${s.effectiveTime}"/></effectiveTime>
    <location><healthCareFacility>
      <code code="SA25" codeSystem="1.2.250.1.71.4.2.4" displayName="Laboratoire de biologie médicale"/>
    </healthCareFacility></location>
  </encompassingEncounter></componentOf>
  <component>${s.level === 1 ? nonXmlBody(s) : structuredBody(s.sections)}</component>
</ClinicalDocument>
`.replaceAll(/\n\s*(?=\n)/g, '');
}

function id(element: string, { root, extension }: SampleId): string {
  const tail = extension === undefined ? '' : ` extension="${escapeXml(extension)}"`;
  return `<${element} root="${root}"${tail}/>`;
}

function part(element: string, value: string | undefined, qualifier?: string): string {
  if (value === undefined) return '';
  return `<${element}${qualifier === undefined ? '' : ` qualifier="${qualifier}"`}>${escapeXml(value)}</${element}>`;
}

function recordTarget(p: SamplePatient): string {
  const place = part('county', p.birthplaceCounty) + part('city', p.birthplaceCity);
  return `<recordTarget><patientRole>
    ${p.identifiers.map(identifier => id('id', identifier)).join('\n    ')}
    <patient>
      ${(p.sdtcIds ?? []).map(identifier => id('sdtc:id', identifier)).join('\n      ')}
      <name>${[
        part('family', p.birthFamily, 'BR'),
        part('family', p.usedFamily, 'CL'),
        part('given', p.birthGiven, 'BR'),
        part('given', p.usedGiven, 'CL'),
        part('given', p.birthGivens),
      ].join('')}</name>
      ${p.gender === undefined ? '' : `<administrativeGenderCode code="${p.gender}" codeSystem="2.16.840.1.113883.5.1"/>`}
      ${p.birthTime === undefined ? '' : `<birthTime value="${p.birthTime}"/>`}
      ${place === '' ? '' : `<birthplace><place><addr>${place}</addr></place></birthplace>`}
    </patient>
  </patientRole></recordTarget>`;
}

function assignedAuthor(author: SampleAuthor): string {
  const who =
    author.device === undefined
      ? person(author, 'assignedPerson')
      : `<assignedAuthoringDevice><softwareName>${escapeXml(author.device)}</softwareName></assignedAuthoringDevice>`;
  return `<assignedAuthor>
      ${id('id', author.id)}
      <code code="${author.specialty.code}" codeSystem="1.2.250.1.213.1.1.4.5" displayName="${escapeXml(author.specialty.display)}"/>
      ${who}
      ${organization(author.organization)}
    </assignedAuthor>`;
}

function person(author: SampleAuthor, element: string): string {
  const { family = '', given = '' } = author;
  return `<${element}><name><family>${escapeXml(family)}</family><given>${escapeXml(given)}</given></name></${element}>`;
}

function organization(of: SampleOrganization): string {
  return `<representedOrganization>${id('id', of.id)}<name>${escapeXml(of.name)}</name><standardIndustryClassCode code="AMBULATOIRE" codeSystem="1.2.250.1.213.1.1.4.9" displayName="Ambulatoire"/></representedOrganization>`;
}

function nonXmlBody(s: CdaSample): string {
  const pdf = s.pdf ?? samplePdf([s.title, `Version ${s.version ?? 1}`]);
  return `<nonXMLBody><text mediaType="application/pdf" representation="B64">${pdf.toString('base64')}</text></nonXMLBody>`;
}

function tableRow(cells: readonly string[]): string {
  return `<tr>${cells.map(cell => `<td>${escapeXml(cell)}</td>`).join('')}</tr>`;
}

function structuredBody(sections: readonly SampleSection[]): string {
  const section = (s: SampleSection) => `
    <component><section>
      <code code="${s.code}" codeSystem="2.16.840.1.113883.6.1" displayName="${escapeXml(s.title)}"/>
      <title>${escapeXml(s.title)}</title>
      <text><table border="0"><tbody>${s.rows.map(tableRow).join('')}</tbody></table></text>
    </section></component>`;
  return `<structuredBody>${sections.map(section).join('')}
  </structuredBody>`;
}

/** Puts every element without prefix under `prefix`, and the namespace with it. */
function prefixed(xml: string, prefix: string): string {
  if (prefix === '') return xml;
  return xml
    .replaceAll(/<(\/?)(\w+)(?=[\s>/])/g, `<$1${prefix}:$2`)
    .replace(' xmlns="urn:hl7-org:v3"', ` xmlns:${prefix}="urn:hl7-org:v3"`);
}

function selfPresenting(document: string): string {
  return `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/"><html><body><xsl:apply-templates select="//*[local-name()='ClinicalDocument']"/></body></html></xsl:template>
${document}</xsl:stylesheet>
`;
}
