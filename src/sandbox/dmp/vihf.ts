import type { X509Certificate } from 'node:crypto';
import type { XmlDocument, XmlElement } from 'libxml2-wasm';
import { certificateFault, isNameOf, structuresOf } from './certificate.ts';
import { refuse } from './refusal.ts';
import { readAttributes, type VihfAttributes } from './vihf-attributes.ts';
import { elements, nameOf, onlyElement, valueOf } from './xml.ts';
import {
  certificatesOf,
  digestFault,
  ENVELOPED,
  EXCLUSIVE_C14N,
  RSA_SHA256,
  signatureFault,
  transformsOf,
} from './xml-signature.ts';

/** Who asks, for what patient, by what is proven. */
export interface Vihf extends VihfAttributes {
  /** Assertion/@ID. */
  readonly id: string;
}

export interface VihfRules {
  readonly trusted: readonly X509Certificate[];
  /** Of the TLS certificate. */
  readonly structure: string;
  /** Struct_IdNat that the holder of the certificates may act for, beside its own. */
  readonly structures: readonly string[];
  readonly now: Date;
}

const CHILDREN = [
  'saml:Issuer',
  'ds:Signature',
  'saml:Subject',
  'saml:AuthnStatement',
  'saml:AttributeStatement',
];
const X509_SUBJECT_NAME = 'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName';
const AUTHN_CLASS = /^urn:oasis:names:tc:SAML:2\.0:ac:classes:\w+$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const ID = /^[A-Za-z_][\w.-]*$/;

/**
 * Reads a VIHF, and proves that a SIGN certificate of the structure has signed it as it is.
 *
 * @param assertion in the document where it came
 * @param again the same document, read once more: it is changed
 * @throws a Fault: `DMPInvalidCertificate`, `wsse:FailedCheck` (signature), `wsse:InvalidSecurityToken` (content)
 */
export function readVihf(assertion: XmlElement, again: XmlDocument, rules: VihfRules): Vihf {
  const names = elements(assertion, '*').map(nameOf);
  if (names.includes('saml:Conditions') && elements(assertion, './/saml:AudienceRestriction').length > 0)
    invalid('AudienceRestriction is not to be there');
  if (!names.includes('ds:Signature')) refuse('wsse:FailedCheck', 'VIHF: not signed');
  if (names.filter(name => name !== 'saml:Conditions').join() !== CHILDREN.join())
    invalid(`its elements are not ${CHILDREN.join(', ')}`);
  checkSignature(assertion, again, rules);
  checkHead(assertion);
  const attributes = readAttributes(assertion);
  const own = [rules.structure, ...rules.structures];
  if (!own.includes(attributes.structure))
    refuse(
      'wsse:FailedAuthentication',
      'Identifiant_Structure: neither the OU of the certificate nor one of its structures',
    );
  return { id: valueOf(assertion, '@ID'), ...attributes };
}

function checkSignature(assertion: XmlElement, again: XmlDocument, rules: VihfRules): void {
  const signature = onlyElement(assertion, 'ds:Signature');
  const [certificate, ...others] = signature === undefined ? [] : certificatesOf(signature);
  if (signature === undefined || certificate === undefined)
    refuse('DMPInvalidCertificate', 'Le certificat ayant signé le VIHF est invalide : absent');
  const fault = certificateFault(certificate, 'SIGN', { trusted: rules.trusted, others }, rules.now);
  if (fault !== undefined)
    refuse('DMPInvalidCertificate', `Le certificat ayant signé le VIHF est invalide : ${fault}`);
  if (!structuresOf(certificate).includes(rules.structure))
    refuse(
      'DMPInvalidCertificate',
      'Le certificat ayant signé le VIHF est invalide : its structure is not that of TLS',
    );
  const broken =
    signatureFault(signature, certificate.publicKey, { form: EXCLUSIVE_C14N, methods: [RSA_SHA256] }) ??
    referenceFault(assertion, signature, again);
  if (broken !== undefined) refuse('wsse:FailedCheck', `VIHF: ${broken}`);
  const issuer = onlyElement(assertion, 'saml:Issuer');
  if (valueOf(assertion, 'saml:Issuer/@Format') !== X509_SUBJECT_NAME) invalid('Issuer/@Format');
  if (issuer === undefined || !isNameOf(issuer.content, certificate.subject))
    invalid('Issuer: not the subject of the certificate');
}

function referenceFault(
  assertion: XmlElement,
  signature: XmlElement,
  again: XmlDocument,
): string | undefined {
  const reference = onlyElement(signature, 'ds:SignedInfo/ds:Reference');
  if (reference === undefined) return 'not one Reference';
  if (valueOf(reference, '@URI') !== `#${valueOf(assertion, '@ID')}`)
    return 'the Reference is not of the Assertion';
  if (transformsOf(reference).join() !== [ENVELOPED, EXCLUSIVE_C14N].join())
    return 'the transforms are not enveloped-signature and exclusive c14n';
  // The enveloped transform takes the signature away: from the copy, whose assertion stands where this one does.
  const copy = onlyElement(again.root, '/soap:Envelope/soap:Header/wsse:Security/saml:Assertion');
  onlyElement(again.root, '/soap:Envelope/soap:Header/wsse:Security/saml:Assertion/ds:Signature')?.remove();
  return copy === undefined ? 'no Assertion' : digestFault(reference, copy);
}

function checkHead(assertion: XmlElement): void {
  if (!ID.test(valueOf(assertion, '@ID'))) invalid('@ID: not a name of XML');
  if (valueOf(assertion, '@Version') !== '2.0') invalid('@Version is not 2.0');
  if (!INSTANT.test(valueOf(assertion, '@IssueInstant'))) invalid('@IssueInstant: not a UTC time');
  if (!INSTANT.test(valueOf(assertion, 'saml:AuthnStatement/@AuthnInstant')))
    invalid('@AuthnInstant: not a UTC time');
  if (!/^\S+$/.test(valueOf(assertion, 'saml:Subject/saml:NameID'))) invalid('NameID: not an identifier');
  const context = 'saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef';
  if (!AUTHN_CLASS.test(valueOf(assertion, context)))
    invalid('AuthnContextClassRef: not a class of SAML 2.0');
}

function invalid(reason: string): never {
  refuse('wsse:InvalidSecurityToken', `VIHF: ${reason}`);
}
