import { systemClock } from '../basics/clock.ts';
import { GatewayError, toGatewayError } from '../errors/gateway-error.ts';
import { readSendable } from '../flows/accept-request.ts';
import { readAck } from '../formats/hl7/ack.ts';
import { type Hl7Message, parseHeader } from '../formats/hl7/message.ts';
import { refusal } from '../formats/hl7/request-answer.ts';
import type { Audience, DocumentRequest } from '../formats/hl7/request-types.ts';
import { documentSubject } from '../formats/mail/document-subject.ts';
import { pdfNames } from '../formats/pdf/pdf-name.ts';
import { creatorSettings } from '../gateway/settings.ts';
import { DEFAULTS } from './inspect-defaults.ts';
import { lookAtDmpPart } from './inspect-dmp.ts';
import { type Facts, faultLines, type Finding, headerFacts, type Part } from './inspect-finding.ts';
import { wishTexts } from './wish-words.ts';

const PROFILE = 'CISIS_CDA_HL7_V2';

/** Whether a message asks for documents to be sent: an ORU at all, or an MDM of that profile. */
export function isRequest(message: Hl7Message): boolean {
  const { header } = message;
  const type = header.component(9, 1).trim();
  const profiles = Array.from({ length: Math.min(header.repetitions(21), 8) }, (_, at) =>
    header
      .component(21, 2, at + 1)
      .trim()
      .toUpperCase(),
  );
  return type === 'ORU' || (type === 'MDM' && profiles.includes(PROFILE));
}

/** What MSH says of a message. */
export function messageFacts({ header, segments }: Hl7Message): Facts {
  const named = (field: number): string => header.component(field, 1) || header.component(field, 2);
  const party = (field: number): string =>
    [named(field), named(field + 1)].filter(part => part !== '').join(', ');
  return {
    'Message HL7': [1, 2, 3]
      .map(part => header.component(9, part))
      .join('^')
      .replace(/\^+$/, ''),
    'Identifiant (MSH-10)': header.component(10, 1),
    De: party(3),
    Vers: party(5),
    'Jeu de caractères': header.component(18, 1),
    Segments: segments.map(({ name }) => name).join(' '),
  };
}

/** A request through the gateway's own judgement: what it would answer, and what would leave. */
export function lookAtRequest(bytes: Uint8Array, message: Hl7Message): Finding {
  const facts = messageFacts(message);
  try {
    const request = readSendable(bytes, rules());
    return accepted(request, facts);
  } catch (thrown) {
    return refused(toGatewayError(thrown), bytes, facts);
  }
}

/**
 * A request over the size that is taken, from its beginning.
 *
 * @returns undefined for what is no request
 */
export function lookAtLargeRequest(begin: Uint8Array, size: number): Finding | undefined {
  const message = parseHeader(begin);
  if (!isRequest(message)) return undefined;
  const { Segments: _, ...facts } = messageFacts(message);
  return refused(new GatewayError('REQ-028', { fields: { location: 'MSH^1', size } }), begin, facts);
}

function rules() {
  const [application] = DEFAULTS.applications;
  const settings = application && creatorSettings(application, DEFAULTS);
  if (settings === undefined) throw new Error('the default application sends documents');
  return settings.rules;
}

const ACTIONS = { add: 'ajout', replace: 'remplacement', delete: 'suppression' } as const;

function accepted(request: DocumentRequest, facts: Facts): Finding {
  const { documents, action, patient, replyTo, passedOver, wishes } = request;
  const { asked, restrictions } = wishTexts(wishes);
  const mails = (['professionals', 'patient'] as const).flatMap(audience => mailPart(audience, request));
  const dmp = lookAtDmpPart(request);
  const decision = mails.length > 0 ? 'send' : dmp?.fault === undefined ? 'deposit' : 'hold';
  const verdict = [
    `Demande acceptée (AA) ; ${mails.length > 0 ? 'les courriels partent ensuite de la boîte de l’application' : 'aucun courriel n’est demandé'}.`,
    ...(passedOver === 0
      ? []
      : [`Destinataires à qui la demande ne veut pas d’envoi, laissés de côté : ${passedOver}.`]),
    ...(dmp?.verdict ?? []),
  ];
  return {
    kind: 'request',
    facts: {
      ...facts,
      Action: ACTIONS[action],
      'Identité du patient': patient.qualified ? 'qualifiée (INS)' : 'non qualifiée',
      Expéditeur: senderText(request),
      Demandé: asked.join(', '),
      Restrictions: restrictions.join(', ') || 'aucune',
      'Réponses à': replyTo ?? 'l’adresse `replyTo` de la boîte, si elle est configurée',
    },
    documents: documents.map(({ header }) => ({ facts: headerFacts(header), decision, fault: undefined })),
    parts: [...mails, ...(dmp === undefined ? [] : [dmp.part])],
    decision,
    fault: dmp?.fault,
    verdict,
  };
}

function senderText({ sender }: DocumentRequest): string | undefined {
  const [id, family, given] = sender?.person ?? [];
  return [[given, family].filter(Boolean).join(' '), id, sender?.device, sender?.organization?.name]
    .filter(Boolean)
    .join(' · ');
}

/** What the mail to one audience would be. */
function mailPart(
  audience: Audience,
  { recipients, documents, text, wishes, patientMayAnswer }: DocumentRequest,
): Part[] {
  const those = recipients.filter(recipient => recipient.audience === audience);
  if (those.length === 0) return [];
  const headers = documents.map(({ header }) => header);
  const isFinal = audience === 'patient' && !patientMayAnswer;
  return [
    {
      title: audience === 'patient' ? 'Courriel au patient' : 'Courriel aux professionnels',
      facts: {
        À: those.map(({ address }) => address).join(', '),
        Objet: documentSubject('', headers),
        Texte: text[audience] === undefined ? 'celui de la passerelle' : 'celui de la demande (CORPSMAIL)',
        'Pièces jointes': ['IHE_XDM.zip', ...pdfNames(headers)].join(', '),
        'Accusé de lecture demandé': wishes.ackReading ? 'oui' : undefined,
        'Réponse du patient': isFinal ? 'non (X-MSS-MES: FIN)' : undefined,
      },
    },
  ];
}

/** Said as the ACK says it. */
function refused(error: GatewayError, request: Uint8Array, facts: Facts): Finding {
  const self = DEFAULTS.gateway;
  const answer = readAck(refusal({ request, error, self, controlId: 'inspect', time: systemClock.now() }));
  const [err] = answer.errors;
  const places = [
    err?.location === undefined ? '' : `ERR-2 ${err.location}`,
    err?.condition === undefined ? '' : `ERR-3 ${err.condition.code} ${err.condition.label}`,
  ].filter(text => text !== '');
  return {
    kind: 'request',
    facts,
    documents: [],
    parts: [],
    decision: 'refuse',
    fault: error.fault,
    verdict: [
      `Demande refusée (${answer.code}) : ${places.join(', ')}. Rien n’est envoyé.`,
      ...faultLines(error.fault),
    ],
  };
}
