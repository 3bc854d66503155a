import { publicCode } from '../basics/public-code.ts';
import { describe } from '../errors/catalogue.ts';
import { explain, type Fault } from '../errors/gateway-error.ts';
import { APPLICATION_ERRORS } from '../formats/hl7/error-tables.ts';
import { isPatientAddress } from '../formats/hl7/request-address.ts';
import { SMTP_ERRORS } from '../formats/hl7/smtp-error-codes.ts';
import type { Delivery, DeliveryKind, Exchange, ExchangeView, Outcome } from '../journal/journal.ts';
import { FHIR_IN_TURN, fhirState, fhirTitle, httpText, issueLines } from './fhir-words.ts';
import { frenchTime } from './output.ts';
import { requestState } from './request-words.ts';

// The journal's words in French, for `pfi exchanges`.

/** What a mail turned out to be. */
export const NATURES: Readonly<Record<NonNullable<Exchange['nature']>, string>> = {
  document: 'documents',
  receipt: 'accusé',
  other: 'autre',
  unusable: 'illisible',
  request: 'demande',
  fhir: 'FHIR',
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

/** How an exchange or a document ended. */
export const OUTCOMES: Readonly<Record<Outcome, string>> = {
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
  prepare: 'préparation des courriels (archive, PDF)',
  mail: 'courriel par la boîte',
  report: 'remise à un destinataire, pour l’application',
  zam: 'accusé (ZAM) à l’application',
  dmp: 'DMP',
  fhir: 'FHIR',
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
  report: { accepted: 'faite', refused: 'échec', abandoned: 'écartée' },
  zam: { accepted: 'rendu', refused: 'refusé', abandoned: 'écarté' },
  dmp: { accepted: 'fait', refused: 'refusé', abandoned: 'écarté' },
  fhir: { accepted: 'acceptée', refused: 'refusée', abandoned: 'écartée' },
};

/** Where an exchange stands, in a word or two. */
export function stateOf({ exchange, deliveries, requested }: ExchangeView): string {
  if (exchange.state === 'held' || deliveries.some(({ state }) => state === 'held')) return STATES.held;
  if (requested !== undefined) return requestState(exchange, deliveries, requested);
  if (exchange.nature === 'fhir') return fhirState(exchange, deliveries);
  return exchange.outcome === undefined || exchange.state === 'open'
    ? STATES[exchange.state]
    : OUTCOMES[exchange.outcome];
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

/** How a delivery of a kind ended. */
export function endText(kind: DeliveryKind, outcome: Outcome): string {
  return DONE[kind][outcome];
}

/** A delivery and where it goes. The gateway itself and the DMP need no name. */
function titleOf({ kind, target }: Delivery): string {
  const fhir = fhirTitle(target);
  if (fhir !== undefined) return fhir;
  return kind === 'prepare' || kind === 'dmp'
    ? KINDS[kind]
    : `${KINDS[kind]} ${target.replace(/^(imap|smtp):/, '')}`;
}

/** Of what an application says with a refusal only the code is repeated: its words might name the patient. */
export function deliveryLines(delivery: Delivery, indent: string, title = titleOf(delivery)): string[] {
  const { kind, state, ending, hold, attempts, ambiguous, lastError, identifiers, blockedBy } = delivery;
  const how = ending === undefined ? DELIVERY_STATES[state] : DONE[kind][ending.outcome];
  const code =
    ending?.code === undefined
      ? ''
      : ` ${kind === 'fhir' ? `(${httpText(ending.code)})` : codeWithLabel(ending.code)}`;
  const reason = ending === undefined ? undefined : reasonOf(kind, ending);
  return [
    `${indent}${title} : ${how}${code}`,
    ...(reason === undefined ? [] : [`${indent}  motif : ${reason}`]),
    ...(identifiers['controlId'] === undefined
      ? []
      : [`${indent}  identifiant du message (MSH-10) ${identifiers['controlId']}`]),
    ...(identifiers['to'] === undefined ? [] : [`${indent}  à ${addressText(identifiers['to'])}`]),
    ...(attempts > 1 || ambiguous > 0
      ? [`${indent}  essais : ${attempts}, dont sans réponse connue : ${ambiguous}`]
      : []),
    ...(state === 'waiting' && lastError !== undefined
      ? [
          ...faultLines({ code: lastError.code }, `${indent}  `),
          `${indent}  prochain essai : ${frenchTime(delivery.nextAt)}`,
        ]
      : []),
    ...(kind === 'fhir' && state === 'waiting' && lastError === undefined
      ? [`${indent}  ${FHIR_IN_TURN}`]
      : []),
    ...(blockedBy === undefined
      ? []
      : [
          `${indent}  attend que ${kind === 'fhir' ? 'la demande d’avant soit réglée' : 'le document d’avant soit réglé'} : échange ${blockedBy}`,
        ]),
    ...(hold === undefined ? [] : faultLines(hold, `${indent}  `)),
    ...(kind === 'fhir' ? issueLines(delivery, `${indent}  `) : []),
  ];
}

/** A code as it may be shown: an application's own could be anything. */
export function codeText(code: string): string {
  const shown = publicCode(code);
  return shown === 'other' ? 'autre code' : shown;
}

/** A code with what the published tables call it. */
export function codeWithLabel(code: string): string {
  const label = APPLICATION_ERRORS[code] ?? SMTP_ERRORS.get(code);
  return label === undefined ? codeText(code) : `${codeText(code)} (${label.replace(/\.$/, '')})`;
}

/** What a person said, and of a document also the gateway. */
function reasonOf(kind: DeliveryKind, { outcome, reason }: NonNullable<Delivery['ending']>) {
  return kind === 'mdm' || outcome === 'abandoned' ? reason : undefined;
}

/** An address as it may be shown: a patient's is the INS. */
export function addressText(address: string): string {
  return isPatientAddress(address) ? 'la messagerie d’un patient' : address;
}
