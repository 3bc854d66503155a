import { isErrorCode } from '../errors/catalogue.ts';
import { toGatewayError } from '../errors/gateway-error.ts';
import { readCdaHeader } from '../formats/cda/read-header.ts';
import { readAck, verdict } from '../formats/hl7/ack.ts';
import { Hl7Error } from '../formats/hl7/hl7-error.ts';
import { type Hl7Message, parseMessage } from '../formats/hl7/message.ts';
import { requestCodeOf } from './ack-words.ts';
import { type Facts, faultLines, type Finding, headerFacts } from './inspect-finding.ts';
import { isRequest, lookAtRequest, messageFacts } from './inspect-request.ts';
import { oneLine } from './output.ts';

/** What comes without a mail around it says what it is, not what becomes of it. */
function alone(kind: Finding['kind'], facts: Facts, ...verdict: string[]): Finding {
  return { kind, facts, documents: [], parts: [], decision: undefined, fault: undefined, verdict };
}

/** A CDA document. */
export function lookAtDocument(bytes: Uint8Array): Finding {
  try {
    return alone(
      'document',
      headerFacts(readCdaHeader(bytes)),
      'Document CDA lisible. C’est METADATA.XML, dans l’archive, qui dit s’il s’ajoute, remplace ou supprime.',
    );
  } catch (thrown) {
    const { fault } = toGatewayError(thrown);
    return {
      ...alone('document', {}, 'Serait refusé (906).', ...faultLines(fault)),
      decision: 'refuse',
      fault,
    };
  }
}

/** An HL7 message; of an answer, what the gateway would make of it. */
export function lookAtHl7(bytes: Uint8Array): Finding {
  let message: Hl7Message;
  try {
    message = parseMessage(bytes);
  } catch (thrown) {
    if (!(thrown instanceof Hl7Error)) throw thrown;
    return alone('hl7', {}, 'Message HL7 illisible : ni l’en-tête MSH ni ses séparateurs ne sont corrects.');
  }
  if (isRequest(message)) return lookAtRequest(bytes, message);
  const facts = messageFacts(message);
  if (message.header.component(9, 1) === 'ZAM') return lookAtZam(message);
  const isAnswer = message.first('MSA') !== undefined;
  return alone(
    'hl7',
    facts,
    ...(isAnswer ? understood(bytes) : ['Message lisible ; ce n’est ni une demande d’envoi, ni un accusé.']),
  );
}

const EVENTS: Readonly<Record<string, string>> = {
  Z01: 'DMP : dépôt, remplacement ou suppression',
  Z02: 'réception par la messagerie du destinataire',
  Z03: 'lecture, ou intégration par le logiciel du destinataire',
};

/** What the gateway tells an application of what it asked for. */
function lookAtZam(message: Hl7Message): Finding {
  const [status, recipient] = message.all('OBX');
  const err = message.first('ERR');
  const event = message.header.component(9, 2);
  const [code = '', label = ''] = [1, 2].map(part => err?.component(5, part) ?? '');
  // What is refused at the DMP may be refused by it, or by the gateway before it.
  const own = isErrorCode(code) ? code : undefined;
  const said = status?.component(5, 1) ?? '';
  const facts = {
    ...messageFacts(message),
    'Accusé de': EVENTS[event] ?? event,
    'Demande (OBX-4)': status?.component(4, 1),
    Destinataire: [recipient?.component(5, 4), recipient?.component(4, 1)].filter(Boolean).join(' · '),
    [event === 'Z01' && own === undefined ? 'Code du DMP (ERR-5)' : 'Erreur']: `${code} ${label}`.trim(),
  };
  const answer =
    said === 'Y' ? 'Oui (Y).' : said === 'N' ? 'Non (N).' : `Ni oui ni non : « ${oneLine(said)} ».`;
  return alone(
    'hl7',
    facts,
    `Accusé de la passerelle au logiciel créateur : ${answer}`,
    ...(own === undefined ? [] : faultLines({ code: own })),
  );
}

/** How the gateway, at its default settings, takes an application's answer. */
function understood(bytes: Uint8Array): string[] {
  try {
    const ack = readAck(bytes);
    const own = requestCodeOf(ack);
    if (own !== undefined) {
      return [`Réponse de la passerelle à une demande d’envoi : ${ack.code}.`, ...faultLines({ code: own })];
    }
    const answer = verdict(ack, { commitAccept: false });
    switch (answer.kind) {
      case 'accepted':
        return ['Accusé : document accepté.'];
      case 'refused':
        return [`Accusé : document refusé, ${answer.code} ${answer.label}.`, 'L’expéditeur en est informé.'];
      case 'technical': {
        const condition = `${answer.code} ${answer.label}`.trim();
        return [
          `Accusé : forme du message rejetée (ERR-3 ${condition}).`,
          ...faultLines({ code: 'DOC-003' }),
        ];
      }
      case 'contradictory':
        return [
          `Accusé : accepté, avec un motif de refus (${answer.code}).`,
          ...faultLines({ code: 'DOC-005' }),
        ];
      case 'later':
        return ['Accusé : à renvoyer plus tard.', ...faultLines({ code: answer.error })];
    }
  } catch (thrown) {
    return ['Accusé illisible.', ...faultLines(toGatewayError(thrown).fault)];
  }
}
