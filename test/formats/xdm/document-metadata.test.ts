import { describe, expect, it } from 'vitest';
import { cdaDocument, cdaSample, type CdaSample } from '../../../samples/kit/cda.ts';
import { readCdaHeader } from '../../../src/formats/cda/read-header.ts';
import type { Author, CdaHeader, ServiceEvent } from '../../../src/formats/cda/types.ts';
import { documentMetadata, type HiddenFrom } from '../../../src/formats/xdm/document-metadata.ts';
import type { DocumentMetadata } from '../../../src/formats/xdm/document-types.ts';
import { LEVELS, VISIBILITY } from '../../kit/confidentiality.ts';
import { codeOf, thrownBy } from '../cda/thrown-by.ts';

const OPEN: HiddenFrom = { masquePs: false, invisiblePatient: false, invisibleRepLegaux: false };
const LOINC = '2.16.840.1.113883.6.1';

const bytes = cdaDocument(cdaSample());
const HEADER = readCdaHeader(bytes);

const sample = (changes: Partial<CdaSample>, hidden = OPEN) => {
  const document = cdaDocument(cdaSample(changes));
  const about = { action: 'add' as const, restrictions: hidden };
  return documentMetadata({ bytes: document, header: readCdaHeader(document) }, about);
};
const metadata = (changes: Partial<CdaHeader>, hidden = OPEN) =>
  documentMetadata({ bytes, header: { ...HEADER, ...changes } }, { action: 'add', restrictions: hidden });

describe('documentMetadata', () => {
  it('says everything that METADATA.XML asks for', () => {
    expect(metadata({})).toEqual({
      uniqueId: '1.2.250.1.999.1.1.2026.1.1',
      action: 'add',
      mimeType: 'text/xml',
      title: "Compte rendu d'examens biologiques",
      patientId: `${HEADER.patient.identifiers[0]?.extension}^^^&1.2.250.1.213.1.4.10&ISO^NH`,
      sourcePatientId: '8000123^^^&1.2.250.1.999.1.2&ISO^PI',
      sourcePatientInfo: [
        'PID-5|MORVAN^CLAIRE^CLAIRE MARIE LOUISE^^^^L',
        'PID-5|LE GOFF^CLAIRE^^^^^D',
        'PID-7|19850614',
        'PID-8|F',
        'PID-11|^^^^^^BDL^^29019',
      ],
      authors: [
        {
          person: '810009990017^KERVELLA^Yann^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
          institution: 'Laboratoire des Embruns^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1290000999',
          specialty: 'G15_10/SM03^Médecin - Biologie médicale (SM)^1.2.250.1.213.1.1.4.5',
        },
      ],
      legalAuthenticator: '810009990017^KERVELLA^Yann^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
      creationTime: '20261118083000',
      serviceStartTime: '20261118083000',
      languageCode: 'fr-FR',
      classCode: { code: '10', system: '1.2.250.1.213.1.1.4.1', display: 'Compte rendu' },
      typeCode: { code: '11502-2', system: LOINC, display: "CR d'examens biologiques" },
      formatCode: {
        code: 'urn:ihe:lab:xd-lab:2008',
        system: '1.3.6.1.4.1.19376.1.2.3',
        display: "Compte rendu structuré d'examens de biologie médicale",
      },
      healthcareFacilityTypeCode: {
        code: 'SA25',
        system: '1.2.250.1.71.4.2.4',
        display: 'Laboratoire de biologie médicale',
      },
      practiceSettingCode: { code: 'AMBULATOIRE', system: '1.2.250.1.213.1.1.4.9', display: 'Ambulatoire' },
      confidentialityCodes: [{ code: 'N', system: '2.16.840.1.113883.5.25', display: 'Normal' }],
      eventCodes: [],
    });
  });

  it('is plain data', () => {
    const made = metadata({ authors: [{ ...author, role: 'Médecin traitant' }] });
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  it.each<[string, Partial<CdaSample>, Partial<DocumentMetadata>]>([
    [
      'a PDF in a CDA, whatever its model',
      { level: 1 },
      { mimeType: 'text/xml', formatCode: expect.objectContaining({ code: 'urn:ihe:iti:xds-sd:pdf:2008' }) },
    ],
    ['a document in its style sheet', { selfPresenting: true }, { mimeType: 'application/xslt+xml' }],
    [
      'no published model',
      { templateId: '1.2.3' },
      { formatCode: expect.objectContaining({ code: 'urn:asipSante:modelesHorsProfils:2011' }) },
    ],
    ['an id with an extension', { id: { root: '1.2', extension: 'É-2' } }, { uniqueId: '1.2^É-2' }],
    [
      'a type of the CI-SIS',
      { code: 'SYNTH', system: '1.2.250.1.213.1.1.4.12' },
      { classCode: expect.objectContaining({ code: '11' }) },
    ],
    [
      'a device as author',
      { author: { ...cdaSample().author, device: 'Automate' } },
      {
        authors: [
          expect.objectContaining({
            person: '810009990017^Automate^^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI',
          }),
        ],
      },
    ],
    [
      'a restricted document',
      { confidentiality: 'V' },
      { confidentialityCodes: [expect.objectContaining({ code: 'V', display: 'Très restreint' })] },
    ],
  ])('%s', (_, changes, expected) => {
    expect(sample(changes)).toMatchObject(expected);
  });
});

const author: Author = {
  identifier: undefined,
  family: 'GWENN',
  given: 'Lena',
  device: undefined,
  model: undefined,
  code: undefined,
  role: undefined,
  organization: undefined,
};
const service: ServiceEvent = {
  code: undefined,
  translations: [],
  start: '20261101+0100',
  end: undefined,
  practiceSetting: { code: 'HAD', system: undefined, display: undefined },
};

describe('documentMetadata: details', () => {
  it.each<[string, Partial<CdaHeader>, Partial<DocumentMetadata>]>([
    ['no title: the type’s', { title: undefined }, { title: "CR d'examens biologiques" }],
    ['a long title', { title: `${'é'.repeat(126)}😀` }, { title: 'é'.repeat(126) }],
    [
      'a type without its system',
      { code: { code: '18748-4', system: undefined, display: 'x' } },
      {
        typeCode: { code: '18748-4', system: LOINC, display: "CR d'imagerie médicale" },
        classCode: { code: '31', system: '1.2.250.1.213.1.1.4.1', display: 'Imagerie médicale' },
      },
    ],
    [
      'authors of every kind',
      {
        authors: [
          { ...author, role: 'Médecin^traitant' },
          { ...author, family: undefined, given: undefined },
          {
            ...author,
            family: undefined,
            organization: { name: 'Service & Cie', identifier: undefined },
            code: { code: 'SECRETARIAT', system: '1.2', display: undefined },
          },
          { ...author, device: 'SGL', model: 'M3' },
        ],
      },
      {
        authors: [
          { person: '^GWENN^Lena^^^^^^^D', role: 'Médecin\\S\\traitant' },
          { institution: 'Service \\T\\ Cie', specialty: 'SECRETARIAT^^1.2' },
          { person: '^SGL^M3^^^^^^^U' },
        ],
      },
    ],
    [
      'a patient who takes responsibility',
      {
        authenticator: {
          identifier: { root: '1.2.250.1.213.1.4.8', extension: '276059205062865' },
          family: 'DECOURCY',
          given: 'Marie',
        },
      },
      { legalAuthenticator: '276059205062865^DECOURCY^Marie^^^^^^&1.2.250.1.213.1.4.8&ISO^D^^^NH' },
    ],
    [
      'acts: the first that tells when it began',
      {
        services: [
          { ...service, start: undefined, end: '20261130', practiceSetting: undefined },
          { ...service, end: '20261102093000+0100' },
          { ...service, start: '20261201' },
        ],
      },
      {
        serviceStartTime: '20261101',
        serviceStopTime: '20261102083000',
        practiceSettingCode: {
          code: 'HAD',
          system: '1.2.250.1.213.1.1.4.9',
          display: 'Hospitalisation à domicile',
        },
      },
    ],
    ['an end that is no time', { services: [{ ...service, end: 'x' }] }, { serviceStopTime: undefined }],
    [
      'what acts are called, in every system',
      {
        services: [
          {
            ...service,
            code: { code: '24727-0', system: LOINC, display: 'CT Head' },
            translations: [
              { code: 'CT', system: '1.2.840.10008.2.16.4', display: undefined },
              { code: 'X', system: undefined, display: 'sans système' },
            ],
          },
          service,
          { ...service, code: { code: 'Z13.9', system: '2.16.840.1.113883.6.3', display: 'Dépistage' } },
        ],
      },
      {
        eventCodes: [
          { code: '24727-0', system: LOINC, display: 'CT Head' },
          { code: 'CT', system: '1.2.840.10008.2.16.4', display: 'CT' },
          { code: 'Z13.9', system: '2.16.840.1.113883.6.3', display: 'Dépistage' },
        ],
      },
    ],
    [
      'a confidentiality without system',
      { confidentiality: [{ code: 'R', system: undefined, display: undefined }] },
      { confidentialityCodes: [{ code: 'R', system: '2.16.840.1.113883.5.25', display: 'Restreint' }] },
    ],
    ['a time without offset', { effectiveTime: '20260704103328' }, { creationTime: '20260704083328' }],
  ])('%s', (_, changes, expected) => {
    expect(metadata(changes)).toMatchObject(expected);
  });

  it.each<[Partial<HiddenFrom>, string[]]>([
    [{}, ['N']],
    [{ masquePs: true }, ['N', 'MASQUE_PS']],
    [{ invisiblePatient: true }, ['N', 'INVISIBLE_PATIENT']],
    [{ invisibleRepLegaux: true }, ['N', 'INVISIBLE_REPRESENTANTS_LEGAUX']],
    [
      { masquePs: true, invisiblePatient: true, invisibleRepLegaux: true },
      ['N', 'MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX'],
    ],
  ])('hides a document from whom it is to be hidden: %j', (hidden, codes) => {
    const [own, ...hiding] = metadata({}, { ...OPEN, ...hidden }).confidentialityCodes;
    expect([own, ...hiding].map(each => each?.code)).toEqual(codes);
    expect(hiding.every(({ system, display, code }) => system === VISIBILITY && display !== code)).toBe(true);
  });

  const INVISIBLE = { code: 'INVISIBLE_PATIENT', system: VISIBILITY, display: 'Non visible par le patient' };
  const FROM_GUARDIANS = {
    code: 'INVISIBLE_REPRESENTANTS_LEGAUX',
    system: VISIBILITY,
    display: 'Non visible par les représentants légaux du patient',
  };
  it.each<[string, string, string | undefined, Partial<HiddenFrom>, readonly object[]]>([
    ['that alone', 'INVISIBLE_PATIENT', VISIBILITY, {}, [INVISIBLE]],
    ['the request says it too', 'INVISIBLE_PATIENT', VISIBILITY, { invisiblePatient: true }, [INVISIBLE]],
    [
      'the request hides it from others',
      'INVISIBLE_PATIENT',
      VISIBILITY,
      { invisiblePatient: true, invisibleRepLegaux: true },
      [INVISIBLE, FROM_GUARDIANS],
    ],
    ['no system', 'INVISIBLE_PATIENT', undefined, { invisiblePatient: true }, [INVISIBLE]],
    ['a wrong system', 'INVISIBLE_PATIENT', '2.16.840.1.113883.5.25', {}, [INVISIBLE]],
    ['another case', 'invisible_patient', VISIBILITY, { invisiblePatient: true }, [INVISIBLE]],
    [
      'the spelling of HL7',
      'INVISIBLE_REP_LEGAUX',
      VISIBILITY,
      { invisibleRepLegaux: true },
      [FROM_GUARDIANS],
    ],
  ])('says once what hides it, and no level that it does not give: %s', (_, code, system, hidden, codes) => {
    const confidentiality = [{ code, system, display: undefined }];
    expect(metadata({ confidentiality }, { ...OPEN, ...hidden }).confidentialityCodes).toEqual(codes);
  });

  const MASKED = { code: 'MASQUE_PS', system: VISIBILITY, display: 'Masqué aux professionnels de santé' };
  const level = (code: string, display: string) => ({ code, system: LEVELS, display });
  const [NORMAL, RESTRICTED] = [level('N', 'Normal'), level('R', 'Restreint')];
  type Named = readonly [code: string, system?: string];
  it.each<[string, readonly Named[], Partial<HiddenFrom>, readonly object[]]>([
    [
      'a level and what hides it',
      [
        ['N', LEVELS],
        ['MASQUE_PS', VISIBILITY],
      ],
      {},
      [NORMAL, MASKED],
    ],
    ['in the document’s order', [['MASQUE_PS'], ['N']], {}, [MASKED, NORMAL]],
    [
      'in any spelling and system',
      [['n', '1.2'], [' masque_ ps', LEVELS], ['r']],
      {},
      [NORMAL, MASKED, RESTRICTED],
    ],
    [
      'each once',
      [['N', LEVELS], ['n'], ['INVISIBLE_REP_LEGAUX'], ['INVISIBLE_REPRESENTANTS_LEGAUX']],
      {},
      [NORMAL, FROM_GUARDIANS],
    ],
    [
      'what the request hides it from too, once',
      [['N', LEVELS], ['MASQUE_PS']],
      { masquePs: true, invisiblePatient: true },
      [NORMAL, MASKED, INVISIBLE],
    ],
    [
      'none of another system',
      [
        ['N', LEVELS],
        ['STANDARD', '1.2.250.1.999.5'],
      ],
      {},
      [NORMAL],
    ],
    [
      'the known one behind another',
      [
        ['STANDARD', '1.2.250.1.999.5'],
        ['R', LEVELS],
      ],
      {},
      [RESTRICTED],
    ],
    [
      'the first that can be written where none is known',
      [['M'], ['L', LEVELS], ['S', LEVELS]],
      {},
      [level('L', 'L')],
    ],
  ])('says every code of the document that JDV_J08 has: %s', (_, codes, hidden, expected) => {
    const confidentiality = codes.map(([code, system]) => ({ code, system, display: undefined }));
    expect(metadata({ confidentiality }, { ...OPEN, ...hidden }).confidentialityCodes).toEqual(expected);
  });

  it('takes no more of a crowd than METADATA.XML can bear', () => {
    const authors = Array.from({ length: 10_000 }, () => author);
    const code = { code: 'Z13.9', system: '1.2', display: 'é'.repeat(1_000) };
    const services = Array.from({ length: 10_000 }, () => ({ ...service, code }));
    const confidentiality = Array.from({ length: 10_000 }, (_, at) => ({ ...code, code: `N${at}` }));
    expect(JSON.stringify(metadata({ authors, services, confidentiality })).length).toBeLessThan(100_000);
  });
});

describe('documentMetadata refuses what nothing sound can stand in for', () => {
  const long = 'x'.repeat(257);
  const withoutPerson = {
    ...author,
    family: undefined,
    organization: { name: 'CHU', identifier: undefined },
  };
  const start = 'documentationOf/serviceEvent/effectiveTime/low';
  const setting =
    'documentationOf/serviceEvent/performer/assignedEntity/representedOrganization/standardIndustryClassCode';
  const facility = 'componentOf/encompassingEncounter/location/healthCareFacility/code';
  it.each<[string, string, Partial<CdaHeader>]>([
    ['no language', 'languageCode', { language: undefined }],
    ['a language that is none', 'languageCode', { language: 'français' }],
    ['no creation time', 'effectiveTime', { effectiveTime: undefined }],
    ['a creation time that is none', 'effectiveTime', { effectiveTime: '2026-11-18' }],
    ['nobody responsible', 'legalAuthenticator/assignedEntity', { authenticator: undefined }],
    [
      'nobody named as responsible',
      'legalAuthenticator/assignedEntity',
      { authenticator: { identifier: undefined, family: undefined, given: 'Lena' } },
    ],
    ['no author', 'author/assignedAuthor', { authors: [] }],
    ['organisations alone as authors', 'author/assignedAuthor', { authors: [withoutPerson] }],
    ['an unknown type', 'code', { code: { code: '99999-9', system: LOINC, display: 'x' } }],
    ['a type of another system', 'code', { code: { code: '11502-2', system: '1.2', display: 'x' } }],
    ['no act', start, { services: [] }],
    ['no start of an act', start, { services: [{ ...service, start: undefined }] }],
    ['no practice setting', setting, { services: [{ ...service, practiceSetting: undefined }] }],
    ['no encounter', facility, { encounter: undefined }],
    [
      'no facility',
      facility,
      { encounter: { identifier: undefined, start: undefined, end: undefined, facility: undefined } },
    ],
    ['no confidentiality', 'confidentialityCode', { confidentiality: [] }],
    [
      'a confidentiality of no system',
      'confidentialityCode',
      { confidentiality: [{ code: 'L', system: undefined, display: 'low' }] },
    ],
    ['an id that no slot holds', 'id', { id: { root: '1.2', extension: long } }],
    [
      'a patient’s id that no slot holds',
      'recordTarget/patientRole/id',
      { patient: { ...HEADER.patient, identifiers: [{ root: '1.2', extension: long }] } },
    ],
  ])('%s', (_, element, changes) => {
    const thrown = thrownBy(() => metadata(changes));
    expect([thrown.code, thrown.fields]).toEqual(['REQ-018', { element }]);
    expect(thrown.publicText).toContain(`(élément ${element})`);
  });

  it('and a body that does not open', () => {
    const cut = bytes.subarray(0, bytes.indexOf('<structuredBody'));
    const about = { action: 'add' as const, restrictions: OPEN };
    expect(codeOf(() => documentMetadata({ bytes: cut, header: HEADER }, about))).toBe('CDA-001');
  });
});
