import { randomUUID, X509Certificate } from 'node:crypto';
import type { IssuedCertificate } from '../../src/sandbox/certificates.ts';
import { nameOf } from './dmp-signatures.ts';

/** A VIHF 4.0 of a doctor, not signed, written out by hand: independently of the writer under test. */
export function vihfXml(signer: IssuedCertificate, patientId: string, structure: string): string {
  const attribute = (name: string, ...values: readonly string[]): string =>
    `<saml2:Attribute Name="${name}">${values.map(value => `<saml2:AttributeValue>${value}</saml2:AttributeValue>`).join('')}</saml2:Attribute>`;
  const code = (element: string, said: string): string =>
    `<${element} xmlns="urn:hl7-org:v3" ${said} xsi:type="CE"/>`;
  const now = '2026-11-20T08:30:00Z';
  const issuer = escaped(nameOf(new X509Certificate(signer.cert).subject));
  return [
    `<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="_${randomUUID()}" IssueInstant="${now}" Version="2.0">`,
    `<saml2:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">${issuer}</saml2:Issuer>`,
    '<saml2:Subject><saml2:NameID>810009990017</saml2:NameID></saml2:Subject>',
    `<saml2:AuthnStatement AuthnInstant="${now}"><saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>`,
    '<saml2:AttributeStatement>',
    attribute('Identifiant_Structure', structure),
    attribute('Secteur_Activite', 'SA01^1.2.250.1.71.4.2.4'),
    attribute('urn:oasis:names:tc:xspa:1.0:subject:subject-id', 'KERVELLA Yann'),
    attribute(
      'urn:oasis:names:tc:xacml:2.0:subject:role',
      code(
        'Role',
        'code="10" codeSystem="1.2.250.1.71.1.2.7" codeSystemName="TRE_G15" displayName="Médecin"',
      ),
      code(
        'Role',
        'code="SM03" codeSystem="1.2.250.1.71.4.2.5" codeSystemName="TRE_R01" displayName="Biologie médicale (SM)"',
      ),
    ),
    attribute('VIHF_Version', '4.0'),
    attribute('Authentification_Mode', 'INDIRECTE'),
    attribute('urn:oasis:names:tc:xacml:2.0:resource:resource-id', escaped(patientId)),
    attribute('Ressource_URN', 'urn:dmp'),
    attribute(
      'urn:oasis:names:tc:xspa:1.0:subject:purposeofuse',
      code(
        'PurposeOfUse',
        'code="normal" codeSystem="1.2.250.1.213.1.1.4.248" codeSystemName="mode acces VIHF 2.0" displayName="Accès normal"',
      ),
    ),
    attribute('LPS_Nom', 'pfi-gateway'),
    attribute('LPS_Version', '1.0'),
    attribute('LPS_ID_HOMOLOGATION_DMP', 'TEST-1'),
    '</saml2:AttributeStatement></saml2:Assertion>',
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;');
}
