import type { Fault } from '../errors/gateway-error.ts';
import { type Saying, sayingsOf } from '../flows/match-receipt.ts';
import type { Reading } from '../flows/reading/reading.ts';
import type { DispositionType, DsnAction } from '../formats/mail/receipt-types.ts';
import type { Facts, Part } from './inspect-finding.ts';

type ReceiptReading = Extract<Reading, { kind: 'receipt' | 'error-mail' }>;

const ACTIONS: Readonly<Record<DsnAction, string>> = {
  delivered: 'remis',
  relayed: 'relayé, plus rien n’en sera su',
  expanded: 'remis à une liste',
  delayed: 'retardé, le serveur essaie encore',
  failed: 'échec',
};

const DISPOSITIONS: Readonly<Record<DispositionType, string>> = {
  displayed: 'lu',
  processed: 'traité',
  dispatched: 'transféré',
  deleted: 'supprimé, peut-être sans être lu',
  denied: 'refusé',
  failed: 'échec',
};

/** Which of our mails a receipt says that it is about. */
export function receiptFacts(reading: ReceiptReading): Facts {
  const { facts } = reading;
  switch (facts.report) {
    case 'dsn':
      return {
        Accusé: 'avis de remise (DSN)',
        'Sur l’envoi (ENVID)': facts.envelopeId,
        'Sur le courriel': facts.originalMessageId,
      };
    case 'mdn':
      return { Accusé: 'accusé de lecture (MDN)', 'Sur le courriel': facts.originalMessageId };
    case 'error-mail':
      return {
        Accusé: 'courriel d’erreur du logiciel destinataire',
        'Sur le courriel': facts.about.join(', '),
      };
  }
}

/** What it says of each recipient, and what the application that asked would be told. */
export function receiptParts({ facts, outer }: ReceiptReading): Part[] {
  const sayings = sayingsOf(facts, outer.from?.address);
  return sayings.map((saying, position) => ({
    title: `Destinataire ${saying.addresses.find(address => address !== undefined) ?? 'non précisé'}`,
    facts: { ...reported(facts, position), 'Au logiciel créateur, s’il l’a demandé': zamText(saying) },
  }));
}

/** In the receipt's own terms. */
function reported(facts: ReceiptReading['facts'], position: number): Facts {
  switch (facts.report) {
    case 'dsn': {
      const { action, reply, status } = facts.recipients[position] ?? {};
      return {
        Remise: action && ACTIONS[action],
        'Réponse du serveur': [reply, status].filter(Boolean).join(' '),
      };
    }
    case 'mdn': {
      const { disposition, error } = facts;
      return {
        Lecture: disposition === undefined ? 'non précisée' : DISPOSITIONS[disposition],
        Erreur: error && `${error.code} ${error.label}`,
      };
    }
    case 'error-mail':
      return { Erreur: facts.code };
  }
}

function zamText({ aspect, outcome, error }: Saying): string {
  if (outcome === undefined) return 'rien : ce n’est pas la fin';
  const event = aspect === 'reception' ? 'Z02' : 'Z03';
  if (error === undefined) return `ZAM^${event} ${outcome === 'accepted' ? 'Y' : 'N'}`;
  return `ZAM^${event} N, ${error.code}${error.label === '' ? '' : ` : ${error.label}`}`;
}

/** What becomes of it; which of our mails it speaks of only a journal can tell. */
export function receiptVerdict(fault: Fault | undefined): string[] {
  return fault === undefined
    ? ['Rangé dans le dossier « Autres » ; jamais suivi d’une réponse.']
    : [
        'S’il concerne un de nos envois : rangé dans le dossier « Autres ».',
        `Sinon, à traiter par une personne (${fault.code}). Dans les deux cas, aucune réponse.`,
      ];
}
