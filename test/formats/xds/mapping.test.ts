import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cdaDocument, cdaSample, insNumber } from '../../../samples/kit/cda.ts';
import { requestMessage } from '../../../samples/kit/request.ts';
import { readRequest } from '../../../src/formats/hl7/read-request.ts';
import { provideAndRegister } from '../../../src/formats/xds/submit-objects.ts';
import type { XmlElement } from '../../../src/formats/xml/element.ts';
import { factsOf } from '../../kit/metadata-facts.ts';
import { RULES } from '../hl7/request-kit.ts';
import { deposit, named, registryObjects, uniqueId, uuid } from './publication-kit.ts';

/** One CDA and one HL7 request, and all that the published table (“Mapping XDS”) makes of them. */
const document = cdaDocument(cdaSample());
const request = readRequest(
  requestMessage({
    documents: [document],
    wishes: { DESTDMP: 'Y', MASQUE_PS: 'Y', INVISIBLE_REP_LEGAUX: 'Y' },
    recipients: [],
    sender: {
      person: { id: '810009990025', family: 'TANGUY', given: 'Anne' },
      organization: { name: 'Clinique de la Grève', id: '290000888', type: 'FINEG' },
    },
  }),
  RULES,
);
const publication = deposit({
  documents: request.documents,
  action: request.action,
  restrictions: request.wishes,
  qualified: request.patient.qualified,
  patientClass: request.patientClass,
  sender: request.sender,
  structure: { id: '1290000888', name: 'Clinique' },
});
const { body } = provideAndRegister(publication, { replaced: new Map() });
const objects = registryObjects(body);
const [set] = named(objects, 'RegistryPackage');
const [entry, signature] = named(objects, 'ExtrinsicObject');
if (set === undefined || entry === undefined || signature === undefined) throw new Error('no objects');

const INS = `${insNumber('2850629019042')}^^^&1.2.250.1.213.1.4.10&ISO^NH`;
const LABORATORY = 'Laboratoire des Embruns^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1290000999';
const KERVELLA = '810009990017^KERVELLA^Yann^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS';
const TANGUY = '810009990025^TANGUY^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS';
const CLINIC = 'Clinique de la Grève^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1290000888';
const APPROVED = 'urn:oasis:names:tc:ebxml-regrep:StatusType:Approved';

type Row = readonly [attribute: string, ...values: readonly string[]];

/** The rows of an object's attributes, and those that no row has; attributes without a value here have none there. */
function rowsOf(element: XmlElement, rows: readonly Row[]): readonly (readonly string[])[] {
  const facts = factsOf(element);
  const listed = new Set([...rows.map(([name]) => name), ...HOW]);
  const others = Object.keys(facts).filter(name => !listed.has(name));
  return [...rows.map(([name]) => name), ...others].map(name => [name, ...(facts[name] ?? [])]);
}

/** What ebRIM adds to XDS to say what an object is. */
const HOW = ['objectType', 'availabilityStatus', ''];

describe('the published table', () => {
  it('of the submission set', () => {
    expect(set.attributes.get('id')).toBe(`urn:uuid:${uuid(2)}`);
    const rows: Row[] = [
      ['authorInstitution', CLINIC],
      ['authorPerson', TANGUY],
      ['authorRole'],
      ['authorSpecialty'],
      [
        'contentTypeCode',
        '03|1.2.250.1.213.2.2|Hospitalisation complète (non compris hospitalisation de semaine)',
      ],
      ['patientId', INS],
      ['sourceId', '1.2.250.1.999.8'],
      ['submissionTime', '20261120083041'],
      ['title', "Compte rendu d'examens biologiques"],
      ['uniqueId', uniqueId(3)],
      ['mimeType', ''],
    ];
    expect(rowsOf(set, rows)).toEqual(rows);
  });

  it('of the entry', () => {
    expect(entry.attributes.get('id')).toBe(`urn:uuid:${uuid(1)}`);
    expect(entry.attributes.get('lid')).toBe(entry.attributes.get('id'));
    expect(entry.attributes.get('status')).toBe(APPROVED);
    expect(entry.attributes.get('objectType')).toBe('urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1');
    const rows: Row[] = [
      ['authorInstitution', LABORATORY],
      ['authorPerson', KERVELLA],
      ['authorRole'],
      ['authorSpecialty', 'G15_10/SM03^Médecin - Biologie médicale (SM)^1.2.250.1.213.1.1.4.5'],
      ['availabilityStatus', APPROVED],
      ['classCode', '10|1.2.250.1.213.1.1.4.1|Compte rendu'],
      [
        'confidentialityCode',
        'N|2.16.840.1.113883.5.25|Normal',
        'MASQUE_PS|1.2.250.1.213.1.1.4.13|Masqué aux professionnels de santé',
        'INVISIBLE_REPRESENTANTS_LEGAUX|1.2.250.1.213.1.1.4.13|Non visible par les représentants légaux du patient',
      ],
      ['creationTime', '20261118083000'],
      ['eventCodeList'],
      [
        'formatCode',
        "urn:ihe:lab:xd-lab:2008|1.3.6.1.4.1.19376.1.2.3|Compte rendu structuré d'examens de biologie médicale",
      ],
      ['hash', createHash('sha1').update(document).digest('hex')],
      ['healthcareFacilityTypeCode', 'SA25|1.2.250.1.71.4.2.4|Laboratoire de biologie médicale'],
      ['languageCode', 'fr-FR'],
      ['legalAuthenticator', KERVELLA],
      ['mimeType', 'text/xml'],
      ['patientId', INS],
      ['practiceSettingCode', 'AMBULATOIRE|1.2.250.1.213.1.1.4.9|Ambulatoire'],
      ['urn:ihe:iti:xds:2013:referenceIdList'],
      ['serviceStartTime', '20261118083000'],
      ['serviceStopTime'],
      ['size', String(document.byteLength)],
      ['sourcePatientId', '8000123^^^&1.2.250.1.999.1.2&ISO^PI'],
      [
        'sourcePatientInfo',
        'PID-5|MORVAN^CLAIRE^CLAIRE MARIE LOUISE^^^^L',
        'PID-5|LE GOFF^CLAIRE^^^^^D',
        'PID-7|19850614',
        'PID-8|F',
        'PID-11|^^^^^^BDL^^29019',
      ],
      ['title', "Compte rendu d'examens biologiques"],
      ['typeCode', "11502-2|2.16.840.1.113883.6.1|CR d'examens biologiques"],
      ['uniqueId', '1.2.250.1.999.1.1.2026.1.1'],
    ];
    expect(rowsOf(entry, rows)).toEqual(rows);
  });

  it('and, of the signature, what the DMP’s examples say', () => {
    const { xml } = publication.signature;
    const rows: Row[] = [
      ['authorInstitution', CLINIC],
      ['authorPerson', TANGUY],
      ['classCode', 'urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1|URN|Digital Signature'],
      [
        'confidentialityCode',
        'N|2.16.840.1.113883.5.25|Normal',
        'MASQUE_PS|1.2.250.1.213.1.1.4.13|Masqué aux professionnels de santé',
        'INVISIBLE_PATIENT|1.2.250.1.213.1.1.4.13|Non visible par le patient',
      ],
      ['creationTime', '20261120083041'],
      ['eventCodeList', '1.2.840.10065.1.12.1.14|1.2.840.10065.1.12|Source'],
      ['formatCode', 'http://www.w3.org/2000/09/xmldsig#|URN|Default Signature Style'],
      ['hash', createHash('sha1').update(xml).digest('hex')],
      ['healthcareFacilityTypeCode', 'SA25|1.2.250.1.71.4.2.4|Laboratoire de biologie médicale'],
      ['languageCode', 'art'],
      ['legalAuthenticator', TANGUY],
      ['mimeType', 'text/xml'],
      ['patientId', INS],
      ['practiceSettingCode', 'AMBULATOIRE|1.2.250.1.213.1.1.4.9|Ambulatoire'],
      ['serviceStartTime', '20261120083041'],
      ['serviceStopTime', '20261120083041'],
      ['size', String(Buffer.byteLength(xml))],
      ['sourcePatientId', INS],
      ['title', 'Source'],
      ['typeCode', 'E1762|ASTM|Full Document'],
      ['uniqueId', publication.signature.uniqueId],
    ];
    expect(rowsOf(signature, rows)).toEqual(rows);
  });
});
