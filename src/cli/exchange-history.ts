import { describe, isErrorCode } from '../errors/catalogue.ts';
import type { Silence } from '../formats/mail/notification-policy.ts';
import type { DeliveryKind, EventType, JournalEvent, Outcome } from '../journal/journal.ts';
import { codeText, endText, OUTCOMES } from './exchange-words.ts';
import { httpText } from './fhir-words.ts';
import { count } from './output.ts';

// The journal's history in French, for `pfi exchanges show`.

const SILENCES: Readonly<
  Record<Silence | 'notified-before' | 'mail-not-readable' | 'no-message-id', string>
> = {
  report: 'le courriel est lui-même un accusé',
  automatic: 'envoi automatique',
  'null-return-path': 'expéditeur d’enveloppe vide',
  ourselves: 'l’accusé reviendrait à la passerelle',
  never: 'réglage `notify`',
  'not-requested': 'aucun accusé demandé',
  'several-requesters': 'accusé demandé par plusieurs adresses',
  'loop-guard': 'l’adresse de l’accusé n’est pas celle de l’expéditeur',
  'no-sender': 'expéditeur inconnu',
  'notified-before': 'l’expéditeur a déjà été prévenu',
  'mail-not-readable': 'le courriel n’est plus lisible',
  'no-message-id': 'courriel sans identifiant',
};

type Told = (data: Readonly<Record<string, string>>) => string;

const EVENTS: Readonly<Record<EventType, Told>> = {
  'mdn-received': () => 'reconnu : accusé de lecture (MDN)',
  'dsn-received': () => 'reconnu : avis de remise (DSN)',
  'error-mail-received': () => 'reconnu : retour d’erreur sur un de nos envois',
  'error-mail-about-none-of-ours': () => 'reconnu : retour d’erreur, sur aucun de nos envois',
  'not-a-document': () => 'reconnu : courriel sans document',
  'same-id-other-bytes': ({ earlier }) =>
    `un document de même identifiant et de contenu différent était déjà venu (échange ${earlier})`,
  'no-hash-given': () => 'l’archive ne donne pas d’empreinte : intégrité non vérifiable',
  'names-a-parent-without-action': () =>
    'l’expéditeur demande un ajout, mais le document en cite un autre comme remplacé : les deux restent',
  'files-not-described': ({ count = '' }) => `fichiers que METADATA.XML ne décrit pas, ignorés : ${count}`,
  held: ({ code = '' }) => `attend une personne (${code})`,
  'attempt-failed': ({ code = '' }) => `essai sans succès (${code}) : ${whyOf(code)}`,
  interrupted: () => 'envoi interrompu par un arrêt : refait avec le même identifiant',
  accepted: ({ kind = 'mdm', report }) =>
    report === 'false' ? 'l’opérateur n’offre pas d’avis de remise' : endOf(kind, 'accepted'),
  refused: ({ kind, code = '' }) =>
    kind === undefined
      ? `archive refusée (${code})`
      : `${endOf(kind, 'refused')} ${kind === 'fhir' ? `(${httpText(code)})` : code}`,
  abandoned: ({ kind = 'mdm', by }) => (by === undefined ? endOf(kind, 'abandoned') : `écarté par ${by}`),
  resent: ({ by = '' }) => `relancé par ${by}`,
  reread: ({ by = '' }) => `relecture demandée par ${by}`,
  concluded: ({ outcome = '', code }) =>
    `conclu : ${OUTCOMES[outcome as Outcome] ?? outcome}${code === undefined ? '' : ` (${code})`}`,
  'notification-owed': ({ kind }) =>
    `réponse à l’expéditeur préparée (${kind === 'mdn' ? 'MDN' : 'courriel d’erreur'})`,
  'not-notified': ({ because = '' }) =>
    `aucune réponse à l’expéditeur : ${SILENCES[because as Silence] ?? because}`,
  'call-accepted': ({ errors = '0', warnings = '0' }) =>
    [
      'demande acceptée',
      ...(errors === '0' ? [] : [`malgré ${count(Number(errors), 'erreur')} (\`validation: warn\`)`]),
      ...(warnings === '0' ? [] : [`avec ${count(Number(warnings), 'remarque')}`]),
    ].join(', '),
  'request-accepted': ({ event = '', documents = '', recipients = '' }) =>
    `demande acceptée (${event}) : documents ${documents}, destinataires ${recipients}`,
  'request-repeated': () => 'la même demande est revenue : rien n’est refait',
  'recipients-passed-over': ({ count = '' }) =>
    `destinataires à qui la demande ne veut pas d’envoi, laissés de côté : ${count}`,
  'mail-submitted': ({ sent = '', refused = '' }) =>
    `réponse de l’opérateur : destinataires acceptés ${sent}, refusés ${refused}`,
  'report-overdue': ({ code = '' }) => `aucun avis de remise dans le délai (${code})`,
  receipt: ({ aspect, outcome, code }) =>
    `nouvelle reçue : ${newsOf(aspect, outcome)}${code === undefined ? '' : ` (${code})`}`,
  'receipt-progress': () => 'nouvelle reçue, qui ne dit pas la fin (retard, suppression)',
  'receipt-again': ({ aspect, outcome }) => `la même nouvelle est revenue : ${newsOf(aspect, outcome)}`,
  'receipt-contradicts': ({ aspect, outcome }) =>
    `nouvelle contraire à la première, notée et non transmise : ${newsOf(aspect, outcome)}`,
  'receipt-for': ({ exchange = '' }) => `concerne l’envoi de l’échange ${exchange}`,
  'receipt-matches-nothing': () => 'ne correspond à aucun de nos envois',
  'seen-again': () => 'le même courriel est revenu : rien n’est refait',
  vanished: ({ code = '' }) => `le courriel a disparu de la boîte (${code})`,
};

/** An event of the history. One that this version does not know is shown as the journal has it. */
export function eventText({ type, data }: JournalEvent): string {
  const texts = Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      name === 'code' ? codeText(String(value)) : String(value),
    ]),
  );
  const known = isEventType(type) ? EVENTS[type] : undefined;
  return known?.(texts) ?? [type, ...Object.entries(texts).map(pair => pair.join('='))].join(' ');
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENTS, type);
}

/** What a delivery is called in the history; a line on a mail of ours, or on the DMP, begins with that already. */
const WHAT: Readonly<Record<Exclude<DeliveryKind, 'mail' | 'dmp'>, string>> = {
  mdm: 'document',
  mdn: 'MDN',
  'error-mail': 'courriel d’erreur',
  file: 'rangement',
  read: 'relecture',
  prepare: 'préparation',
  report: 'remise',
  zam: 'accusé (ZAM)',
  fhir: 'demande',
};

function endOf(kind: string, outcome: Outcome): string {
  if (kind === 'mail' || kind === 'dmp') return endText(kind, outcome);
  const known = Object.hasOwn(WHAT, kind) ? (kind as keyof typeof WHAT) : 'mdm';
  return `${WHAT[known]} : ${endText(known, outcome)}`;
}

/** What a receipt says of a mail of ours. */
function newsOf(aspect: string | undefined, outcome: string | undefined): string {
  const isGood = outcome === 'accepted';
  if (aspect === 'reading') return isGood ? 'lu ou intégré' : 'non intégré';
  return isGood ? 'remis' : 'non remis';
}

function whyOf(code: string): string {
  return isErrorCode(code) ? describe(code).why : '';
}
