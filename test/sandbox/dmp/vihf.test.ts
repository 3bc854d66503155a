import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dmp, startDmp } from '../../../src/sandbox/dmp.ts';
import { ORG } from '../../kit/dmp-identity.ts';
import { type Breaks, queryRequest, swap, type WireRequest } from '../../kit/dmp-request.ts';
import { answered, fault, SUCCESS } from './answered.ts';

const UNIQUE_ID = '1.2.250.1.999.1.1.7.1';
const query = (breaks: Breaks = {}): WireRequest => queryRequest([UNIQUE_ID], breaks);

let dmp: Dmp;

beforeAll(async () => {
  dmp = await startDmp({ trusted: ORG.trusted });
});
afterAll(() => dmp.stop());

const attribute = (name: string): RegExp =>
  new RegExp(`<saml2:Attribute Name="${name.replaceAll('.', '\\.')}">.*?</saml2:Attribute>`, 's');
const valueOf = (name: string, value: string): ((text: string) => string) =>
  swap(
    attribute(name),
    `<saml2:Attribute Name="${name}"><saml2:AttributeValue>${value}</saml2:AttributeValue></saml2:Attribute>`,
  );
const ROLE = 'urn:oasis:names:tc:xacml:2.0:subject:role';
const RESOURCE = 'urn:oasis:names:tc:xacml:2.0:resource:resource-id';
const PURPOSE = 'urn:oasis:names:tc:xspa:1.0:subject:purposeofuse';
const TOKEN = 'wsse:InvalidSecurityToken';
const second = /<saml2:AttributeValue><Role [^>]*code="SM03"[^>]*><\/saml2:AttributeValue>/;

it.each<[string, Breaks]>([
  [
    '3.0 with the other letter case',
    { vihf: text => swap('4.0', '3.0')(swap('Authentification_Mode', 'Authentification_mode')(text)) },
  ],
  [
    'an Issuer in the order of the certificate',
    {
      vihf: text =>
        text.replace(
          /(X509SubjectName">)(.*?)(?=<)/,
          (_, start, name: string) => start + (name.match(/(?:\\.|[^,])+/g) ?? []).toReversed().join(', '),
        ),
    },
  ],
  [
    'Conditions without audience',
    {
      vihf: swap('<saml2:Subject>', '<saml2:Conditions NotBefore="2026-01-01T00:00:00Z"/><saml2:Subject>'),
    },
  ],
  [
    'LPS_ID',
    {
      vihf: swap(
        '</saml2:AttributeStatement>',
        '<saml2:Attribute Name="LPS_ID"><saml2:AttributeValue>1</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>',
      ),
    },
  ],
  [
    'an automate',
    {
      vihf: text =>
        swap(
          second,
          '',
        )(swap(/code="10" codeSystem="[\d.]*"/, 'code="AUTOMATE" codeSystem="1.2.250.1.213.1.1.4.6"')(text)),
    },
  ],
  ['a pharmacist', { vihf: text => swap('"SM03"', '"H"')(swap('code="10"', 'code="21"')(text)) }],
  ['a nurse', { vihf: text => swap(second, '')(swap('code="10"', 'code="60"')(text)) }],
])('may be %s', async (_, breaks) => {
  expect(await answered(dmp, query(breaks))).toEqual(SUCCESS);
});

it('asks for secrecy', async () => {
  const name = 'urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code';
  const secret = `<saml2:Attribute Name="${name}"><saml2:AttributeValue>S</saml2:AttributeValue></saml2:Attribute>`;
  await answered(
    dmp,
    query({ vihf: swap('</saml2:AttributeStatement>', `${secret}</saml2:AttributeStatement>`) }),
  );
  await answered(dmp, query());
  expect(
    dmp
      .requests()
      .slice(-2)
      .map(({ isSecret }) => isSecret),
  ).toEqual([true, false]);
});

it.each<[string, Breaks, RegExp]>([
  ['an AUTH_CLI one', { vihfSigner: ORG.auth }, /Not a valid SIGN certificate/],
  ['one without nonRepudiation', { vihfSigner: ORG.repudiableSign }, /keyUsage/],
  ['one out of date', { vihfSigner: ORG.expiredSign }, /expired/],
  ['one of another authority', { vihfSigner: ORG.strangerSign }, /not issued by a trusted authority/],
  ['one of another structure', { vihfSigner: ORG.otherSign }, /structure is not that of TLS/],
  ['not there', { signedVihf: swap(/<X509Certificate>.*?<\/X509Certificate>/, '') }, /absent/],
  ['not one', { signedVihf: swap(/<X509Certificate>.{40}/, '<X509Certificate>') }, /absent/],
])('its certificate is %s', async (_, breaks, reason) => {
  expect(await answered(dmp, query(breaks))).toEqual(fault('DMPInvalidCertificate', reason));
  expect(await answered(dmp, query(breaks))).toEqual(
    fault('DMPInvalidCertificate', /^Le certificat ayant signé le VIHF est invalide : /),
  );
});

it.each<[string, Breaks, RegExp]>([
  ['not signed', { signedVihf: swap(/<Signature .*<\/Signature>/s, '') }, /not signed/],
  ['changed', { signedVihf: swap('>4.0<', '>3.0<') }, /DigestValue/],
  [
    'with another DigestValue',
    { signedVihf: swap(/<DigestValue>.{4}/, '<DigestValue>AAAA') },
    /SignatureValue/,
  ],
  [
    'with another SignatureValue',
    { signedVihf: swap(/<SignatureValue>.{4}/, '<SignatureValue>AAAA') },
    /SignatureValue/,
  ],
  [
    'with a Reference to another',
    { signedVihf: swap(/URI="#_/, 'URI="#x') },
    /SignatureValue|not of the Assertion/,
  ],
  [
    'canonicalised otherwise',
    {
      signedVihf: swap(
        'CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
        'CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"',
      ),
    },
    /CanonicalizationMethod/,
  ],
  [
    'signed by RSA-SHA1',
    { signedVihf: swap('2001/04/xmldsig-more#rsa-sha256', '2000/09/xmldsig#rsa-sha1') },
    /SignatureMethod/,
  ],
])('%s', async (_, breaks, reason) => {
  expect(await answered(dmp, query(breaks))).toEqual(fault('wsse:FailedCheck', reason));
});

it.each<[string, Breaks, RegExp]>([
  ['Version', { vihf: swap('Version="2.0"', 'Version="1.1"') }, /@Version/],
  ['ID', { vihf: swap(/ ID="_/, ' ID="1') }, /@ID/],
  [
    'IssueInstant',
    { vihf: swap(/IssueInstant="[^"]*Z"/, 'IssueInstant="2026-11-20 08:30"') },
    /@IssueInstant/,
  ],
  ['AuthnInstant', { vihf: swap(/ AuthnInstant="[^"]*"/, '') }, /@AuthnInstant/],
  ['Issuer/@Format', { vihf: swap('nameid-format', 'nameidformat') }, /Issuer\/@Format/],
  ['Issuer', { vihf: swap(/CN=dmp sign/, 'CN=dmp') }, /Issuer: not the subject/],
  ['NameID', { vihf: swap('>810009990017<', '><') }, /NameID/],
  [
    'AuthnContextClassRef',
    { vihf: swap('ac:classes:unspecified', 'ac:unspecified') },
    /AuthnContextClassRef/,
  ],
  ['its elements', { vihf: swap(/<saml2:Subject>.*<\/saml2:Subject>/, '') }, /elements/],
  [
    'AudienceRestriction',
    {
      vihf: swap(
        '<saml2:Subject>',
        '<saml2:Conditions><saml2:AudienceRestriction/></saml2:Conditions><saml2:Subject>',
      ),
    },
    /AudienceRestriction/,
  ],
  [
    'an attribute twice',
    { vihf: text => text.replace(attribute('Ressource_URN'), found => found + found) },
    /twice/,
  ],
  [
    'an unknown attribute',
    { vihf: swap('Name="LPS_Version"', 'Name="LPS_version"') },
    /does not have: LPS_version/,
  ],
  ...[
    'Identifiant_Structure',
    'Secteur_Activite',
    'urn:oasis:names:tc:xspa:1.0:subject:subject-id',
    ROLE,
    'VIHF_Version',
    RESOURCE,
    'Ressource_URN',
    PURPOSE,
    'LPS_Nom',
    'LPS_Version',
    'LPS_ID_HOMOLOGATION_DMP',
  ].map((name): [string, Breaks, RegExp] => [
    `no ${name}`,
    { vihf: swap(attribute(name), '') },
    new RegExp(`${name}: not `),
  ]),
  ['no mode', { vihf: swap(attribute('Authentification_Mode'), '') }, /Authentification_Mode: not once/],
  ...[
    ['Identifiant_Structure', '112'],
    ['Secteur_Activite', 'SA01'],
    ['urn:oasis:names:tc:xspa:1.0:subject:subject-id', ' '],
    ['VIHF_Version', '2.0'],
    ['Authentification_Mode', 'DIRECTE'],
    [RESOURCE, '285062901904254^^^&amp;1.2.250.1.999.1.2&amp;ISO^PI'],
    ['Ressource_URN', 'urn:dmp:x'],
    ['LPS_Nom', ''],
    ['LPS_Version', ''],
  ].map(([name = '', value = '']): [string, Breaks, RegExp] => [
    `${name} ${value}`,
    { vihf: valueOf(name, value) },
    new RegExp(`${name}: not of its form`),
  ]),
  [
    'two values',
    { vihf: swap('>urn:dmp<', '>urn:dmp</saml2:AttributeValue><saml2:AttributeValue>x<') },
    /Ressource_URN: not one AttributeValue/,
  ],
  ['a doctor without speciality', { vihf: swap(second, '') }, /Aucune spécialité/],
  ['a pharmacist with a doctor’s', { vihf: swap('code="10"', 'code="21"') }, /second/],
  ['a nurse with a speciality', { vihf: swap('code="10"', 'code="60"') }, /has none/],
  ['a role without name', { vihf: swap(' displayName="Médecin"', '') }, /role: no displayName/],
  ['a role without type', { vihf: swap(' xsi:type="CE"', '') }, /role: xsi:type/],
  ['a role whose system is no OID', { vihf: swap('"1.2.250.1.71.1.2.7"', '"TRE_G15"') }, /role: codeSystem/],
  ['three roles', { vihf: text => text.replace(second, found => found + found) }, /neither one nor two/],
  ['another purpose', { vihf: swap('code="normal"', 'code="bris_de_glace"') }, /normal access/],
])('%s', async (_, breaks, reason) => {
  expect(await answered(dmp, query(breaks))).toEqual(fault(TOKEN, reason));
});

it('a signature over another assertion (wrapping)', async () => {
  const wrapped = query({
    signedVihf: text =>
      text.replace('<saml2:Subject>', `<saml2:Advice>${text}</saml2:Advice><saml2:Subject>`),
  });
  expect(await answered(dmp, wrapped)).toEqual(fault('wsse:InvalidSecurityToken', /its elements/));
});
