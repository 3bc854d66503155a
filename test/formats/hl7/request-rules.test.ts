import { describe } from 'vitest';
import { cdaDocument, cdaSample, PATIENTS } from '../../../samples/kit/cda.ts';
import { patientRecipient } from '../../../samples/kit/request.ts';
import { AFTER_NORMAL, confidential } from '../../kit/confidentiality.ts';
import {
  after,
  type Case,
  hiding,
  type Overrides,
  PREVIOUS,
  refuses,
  REPLACING,
  set,
  wrong,
} from './request-kit.ts';

const MDM: Overrides = { type: 'MDM' };
const PATIENT = patientRecipient(PATIENTS.morvan);
const TO_PATIENT: Overrides = { wishes: { DESTMSSANTEPAT: 'Y' }, recipients: [PATIENT] };
const REPLY = 'PRT||UC||REPLY^^participation|||||||||||^^X.400^b@x.fr';
const OTHER_PATIENT = cdaSample({ patient: PATIENTS.diallo });
const AGREEMENT: readonly Case[] = [
  ['ORC-1 CA with OBX-11 F', 'REQ-012', 'ORC^1^1', '207', wrong(set('ORC', 1, 'CA'))],
  ['T10 with OBX-11 F', 'REQ-012', 'OBX^1^11', '207', wrong(set('MSH', 9, 'MDM^T10^MDM_T02'), MDM)],
  [
    'T04 with OBX-11 C',
    'REQ-012',
    'OBX^1^11',
    '207',
    wrong(set('OBX', 11, 'C'), { ...MDM, action: 'delete' }),
  ],
  [
    'two documents with two actions',
    'REQ-012',
    'OBX^2^11',
    '207',
    wrong(set('OBX', 11, 'D', 2), { documents: [cdaSample(), cdaSample({ id: PREVIOUS })] }),
  ],
  ['OBX-3 of another type', 'REQ-013', 'OBX^1^3', '207', wrong(set('OBX', 3, '18748-4^CR^LN'))],
  ['OBX-3 of another system', 'REQ-013', 'OBX^1^3', '207', wrong(set('OBX', 3, '11502-2^CR^TRE_A05'))],
  ['TXA-2 of another type', 'REQ-013', 'TXA^1^2', '207', wrong(set('TXA', 2, '18748-4'), MDM)],
  [
    'a document of another type',
    'REQ-013',
    'OBX^1^3',
    '207',
    { code: { code: '18748-4', display: 'CR', system: 'LN' } },
  ],
  [
    'a document of another system',
    'REQ-013',
    'OBX^1^3',
    '207',
    { code: { code: '11502-2', display: 'CR', system: 'TRE_A05' } },
  ],
  ['a PDF', 'REQ-014', 'OBX^1^5^1^5', '207', { documents: [Buffer.from('%PDF-1.4')] }],
  [
    'a truncated CDA',
    'REQ-014',
    'OBX^1^5^1^5',
    '207',
    { documents: [cdaDocument(cdaSample()).subarray(0, -40)] },
  ],
  [
    'two patients in the CDA',
    'REQ-014',
    'OBX^1^5^1^5',
    '207',
    { documents: [cdaSample({ otherPatients: [PATIENTS.diallo] })] },
  ],
  ['a replacement of nothing', 'REQ-015', 'OBX^1^5^1^5', '207', { action: 'replace' }],
  [
    'a replacement of itself',
    'REQ-015',
    'OBX^1^5^1^5',
    '207',
    { action: 'replace', documents: [cdaSample({ replaces: cdaSample().id })] },
  ],
  [
    'the document of another patient',
    'REQ-016',
    'PID^1^3',
    '207',
    { documents: [OTHER_PATIENT], patient: PATIENTS.morvan },
  ],
  [
    'two documents of two patients',
    'REQ-016',
    'PID^1^3',
    '207',
    { documents: [cdaSample(), { ...OTHER_PATIENT, id: PREVIOUS }] },
  ],
  ['TXA-12 of another document', 'REQ-017', 'TXA^1^12', '207', wrong(set('TXA', 12, '1.2.250.1.999.9'), MDM)],
  [
    'TXA-13 of another document',
    'REQ-017',
    'TXA^1^13',
    '207',
    wrong(set('TXA', 13, '1.2.250.1.999.9'), { ...MDM, action: 'replace', documents: REPLACING }),
  ],
  [
    'three documents in an ORU',
    'REQ-011',
    'OBX^3',
    '198',
    { documents: [cdaSample(), cdaSample(), cdaSample()] },
  ],
  ['two documents in an MDM', 'REQ-011', 'OBX^2', '198', { ...MDM, documents: [cdaSample(), cdaSample()] }],
  ['one document twice', 'REQ-011', 'OBX^2^5', '198', { documents: [cdaSample({ level: 1 }), cdaSample()] }],
];

const SENDING: readonly Case[] = [
  ['nothing asked for', 'REQ-019', 'OBX^7^5', '207', { wishes: {} }],
  [
    'hidden from professionals, to professionals',
    'REQ-020',
    'OBX^2^5',
    '207',
    { wishes: { DESTMSSANTEPS: 'Y', MASQUE_PS: 'Y' } },
  ],
  [
    'hidden from the patient, to the patient',
    'REQ-021',
    'OBX^3^5',
    '207',
    { ...TO_PATIENT, wishes: { DESTMSSANTEPAT: 'Y', INVISIBLE_PATIENT: 'Y' } },
  ],
  [
    'a document that hides itself from professionals, to professionals',
    'REQ-020',
    'OBX^1^5^1^5',
    '207',
    { documents: [hiding('MASQUE_PS')] },
  ],
  [
    'a document that hides itself from the patient, to the patient',
    'REQ-021',
    'OBX^1^5^1^5',
    '207',
    { ...TO_PATIENT, documents: [hiding('INVISIBLE_PATIENT')] },
  ],
  [
    'a document that hides itself in small letters',
    'REQ-021',
    'OBX^1^5^1^5',
    '207',
    { ...TO_PATIENT, documents: [hiding('invisible_ patient')] },
  ],
  [
    'a document that hides itself from professionals by a second code',
    'REQ-020',
    'OBX^1^5^1^5',
    '207',
    { documents: [confidential(AFTER_NORMAL.second('MASQUE_PS'))] },
  ],
  [
    'a document that hides itself from the patient by a translation',
    'REQ-021',
    'OBX^1^5^1^5',
    '207',
    { ...TO_PATIENT, documents: [confidential(AFTER_NORMAL.translation('invisible_ patient'))] },
  ],
  [
    'a document beside one that hides itself from the patient, to the patient',
    'REQ-021',
    'OBX^2^5^1^5',
    '207',
    { ...TO_PATIENT, documents: [cdaSample({ level: 1 }), hiding('INVISIBLE_PATIENT', { id: PREVIOUS })] },
  ],
  [
    'a document that is hidden from the patient by both, to the patient',
    'REQ-021',
    'OBX^3^5',
    '207',
    {
      ...TO_PATIENT,
      wishes: { DESTMSSANTEPAT: 'Y', INVISIBLE_PATIENT: 'Y' },
      documents: [hiding('INVISIBLE_PATIENT')],
    },
  ],
  ['no recipient', 'REQ-023', 'PRT^2', '101', { recipients: [] }],
  ['no participant', 'REQ-023', 'PRT^1', '101', { recipients: [], sender: undefined }],
  [
    'the patient alone where professionals are asked for',
    'REQ-023',
    'PRT^3',
    '101',
    { recipients: [PATIENT] },
  ],
  [
    'no patient where the patient is asked for',
    'REQ-023',
    'PRT^3',
    '101',
    { wishes: { DESTMSSANTEPAT: 'Y' } },
  ],
  ['a recipient without address', 'REQ-008', 'PRT^2^15^1^4', '101', { recipients: [{ device: 'DPI' }] }],
  ['a recipient of a misspelt role', 'REQ-009', 'PRT^2^4', '103', wrong(set('PRT', 4, 'RTC', 2))],
  ['a reply address that is none', 'REQ-024', 'PRT^3^15^1^4', '102', { replyTo: 'Secrétariat' }],
  [
    'two reply addresses',
    'REQ-011',
    'PRT^4^15^1^4',
    '198',
    wrong(after('PRT', 3, REPLY), { replyTo: 'a@x.fr' }),
  ],
  [
    'two senders',
    'REQ-011',
    'PRT^2',
    '198',
    wrong(segments => after('PRT', 1, segments.find(segment => segment.startsWith('PRT')) ?? '')(segments)),
  ],
  ['a recipient who is taken off', 'REQ-009', 'PRT^2^2', '103', wrong(set('PRT', 2, 'DE', 2))],
  [
    'the DMP without sender',
    'REQ-031',
    'PRT^1',
    '207',
    { wishes: { DESTDMP: 'Y' }, sender: undefined, recipients: [] },
  ],
  [
    'the DMP from nobody in person',
    'REQ-008',
    'PRT^1^5^1^1',
    '101',
    wrong(set('PRT', 5, ''), { wishes: { DESTDMP: 'Y' } }),
  ],
  [
    'the DMP from no structure',
    'REQ-008',
    'PRT^1^8^1^10',
    '101',
    wrong(set('PRT', 8, 'Laboratoire'), { wishes: { DESTDMP: 'Y' } }),
  ],
  ['a patient whose INS is not qualified', 'REQ-026', 'PID^1^32', '207', { ...TO_PATIENT, qualified: false }],
  [
    'a patient whose INS is not whole',
    'REQ-026',
    'PID^1^32',
    '207',
    {
      ...TO_PATIENT,
      documents: [cdaSample({ patient: { ...PATIENTS.morvan, birthplaceCounty: undefined } })],
    },
  ],
  [
    'the address of another patient',
    'REQ-026',
    'PRT^2^15^1^4',
    '207',
    { ...TO_PATIENT, recipients: [patientRecipient(PATIENTS.diallo)] },
  ],
  [
    'an address below the patients’ domain',
    'REQ-026',
    'PRT^2^15^1^4',
    '207',
    { ...TO_PATIENT, recipients: [{ address: `${PATIENT.person?.id}@x.patient.mssante.fr` }] },
  ],
  [
    'the patient at another address',
    'REQ-026',
    'PRT^2^15^1^4',
    '207',
    { ...TO_PATIENT, recipients: [{ ...PATIENT, address: 'claire.morvan@exemple.fr' }] },
  ],
  ['answers to the patient', 'REQ-026', 'PRT^3^15^1^4', '207', { replyTo: PATIENT.address }],
  [
    'answers to another patient, where no mail leaves',
    'REQ-026',
    'PRT^3^15^1^4',
    '207',
    { replyTo: '185062A90426212@Patient.MSSante.fr', wishes: { DESTDMP: 'Y' } },
  ],
  [
    'one recipient 1 000 times',
    'REQ-011',
    'PRT^1001',
    '198',
    { recipients: Array.from({ length: 1000 }, () => ({ address: 'a@b.fr' })) },
  ],
  [
    '60 recipients',
    'REQ-011',
    'PRT^52^15^1^4',
    '198',
    { recipients: Array.from({ length: 60 }, (_, n) => ({ address: `medecin${n}@port.mssante.fr` })) },
  ],
];

describe('what must agree', () => {
  refuses(AGREEMENT);
});
describe('the sending rules', () => {
  refuses(SENDING);
});
