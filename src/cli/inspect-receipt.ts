import type { Fault } from '../errors/gateway-error.ts';
import type { Reading } from '../flows/reading/reading.ts';
import type { DispositionType, DsnAction, ReceiptFacts } from '../formats/mail/receipt-types.ts';

const FILED = 'rangé dans le dossier « Autres »';

const ACTIONS: Readonly<Record<DsnAction, string>> = {
  delivered: 'remis',
  relayed: 'relayé, plus rien n’en sera su',
  expanded: 'remis à une liste',
  delayed: 'retardé',
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

/** What a receipt says, and what becomes of it; which of our mails it speaks of only a journal can tell. */
export function receiptVerdict(
  reading: Extract<Reading, { kind: 'receipt' | 'error-mail' }>,
  fault: Fault | undefined,
): string[] {
  const what = reading.kind === 'receipt' ? `Accusé (${reading.report.toUpperCase()})` : 'Retour d’erreur';
  const becomes =
    fault === undefined
      ? `${FILED}, jamais suivi d’une réponse.`
      : `${FILED} s’il concerne un de nos envois, sinon à traiter (${fault.code}).`;
  return [`${what} : ${becomes}`, ...sayings(reading.facts)];
}

function sayings(facts: ReceiptFacts): string[] {
  switch (facts.report) {
    case 'dsn':
      return [
        ...about('Envoi (ENVID)', facts.envelopeId),
        ...about('Courriel', facts.originalMessageId),
        ...facts.recipients.map(({ original, final, action, reply, status }) =>
          [original ?? final ?? 'destinataire inconnu', ':', ACTIONS[action], reply, status]
            .filter(part => part !== undefined)
            .join(' '),
        ),
      ];
    case 'mdn':
      return [
        ...about('Courriel', facts.originalMessageId),
        [
          facts.finalRecipient ?? facts.originalRecipient ?? 'destinataire inconnu',
          ':',
          facts.disposition === undefined ? 'sans indication' : DISPOSITIONS[facts.disposition],
          facts.error === undefined ? undefined : `erreur ${facts.error.code} ${facts.error.label}`,
        ]
          .filter(part => part !== undefined)
          .join(' '),
      ];
    case 'error-mail':
      return [...facts.about.flatMap(id => about('Courriel', id)), `Code ${facts.code}`];
  }
}

function about(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`${name} ${value}`];
}
