import { readCdaHeader } from '../src/formats/cda/read-header.ts';
import { buildAck } from '../src/formats/hl7/build-ack.ts';
import { buildMdm } from '../src/formats/hl7/mdm.ts';
import { parseMessage } from '../src/formats/hl7/message.ts';
import type { AckCode, AckError } from '../src/formats/hl7/types.ts';
import type { DocumentAction } from '../src/formats/xdm/types.ts';
import { BAL, dateOf, LABORATORY, messageIdOf } from './actors.ts';
import * as documents from './documents.ts';
import { type CdaSample, cdaDocument } from './kit/cda.ts';

/** HL7 messages as the gateway and a DPI write them, by file name. */
export function sampleMessages(): Map<string, Uint8Array> {
  const added = mdm(1, 'add', documents.added);
  const unknown = mdm(6, 'add', documents.unknownPatient);
  return new Map([
    ['mdm-t02-ajout', added],
    ['mdm-t10-remplacement', mdm(4, 'replace', documents.replacement)],
    ['mdm-t04-suppression', mdm(5, 'delete', documents.replacement)],
    ['ack-aa', ack(added, 'AA')],
    ['ack-ae-902', ack(unknown, 'AE', unknownPatient)],
    ['ack-ae-203', ack(added, 'AE', unsupportedVersion)],
    ['ack-ar', ack(added, 'AR')],
  ]);
}

const unknownPatient: AckError = {
  location: 'PID^1^3',
  condition: { code: '207', label: 'Application error' },
  severity: 'E',
  application: { code: '902', label: 'Identifiant patient inconnu' },
};

const unsupportedVersion: AckError = {
  location: 'MSH^1^12',
  condition: { code: '203', label: 'Unsupported version' },
  severity: 'E',
  application: undefined,
};

function mdm(number: number, action: DocumentAction, sample: CdaSample): Uint8Array {
  const document = cdaDocument(sample);
  const { birthFamily, birthGiven } = sample.patient;
  return buildMdm({
    sender: { application: 'PFI', facility: 'CHU_X' },
    receiver: { application: 'DPI', facility: 'CHU_X' },
    controlId: `EXEMPLE-${number}`,
    time: dateOf(number),
    processingId: 'P',
    charset: 'UNICODE UTF-8',
    unmappable: 'escape',
    action,
    header: readCdaHeader(document),
    document,
    from: { address: LABORATORY },
    recipients: [{ address: BAL }],
    replyTo: [],
    mail: {
      messageId: messageIdOf(number),
      subject: `XDM/1.0/DDM+${sample.display} ${birthFamily} ${birthGiven}`,
      text: 'Bonjour,\n\nVeuillez trouver ci-joint un compte rendu pour votre patient.\n',
    },
    restrictions: {
      masquePs: false,
      invisiblePatient: false,
      invisibleRepLegaux: false,
      modifConfCode: false,
    },
  });
}

function ack(message: Uint8Array, code: AckCode, error?: AckError): Uint8Array {
  const errors = error === undefined ? [] : [error];
  return buildAck({
    request: parseMessage(message),
    code,
    controlId: `ACK-${code}`,
    time: dateOf(7),
    errors,
  });
}
