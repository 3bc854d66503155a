import { describe } from 'vitest';
import {
  after,
  type Case,
  type Overrides,
  refuses,
  REPLACING,
  set,
  swap,
  without,
  wrong,
} from './request-kit.ts';

const MDM: Overrides = { type: 'MDM' };
const RCT = 'PRT||UC||RCT^^participation|||||||||||^^X.400^anne.tanguy@cabinet-du-port.mssante.fr';

const HEADER: readonly Case[] = [
  ['an ADT', 'REQ-002', 'MSH^1^9^1^1', '200', wrong(set('MSH', 9, 'ADT^A01^ADT_A01'))],
  ['ORU^R32', 'REQ-003', 'MSH^1^9^1^2', '201', wrong(set('MSH', 9, 'ORU^R32^ORU_R32'))],
  ['MDM^T06', 'REQ-003', 'MSH^1^9^1^2', '201', wrong(set('MSH', 9, 'MDM^T06^MDM_T02'), MDM)],
  ['ORU^T02', 'REQ-003', 'MSH^1^9^1^2', '201', wrong(set('MSH', 9, 'ORU^T02^ORU_R01'))],
  ['MSH-11 X', 'REQ-004', 'MSH^1^11', '202', { processingId: 'X' }],
  ['an ORU of HL7 2.6', 'REQ-005', 'MSH^1^12', '203', wrong(set('MSH', 12, '2.6'))],
  ['an ORU of HL7 2.5.1', 'REQ-005', 'MSH^1^12', '203', wrong(set('MSH', 12, '2.5.1'))],
  ['an MDM of HL7 2.5', 'REQ-005', 'MSH^1^12', '203', wrong(set('MSH', 12, '2.5'), MDM)],
  [
    'the profile of the other volume',
    'REQ-006',
    'MSH^1^21',
    '199',
    wrong(set('MSH', 21, '1.1^CISIS_CDA_HL7_LPS')),
  ],
  ['version 3.0 of the profile', 'REQ-006', 'MSH^1^21', '199', wrong(set('MSH', 21, '3.0^CISIS_CDA_HL7_V2'))],
  ...[3, 4, 5, 6, 7, 9, 10, 11, 12, 17, 18, 21].map(
    (field): Case => [`no MSH-${field}`, 'REQ-008', `MSH^1^${field}`, '101', wrong(set('MSH', field, ''))],
  ),
  ['an MSH-3 of its type alone', 'REQ-008', 'MSH^1^3', '101', wrong(set('MSH', 3, '^^ISO'))],
  ['an MSH-6 of its type alone', 'REQ-008', 'MSH^1^6', '101', wrong(set('MSH', 6, '""^^ISO'))],
  [
    'an OID of 4 001 bytes in MSH-4',
    'REQ-010',
    'MSH^1^4^1^2',
    '102',
    wrong(set('MSH', 4, `X^${'1'.repeat(4001)}`)),
  ],
  ['MSH-10 of 200 characters', 'REQ-010', 'MSH^1^10', '102', { controlId: 'x'.repeat(200) }],
  ['a charset of no profile', 'REQ-010', 'MSH^1^18', '102', wrong(set('MSH', 18, '8859/1'))],
];

const STRUCTURE: readonly Case[] = [
  ...['PID', 'ORC', 'OBR'].map(
    (name): Case => [`no ${name}`, 'REQ-007', `${name}^1`, '100', wrong(without(name))],
  ),
  ...['EVN', 'PID', 'PV1', 'ORC', 'OBR', 'TXA'].map(
    (name): Case => [`an MDM without ${name}`, 'REQ-007', `${name}^1`, '100', wrong(without(name), MDM)],
  ),
  ['no OBX', 'REQ-007', 'OBX^1', '100', wrong(segments => segments.slice(0, 5))],
  ['no document', 'REQ-007', 'OBX^1', '100', { documents: [] }],
  [
    'PV1 before PID',
    'REQ-007',
    'PID^1',
    '100',
    wrong(([msh = '', pid = '', pv1 = '', ...rest]) => [msh, pv1, pid, ...rest]),
  ],
  [
    'OBX before OBR',
    'REQ-007',
    'OBR^1',
    '100',
    wrong(segments => segments.toSpliced(4, 2, segments[5] ?? '', segments[4] ?? '')),
  ],
  ['a recipient before the document', 'REQ-007', 'PRT^1', '100', wrong(after('OBR', 1, RCT))],
  ['a recipient under the metadata', 'REQ-007', 'PRT^3', '100', wrong(after('OBX', 5, RCT))],
  ['two patients', 'REQ-011', 'PID^2', '198', wrong(after('PID', 1, 'PID|||1^^^&1.2.3&ISO||DOE'))],
  ['two orders', 'REQ-011', 'ORC^2', '198', wrong(after('ORC', 1, 'ORC|CA'))],
  ...Array.from({ length: 10 }, (_, index) => index + 2).map(
    (nth): Case => [
      `the OBX of metadata ${nth - 1} missing`,
      'REQ-007',
      'OBX^11',
      '100',
      wrong(without('OBX', nth)),
    ],
  ),
];

const FIELDS: readonly Case[] = [
  ['no PID-3', 'REQ-008', 'PID^1^3', '101', wrong(set('PID', 3, '^^^EMBRUNS&1.2.3&ISO'))],
  ['no PID-5', 'REQ-008', 'PID^1^5', '101', wrong(set('PID', 5, ''))],
  [
    '101 identifiers in PID-3',
    'REQ-011',
    'PID^1^3',
    '198',
    wrong(set('PID', 3, '1^^^&1.2.3&ISO~'.repeat(100))),
  ],
  ['no PV1-2', 'REQ-008', 'PV1^1^2', '101', { patientClass: '' }],
  ['no PV1-19 of a stay', 'REQ-008', 'PV1^1^19', '101', wrong(set('PV1', 19, ''))],
  ['PV1-2 of another table', 'REQ-009', 'PV1^1^2', '103', { patientClass: 'P' }],
  ['no ORC-1', 'REQ-008', 'ORC^1^1', '101', wrong(set('ORC', 1, ''))],
  ['ORC-1 XO', 'REQ-009', 'ORC^1^1', '103', wrong(set('ORC', 1, 'XO'))],
  [
    'ORC-1 SC in version 2.1',
    'REQ-009',
    'ORC^1^1',
    '103',
    wrong(set('ORC', 1, 'SC'), { action: 'replace', documents: REPLACING }),
  ],
  ['no OBR-4', 'REQ-008', 'OBR^1^4^1^1', '101', wrong(set('OBR', 4, '^CR^LN'))],
  ['no OBR-4.3', 'REQ-008', 'OBR^1^4^1^3', '101', wrong(set('OBR', 4, '11502-2^CR'))],
  ['OBR-4.3 of no profile', 'REQ-009', 'OBR^1^4^1^3', '103', wrong(set('OBR', 4, '11502-2^CR^L'))],
  ['no OBX-3', 'REQ-008', 'OBX^1^3^1^1', '101', wrong(set('OBX', 3, ''))],
  ['no OBX-5.4', 'REQ-008', 'OBX^1^5^1^4', '101', wrong(swap('^XML^Base64^', '^XML^^'))],
  ['OBX-5.4 Hex', 'REQ-009', 'OBX^1^5^1^4', '103', wrong(swap('^XML^Base64^', '^XML^Hex^'))],
  ['no OBX-5.5', 'REQ-008', 'OBX^1^5^1^5', '101', wrong(set('OBX', 5, '^TEXT^XML^Base64^'))],
  [
    'two values in OBX-5',
    'REQ-011',
    'OBX^1^5',
    '198',
    wrong(segments =>
      segments.map(segment =>
        segment.startsWith('OBX|1|') ? segment.replace('||||||F', '~^TEXT^XML^Base64^QUJD||||||F') : segment,
      ),
    ),
  ],
  ['no OBX-11', 'REQ-008', 'OBX^1^11', '101', wrong(set('OBX', 11, ''))],
  ['OBX-11 P', 'REQ-009', 'OBX^1^11', '103', wrong(set('OBX', 11, 'P'))],
  ...[1, 2, 3, 12, 17].map(
    (field): Case => [
      `no TXA-${field}`,
      'REQ-008',
      `TXA^1^${field}`,
      '101',
      wrong(set('TXA', field, ''), MDM),
    ],
  ),
  [
    'no TXA-13 of a replacement',
    'REQ-008',
    'TXA^1^13',
    '101',
    wrong(set('TXA', 13, ''), { ...MDM, action: 'replace', documents: REPLACING }),
  ],
  ['a document that nobody validated', 'REQ-009', 'TXA^1^17', '103', wrong(set('TXA', 17, 'PA'), MDM)],
  [
    'metadata without answer',
    'REQ-008',
    'OBX^3^5',
    '101',
    wrong(set('OBX', 5, '^^expandedYes-NoIndicator', 3)),
  ],
  ['metadata answered ?', 'REQ-009', 'OBX^3^5', '103', wrong(set('OBX', 5, 'O^Oui', 3))],
  [
    'metadata answered N and Y in one',
    'REQ-011',
    'OBX^2^5',
    '198',
    wrong(set('OBX', 5, 'N^^expandedYes-NoIndicator~Y^^expandedYes-NoIndicator', 2)),
  ],
  [
    'the second of two answers that repeats',
    'REQ-011',
    'OBX^12^5',
    '198',
    wrong(after('OBX', 11, 'OBX|12|CE|MASQUE_PS^^MetaDMPMSS||N~Y||||||F')),
  ],
  [
    'metadata of no table',
    'REQ-009',
    'OBX^12^3',
    '103',
    wrong(after('OBX', 11, 'OBX|12|CE|MASQUE_IDE^Masqué^MetaDMPMSS||Y||||||F')),
  ],
  [
    'metadata answered Y and N',
    'REQ-011',
    'OBX^12^5',
    '198',
    wrong(after('OBX', 11, 'OBX|12|CE|MASQUE_PS^^MetaDMPMSS||Y||||||F')),
  ],
  ['a value of 4 001 bytes', 'REQ-010', 'PID^1^5^1^1', '102', wrong(set('PID', 5, 'X'.repeat(4001)))],
];

describe('the header', () => {
  refuses(HEADER);
});
describe('the structure', () => {
  refuses(STRUCTURE);
});
describe('the fields', () => {
  refuses(FIELDS);
});
