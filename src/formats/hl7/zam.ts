import { encodeHl7 } from './charset.ts';
import { MESSAGE_ERRORS } from './error-tables.ts';
import type { RequestHead } from './request-types.ts';
import { components, segment, text } from './segment.ts';
import { hl7Time } from './time.ts';

interface Receipt {
  /** Of the request: parties are crossed, whole; charset and processing id kept. */
  readonly head: RequestHead;
  readonly controlId: string;
  readonly time: Date;
  /** Undefined for Y. */
  readonly error: { readonly code: string; readonly label: string } | undefined;
}

/** A business receipt on the DMP: it has the documents as asked, or not. */
export interface DmpZamInput extends Receipt {
  readonly kind: 'Z01';
}

/** A business receipt on one recipient of a mail. */
export interface MailZamInput extends Receipt {
  /** `Z02`: the recipient's mail server has taken the mail, or not. `Z03`: the mail was read or integrated, or not. */
  readonly kind: 'Z02' | 'Z03';
  readonly recipient: { readonly address: string; readonly identifier: string | undefined };
}

export type ZamInput = DmpZamInput | MailZamInput;

/** Table AckMetierZAM: the OBX of the status and that of the recipient; ERR-5.3. */
const KINDS = {
  Z01: {
    status: ['ACK_RECEPTION_DMP', 'Accusé de réception DMP'],
    errors: 'DMP_ERROR_CODE',
  },
  Z02: {
    status: ['ACK_RECEPTION_MSS', 'Accusé de réception MSSanté'],
    recipient: ['DESTINATAIRE_MSS', 'Destinataire MSSanté'],
    errors: 'SMTPERRORCODE',
  },
  Z03: {
    status: ['ACK_LECTURE_MSS', 'Accusé de lecture'],
    recipient: ['LECTEUR_MSS', 'Lecteur du courriel MSSanté'],
    errors: 'applicationErrorCode',
  },
} as const;

/**
 * A ZAM (ANS, Transmission de documents CDA en HL7v2 v2.1, “Description des contraintes à appliquer sur les accusés
 * métiers”): MSH EVN OBX, a second OBX where it is about a recipient, and ERR where the status is N. A character that
 * 8859/15 lacks is escaped.
 */
export function buildZam(input: ZamInput): Uint8Array {
  const { kind, head, error } = input;
  const { status, errors } = KINDS[kind];
  const segments = [
    msh(input),
    segment('EVN', { 2: hl7Time(input.time) }),
    segment('OBX', {
      1: '1',
      2: 'CWE',
      3: components([...status, 'AckMetierZAM']),
      4: text(head.controlId),
      5: components([error === undefined ? 'Y' : 'N', '', 'expandedYes-NoIndicator']),
      11: 'F',
    }),
    ...(input.kind === 'Z01' ? [] : [recipientObx(input)]),
    ...(error === undefined ? [] : [err(error, errors)]),
  ];
  return encodeHl7(`${segments.join('\r')}\r`, head.charset, 'escape');
}

function recipientObx({ kind, recipient }: MailZamInput): string {
  return segment('OBX', {
    1: '2',
    2: 'XTN',
    3: components([...KINDS[kind].recipient, 'AckMetierZAM']),
    4: text(recipient.identifier),
    5: components(['', '', 'X.400', recipient.address]),
    11: 'F',
  });
}

function msh({ kind, head, controlId, time }: ZamInput): string {
  const { sender, receiver, processingId, charset } = head;
  return segment('MSH', {
    2: '^~\\&',
    3: components(receiver.application),
    4: components(receiver.facility),
    5: components(sender.application),
    6: components(sender.facility),
    7: hl7Time(time),
    9: components(['ZAM', kind, 'ZAM_Z01']),
    10: text(controlId),
    11: text(processingId),
    12: '2.6',
    17: 'FRA',
    18: charset,
    21: components(['2.1', 'CISIS_CDA_HL7_V2']),
  });
}

function err({ code, label }: NonNullable<ZamInput['error']>, table: string): string {
  return segment('ERR', {
    3: components(['207', MESSAGE_ERRORS['207'], 'messageErrorCondition']),
    4: 'E',
    5: components([code, label, table]),
  });
}
