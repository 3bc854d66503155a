import { assert, property, string } from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { cdaSample } from '../../../samples/kit/cda.ts';
import { isInsAuthority } from '../../../src/formats/cda/identity.ts';
import { readProfessionals } from '../../../src/formats/vihf/professionals.ts';
import { secretConnectionOf } from '../../../src/formats/vihf/secret-connection.ts';
import { buildVihf, type VihfInput } from '../../../src/formats/vihf/vihf.ts';
import { structureOf } from '../../../src/formats/vihf/vihf-structure.ts';
import { vihfSubject } from '../../../src/formats/vihf/vihf-subject.ts';
import { type Overrides, read } from '../hl7/request-kit.ts';

const NAMESPACES = {
  s: 'urn:oasis:names:tc:SAML:2.0:assertion',
  h: 'urn:hl7-org:v3',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
};
const STATEMENT = '/s:Assertion/s:AttributeStatement';
const ROLE = 'urn:oasis:names:tc:xacml:2.0:subject:role';
const PURPOSE = 'urn:oasis:names:tc:xspa:1.0:subject:purposeofuse';
const SECRET = 'urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code';

const valueOf = (name: string) => `string(${STATEMENT}/s:Attribute[@Name="${name}"]/s:AttributeValue)`;
const roleOf = (place: number) =>
  `${STATEMENT}/s:Attribute[@Name="${ROLE}"]/s:AttributeValue[${place}]/h:Role`;
const PURPOSE_OF_USE = `${STATEMENT}/s:Attribute[@Name="${PURPOSE}"]/s:AttributeValue/h:PurposeOfUse`;

/** What an XPath 1.0 expression gives, by a reader that shares nothing with the writer. */
function look(xml: string, ...paths: readonly string[]): unknown[] {
  const document = XmlDocument.fromString(xml);
  try {
    return paths.map(path => {
      const found = document.eval(path, NAMESPACES);
      return Array.isArray(found) ? found.map(node => node.content) : found;
    });
  } finally {
    document.dispose();
  }
}

/** What the VIHF of one request with one document is made of, by the settings that a site would have. */
function inputOf(overrides: Overrides = {}): VihfInput {
  const request = read({
    sender: {
      person: { id: '10009990017', family: 'KERVELLA', given: 'Yann' },
      organization: { name: 'Laboratoire des Embruns', id: '290000999' },
    },
    ...overrides,
    wishes: { DESTDMP: 'Y', DESTMSSANTEPS: 'Y', ...overrides.wishes },
  });
  const ins = request.patient.identifiers.find(({ root }) => isInsAuthority(root));
  return {
    id: '_09cd372d-da9e-4d8c-a225-b7304defd6fb',
    time: new Date('2026-11-20T08:30:00.250Z'),
    issuer: 'CN=embruns.example,OU=1290000999,O=Laboratoire des Embruns,ST=Finistère (29),C=FR',
    subject: vihfSubject({
      sender: request.sender,
      headers: request.documents.map(document => document.header),
      professionals: readProfessionals(''),
      automate: { responsible: '801234567866', name: 'pfi-gateway, passerelle, DSI' },
    }),
    structure: structureOf(request.sender, [{ id: '1290000999', sector: 'SA25' }]),
    patientId: `${ins?.extension}^^^&${ins?.root}&ISO^NH`,
    software: { name: 'pfi-gateway', version: '1.0', approval: 'EMB-123456-001' },
    version: '4.0',
    modeAttribute: 'Authentification_Mode',
    authnContext: 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified',
    secretConnection: secretConnectionOf(request.wishes.connexionSecrete, 'SECRETE'),
  };
}

const INPUT = inputOf();

/** Rows of “Mapping VIHF pour le DMP”, but for the signature, which is made of this text later. */
describe('buildVihf: the published table, from one document and one request', () => {
  const xml = buildVihf(inputOf({ wishes: { CONNEXION_SECRETE: 'Y' } }));

  it.each<[string, string, unknown]>([
    [
      'Assertion/Issuer',
      'string(/s:Assertion/s:Issuer)',
      'CN=embruns.example,OU=1290000999,O=Laboratoire des Embruns,ST=Finistère (29),C=FR',
    ],
    [
      'Assertion/Issuer/@Format',
      'string(/s:Assertion/s:Issuer/@Format)',
      'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName',
    ],
    ['Identifiant_Structure', valueOf('Identifiant_Structure'), '1290000999'],
    ['Secteur_Activite', valueOf('Secteur_Activite'), 'SA25^1.2.250.1.71.4.2.4'],
    ['Assertion/Subject/NameID', 'string(/s:Assertion/s:Subject/s:NameID)', '810009990017'],
    ['subject-id', valueOf('urn:oasis:names:tc:xspa:1.0:subject:subject-id'), 'KERVELLA Yann'],
    ['role: how many', `count(${STATEMENT}/s:Attribute[@Name="${ROLE}"]/s:AttributeValue)`, 2],
    ['role 1: code', `string(${roleOf(1)}/@code)`, '10'],
    ['role 1: system', `string(${roleOf(1)}/@codeSystem)`, '1.2.250.1.71.1.2.7'],
    ['role 1: system name', `string(${roleOf(1)}/@codeSystemName)`, 'TRE_G15-ProfessionSante'],
    ['role 2: system name', `string(${roleOf(2)}/@codeSystemName)`, 'TRE_R01-EnsembleSavoirFaire'],
    ['role 1: name', `string(${roleOf(1)}/@displayName)`, 'Médecin'],
    ['role 1: type', `string(${roleOf(1)}/@xsi:type)`, 'CE'],
    ['role 2: code', `string(${roleOf(2)}/@code)`, 'SM03'],
    ['role 2: system', `string(${roleOf(2)}/@codeSystem)`, '1.2.250.1.71.4.2.5'],
    ['role 2: name', `string(${roleOf(2)}/@displayName)`, 'Biologie médicale (SM)'],
    ['role 2: type', `string(${roleOf(2)}/@xsi:type)`, 'CE'],
    [
      'AuthnContextClassRef',
      'string(/s:Assertion/s:AuthnStatement/s:AuthnContext/s:AuthnContextClassRef)',
      'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified',
    ],
    ['Assertion/@xmlns', 'namespace-uri(/*)', 'urn:oasis:names:tc:SAML:2.0:assertion'],
    ['Assertion/@Version', 'string(/s:Assertion/@Version)', '2.0'],
    ['Assertion/@ID', 'string(/s:Assertion/@ID)', '_09cd372d-da9e-4d8c-a225-b7304defd6fb'],
    ['Assertion/@IssueInstant', 'string(/s:Assertion/@IssueInstant)', '2026-11-20T08:30:00.250Z'],
    ['@AuthnInstant', 'string(/s:Assertion/s:AuthnStatement/@AuthnInstant)', '2026-11-20T08:30:00.250Z'],
    ['Assertion/Conditions', 'count(//s:Conditions | //s:AudienceRestriction)', 0],
    ['VIHF_Version', valueOf('VIHF_Version'), '4.0'],
    ['Authentification_Mode', valueOf('Authentification_Mode'), 'INDIRECTE'],
    [
      'resource-id',
      valueOf('urn:oasis:names:tc:xacml:2.0:resource:resource-id'),
      `${cdaSample().patient.identifiers[0]?.extension}^^^&1.2.250.1.213.1.4.10&ISO^NH`,
    ],
    ['Ressource_URN', valueOf('Ressource_URN'), 'urn:dmp'],
    ['purposeofuse: code', `string(${PURPOSE_OF_USE}/@code)`, 'normal'],
    ['purposeofuse: system', `string(${PURPOSE_OF_USE}/@codeSystem)`, '1.2.250.1.213.1.1.4.248'],
    ['purposeofuse: its name', `string(${PURPOSE_OF_USE}/@codeSystemName)`, 'mode acces VIHF 2.0'],
    ['purposeofuse: name', `string(${PURPOSE_OF_USE}/@displayName)`, 'Accès normal'],
    ['purposeofuse: type', `string(${PURPOSE_OF_USE}/@xsi:type)`, 'CE'],
    ['confidentiality-code', valueOf(SECRET), 'SECRETE'],
    ['LPS_ID, optional', `count(${STATEMENT}/s:Attribute[@Name="LPS_ID"])`, 0],
    ['LPS_Nom', valueOf('LPS_Nom'), 'pfi-gateway'],
    ['LPS_Version', valueOf('LPS_Version'), '1.0'],
    ['LPS_ID_HOMOLOGATION_DMP', valueOf('LPS_ID_HOMOLOGATION_DMP'), 'EMB-123456-001'],
  ])('%s', (_, path, expected) => {
    expect(look(xml, path)).toEqual([expected]);
  });

  it('in the order of SAML and of the examples, each attribute once, on one line', () => {
    const document = XmlDocument.fromString(xml);
    const parts = document.find('/s:Assertion/*', NAMESPACES).map(node => node.eval('local-name()'));
    document.dispose();
    expect(parts).toEqual(['Issuer', 'Subject', 'AuthnStatement', 'AttributeStatement']);
    expect(look(xml, `${STATEMENT}/s:Attribute/@Name`)).toEqual([
      [
        'Identifiant_Structure',
        'Secteur_Activite',
        'urn:oasis:names:tc:xspa:1.0:subject:subject-id',
        ROLE,
        'VIHF_Version',
        'Authentification_Mode',
        'urn:oasis:names:tc:xacml:2.0:resource:resource-id',
        'Ressource_URN',
        PURPOSE,
        'LPS_Nom',
        'LPS_Version',
        'LPS_ID_HOMOLOGATION_DMP',
        SECRET,
      ],
    ]);
    expect(xml).not.toMatch(/[\r\n]|>\s+</);
  });
});

describe('buildVihf', () => {
  it('names the automate and who is responsible for it where PRT-5 names a device', () => {
    const xml = buildVihf(
      inputOf({ sender: { device: 'SGL-1', organization: { name: 'Laboratoire', id: '290000999' } } }),
    );
    expect(
      look(
        xml,
        'string(//s:NameID)',
        valueOf('urn:oasis:names:tc:xspa:1.0:subject:subject-id'),
        '//h:Role/@code',
        '//h:Role/@codeSystem',
        '//h:Role/@displayName',
      ),
    ).toEqual([
      '801234567866',
      'pfi-gateway, passerelle, DSI',
      ['AUTOMATE'],
      ['1.2.250.1.213.1.1.4.6'],
      ['Automate'],
    ]);
  });

  it('has no attribute of a secret connection where none is asked for', () => {
    expect(look(buildVihf(INPUT), `count(${STATEMENT}/s:Attribute[@Name="${SECRET}"])`)).toEqual([0]);
  });

  it('keeps to the settings: the version, the name of the mode, no approval', () => {
    const xml = buildVihf({
      ...INPUT,
      version: '3.0',
      modeAttribute: 'Authentification_mode',
      software: { name: 'a', version: '2', approval: '' },
    });
    expect(
      look(
        xml,
        valueOf('VIHF_Version'),
        valueOf('Authentification_mode'),
        'count(//s:Attribute[@Name="Authentification_Mode"])',
        'count(//s:Attribute[@Name="LPS_ID_HOMOLOGATION_DMP"]/s:AttributeValue)',
      ),
    ).toEqual(['3.0', 'INDIRECTE', 0, 1]);
  });

  it.each([
    '</saml2:NameID><saml2:NameID>',
    ']]>&amp;<!--',
    '"\' onload="x" xmlns="urn:evil',
    '&#0;&evil;<!DOCTYPE x>',
    'L’Haÿ-les-Roses 😀 \u202e',
    'a\r\nb\tc',
  ])('gives hostile text back as it is, wherever it stands: %j', hostile => {
    const coded = { code: hostile, system: hostile, display: hostile };
    const xml = buildVihf({
      ...INPUT,
      issuer: hostile,
      subject: { nameId: hostile, name: hostile, roles: [coded, coded] },
      structure: { id: hostile, sector: coded },
      patientId: hostile,
      software: { name: hostile, version: hostile, approval: hostile },
      version: hostile,
      authnContext: hostile,
      modeAttribute: hostile,
      id: hostile,
      secretConnection: hostile,
    });
    const [id, elements, attributes, mode, values] = look(
      xml,
      'string(/*/@ID)',
      '//s:Issuer | //s:NameID | //s:AuthnContextClassRef',
      '//h:Role/@*',
      '//s:Attribute[s:AttributeValue="INDIRECTE"]/@Name',
      '//s:AttributeValue[not(*)]',
    );
    expect(id).toBe(hostile);
    expect(elements).toEqual([hostile, hostile, hostile]);
    expect(attributes).toEqual(['CE', 'CE'].flatMap(type => [hostile, hostile, hostile, hostile, type]));
    expect(mode).toEqual([hostile]);
    expect(values).toEqual([
      hostile,
      `${hostile}^${hostile}`,
      hostile,
      hostile,
      'INDIRECTE',
      hostile,
      'urn:dmp',
      hostile,
      hostile,
      hostile,
      hostile,
    ]);
    expect(look(xml, 'count(//*)', 'count(//s:Attribute)')).toEqual(
      look(buildVihf({ ...INPUT, secretConnection: 'x' }), 'count(//*)', 'count(//s:Attribute)'),
    );
  });

  it('is well formed whatever a name holds', () => {
    assert(
      property(string({ unit: 'binary' }), text => {
        const xml = buildVihf({
          ...INPUT,
          subject: { nameId: text, name: text, roles: [{ code: text, system: text, display: text }] },
        });
        expect(look(xml, 'count(//s:NameID)', 'count(//h:Role)')).toEqual([1, 1]);
      }),
      { numRuns: 50 },
    );
  });
});
