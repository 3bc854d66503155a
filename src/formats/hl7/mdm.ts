import { GatewayError } from '../../errors/gateway-error.ts';
import type { InstanceIdentifier } from '../cda/types.ts';
import { hl7CodingSystem, typeNameOf } from '../terminology/type-codes.ts';
import type { DocumentAction } from '../xdm/types.ts';
import { concatWithBase64 } from './base64.ts';
import { encodeHl7 } from './charset.ts';
import { pid } from './pid.ts';
import { prt } from './prt.ts';
import { components, segment, text } from './segment.ts';
import { hl7Time } from './time.ts';
import type { MdmInput, Restrictions } from './types.ts';

/** What an action looks like: MSH-9.2, ORC-1, OBX-11 of the document. */
const ACTIONS: Readonly<Record<DocumentAction, { event: string; order: string; status: string }>> = {
  add: { event: 'T02', order: 'NW', status: 'F' },
  replace: { event: 'T10', order: 'RO', status: 'C' },
  delete: { event: 'T04', order: 'CA', status: 'D' },
};

/** Table MetaDMP/MSS, in the order that the profile asks for; the third without a space (quirks H3, H4). */
const RESTRICTIONS: readonly (readonly [keyof Restrictions, code: string, label: string])[] = [
  ['masquePs', 'MASQUE_PS', 'Masqué aux professionnels de Santé'],
  ['invisiblePatient', 'INVISIBLE_PATIENT', 'Document Non Visible par le patient'],
  ['invisibleRepLegaux', 'INVISIBLE_REP_LEGAUX', 'Non visible par les représentants Légaux du patient'],
  ['modifConfCode', 'MODIF_CONF_CODE', 'Modification Confidentiality Code'],
];

/**
 * The MDM of one document, profile CISIS_CDA_HL7_LPS 1.1 (ANS, Transmission au LPS v1.1, “Le message MDM en
 * HL7 v2.6”): MSH EVN PID PV1 ORC OBR TXA, the document with its participants, the mail, the four
 * restrictions. Segments end with CR; no MLLP framing.
 *
 * The document goes in untouched, as base64, without ever being a text.
 *
 * @throws GatewayError XDM-016 for a replacement that names no parent; HL7-001 for a character that the
 *   charset lacks
 */
export function buildMdm(input: MdmInput): Uint8Array {
  const { charset, unmappable } = input;
  const encode = (part: string) => encodeHl7(part, charset, unmappable);
  // Cut inside OBX-5, at places where neither cut can divide a character or an escape.
  const [beforeDocument, afterDocument] = [headText(input), tailText(input)];
  return concatWithBase64(encode(beforeDocument), input.document, encode(afterDocument));
}

/** From MSH to the document's `…^Base64^`. */
function headText(input: MdmInput): string {
  const { header } = input;
  return [
    msh(input),
    segment('EVN', { 2: hl7Time(input.time) }),
    pid(header.patient),
    segment('PV1', { 1: '1', 2: 'N' }),
    segment('ORC', { 1: ACTIONS[input.action].order }),
    segment('OBR', { 1: '1', 4: documentCode(input) }),
    txa(input),
    `OBX|1|ED|${documentCode(input)}||^text^XML^Base64^`,
  ].join('\r');
}

/** From the end of the document's OBX-5 to the end. */
function tailText(input: MdmInput): string {
  const { mail } = input;
  const mailText = Buffer.from(mail.text, 'utf8').toString('base64');
  const segments = [
    `||||||${ACTIONS[input.action].status}`,
    prt('SB', input.from),
    ...input.recipients.map(recipient => prt('RCT', recipient)),
    ...input.replyTo.map(address => prt('REPLY', address)),
    segment('OBX', {
      1: '2',
      2: 'ED',
      3: components([mail.messageId, mail.subject]),
      5: components(['', 'text', '', 'Base64', mailText]),
      11: 'F',
    }),
    ...RESTRICTIONS.map(([key, code, label], place) =>
      segment('OBX', {
        1: String(place + 3),
        2: 'CWE',
        3: components([code, label, 'MetaDMPMSS']),
        5: components([input.restrictions[key] ? 'Y' : 'N', '', 'expandedYes-NoIndicator']),
        11: 'F',
      }),
    ),
  ];
  return `${segments.join('\r')}\r`;
}

function msh(input: MdmInput): string {
  const { sender, receiver } = input;
  return segment('MSH', {
    2: '^~\\&',
    3: text(sender.application),
    4: text(sender.facility),
    5: text(receiver.application),
    6: text(receiver.facility),
    7: hl7Time(input.time),
    9: components(['MDM', ACTIONS[input.action].event, 'MDM_T02']),
    10: text(input.controlId),
    11: input.processingId,
    12: '2.6',
    17: 'FRA',
    18: input.charset,
    21: components(['1.1', 'CISIS_CDA_HL7_LPS']),
  });
}

/**
 * OBR-4, repeated in OBX-3: code, label, LN or TRE_A05. A system that the profile does not know is given as
 * it is named in the document: to call it LN would claim another meaning for the code.
 */
function documentCode({ header }: MdmInput): string {
  const { code, system, systemName } = header.code;
  return components([code, typeNameOf(header.code), hl7CodingSystem(code, system) ?? systemName ?? system]);
}

function txa({ action, header }: MdmInput): string {
  const [parent] = header.replaces;
  if (action === 'replace' && parent === undefined) throw new GatewayError('XDM-016');
  return segment('TXA', {
    1: '1',
    2: text(header.code.code),
    3: 'TEXT',
    12: entity(header.id),
    13: action === 'replace' && parent !== undefined ? entity(parent) : '',
    17: 'AU',
  });
}

/**
 * EI of a CDA identifier: `extension^^root^ISO`, or the root alone (ANS, Transmission au LPS v1.1, “Segment
 * TXA”, note 1).
 */
function entity({ root, extension }: InstanceIdentifier): string {
  return extension === undefined ? components([root]) : components([extension, '', root, 'ISO']);
}
