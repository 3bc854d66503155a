import { systemClock } from '../basics/clock.ts';
import { createIdSource } from '../basics/ids.ts';
import { type Fault, toGatewayError } from '../errors/gateway-error.ts';
import type { PlanContext } from '../flows/plan-document.ts';
import { planMail } from '../flows/plan-mail.ts';
import { onePatient, readDocument } from '../flows/reading/read-document.ts';
import { headOnly } from '../flows/reading/read-mail.ts';
import { createReader, type Reader } from '../flows/reading/reader.ts';
import type { MailFacts, ReadDocument, Reading } from '../flows/reading/reading.ts';
import { notificationFor } from '../formats/mail/notification-policy.ts';
import { readXdm } from '../formats/xdm/read-xdm.ts';
import { READER } from '../gateway/gateway.ts';
import { applicationSettings, archiveLimits, gatewaySettings, mailboxSettings } from '../gateway/settings.ts';
import type { RecordedMail } from '../journal/journal.ts';
import { DEFAULTS } from './inspect-defaults.ts';
import { receiptFacts, receiptParts, receiptVerdict } from './inspect-receipt.ts';
import {
  type Decision,
  type DocumentFinding,
  type Facts,
  faultLines,
  type Finding,
  headerFacts,
} from './inspect-finding.ts';

/** As much as is enough for a mail's headers. */
const HEAD_BYTES = 64 * 1024;

/** The gateway's own reader, with the usual limits. */
export function usualReader(): Reader {
  const { reading: deadlineMs } = DEFAULTS.limits;
  return createReader({ ...READER, limits: archiveLimits(DEFAULTS), deadlineMs });
}

/** A mail through the gateway's own reading and planning, on an empty journal. */
export async function lookAtMail(raw: Uint8Array, reader: Reader): Promise<Finding> {
  const result = await reader.read(raw);
  return 'unfinished' in result
    ? heldMail(headOnly(raw.subarray(0, HEAD_BYTES)), { code: 'MAIL-010' })
    : await findingOf(result.reading, { kind: 'mail', facts: mailFacts(result.reading.outer) });
}

/** A mail over the size that is read at all, from its beginning. */
export function lookAtLargeMail(begin: Uint8Array, size: number): Finding {
  return heldMail(headOnly(begin), { code: 'MAIL-001', fields: { size } });
}

/** An archive as if a mail brought it. */
export function lookAtArchive(bytes: Uint8Array): Promise<Finding> {
  const outer = headOnly(
    Buffer.from('From: expediteur@exemple.mssante.fr\r\nMessage-ID: <inspect@exemple>\r\n\r\n'),
  );
  const about = { kind: 'archive', facts: { Archive: 'IHE_XDM' } } as const;
  const mail = { outer, attachments: [] };
  try {
    const { documents: found, orphans } = readXdm(bytes, archiveLimits(DEFAULTS));
    const documents = onePatient(found.map(readDocument));
    return findingOf({ ...mail, kind: 'documents', via: outer, documents, orphans }, about);
  } catch (thrown) {
    return findingOf({ ...mail, kind: 'refused', fault: toGatewayError(thrown).fault }, about);
  }
}

async function findingOf(reading: Reading, about: Pick<Finding, 'kind' | 'facts'>): Promise<Finding> {
  const context = inspecting(reading.outer);
  const recorded = await planMail('inspect', '', reading, context);
  const documents = reading.kind === 'documents' ? reading.documents : [];
  const findings = recorded.documents.map(({ delivery }, position) =>
    documentFinding(documents[position], delivery.start),
  );
  const decision = decisionOf(recorded, findings);
  const answer = answerTo(reading.outer, decision, context);
  const said = about.kind === 'mail' ? [answer.sentence] : [];
  const verdict = verdictOf(reading, recorded, decision, said);
  const unheard = decision === 'refuse' && !answer.told;
  const isReceipt = reading.kind === 'receipt' || reading.kind === 'error-mail';
  return {
    ...about,
    facts: isReceipt ? { ...about.facts, ...receiptFacts(reading) } : about.facts,
    documents: findings,
    parts: isReceipt ? receiptParts(reading) : [],
    decision: unheard ? 'hold' : decision,
    fault: unheard ? { code: 'DOC-004' } : recorded.fault,
    verdict,
  };
}

/** The mailbox is the one that the mail was sent to. */
function inspecting({ deliveredTo, to }: MailFacts): PlanContext {
  const [box] = DEFAULTS.mailboxes;
  const [application] = DEFAULTS.applications;
  if (box === undefined || application === undefined) throw new Error('the default configuration has both');
  return {
    journal: {
      keyOf: identity => identity,
      findDocument: async () => undefined,
      isOurs: async () => false,
      sentMail: async () => undefined,
      payload: async () => undefined,
    },
    clock: systemClock,
    newId: createIdSource(systemClock),
    gateway: gatewaySettings(DEFAULTS),
    mailbox: { ...mailboxSettings(box, DEFAULTS), address: deliveredTo ?? to[0]?.address ?? box.address },
    application: applicationSettings(application),
  };
}

const ACTIONS = {
  add: 'ajout (MDM^T02)',
  replace: 'remplacement (MDM^T10)',
  delete: 'suppression (MDM^T04)',
} as const;

function documentFinding(
  read: ReadDocument | undefined,
  start: RecordedMail['documents'][number]['delivery']['start'],
): DocumentFinding {
  const { header, action, integrity } = read ?? {};
  const facts = {
    ...(header === undefined ? { Identifiant: read?.announcedId } : headerFacts(header)),
    Action: action === undefined ? 'inconnue' : ACTIONS[action],
    Empreinte: integrity === 'verified' ? 'vérifiée' : integrity && 'non fournie',
  };
  switch (start.state) {
    case 'held':
      return { facts, decision: 'hold', fault: start.fault };
    case 'done':
      return { facts, decision: 'refuse', fault: read?.refusal };
    case 'waiting':
    case 'expected':
      return { facts, decision: 'deliver', fault: undefined };
  }
}

/** Of the whole: what waits for a person outranks a refusal, as in the gateway. */
function decisionOf({ nature, state, fault }: RecordedMail, documents: readonly DocumentFinding[]): Decision {
  if (state === 'held') return 'hold';
  if (nature !== 'document') return 'file';
  if (fault !== undefined) return 'refuse';
  const decisions = documents.map(({ decision }) => decision);
  return decisions.find(each => each === 'hold') ?? decisions.find(each => each === 'refuse') ?? 'deliver';
}

function heldMail(outer: MailFacts, fault: Fault): Finding {
  const verdict = [TO_A_PERSON, ...faultLines(fault)];
  return {
    kind: 'mail',
    facts: mailFacts(outer),
    documents: [],
    parts: [],
    decision: 'hold',
    fault,
    verdict,
  };
}

function mailFacts(outer: MailFacts): Facts {
  return {
    Courriel: outer.messageId ?? 'sans identifiant (Message-ID)',
    De: outer.from?.address,
    À: outer.to.map(({ address }) => address).join(', '),
    Objet: outer.subject,
    'Accusé de lecture demandé par': outer.dispositionNotificationTo.map(({ address }) => address).join(', '),
    'Envoyé par une machine': outer.automatic ? 'oui' : undefined,
  };
}

const TO_A_PERSON = 'À traiter par une personne.';

/** @param answer what its sender would hear of it */
function verdictOf(
  reading: Reading,
  { fault, documents }: RecordedMail,
  decision: Decision,
  answer: readonly string[],
): string[] {
  switch (reading.kind) {
    case 'receipt':
    case 'error-mail':
      return receiptVerdict(fault);
    case 'other':
      return ['Pas un envoi de documents : rangé dans le dossier « Autres ».'];
    case 'unusable':
      return [TO_A_PERSON, ...faultLines(reading.fault)];
    case 'refused':
      return ['Refusé (906).', ...faultLines(reading.fault), ...answer];
    case 'documents': {
      const sent = documents.filter(({ delivery }) => delivery.start.state === 'waiting').length;
      const handed = `Documents transmis à l’application, chacun dans un message MDM : ${sent} sur ${documents.length}.`;
      return [
        handed,
        ...(decision === 'hold' ? ['Une personne doit décider ; rien n’est répondu d’ici là.'] : answer),
      ];
    }
  }
}

/** What its sender would hear of a mail that is refused, or accepted. */
function answerTo(
  mail: MailFacts,
  decision: Decision,
  { mailbox }: PlanContext,
): { readonly told: boolean; readonly sentence: string } {
  const outcome = decision === 'refuse' ? 'refused' : 'accepted';
  const answer = notificationFor({ mail, outcome, notify: mailbox.notify, ownAddress: mailbox.address });
  const when =
    outcome === 'accepted'
      ? 'Réponse à l’expéditeur, si l’application les accepte : '
      : 'Réponse à l’expéditeur : ';
  switch (answer.kind) {
    case 'mdn': {
      const sign = outcome === 'accepted' ? 'positif' : 'négatif';
      return { told: true, sentence: `${when}accusé de lecture (MDN) ${sign} à ${answer.to}.` };
    }
    case 'error-mail':
      return { told: true, sentence: `${when}courriel d’erreur à ${answer.to}, ou à \`errorMailbox\`.` };
    case 'none':
      return {
        told: false,
        sentence:
          outcome === 'accepted'
            ? `${when}aucune.`
            : 'L’expéditeur ne peut pas être prévenu : le courriel attend une personne (DOC-004).',
      };
  }
}
