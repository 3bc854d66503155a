import type { XmlElement } from 'libxml2-wasm';
import { refuse } from './refusal.ts';
import { elements, onlyElement, valueOf } from './xml.ts';

export interface VihfAttributes {
  /** Identifiant_Structure. */
  readonly structure: string;
  /** resource-id, CX. */
  readonly patientId: string;
  readonly isSecret: boolean;
}

const XSPA = 'urn:oasis:names:tc:xspa:1.0';
const XACML = 'urn:oasis:names:tc:xacml:2.0';
const ROLE = `${XACML}:subject:role`;
const RESOURCE_ID = `${XACML}:resource:resource-id`;
const PURPOSE = `${XSPA}:subject:purposeofuse`;
const SECRET = `${XSPA}:resource:patient:hl7:confidentiality-code`;
/** Letter case by the example of VIHF 2.0, and by the volet (dmp.md §8). */
const MODES = ['Authentification_mode', 'Authentification_Mode'] as const;

/** INS, its authority (NIR, NIA, NIR for tests), NH; the published example puts a date behind. */
export const PATIENT_CX = /^\d{6}[\dAB]\d{8}\^{3}&1\.2\.250\.1\.213\.1\.4\.(8|9|10)&ISO\^NH(\^\^\d{8})?$/;

const REQUIRED: Readonly<Record<string, RegExp>> = {
  Identifiant_Structure: /^[0-9A-Z]{10,15}$/,
  Secteur_Activite: /^\w+\^[\d.]+$/,
  [`${XSPA}:subject:subject-id`]: /\S/,
  VIHF_Version: /^[34]\.0$/,
  [RESOURCE_ID]: PATIENT_CX,
  Ressource_URN: /^urn:dmp$/,
  LPS_Nom: /\S/,
  LPS_Version: /\S/,
  // A system that is not homologated yet has none to give.
  LPS_ID_HOMOLOGATION_DMP: /^/,
};
const OPTIONAL: Readonly<Record<string, RegExp>> = { LPS_ID: /\S/, [SECRET]: /\S/ };

/** TRE_G15: the professions that have a second role, and the codes that it is one of (JDV_J65). */
const G15 = '1.2.250.1.71.1.2.7';
const SECOND_ROLE: Readonly<Record<string, RegExp>> = {
  /** Médecin: a savoir-faire of TRE_R01. */
  '10': /^(C|CAPA|CEX|DSM|PAC|SCD|SCH|SI|SM)\d+$|^GENR/,
  /** Pharmacien: a sous-section of the Ordre, TRE_G05. */
  '21': /^(A|B|C|D[AM]?|E[ABCDGH]?|G|H|M)$/,
};

/** @throws a Fault `wsse:InvalidSecurityToken` that names the attribute */
export function readAttributes(assertion: XmlElement): VihfAttributes {
  const attributes = elements(assertion, 'saml:AttributeStatement/saml:Attribute');
  const byName = new Map(attributes.map(attribute => [valueOf(attribute, '@Name'), attribute]));
  if (byName.size < attributes.length) invalid('an attribute that is there twice');
  const known = [...Object.keys({ ...REQUIRED, ...OPTIONAL }), ...MODES, ROLE, PURPOSE];
  const unknown = [...byName.keys()].find(name => !known.includes(name));
  if (unknown !== undefined) invalid(`an attribute that VIHF does not have: ${unknown}`);
  for (const [name, form] of Object.entries(REQUIRED)) checkText(byName.get(name), name, form);
  for (const [name, form] of Object.entries(OPTIONAL)) {
    if (byName.has(name)) checkText(byName.get(name), name, form);
  }
  const modes = MODES.filter(name => byName.has(name));
  if (modes.length !== 1) invalid('Authentification_Mode: not once');
  for (const name of modes) checkText(byName.get(name), name, /^INDIRECTE$/);
  checkRoles(byName.get(ROLE));
  checkPurpose(byName.get(PURPOSE));
  const textOf = (name: string): string => byName.get(name)?.content.trim() ?? '';
  return {
    structure: textOf('Identifiant_Structure'),
    patientId: textOf(RESOURCE_ID),
    isSecret: byName.has(SECRET),
  };
}

function checkText(attribute: XmlElement | undefined, name: string, form: RegExp): void {
  if (attribute === undefined) invalid(`${name}: not there`);
  const value = onlyElement(attribute, 'saml:AttributeValue');
  if (value === undefined) invalid(`${name}: not one AttributeValue`);
  if (!form.test(value.content.trim())) invalid(`${name}: not of its form`);
}

function checkRoles(attribute: XmlElement | undefined): void {
  if (attribute === undefined) invalid(`${ROLE}: not there`);
  const roles = elements(attribute, 'saml:AttributeValue/hl7:Role');
  const [profession, second, ...others] = roles;
  if (profession === undefined || others.length > 0) invalid(`${ROLE}: neither one nor two`);
  if (elements(attribute, 'saml:AttributeValue').length !== roles.length)
    invalid(`${ROLE}: not one Role an AttributeValue`);
  for (const role of roles) checkCode(role, ROLE);
  if (valueOf(profession, '@codeSystem') !== G15) return;
  const form = SECOND_ROLE[valueOf(profession, '@code')];
  if (form === undefined) {
    if (second !== undefined) invalid(`${ROLE}: a second one of a profession that has none`);
    return;
  }
  if (second === undefined)
    invalid('Aucune spécialité dans le vihf. Spécialité obligatoire pour les Médecins et les Pharmaciens');
  if (!form.test(valueOf(second, '@code'))) invalid(`${ROLE}: the second is not one of this profession`);
}

function checkPurpose(attribute: XmlElement | undefined): void {
  const purpose = attribute && onlyElement(attribute, 'saml:AttributeValue/hl7:PurposeOfUse');
  if (purpose === undefined) invalid(`${PURPOSE}: not one PurposeOfUse`);
  checkCode(purpose, PURPOSE);
  if (valueOf(purpose, '@code') !== 'normal' || valueOf(purpose, '@codeSystem') !== '1.2.250.1.213.1.1.4.248')
    invalid(`${PURPOSE}: not the normal access`);
}

/** A CE of HL7 v3: code, system, their names, and its type. */
function checkCode(element: XmlElement, attribute: string): void {
  for (const name of ['code', 'codeSystem', 'codeSystemName', 'displayName']) {
    if (valueOf(element, `@${name}`).trim() === '') invalid(`${attribute}: no ${name}`);
  }
  if (!/^[\d.]+$/.test(valueOf(element, '@codeSystem'))) invalid(`${attribute}: codeSystem is no OID`);
  if (valueOf(element, '@xsi:type') !== 'CE') invalid(`${attribute}: xsi:type is not CE`);
}

function invalid(reason: string): never {
  refuse('wsse:InvalidSecurityToken', `VIHF: ${reason}`);
}
