import { cdaDocument, INS_TEST } from './cda.ts';
import { type Er7Writer, er7Writer, type SampleField } from './er7.ts';
import {
  describedIn,
  type RequestSample,
  type SampleParticipant,
  type SamplePerson,
  type SampleWish,
  WISH_LABELS,
} from './request-types.ts';
import type { SampleId } from './patients.ts';

const WISHES = Object.keys(WISH_LABELS) as SampleWish[];

const ACTIONS = {
  add: { event: 'T02', order: 'NW', status: 'F' },
  replace: { event: 'T10', order: 'RO', status: 'C' },
  delete: { event: 'T04', order: 'CA', status: 'D' },
} as const;

/** The segments of a request, before anything makes them wrong. */
export function requestSegments(sample: RequestSample): string[] {
  const writer = er7Writer(sample.separators);
  const isMdm = sample.type === 'MDM';
  const { code, display, system } = sample.code;
  const type: SampleField = [[code, display, system]];
  const order = sample.version === '2.0' && sample.action === 'replace' ? 'SC' : ACTIONS[sample.action].order;
  return [
    msh(sample, writer),
    ...(isMdm ? [writer.segment('EVN', { 2: '20261120090000' })] : []),
    pid(sample, writer),
    writer.segment('PV1', {
      1: '1',
      2: sample.patientClass,
      19: [[sample.account, '', '', ['EMBRUNS', '1290000999', 'M'], 'VN']],
    }),
    writer.segment('ORC', { 1: order }),
    writer.segment('OBR', { 1: '1', 4: type }),
    ...(isMdm ? [txa(sample, writer)] : []),
    ...observations(sample, writer, type),
  ];
}

function msh({ type, version, action, ...sample }: RequestSample, writer: Er7Writer): string {
  return writer.segment('MSH', {
    3: sample.from[0],
    4: sample.from[1],
    5: sample.to[0],
    6: sample.to[1],
    7: '20261120090000',
    9: [type === 'ORU' ? ['ORU', 'R01', 'ORU_R01'] : ['MDM', ACTIONS[action].event, 'MDM_T02']],
    10: sample.controlId,
    11: sample.processingId,
    12: type === 'ORU' ? '2.5' : '2.6',
    17: 'FRA',
    18: sample.charset,
    21: [[version, 'CISIS_CDA_HL7_V2']],
  });
}

function pid({ patient, qualified, account }: RequestSample, writer: Er7Writer): string {
  const { birthFamily, birthGiven, birthGivens, birthTime = '', gender = '', birthplaceCounty } = patient;
  return writer.segment('PID', {
    3: patient.identifiers.map(({ root, extension }) => {
      const isIns = root === INS_TEST;
      return [
        extension,
        '',
        '',
        [isIns ? 'ASIP-SANTE-INS-NIR' : 'EMBRUNS', root, 'ISO'],
        isIns ? 'INS' : 'PI',
      ];
    }),
    5: [[birthFamily, birthGiven, birthGivens, '', '', '', 'L']],
    7: birthTime,
    8: gender,
    11: birthplaceCounty === undefined ? '' : [['', '', '', '', '', '', 'BDL', '', birthplaceCounty]],
    18: [[account, '', '', ['EMBRUNS', '1290000999', 'M'], 'AN']],
    32: qualified ? 'VALI' : 'PROV',
  });
}

function txa({ documents, code, action }: RequestSample, writer: Er7Writer): string {
  const described = describedIn(documents);
  return writer.segment('TXA', {
    1: '1',
    2: code.code,
    3: 'TEXT',
    12: entity(described?.id),
    13: action === 'replace' ? entity(described?.replaces) : '',
    17: 'AU',
  });
}

/** An EI, as TXA-12 has it. */
function entity(id: SampleId | undefined): SampleField {
  return id?.extension === undefined ? id?.root : [[id.extension, '', id.root, 'ISO']];
}

/** The documents, the first with the participants; the ten metadata; the texts. */
function observations(sample: RequestSample, writer: Er7Writer, type: SampleField): string[] {
  const { documents, wishes, texts, noAnswer, action } = sample;
  const written: string[] = [];
  const obx = (fields: Readonly<Record<number, SampleField>>) => {
    const number = written.filter(segment => segment.startsWith('OBX')).length + 1;
    written.push(writer.segment('OBX', { 1: String(number), 11: 'F', ...fields }));
  };
  const encoded = (content: Uint8Array, subtype: string): SampleField => {
    const base64 = Buffer.from(content).toString('base64');
    return [['', sample.type === 'MDM' ? 'text' : 'TEXT', subtype, 'Base64', base64]];
  };
  documents.forEach((document, index) => {
    const bytes = document instanceof Uint8Array ? document : cdaDocument(document);
    obx({ 2: 'ED', 3: type, 5: encoded(bytes, 'XML'), 11: ACTIONS[action].status });
    if (index === 0) written.push(...participants(sample, writer));
  });
  for (const wish of WISHES) {
    obx({
      2: sample.type === 'MDM' ? 'CWE' : 'CE',
      3: [[wish, WISH_LABELS[wish], 'MetaDMPMSS']],
      5: [[wishes[wish] ?? 'N', '', 'expandedYes-NoIndicator']],
    });
    if (wish === 'DESTMSSANTEPAT' && noAnswer) written.push(writer.segment('NTE', { 1: '1', 4: 'FIN' }));
  }
  const bodies = [
    ['CORPSMAIL_PS', 'Corps du mail pour un PS', texts.professionals],
    ['CORPSMAIL_PATIENT', 'Corps du mail pour le patient', texts.patient],
  ] as const;
  for (const [code, label, text] of bodies) {
    if (text === undefined) continue;
    obx({ 2: 'ED', 3: [[code, label, 'MetaDMPMSS']], 5: encoded(Buffer.from(text, 'utf8'), '') });
  }
  return written;
}

function participants({ sender, recipients, replyTo }: RequestSample, writer: Er7Writer): string[] {
  return [
    ...(sender === undefined ? [] : [prt('SB', 'Send by', sender, writer)]),
    ...recipients.map(recipient => prt('RCT', 'Result Copies To', recipient, writer)),
    ...(replyTo === undefined ? [] : [prt('REPLY', 'Reply To', { address: replyTo }, writer)]),
  ];
}

function prt(role: string, label: string, who: SampleParticipant, writer: Er7Writer): string {
  const { address, person, organization, device } = who;
  return writer.segment('PRT', {
    2: 'UC',
    4: [[role, label, 'participation']],
    5: person === undefined ? '' : [xcn(person)],
    8:
      organization === undefined
        ? ''
        : [
            [
              organization.name,
              '',
              '',
              '',
              '',
              ['ASIP-SANTE-ST', '1.2.250.1.71.4.2.2', 'ISO'],
              organization.type ?? 'FINEG',
              '',
              '',
              organization.id,
            ],
          ],
    10: device,
    15: address === undefined ? '' : [['', '', 'X.400', address]],
  });
}

function xcn({ id, family, given, authority = '1.2.250.1.71.4.2.1', type = 'RPPS' }: SamplePerson) {
  const name = authority === INS_TEST ? 'ASIP-SANTE-INS-NIR' : 'ASIP-SANTE-PS';
  return [id, family, given, '', '', '', '', '', [name, authority, 'ISO'], 'D', '', '', type];
}
