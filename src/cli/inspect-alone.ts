import { toGatewayError } from '../errors/gateway-error.ts';
import { readCdaHeader } from '../formats/cda/read-header.ts';
import { readAck, verdict } from '../formats/hl7/ack.ts';
import { Hl7Error } from '../formats/hl7/hl7-error.ts';
import { type Hl7Message, parseMessage } from '../formats/hl7/message.ts';
import { type Facts, faultLines, type Finding, headerFacts } from './inspect-finding.ts';

/** What comes without a mail around it says what it is, not what becomes of it. */
function alone(kind: Finding['kind'], facts: Facts, ...verdict: string[]): Finding {
  return { kind, facts, documents: [], decision: undefined, fault: undefined, verdict };
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
  const { header, segments } = message;
  const facts = {
    'Message HL7': [1, 2, 3]
      .map(part => header.component(9, part))
      .join('^')
      .replace(/\^+$/, ''),
    'Identifiant (MSH-10)': header.component(10, 1),
    De: header.component(3, 1),
    Vers: header.component(5, 1),
    'Jeu de caractères': header.component(18, 1),
    Segments: segments.map(({ name }) => name).join(' '),
  };
  const isAnswer = message.first('MSA') !== undefined;
  return alone(
    'hl7',
    facts,
    ...(isAnswer ? understood(bytes) : ['Message lisible ; ce n’est pas un accusé.']),
  );
}

/** How the gateway, at its default settings, takes an application's answer. */
function understood(bytes: Uint8Array): string[] {
  try {
    const answer = verdict(readAck(bytes), { commitAccept: false });
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
