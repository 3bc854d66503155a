import { describe, expect, it } from 'vitest';
import { readCdaHeader } from '../../../src/formats/cda/read-header.ts';
import type { CdaHeader } from '../../../src/formats/cda/types.ts';
import { type CdaParts, cdaBytes, cdaContent, cdaText, PARTS } from './cda-text.ts';
import { codeOf, thrownBy } from './thrown-by.ts';

const EXPECTED: CdaHeader = {
  id: { root: '1.2.250.1.999.7', extension: 'CR-2026-41' },
  setId: { root: '1.2.250.1.999.8', extension: 'CR-2026' },
  versionNumber: '2',
  code: {
    code: '11502-2',
    system: '2.16.840.1.113883.6.1',
    display: "CR d'examens biologiques",
    systemName: 'LOINC',
  },
  title: "Compte rendu d'analyses",
  effectiveTime: '20261104101500+0100',
  confidentiality: [{ code: 'N', system: '2.16.840.1.113883.5.25', display: undefined }],
  language: 'fr-FR',
  templates: ['1.2.250.1.213.1.1.1.1'],
  replaces: [{ root: '1.2.250.1.999.7', extension: 'CR-2026-40' }],
  patient: {
    identifiers: [
      { root: '1.2.250.1.213.1.4.10', extension: '260058815400233' },
      { root: '1.2.250.1.999.2', extension: 'IPP0042', assigningAuthorityName: 'CHU des Essais' },
    ],
    families: [
      { value: "D'ARGOAT", qualifier: 'BR' },
      { value: 'KERVELLA', qualifier: 'CL' },
    ],
    givens: [
      { value: 'Maëlle Anne', qualifier: undefined },
      { value: 'Maëlle', qualifier: 'BR' },
      { value: 'Anne', qualifier: 'CL' },
    ],
    birthTime: '20600501',
    gender: 'F',
    birthplace: { county: '88154', city: 'ESSEGNEY' },
  },
  authors: [
    {
      identifier: { root: '1.2.250.1.71.4.2.1', extension: '899700000012' },
      family: 'LE GOFF',
      given: 'Yann',
      device: undefined,
      model: undefined,
      code: { code: 'G15_10/SM03', system: '1.2.250.1.213.1.1.4.5', display: 'Biologie médicale' },
      role: 'Médecin traitant',
      organization: {
        identifier: { root: '1.2.250.1.71.4.2.2', extension: '1990000001' },
        name: 'Laboratoire du Menhir',
      },
    },
  ],
  custodian: {
    identifier: { root: '1.2.250.1.71.4.2.2', extension: '1990000001' },
    name: 'Laboratoire du Menhir',
  },
  authenticator: {
    identifier: { root: '1.2.250.1.71.4.2.1', extension: '899700000038' },
    family: 'TANGUY',
    given: 'Maud',
  },
  services: [
    {
      code: { code: '18725-2', system: '2.16.840.1.113883.6.1', display: 'Microbiologie' },
      translations: [{ code: 'MB', system: '1.2.250.1.999.9', display: 'Microbio' }],
      start: '20261103090000+0100',
      end: '20261104093000+0100',
      practiceSetting: { code: 'AMBULATOIRE', system: '1.2.250.1.213.1.1.4.9', display: 'Ambulatoire' },
    },
    { code: undefined, translations: [], start: '20261103', end: undefined, practiceSetting: undefined },
  ],
  encounter: {
    identifier: { root: '1.2.250.1.999.3', extension: 'V9' },
    start: '20261103080000+0100',
    end: '20261104',
    facility: {
      code: 'SA25',
      system: '1.2.250.1.71.4.2.4',
      display: 'Laboratoire de biologie médicale',
    },
  },
};

const parent = (type: string, ids: string) =>
  `<relatedDocument typeCode="${type}"><parentDocument>${ids}</parentDocument></relatedDocument>`;

const read = (parts: Partial<CdaParts>) => readCdaHeader(cdaBytes(parts));

describe('readCdaHeader reads the same header', () => {
  const text = cdaText();
  const prefixed = cdaContent().replaceAll(/<(\/?)(?=[a-z])/gi, '<$1c:');
  const styleSheet = `<?xml version="1.0"?><?xml-stylesheet href="#"?>
    <xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:c="urn:hl7-org:v3" xmlns:d="urn:d">
    <xsl:output method="html"/><d:Contenu><c:ClinicalDocument>${prefixed}</c:ClinicalDocument></d:Contenu>
    <xsl:template match="/c:ClinicalDocument"><xsl:value-of select="c:id"/></xsl:template></xsl:stylesheet>\n`;

  it.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(text)],
    ['with a byte-order mark', Buffer.from(`\uFEFF${text}`)],
    ['after blanks', Buffer.from(`\r\n  ${text}`)],
    ['UTF-16 little-endian', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16 big-endian', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['ISO-8859-15', Buffer.from(text.replace('UTF-8', 'ISO-8859-15'), 'latin1')],
    ['windows line ends', Buffer.from(text.replaceAll('\n', '\r\n'))],
    [
      'another prefix',
      Buffer.from(`<c:ClinicalDocument xmlns:c='urn:hl7-org:v3'>${prefixed}</c:ClinicalDocument>`),
    ],
    ['inside a style sheet', Buffer.from(styleSheet)],
    ['without a body', cdaBytes({ body: '' })],
    ['with a body that is not even XML', cdaBytes({ body: '<component><a><b></a>&nope;</component>' })],
    [
      'with components in the body',
      cdaBytes({ body: PARTS.body.replace('<nonXMLBody>', '<structuredBody><component/>') }),
    ],
    [
      'with other components in the header',
      cdaBytes({
        body: `<x:component xmlns:x="urn:x"/><authorization><component/></authorization>${PARTS.body}`,
      }),
    ],
    [
      'with a comment and CDATA about a body',
      cdaBytes({ title: `<!-- <component> -->${PARTS.title.replace('d&#39;', "<![CDATA[d']]>")}` }),
    ],
    [
      'an identifier of another namespace before',
      cdaBytes({
        id: `<sdtc:id root="9.9.9"/>${PARTS.id}`,
        identifiers: `<sdtc:id root="1.2.250.1.213.1.4.8" extension="1"/>${PARTS.identifiers}`,
      }),
    ],
    [
      'a translated code',
      cdaBytes({ code: PARTS.code.replace('/>', '><translation code="X" codeSystem="9"/></code>') }),
    ],
  ])('%s', (_, bytes) => {
    expect(readCdaHeader(bytes)).toEqual(EXPECTED);
  });
});

describe('the confidentiality of a header', () => {
  const OWN = '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>';
  const codesOf = (elements: string) =>
    readCdaHeader(Buffer.from(cdaText().replace(OWN, elements))).confidentiality.map(({ code, system }) => [
      code,
      system,
    ]);

  it.each<[string, string, readonly (readonly [string, string | undefined])[]]>([
    ['none', '', []],
    ['a null flavour', '<confidentialityCode nullFlavor="NI"/>', []],
    [
      'several, wherever they stand',
      '<confidentialityCode code="N" codeSystem="1.2"/><languageCode code="fr-FR"/><confidentialityCode code=" MASQUE_PS "/>',
      [
        ['N', '1.2'],
        ['MASQUE_PS', undefined],
      ],
    ],
    [
      'translations, and theirs',
      '<confidentialityCode code="N"><translation code="R" codeSystem="1.3"><translation code="V"/></translation><translation nullFlavor="UNK"/></confidentialityCode><confidentialityCode code="S"/>',
      [
        ['N', undefined],
        ['R', '1.3'],
        ['V', undefined],
        ['S', undefined],
      ],
    ],
    [
      'a translation of nothing',
      '<confidentialityCode nullFlavor="OTH"><translation code="R"/></confidentialityCode>',
      [['R', undefined]],
    ],
    ['another namespace’s', '<sdtc:confidentialityCode code="R"/>', []],
  ])('%s', (_, elements, expected) => {
    expect(codesOf(elements)).toEqual(expected);
  });
});

describe('readCdaHeader names its faults', () => {
  const two = '<recordTarget><patientRole><id root="1.9" extension="2"/></patientRole></recordTarget>';
  it.each<[string, string, Partial<CdaParts>]>([
    ['CDA-005', 'no id', { id: '' }],
    ['CDA-005', 'an id with a null flavour', { id: '<id nullFlavor="UNK"/>' }],
    ['CDA-005', 'an id with a blank root', { id: '<id root=" " extension="1"/>' }],
    ['CDA-005', 'an id in another namespace only', { id: '<sdtc:id root="1.2"/>' }],
    ['CDA-006', 'no patient identifier', { identifiers: '' }],
    ['CDA-006', 'the INS authority alone as patient id', { identifiers: '<id root="1.2.250.1.213.1.4.8"/>' }],
    [
      'CDA-006',
      'null patient identifiers',
      { identifiers: '<id nullFlavor="NI"/><id root="1.2.250.1.213.1.4.8" nullFlavor="UNK"/>' },
    ],
    ['CDA-006', 'an identifier without an authority', { identifiers: '<id extension="42"/>' }],
    ['CDA-007', 'no code', { code: '' }],
    [
      'CDA-007',
      'a null code with a translation',
      { code: '<code nullFlavor="OTH"><translation code="1"/></code>' },
    ],
    ['CDA-009', 'no name', { name: '' }],
    [
      'CDA-009',
      'a blank family name',
      { name: '<name><family qualifier="BR"> </family><given>A</given></name>' },
    ],
    ['CDA-009', 'a name that is not in parts', { name: '<name>Anne KERVELLA</name>' }],
    [
      'CDA-009',
      "a guardian's name only",
      { name: '<guardian><guardianPerson><name><family>X</family></name></guardianPerson></guardian>' },
    ],
    ['CDA-010', 'two record targets', { recordTargetRest: two }],
    [
      'CDA-010',
      'two patients in one',
      { patientRest: '</patient><patient><name><family>AUTRE</family></name>' },
    ],
    ['CDA-003', 'an entity declaration', { title: '<!ENTITY x "y">' }],
    ['CDA-001', 'an unknown entity', { title: '<title>&eacute;</title>' }],
    ['CDA-001', 'tags that cross', { title: '<title><b></title></b>' }],
    ['CDA-004', 'a crowd of elements', { title: '<a/>'.repeat(200_000) }],
    ['CDA-004', 'deep nesting', { title: '<a>'.repeat(200) + '</a>'.repeat(200) }],
  ])('%s: %s', (code, _, parts) => {
    expect(codeOf(() => read(parts))).toBe(code);
  });

  it('and never says a word of the document', () => {
    const name = PARTS.name.replace('<family', '<family qualifier="BR"');
    const thrown = thrownBy(() => read({ name }));
    const said = JSON.stringify(thrown, Object.getOwnPropertyNames(thrown)) + String(thrown.cause);
    expect(thrown.code).toBe('CDA-001');
    expect(said).not.toMatch(/ARGOAT|KERVELLA|260058815400233/);
  });
});

describe('names', () => {
  it.each<[string, string, [string, string | undefined][]]>([
    ['unqualified', '<name><family>A</family></name>', [['A', undefined]]],
    [
      'several qualifiers',
      '<name><family qualifier="br CL">A</family></name>',
      [
        ['A', 'BR'],
        ['A', 'CL'],
      ],
    ],
    [
      'two names that complete each other',
      '<name use="L"><family qualifier="BR">A</family></name><name><family qualifier="CL">B</family></name>',
      [
        ['A', 'BR'],
        ['B', 'CL'],
      ],
    ],
    [
      'two names that compete: the first',
      '<name><family>A</family></name><name use="P"><family>B</family></name>',
      [['A', undefined]],
    ],
    [
      'two parts of one name',
      '<name><family qualifier="BR">A</family><family qualifier="BR">B</family></name>',
      [
        ['A', 'BR'],
        ['B', 'BR'],
      ],
    ],
    [
      'parts nested in others are none',
      '<name><x><family>Z</family></x><family>A</family></name>',
      [['A', undefined]],
    ],
  ])('%s', (_, name, expected) => {
    const { families } = read({ name }).patient;
    expect(families.map(({ value, qualifier }) => [value, qualifier])).toEqual(expected);
  });
});

describe('details', () => {
  it.each([
    ['19790328', '19790328'],
    ['197903281530', '197903281530'],
    ['19790328153000.0000+0100', '19790328153000'],
    ['1979', '1979'],
    ['1979-03-28', undefined],
    ['28/03/1979', undefined],
    ['', undefined],
  ])('birth time %s', (value, expected) => {
    expect(read({ patientRest: `<birthTime value="${value}"/>` }).patient.birthTime).toBe(expected);
  });

  it('a patient without traits', () => {
    const { birthTime, gender, birthplace } = read({ patientRest: '' }).patient;
    expect({ birthTime, gender, birthplace }).toEqual({});
  });

  it('an identifier that is a root alone', () => {
    const parts = { id: '<id root="1.2.3"/>', identifiers: '<id nullFlavor="NI"/><id root="1.2.4"/>' };
    const { id, patient } = read(parts);
    expect([id, patient.identifiers]).toEqual([{ root: '1.2.3' }, [{ root: '1.2.4' }]]);
  });

  it('a header with nothing but what is required', () => {
    expect(read({ title: '', rest: '', body: '' })).toMatchObject({
      title: undefined,
      replaces: [],
      authors: [],
      custodian: undefined,
      authenticator: undefined,
      services: [],
      encounter: undefined,
    });
  });

  it('a device as author, and an author with qualified names', () => {
    const rest = `<author><assignedAuthor><id nullFlavor="NA"/><assignedAuthoringDevice>
        <manufacturerModelName>Modele</manufacturerModelName><softwareName>Logiciel</softwareName></assignedAuthoringDevice>
        <representedOrganization><name nullFlavor="NI"/></representedOrganization></assignedAuthor></author>
      <author><assignedAuthor><assignedPerson><name><family qualifier="BR">A</family><family qualifier="SP">B</family>
        <given qualifier="BR">C</given></name></assignedPerson></assignedAuthor></author><author/>`;
    expect(read({ rest }).authors).toMatchObject([
      {
        identifier: undefined,
        family: undefined,
        device: 'Logiciel',
        model: 'Modele',
        organization: undefined,
      },
      { family: 'B', given: 'C', device: undefined, model: undefined },
    ]);
  });

  it('replaced documents: RPLC only, the first usable id of each', () => {
    const rest =
      parent('APND', '<id root="1"/>') +
      parent('RPLC', '<id nullFlavor="NI"/><id root="2"/><setId root="3"/>') +
      parent('RPLC', '<id root="4" extension="5"/>') +
      parent('RPLC', '');
    expect(read({ rest }).replaces).toEqual([{ root: '2' }, { root: '4', extension: '5' }]);
  });

  it('the templates of the document itself, in order', () => {
    const rest =
      '<templateId root="1.2"/><author><templateId root="1.9"/></author><templateId/><templateId root="1.3" extension="4"/>';
    expect(read({ rest }).templates).toEqual(['1.2.250.1.213.1.1.1.1', '1.2', '1.3']);
  });

  it.each<[string, string, object | undefined]>([
    ['none', '<legalAuthenticator nullFlavor="NI"/>', undefined],
    [
      'an id alone',
      '<assignedEntity><id root="1.2" extension="3"/></assignedEntity>',
      { identifier: { root: '1.2', extension: '3' } },
    ],
    [
      'nobody that is named',
      '<assignedEntity><id nullFlavor="UNK"/><assignedPerson><name nullFlavor="UNK"/></assignedPerson></assignedEntity>',
      {},
    ],
    [
      'a birth name and a used one',
      `<assignedEntity><id root="1.2"/><assignedPerson><name><family qualifier="BR">A</family>
         <family qualifier="SP">B</family><given>C</given></name></assignedPerson></assignedEntity>`,
      { identifier: { root: '1.2' }, family: 'B', given: 'C' },
    ],
    [
      'a profession',
      '<assignedEntity><id root="1.2"/><code code="G15_60" codeSystem="1.9" displayName="Infirmier"/></assignedEntity>',
      { identifier: { root: '1.2' }, code: { code: 'G15_60', system: '1.9', display: 'Infirmier' } },
    ],
  ])('who takes responsibility: %s', (_, content, expected) => {
    const rest = content.startsWith('<legal')
      ? content
      : `<legalAuthenticator>${content}</legalAuthenticator>`;
    expect(read({ rest }).authenticator).toEqual(expected);
  });

  it('acts: the first practice setting that a performer names', () => {
    const performer = (setting: string) =>
      `<performer><assignedEntity><representedOrganization>${setting}</representedOrganization></assignedEntity></performer>`;
    const rest = `<documentationOf/><documentationOf><serviceEvent><code nullFlavor="NA"><translation code="CT"/></code>
      <effectiveTime><low nullFlavor="UNK"/></effectiveTime>${performer('')}
      ${performer('<standardIndustryClassCode nullFlavor="UNK"/>')}
      ${performer('<standardIndustryClassCode code="HAD"/>')}${performer('<standardIndustryClassCode code="SAD"/>')}
    </serviceEvent></documentationOf>`;
    expect(read({ rest }).services).toEqual([
      { code: undefined, translations: [{ code: 'CT' }], practiceSetting: { code: 'HAD' } },
    ]);
  });

  it('an encounter with one date', () => {
    const rest =
      '<componentOf><encompassingEncounter><effectiveTime value="20261103"/></encompassingEncounter></componentOf>';
    expect(read({ rest }).encounter).toEqual({ start: '20261103' });
  });
});
