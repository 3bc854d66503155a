/**
 * An unsigned assertion of invented people: default namespaces, accents, entities. No prefix stands in a value alone
 * (`xsi:type="xs:string"`): exclusive canonicalisation leaves its declaration out, so that nothing signs it.
 */
export const ASSERTION = [
  '<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="_5f1d0c3e" IssueInstant="2026-01-15T10:00:00.000Z" Version="2.0">',
  '<saml2:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">CN=DMP SIGN,OU=1120456789,O=CHU de l’Été\\, Rodez,ST=Aveyron (12),C=FR</saml2:Issuer>',
  '<saml2:Subject><saml2:NameID>899900000001</saml2:NameID></saml2:Subject>',
  '<saml2:Conditions NotBefore="2026-01-15T09:55:00.000Z" NotOnOrAfter="2026-01-15T10:30:00.000Z"/>',
  '<saml2:AttributeStatement>',
  '<saml2:Attribute Name="Identifiant_Structure"><saml2:AttributeValue>1120456789</saml2:AttributeValue></saml2:Attribute>',
  '<saml2:Attribute Name="urn:oasis:names:tc:xspa:1.0:subject:subject-id"><saml2:AttributeValue>CÉCILE L’ŒUVRÉ</saml2:AttributeValue></saml2:Attribute>',
  '<saml2:Attribute Name="urn:oasis:names:tc:xacml:2.0:subject:role"><saml2:AttributeValue><Role xmlns="urn:hl7-org:v3" code="10" codeSystem="1.2.250.1.71.1.2.7" displayName="Médecin" xsi:type="CE"/></saml2:AttributeValue></saml2:Attribute>',
  '<saml2:Attribute Name="urn:oasis:names:tc:xacml:2.0:resource:resource-id"><saml2:AttributeValue>199999999999999^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH</saml2:AttributeValue></saml2:Attribute>',
  '</saml2:AttributeStatement>',
  '</saml2:Assertion>',
].join('');
