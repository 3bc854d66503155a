import { publicCode } from '../basics/public-code.ts';
import { describe, isErrorCode } from '../errors/catalogue.ts';
import { explain, type Fault } from '../errors/gateway-error.ts';
import { APPLICATION_ERRORS } from '../formats/hl7/error-tables.ts';
import type { Silence } from '../formats/mail/notification-policy.ts';
import type {
  Delivery,
  DeliveryKind,
  EventType,
  Exchange,
  ExchangeView,
  JournalEvent,
  Outcome,
} from '../journal/journal.ts';
import { frenchTime } from './output.ts';

// The journal's words in French, for `pfi exchanges`.

/** What a mail turned out to be. */
export const NATURES: Readonly<Record<NonNullable<Exchange['nature']>, string>> = {
  document: 'documents',
  receipt: 'accusé',
  other: 'autre',
  unusable: 'illisible',
  request: 'demande',
};

const STATES: Readonly<Record<Exchange['state'], string>> = {
  seen: 'en lecture',
  open: 'en cours',
  held: 'À TRAITER',
  closing: 'à ranger',
  ended: 'terminé',
};

const DELIVERY_STATES: Readonly<Record<Delivery['state'], string>> = {
  waiting: 'en attente',
  claimed: 'en attente',
  sending: 'en cours d’envoi',
  held: 'À TRAITER',
  expected: 'attendu',
  done: 'terminé',
};

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  accepted: 'accepté',
  refused: 'refusé',
  abandoned: 'écarté',
};

const KINDS: Readonly<Record<DeliveryKind, string>> = {
  mdm: 'envoi (MDM) à',
  mdn: 'accusé de lecture (MDN) par la boîte',
  'error-mail': 'courriel d’erreur par la boîte',
  file: 'rangement du courriel, boîte',
  read: 'relecture du courriel, boîte',
  prepare: 'préparation des courriels (archive, PDF) :',
  mail: 'courriel par la boîte',
  report: 'avis de remise d’un destinataire, pour l’application',
  zam: 'accusé (ZAM) à l’application',
  dmp: 'dépôt au',
};

/** What the end of a delivery that is no document's is called. */
const DONE: Readonly<Record<DeliveryKind, Readonly<Record<Outcome, string>>>> = {
  mdm: OUTCOMES,
  mdn: { accepted: 'envoyé', refused: 'refusé', abandoned: 'écarté' },
  'error-mail': { accepted: 'envoyé', refused: 'refusé', abandoned: 'écarté' },
  file: { accepted: 'fait', refused: 'refusé', abandoned: 'sans objet, le courriel n’y est plus' },
  read: { accepted: 'faite', refused: 'refusée', abandoned: 'impossible, le courriel n’y est plus' },
  prepare: { accepted: 'faite', refused: 'refusée', abandoned: 'écartée' },
  mail: { accepted: 'remis à l’opérateur', refused: 'refusé par l’opérateur', abandoned: 'écarté' },
  report: { accepted: 'remis', refused: 'échec', abandoned: 'écarté' },
  zam: { accepted: 'remis', refused: 'refusé', abandoned: 'écarté' },
  dmp: { accepted: 'fait', refused: 'refusé', abandoned: 'écarté' },
};

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

/** Where an exchange stands, in a word or two. */
export function stateOf({ exchange, deliveries }: ExchangeView): string {
  if (exchange.state === 'held' || deliveries.some(({ state }) => state === 'held')) return STATES.held;
  if (exchange.nature === 'request') return requestState(exchange, deliveries);
  return exchange.outcome === undefined || exchange.state === 'open'
    ? STATES[exchange.state]
    : OUTCOMES[exchange.outcome];
}

/** A request is over for its sender when every recipient has the mail, or cannot get it. */
function requestState({ state }: Exchange, deliveries: readonly Delivery[]): string {
  if (state !== 'ended') return STATES.open;
  const refused = deliveries.some(({ kind, ending }) => kind === 'report' && ending?.outcome === 'refused');
  return refused ? OUTCOMES.refused : STATES.ended;
}

/** What waits for a person in an exchange, and why. */
export function holdsOf({ exchange, deliveries }: ExchangeView): Fault[] {
  const own = exchange.state === 'held' && exchange.fault !== undefined ? [exchange.fault] : [];
  return [...own, ...deliveries.flatMap(({ hold }) => hold ?? [])];
}

/** Why something waits, what became of it, what there is to do. */
export function faultLines(fault: Fault, indent: string): string[] {
  const { did, todo } = describe(fault.code);
  return [`${indent}${fault.code} : ${explain(fault)}`, `${indent}${did}`, `${indent}À faire : ${todo}`];
}

/** Targets that are neither a mailbox nor an application. */
const TARGETS: Readonly<Record<string, string>> = { prepare: 'ici', dmp: 'DMP' };

/** Of what an application says with a refusal only the code is repeated: its words might name the patient. */
export function deliveryLines(delivery: Delivery, indent: string): string[] {
  const { kind, target, state, ending, hold, attempts, ambiguous, lastError, identifiers, blockedBy } =
    delivery;
  const name = TARGETS[target] ?? target.replace(/^(imap|smtp):/, '');
  const how = ending === undefined ? DELIVERY_STATES[state] : DONE[kind][ending.outcome];
  const code = ending?.code === undefined ? '' : ` ${codeText(ending.code)}${labelOf(ending.code)}`;
  const reason = kind === 'mdm' ? ending?.reason : undefined;
  return [
    `${indent}${KINDS[kind]} ${name} : ${how}${code}`,
    ...(reason === undefined ? [] : [`${indent}  motif : ${reason}`]),
    ...(identifiers['controlId'] === undefined
      ? []
      : [`${indent}  identifiant du message (MSH-10) ${identifiers['controlId']}`]),
    ...(identifiers['to'] === undefined ? [] : [`${indent}  à ${identifiers['to']}`]),
    ...(attempts > 1 || ambiguous > 0
      ? [`${indent}  essais : ${attempts}, dont sans réponse connue : ${ambiguous}`]
      : []),
    ...(state === 'waiting' && lastError !== undefined
      ? [
          ...faultLines({ code: lastError.code }, `${indent}  `),
          `${indent}  prochain essai : ${frenchTime(delivery.nextAt)}`,
        ]
      : []),
    ...(blockedBy === undefined
      ? []
      : [`${indent}  attend que le document d’avant soit réglé : échange ${blockedBy}`]),
    ...(hold === undefined ? [] : faultLines(hold, `${indent}  `)),
  ];
}

/** A code as it may be shown: an application's own could be anything. */
export function codeText(code: string): string {
  const shown = publicCode(code);
  return shown === 'other' ? 'autre code' : shown;
}

function labelOf(code: string): string {
  const label = APPLICATION_ERRORS[code];
  return label === undefined ? '' : ` (${label})`;
}

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
  accepted: ({ kind = 'mdm' }) => endOf(kind, 'accepted'),
  refused: ({ kind, code = '' }) =>
    kind === undefined ? `archive refusée (${code})` : `${endOf(kind, 'refused')} ${code}`,
  abandoned: ({ kind = 'mdm', by }) => (by === undefined ? endOf(kind, 'abandoned') : `écarté par ${by}`),
  resent: ({ by = '' }) => `relancé par ${by}`,
  reread: ({ by = '' }) => `relecture demandée par ${by}`,
  concluded: ({ outcome = '', code }) =>
    `conclu : ${OUTCOMES[outcome as Outcome] ?? outcome}${code === undefined ? '' : ` (${code})`}`,
  'notification-owed': ({ kind }) =>
    `réponse à l’expéditeur préparée (${kind === 'mdn' ? 'MDN' : 'courriel d’erreur'})`,
  'not-notified': ({ because = '' }) =>
    `aucune réponse à l’expéditeur : ${SILENCES[because as Silence] ?? because}`,
  'request-accepted': ({ event = '', documents = '', recipients = '' }) =>
    `demande acceptée (${event}) : documents ${documents}, destinataires ${recipients}`,
  'request-repeated': () => 'la même demande est revenue : rien n’est refait',
  'recipients-passed-over': ({ count = '' }) =>
    `destinataires à qui la demande ne veut pas d’envoi, laissés de côté : ${count}`,
  'mail-submitted': ({ sent = '', refused = '' }) =>
    `réponse de l’opérateur : destinataires acceptés ${sent}, refusés ${refused}`,
  'report-overdue': ({ code = '' }) => `aucun avis de remise dans le délai (${code})`,
  receipt: ({ aspect, outcome, code }) =>
    `${aspectText(aspect)} : ${outcome === 'accepted' ? 'oui' : 'échec'}${code === undefined ? '' : ` (${code})`}`,
  'receipt-progress': () => 'nouvelle d’un envoi, sans en dire la fin',
  'receipt-again': ({ aspect }) => `${aspectText(aspect)} : la même nouvelle est revenue`,
  'receipt-contradicts': ({ aspect, outcome }) =>
    `${aspectText(aspect)} : nouvelle contraire à la première, notée et non transmise (${outcome === 'accepted' ? 'oui' : 'échec'})`,
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

function endOf(kind: string, outcome: Outcome): string {
  const known = Object.hasOwn(KINDS, kind) ? (kind as DeliveryKind) : 'mdm';
  const what = {
    mdm: 'document',
    mdn: 'MDN',
    'error-mail': 'courriel d’erreur',
    file: 'rangement',
    read: 'relecture',
    prepare: 'préparation',
    mail: 'courriel',
    report: 'avis de remise',
    zam: 'accusé (ZAM)',
    dmp: 'DMP',
  };
  return `${what[known]} : ${DONE[known][outcome]}`;
}

function aspectText(aspect: string | undefined): string {
  return aspect === 'reading' ? 'lecture ou intégration' : 'remise';
}

function whyOf(code: string): string {
  return isErrorCode(code) ? describe(code).why : '';
}
