import type { CodedValue } from '../terminology/value-set.ts';
import { escapeXml } from '../xml/escape-xml.ts';
import { systemNameOf } from './subject-roles.ts';
import type { VihfStructure } from './vihf-structure.ts';
import type { VihfSubject } from './vihf-subject.ts';

/** Everything that a VIHF says. */
export interface VihfInput {
  /** The assertion's ID: an NCName (`_` and a UUID), new for every message. */
  readonly id: string;
  readonly time: Date;
  /** Distinguished name of the certificate that signs, as text. */
  readonly issuer: string;
  readonly subject: VihfSubject;
  readonly structure: VihfStructure;
  /** The INS as CX: `285062901904262^^^&1.2.250.1.213.1.4.8&ISO^NH`. */
  readonly patientId: string;
  /** LPS_Nom, LPS_Version, LPS_ID_HOMOLOGATION_DMP. */
  readonly software: { readonly name: string; readonly version: string; readonly approval: string };
  /** VIHF_Version. */
  readonly version: string;
  /** Name of the attribute that holds INDIRECTE: `Authentification_Mode` or `Authentification_mode`. */
  readonly modeAttribute: string;
  /** AuthnContextClassRef, a URN of SAML. */
  readonly authnContext: string;
  /** Value of the attribute that asks for a secret connection; undefined: no such attribute. */
  readonly secretConnection: string | undefined;
}

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
/** The published table has no hyphen in it, its own example has (dmp.md §2.1): OASIS names it so. */
const ISSUER_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName';
const HL7 = 'urn:hl7-org:v3';
const XSPA = 'urn:oasis:names:tc:xspa:1.0';
const XACML = 'urn:oasis:names:tc:xacml:2.0';

/** Normal access: no break of glass, no emergency call centre. */
const NORMAL_ACCESS: CodedValue = {
  code: 'normal',
  system: '1.2.250.1.213.1.1.4.248',
  display: 'Accès normal',
};

/**
 * The VIHF of a message to the DMP by indirect authentication (ANS, Transmission de documents CDA v2.1, “Mapping VIHF pour
 * le DMP”): a SAML assertion on one line, not yet signed. Its signature goes behind Issuer. Conditions, which the table
 * leaves free, are left out as in every example; the user's connection (AuthnInstant), which nobody tells, is dated by
 * the message, as in the published example.
 */
export function buildVihf(input: VihfInput): string {
  const time = input.time.toISOString();
  return [
    `<saml2:Assertion xmlns:saml2="${SAML}" xmlns:xsi="${XSI}" ID="${escapeXml(input.id)}" IssueInstant="${time}" Version="2.0">`,
    `<saml2:Issuer Format="${ISSUER_FORMAT}">${escapeXml(input.issuer)}</saml2:Issuer>`,
    `<saml2:Subject><saml2:NameID>${escapeXml(input.subject.nameId)}</saml2:NameID></saml2:Subject>`,
    `<saml2:AuthnStatement AuthnInstant="${time}"><saml2:AuthnContext><saml2:AuthnContextClassRef>${escapeXml(input.authnContext)}</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>`,
    '<saml2:AttributeStatement>',
    ...attributes(input),
    '</saml2:AttributeStatement>',
    '</saml2:Assertion>',
  ].join('');
}

/** LPS_ID, which is optional, is left out: the gateway has no serial number. */
function attributes(input: VihfInput): string[] {
  const { subject, structure, software, secretConnection } = input;
  const roles = subject.roles.filter(role => role !== undefined);
  return [
    textAttribute('Identifiant_Structure', structure.id),
    textAttribute('Secteur_Activite', `${structure.sector.code}^${structure.sector.system}`),
    textAttribute(`${XSPA}:subject:subject-id`, subject.name),
    attribute(
      `${XACML}:subject:role`,
      roles.map(role => codedElement('Role', role, systemNameOf(role))),
    ),
    textAttribute('VIHF_Version', input.version),
    textAttribute(input.modeAttribute, 'INDIRECTE'),
    textAttribute(`${XACML}:resource:resource-id`, input.patientId),
    textAttribute('Ressource_URN', 'urn:dmp'),
    attribute(`${XSPA}:subject:purposeofuse`, [
      codedElement('PurposeOfUse', NORMAL_ACCESS, 'mode acces VIHF 2.0'),
    ]),
    textAttribute('LPS_Nom', software.name),
    textAttribute('LPS_Version', software.version),
    textAttribute('LPS_ID_HOMOLOGATION_DMP', software.approval),
    ...(secretConnection === undefined
      ? []
      : [textAttribute(`${XSPA}:resource:patient:hl7:confidentiality-code`, secretConnection)]),
  ];
}

function textAttribute(name: string, value: string): string {
  return attribute(name, [escapeXml(value)]);
}

/** @param contents XML, one for each value. */
function attribute(name: string, contents: readonly string[]): string {
  const values = contents.map(content => `<saml2:AttributeValue>${content}</saml2:AttributeValue>`);
  return `<saml2:Attribute Name="${escapeXml(name)}">${values.join('')}</saml2:Attribute>`;
}

/** An HL7 v3 coded value (CE), its type a name of HL7's namespace, which is the default one here. */
function codedElement(name: string, { code, system, display }: CodedValue, systemName: string): string {
  return `<${name} xmlns="${HL7}" code="${escapeXml(code)}" codeSystem="${escapeXml(system)}" codeSystemName="${escapeXml(systemName)}" displayName="${escapeXml(display)}" xsi:type="CE"/>`;
}
