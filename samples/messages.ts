import { GatewayError } from '../src/errors/gateway-error.ts';
import { readCdaHeader } from '../src/formats/cda/read-header.ts';
import { buildAck } from '../src/formats/hl7/build-ack.ts';
import { buildMdm } from '../src/formats/hl7/mdm.ts';
import { parseMessage } from '../src/formats/hl7/message.ts';
import { acceptance, refusal } from '../src/formats/hl7/request-answer.ts';
import { readParty } from '../src/formats/hl7/request-party.ts';
import { smtpErrorOf } from '../src/formats/hl7/smtp-error-codes.ts';
import type { AckCode, AckError } from '../src/formats/hl7/types.ts';
import { buildZam, type ZamInput } from '../src/formats/hl7/zam.ts';
import type { DocumentAction } from '../src/formats/xdm/types.ts';
import { BAL, dateOf, LABORATORY, messageIdOf } from './actors.ts';
import * as documents from './documents.ts';
import { type CdaSample, cdaDocument, PATIENTS } from './kit/cda.ts';
import { requestMessage } from './kit/request.ts';

/** HL7 messages as the gateway and the applications beside it write them, by file name; requests are in `requests.ts`. */
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
    ['ack-demande-aa', acceptance({ request: accepted, ...answer })],
    [
      'ack-demande-ae-016',
      refusal({ request: refused, error: otherPatient, self: LABORATORY_PFI, ...answer }),
    ],
    ['zam-z01-au-dmp', dmpZam()],
    ['zam-z01-refuse-dmpclosed', dmpZam({ code: 'DMPClosed', label: 'Le DMP du patient est fermé' })],
    ['zam-z02-remis', zam('Z02')],
    ['zam-z02-non-remis-550', zam('Z02', smtpErrorOf({ reply: '550', status: undefined }))],
    ['zam-z03-integre', zam('Z03')],
    ['zam-z03-non-integre-902', zam('Z03', { code: '902', label: 'Identifiant patient inconnu' })],
  ]);
}

const accepted = requestMessage({ documents: [documents.reported] });
const refused = requestMessage({ documents: [documents.misplaced], patient: PATIENTS.dartagnan });
const otherPatient = new GatewayError('REQ-016', { fields: { location: 'PID^1^3' } });
const LABORATORY_PFI = { application: 'PFI', facility: 'EMBRUNS' };
const answer = { controlId: 'ACK-1', time: dateOf(21) };

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

/** About the request, to the hospital's urology. */
function zam(kind: 'Z02' | 'Z03', error?: ZamInput['error']): Uint8Array {
  return buildZam({ kind, ...receipt(kind, error), recipient: { address: BAL, identifier: '3435' } });
}

/** About the request, and the DMP. */
function dmpZam(error?: ZamInput['error']): Uint8Array {
  return buildZam({ kind: 'Z01', ...receipt('Z01', error) });
}

function receipt(kind: ZamInput['kind'], error: ZamInput['error']) {
  const { header } = parseMessage(accepted);
  return {
    head: {
      sender: readParty(header, 3),
      receiver: { application: [LABORATORY_PFI.application], facility: [LABORATORY_PFI.facility] },
      event: 'R01',
      controlId: header.component(10, 1),
      processingId: 'P',
      charset: 'UNICODE UTF-8',
    },
    controlId: `ZAM-${kind}`,
    time: dateOf(22),
    error,
  } as const;
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
