import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cdaDocument, insNumber } from '../../samples/kit/cda.ts';
import { DMP_ALONE, newDmpDocument } from '../kit/dmp.ts';
import {
  ASSERTION,
  classified,
  coded,
  ENTRY,
  identifier,
  name,
  OBJECTS,
  SET,
  slot,
  valuesOf,
} from '../kit/dmp-paths.ts';
import { type DmpWire, startDmpWire } from '../kit/dmp-wire.ts';
import { type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';
import { hasShared, SHARED } from '../kit/shared.ts';
import { lookUp, type XpathValue } from '../kit/xpath.ts';

/**
 * One CDA and one HL7 request, and what the DMP has received of them for each row of the published tables (ANS,
 * Transmission de documents CDA v2.1, “Mapping VIHF pour le DMP”, “Mapping XDS”): by libxml2, from the envelope that came.
 */

/** Doctor Kervella wrote it, doctor Tanguy answers for it and has it sent: what comes from which is told apart. */
const KERVELLA = '810009990017^KERVELLA^Yann^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS';
const TANGUY = '810009990025^TANGUY^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS';
const LABORATORY = 'Laboratoire des Embruns^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1290000999';
const SITE = 'Embruns, site de la Grève^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1290000999';
const INS = `${insNumber('2850629019042')}^^^&1.2.250.1.213.1.4.10&ISO^NH`;
const MASKS = '1.2.250.1.213.1.1.4.13';

const document = newDmpDocument();
const CDA = Buffer.from(
  cdaDocument(document)
    .toString()
    .replace('<author>', '<author><functionCode code="PCP" displayName="Médecin traitant"/>')
    .replace(
      /<assignedEntity>.*?<\/assignedEntity>/s,
      '<assignedEntity><id root="1.2.250.1.71.4.2.1" extension="810009990025"/>' +
        '<code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5" displayName="Médecin - Médecine générale (SM)"/>' +
        '<assignedPerson><name><family>TANGUY</family><given>Anne</given></name></assignedPerson></assignedEntity>',
    )
    .replace(
      /<serviceEvent>.*?<\/effectiveTime>/s,
      '<serviceEvent><code code="FERF001" codeSystem="1.2.250.1.213.2.5" displayName="Ponction veineuse"/>' +
        '<effectiveTime><low value="20261118080000+0100"/><high value="20261118081500+0100"/></effectiveTime>',
    ),
);

const SPECIFICATION = 'reference/spec-request-to-pfi.md';

/** The gateway’s time, which stands still: a real one, for certificates are made when tests run. */
const NOW = new Date(Math.floor(Date.now() / 1_000) * 1_000);

let wire: DmpWire;
let laboratory: Laboratory;
let envelope: Buffer;

beforeAll(async () => {
  wire = await startDmpWire();
  const dmp = {
    ...wire.settings,
    software: { name: 'pfi-gateway', version: '1.0', approval: 'EMB-123456-001' },
    vihf: { secretConnection: 'SECRETE' },
  };
  laboratory = await startLaboratory({ settings: { dmp }, clock: { now: () => NOW } });
  envelope = await deposited();
});
afterAll(async () => {
  await laboratory.stop();
  await wire.stop();
});

/** The one envelope that the request brings to the DMP, which takes it. */
async function deposited(): Promise<Buffer> {
  const request = newRequest({
    ...DMP_ALONE,
    documents: [CDA],
    patientClass: 'O',
    sender: {
      person: { id: '10009990025', family: 'TANGUY', given: 'Anne' },
      organization: { name: 'Embruns, site de la Grève', id: '290000999' },
    },
    wishes: {
      DESTDMP: 'Y',
      ACK_RECEPTION: 'Y',
      MASQUE_PS: 'Y',
      INVISIBLE_PATIENT: 'Y',
      INVISIBLE_REP_LEGAUX: 'Y',
      CONNEXION_SECRETE: 'Y',
    },
  });
  expect(await laboratory.ask(request.message)).toBe('AA');
  const came = await laboratory.cameOf(request.controlId);
  expect(wire.dmp.faults()).toEqual([]);
  expect(came).toEqual({ told: ['Z01 Y'], worklist: [], state: 'ended' });
  const [received, ...others] = wire.dmp.requests();
  if (received === undefined || others.length > 0) throw new Error('not one message');
  return Buffer.from(received.envelope);
}

/** A row's name as published, what of it is looked at, where, and what the DMP has received: if it is known only then, a function. */
type Row = readonly [
  name: string,
  what: string,
  path: string,
  expected: XpathValue | object | (() => unknown),
];

const SUBJECT_ID = 'urn:oasis:names:tc:xspa:1.0:subject:subject-id';
const ROLE = 'urn:oasis:names:tc:xacml:2.0:subject:role';
const RESOURCE_ID = 'urn:oasis:names:tc:xacml:2.0:resource:resource-id';
const PURPOSE = 'urn:oasis:names:tc:xspa:1.0:subject:purposeofuse';
const CONFIDENTIALITY = 'urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code';
const roleOf = (place: number) => `${valuesOf(ROLE)}[${place}]/hl7:Role/@*`;

const VIHF: readonly Row[] = [
  [
    'Assertion/ds:Signature',
    'by the certificat de cachet',
    `string(${ASSERTION}/ds:Signature/ds:KeyInfo/ds:X509Data/ds:X509Certificate)`,
    () => wire.sign.cert.replaceAll(/-----[^-]+-----|\s/g, ''),
  ],
  [
    'Assertion/Issuer',
    'its name, RFC 2253',
    `string(${ASSERTION}/saml:Issuer)`,
    'CN=DMP SIGN,OU=1290000999,O=Laboratoire des Embruns,ST=Aveyron (12),C=FR',
  ],
  [
    'Assertion/Issuer/@Format',
    'with the hyphen of OASIS, which the table lacks',
    `string(${ASSERTION}/saml:Issuer/@Format)`,
    'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName',
  ],
  [
    'Identifiant_Structure',
    'PRT-8.10, FINEG: 1 before it',
    valuesOf('Identifiant_Structure'),
    ['1290000999'],
  ],
  ['Secteur_Activite', 'configured', valuesOf('Secteur_Activite'), ['SA25^1.2.250.1.71.4.2.4']],
  [
    'Assertion/Subject/NameID',
    'PRT-5.1, RPPS: 8 before it',
    `${ASSERTION}/saml:Subject/saml:NameID`,
    ['810009990025'],
  ],
  [SUBJECT_ID, 'PRT-5.2 and 5.3', valuesOf(SUBJECT_ID), ['TANGUY Anne']],
  [
    ROLE,
    '1st: profession, of the CDA’s legalAuthenticator',
    roleOf(1),
    ['10', '1.2.250.1.71.1.2.7', 'TRE_G15-ProfessionSante', 'Médecin', 'CE'],
  ],
  [
    ROLE,
    '2nd, of a doctor: speciality',
    roleOf(2),
    ['SM26', '1.2.250.1.71.4.2.5', 'TRE_R01-EnsembleSavoirFaire', 'Qualifié en Médecine générale (SM)', 'CE'],
  ],
  [ROLE, 'not of TRE_R85: a doctor is known by profession', `count(${valuesOf(ROLE)})`, 2],
  [
    'Assertion/AuthnStatement/AuthnContext/AuthnContextClassRef',
    'default of the settings',
    `${ASSERTION}/saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef`,
    ['urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified'],
  ],
  // “xmlns” is meant.
  ['Assertion/@xmnls', 'constant', `namespace-uri(${ASSERTION})`, 'urn:oasis:names:tc:SAML:2.0:assertion'],
  [
    'Assertion/@ID',
    'an NCName',
    `string(${ASSERTION}/@ID)`,
    expect.stringMatching(/^_[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/),
  ],
  ['Assertion/@IssueInstant', 'that of the message', `string(${ASSERTION}/@IssueInstant)`, NOW.toISOString()],
  [
    'Assertion/AuthnStatement/@AuthnInstant',
    'that of the message: HL7 has no other',
    `string(${ASSERTION}/saml:AuthnStatement/@AuthnInstant)`,
    NOW.toISOString(),
  ],
  ['Assertion/Conditions/AudienceRestriction', 'absent', `count(${ASSERTION}//saml:AudienceRestriction)`, 0],
  ['Assertion/Conditions/@NotBefore', 'optional, absent', `count(${ASSERTION}//@NotBefore)`, 0],
  ['Assertion/Conditions/@NotAfter', 'optional, absent', `count(${ASSERTION}//@NotOnOrAfter)`, 0],
  ['VIHF_Version', 'constant', valuesOf('VIHF_Version'), ['4.0']],
  ['Authentification_Mode', 'constant', valuesOf('Authentification_Mode'), ['INDIRECTE']],
  [RESOURCE_ID, 'PID-3', valuesOf(RESOURCE_ID), [INS]],
  ['Ressource_URN', 'constant', valuesOf('Ressource_URN'), ['urn:dmp']],
  [
    PURPOSE,
    'normal access',
    `${valuesOf(PURPOSE)}/hl7:PurposeOfUse/@*`,
    ['normal', '1.2.250.1.213.1.1.4.248', 'mode acces VIHF 2.0', 'Accès normal', 'CE'],
  ],
  [CONFIDENTIALITY, 'asked for by CONNEXION_SECRETE', valuesOf(CONFIDENTIALITY), ['SECRETE']],
  ['LPS_ID', 'optional, absent', `count(${valuesOf('LPS_ID')})`, 0],
  ['LPS_Nom', 'configured', valuesOf('LPS_Nom'), ['pfi-gateway']],
  ['LPS_Version', 'configured', valuesOf('LPS_Version'), ['1.0']],
  ['LPS_ID_HOMOLOGATION_DMP', 'configured', valuesOf('LPS_ID_HOMOLOGATION_DMP'), ['EMB-123456-001']],
];

const SET_AUTHOR = classified(SET, 'setAuthor');
const LOT: readonly Row[] = [
  ['authorInstitution', 'PRT-8', slot(SET_AUTHOR, 'authorInstitution'), [SITE]],
  ['authorPerson', 'PRT-5', slot(SET_AUTHOR, 'authorPerson'), [TANGUY]],
  ['authorRole', 'absent: HL7 tells none', slot(SET_AUTHOR, 'authorRole'), []],
  [
    'authorSpecialty',
    'known from the CDA’s legalAuthenticator, as in the VIHF',
    slot(SET_AUTHOR, 'authorSpecialty'),
    ['G15_10/SM26^Médecin - Médecine générale (SM)^1.2.250.1.213.1.1.4.5'],
  ],
  [
    'contentTypeCode',
    'PV1-2 O',
    coded(SET, 'contentTypeCode'),
    ['07', '1.2.250.1.213.2.2', 'Consultations soins externes'],
  ],
  ['patientId', 'PID-3', identifier(SET, 'setPatientId'), [INS]],
  ['sourceId', 'configured', identifier(SET, 'sourceId'), ['1.2.250.1.999.1']],
  [
    'submissionTime',
    'UTC',
    slot(SET, 'submissionTime'),
    [NOW.toISOString().replaceAll(/\D/g, '').slice(0, 14)],
  ],
  ['title', 'that of the document', name(SET), ["Compte rendu d'examens biologiques"]],
  [
    'uniqueId',
    'below the configured OID',
    identifier(SET, 'setUniqueId'),
    [expect.stringMatching(/^1\.2\.250\.1\.999\.1\.1\.[1-9]\d{18,}$/)],
  ],
];

const AUTHOR = classified(ENTRY, 'author');
const entryUuid = () => wire.dmp.documents()[0]?.entryUuid;
const FICHE: readonly Row[] = [
  [
    'authorInstitution',
    'author/assignedAuthor/representedOrganization',
    slot(AUTHOR, 'authorInstitution'),
    [LABORATORY],
  ],
  ['authorPerson', 'author/assignedAuthor', slot(AUTHOR, 'authorPerson'), [KERVELLA]],
  ['authorRole', 'author/functionCode', slot(AUTHOR, 'authorRole'), ['Médecin traitant']],
  [
    'authorSpecialty',
    'author/assignedAuthor/code',
    slot(AUTHOR, 'authorSpecialty'),
    ['G15_10/SM03^Médecin - Biologie médicale (SM)^1.2.250.1.213.1.1.4.5'],
  ],
  [
    'availabilityStatus',
    'what is deposited is valid',
    `string(${ENTRY}/@status)`,
    'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved',
  ],
  [
    'classCode',
    'of the type, ASS_X16',
    coded(ENTRY, 'classCode'),
    ['10', '1.2.250.1.213.1.1.4.1', 'Compte rendu'],
  ],
  [
    'confidentialityCode',
    'the CDA’s, then those of MetaDMPMSS',
    coded(ENTRY, 'confidentialityCode'),
    [
      ['N', '2.16.840.1.113883.5.25', 'Normal'],
      ['MASQUE_PS', MASKS, 'Masqué aux professionnels de santé'],
      ['INVISIBLE_PATIENT', MASKS, 'Non visible par le patient'],
      ['INVISIBLE_REPRESENTANTS_LEGAUX', MASKS, 'Non visible par les représentants légaux du patient'],
    ].flat(),
  ],
  ['creationTime', 'effectiveTime, UTC', slot(ENTRY, 'creationTime'), ['20261118083000']],
  ['entryUUID', 'a UUID, by which the DMP knows it', `string(${ENTRY}/@id)`, entryUuid],
  [
    'eventCodeList',
    'documentationOf/serviceEvent/code',
    coded(ENTRY, 'eventCodeList'),
    ['FERF001', '1.2.250.1.213.2.5', 'Ponction veineuse'],
  ],
  [
    'formatCode',
    'of the model, ASS_A11',
    coded(ENTRY, 'formatCode'),
    [
      'urn:ihe:lab:xd-lab:2008',
      '1.3.6.1.4.1.19376.1.2.3',
      "Compte rendu structuré d'examens de biologie médicale",
    ],
  ],
  [
    'hash',
    'SHA-1 of the CDA as it came',
    slot(ENTRY, 'hash'),
    [createHash('sha1').update(CDA).digest('hex')],
  ],
  [
    'healthcareFacilityTypeCode',
    'componentOf/…/healthCareFacility/code',
    coded(ENTRY, 'healthcareFacilityTypeCode'),
    ['SA25', '1.2.250.1.71.4.2.4', 'Laboratoire de biologie médicale'],
  ],
  ['languageCode', 'languageCode', slot(ENTRY, 'languageCode'), ['fr-FR']],
  ['legalAuthenticator', 'legalAuthenticator/assignedEntity', slot(ENTRY, 'legalAuthenticator'), [TANGUY]],
  ['logicalID', 'that of the first version, this one', `string(${ENTRY}/@lid)`, entryUuid],
  ['mimeType', 'of a CDA that does not present itself', `string(${ENTRY}/@mimeType)`, 'text/xml'],
  ['patientId', 'recordTarget/patientRole/id', identifier(ENTRY, 'patientId'), [INS]],
  [
    'practiceSettingCode',
    'documentationOf/…/standardIndustryClassCode',
    coded(ENTRY, 'practiceSettingCode'),
    ['AMBULATOIRE', '1.2.250.1.213.1.1.4.9', 'Ambulatoire'],
  ],
  ['referenceIdList', 'optional, absent', slot(ENTRY, 'urn:ihe:iti:xds:2013:referenceIdList'), []],
  [
    'serviceStartTime',
    'serviceEvent/effectiveTime/low, UTC',
    slot(ENTRY, 'serviceStartTime'),
    ['20261118070000'],
  ],
  [
    'serviceStopTime',
    'serviceEvent/effectiveTime/high, UTC',
    slot(ENTRY, 'serviceStopTime'),
    ['20261118071500'],
  ],
  ['size', 'bytes of the CDA as it came', slot(ENTRY, 'size'), [String(CDA.length)]],
  ['sourcePatientId', 'the IPP', slot(ENTRY, 'sourcePatientId'), ['8000123^^^&1.2.250.1.999.1.2&ISO^PI']],
  [
    'sourcePatientInfo',
    'recordTarget/patientRole/patient',
    slot(ENTRY, 'sourcePatientInfo'),
    [
      'PID-5|MORVAN^CLAIRE^CLAIRE MARIE LOUISE^^^^L',
      'PID-5|LE GOFF^CLAIRE^^^^^D',
      'PID-7|19850614',
      'PID-8|F',
      'PID-11|^^^^^^BDL^^29019',
    ],
  ],
  ['title', 'title', name(ENTRY), ["Compte rendu d'examens biologiques"]],
  [
    'typeCode',
    'code, as JDV_J66 calls it',
    coded(ENTRY, 'typeCode'),
    ['11502-2', '2.16.840.1.113883.6.1', "CR d'examens biologiques"],
  ],
  ['uniqueId', 'id/@root', identifier(ENTRY, 'uniqueId'), [document.id.root]],
  ['version', 'absent: no metadata of an entry are updated', `count(${ENTRY}/rim:VersionInfo)`, 0],
];

/** Attributes of XDS that the table does not have, and that are not the source’s to say. */
const OTHERS: readonly Row[] = [
  ['repositoryUniqueId', 'the repository adds it', slot(ENTRY, 'repositoryUniqueId'), []],
  ['homeCommunityId', 'absent', `count(${OBJECTS}//@home)`, 0],
  ['URI', 'of archives', slot(ENTRY, 'URI'), []],
  ['documentAvailability', 'absent', slot(ENTRY, 'documentAvailability'), []],
  [
    'objectType',
    'a stable document',
    `string(${ENTRY}/@objectType)`,
    'urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1',
  ],
];

const TABLES = [
  ['Mapping VIHF pour le DMP', VIHF],
  ['Lot de soumission', LOT],
  ['Fiche', FICHE],
] as const;

describe.each([...TABLES, ['beside the tables', OTHERS] as const])('%s', (_, rows) => {
  it.each(rows)('%s: %s', (_, __, path, expected) => {
    const received = lookUp(envelope, path);
    expect(received).toEqual(typeof expected === 'function' ? expected() : expected);
  });
});

it.skipIf(!hasShared(SPECIFICATION)).each(TABLES)('“%s” has the rows of the published one', (table, rows) => {
  expect(rows.map(([row]) => row)).toEqual(publishedRows(table));
});

/** The first cells of a published table, below its own title. */
function publishedRows(table: string): string[] {
  const lines = readFileSync(join(SHARED, SPECIFICATION), 'utf8').split('\n');
  const mapping = lines.slice(lines.indexOf('## mapping.md'));
  const cells = mapping
    .slice(mapping.findIndex(line => /^#+ /.test(line) && line.replace(/^#+ /, '').trim() === table) + 1)
    .map(line => /^\s*\| ([^|]+) \|/.exec(line)?.[1]?.trim());
  const rows = cells.slice(
    0,
    cells.findIndex((cell, place) => place > 0 && cell === undefined),
  );
  return rows.slice(1).flatMap(cell => cell ?? []);
}
