import type { CatalogueEntry } from './entry.ts';
import { RETRIED } from './phrases.ts';

const WAITS = 'L’échange attend dans la liste « À traiter ».';
const SEE_ADDRESS =
  'Vérifiez l’adresse du destinataire, faites refaire l’envoi par le logiciel créateur, puis écartez l’échange avec un motif.';

/** What becomes of documents that are sent out, and of the receipts that come back. */
export const OUTGOING_FAULTS = {
  'OUT-001': {
    class: 'permanent',
    why: 'Le dépôt au DMP est demandé, mais aucun DMP n’est configuré.',
    did: `Les courriels demandés partent ; le logiciel créateur est prévenu que le document n’est pas au DMP (ZAM^Z01). Pour le DMP, ${WAITS.charAt(0).toLowerCase()}${WAITS.slice(1)}`,
    todo: 'Déposez le document au DMP par un autre moyen, puis écartez l’échange avec un motif ; ou configurez `dmp`, puis relancez ce qui attend : `pfi exchanges retry --code OUT-001`.',
  },
  'OUT-002': {
    class: 'permanent',
    why: 'Le courriel n’a pas pu être remis à un destinataire, et personne n’a demandé à le savoir.',
    did: WAITS,
    todo: SEE_ADDRESS,
  },
  'OUT-003': {
    class: 'permanent',
    why: 'Aucun avis de remise (DSN) n’est venu de l’opérateur dans le délai prévu (`outgoing.report`).',
    did: `Si un accusé de réception était demandé, le logiciel créateur a été prévenu de l’échec (ZAM^Z02). ${WAITS}`,
    todo: 'Voyez avec l’opérateur ou le destinataire si le courriel est arrivé, puis écartez l’échange avec un motif ; un avis tardif est encore pris en compte.',
  },
  'OUT-004': {
    class: 'permanent',
    why: 'Le logiciel du destinataire n’a pas intégré le document, et personne n’a demandé à le savoir.',
    did: WAITS,
    todo: 'Prévenez l’auteur du document et le destinataire, puis écartez l’échange avec un motif.',
  },
  'OUT-005': {
    class: 'permanent',
    why: 'Un échec est annoncé pour un destinataire après une réussite.',
    did: `Le logiciel créateur a reçu la première réponse et n’a pas été prévenu de celle-ci. ${WAITS}`,
    todo: 'Vérifiez auprès du destinataire s’il a le document, puis écartez l’échange avec un motif.',
  },
  'OUT-006': {
    class: 'permanent',
    why: 'Le courriel n’a pas pu être préparé : son archive ou son PDF ne peut pas être fait.',
    did: `Rien n’est parti. Si un accusé de réception était demandé, le logiciel créateur a été prévenu de l’échec (ZAM^Z02). ${WAITS}`,
    todo: 'Signalez le cas au support ; faites refaire l’envoi par le logiciel créateur, puis écartez l’échange avec un motif.',
  },
  'OUT-007': {
    class: 'permanent',
    why: 'L’opérateur n’a pas pris le courriel dans le temps prévu.',
    did: `Si un accusé de réception était demandé, le logiciel créateur a été prévenu de l’échec (ZAM^Z02). ${WAITS}`,
    todo: 'Voyez avec l’opérateur pourquoi il le repousse, puis relancez ou écartez l’échange.',
  },
  'OUT-008': {
    class: 'permanent',
    why: 'Le logiciel créateur refuse l’accusé (ZAM) qui lui est destiné.',
    did: WAITS,
    todo: 'Voyez le code avec l’éditeur du logiciel, puis relancez ou écartez l’échange.',
  },
  'OUT-009': {
    class: 'permanent',
    why: 'Le logiciel créateur n’a pas pris l’accusé (ZAM) dans le temps prévu.',
    did: WAITS,
    todo: 'Vérifiez que le logiciel écoute, puis relancez ou écartez l’échange.',
  },
  'OUT-010': {
    class: 'permanent',
    why: 'Un courriel annonce ce qu’est devenu un envoi, et rien ne le confirme : il ne correspond à aucun envoi ni destinataire connu, parle d’un courriel qui n’est pas parti, ou d’un autre destinataire que son auteur.',
    did: 'Le courriel attend dans la liste « À traiter » et se trouve dans le dossier des erreurs.',
    todo: 'Ouvrez-le dans la messagerie pour voir de quel envoi il parle, puis écartez-le avec un motif.',
  },
  'OUT-011': {
    class: 'transient',
    why: 'La préparation du courriel s’est arrêtée avant sa fin.',
    did: RETRIED,
    todo: 'Si cela dure, signalez le cas au support.',
  },
} as const satisfies Record<string, CatalogueEntry>;
