import type { CatalogueEntry } from './entry.ts';
import { REFUSED, HELD, DECIDE } from './phrases.ts';

/** Faults of documents: how they read (CDA), what becomes of them (DOC). */
export const DOCUMENT_FAULTS = {
  'CDA-001': {
    class: 'permanent',
    why: 'Le document n’est pas un XML bien formé.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer le document.',
  },
  'CDA-002': {
    class: 'permanent',
    why: 'Le document n’est pas un document CDA (ClinicalDocument).',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit envoyer un document CDA-R2.',
  },
  'CDA-003': {
    class: 'permanent',
    why: 'Le document contient une DOCTYPE ou des entités, ce qui est interdit.',
    did: REFUSED,
    todo: 'Signalez le cas à l’expéditeur : ce peut être une tentative d’intrusion.',
  },
  'CDA-004': {
    class: 'permanent',
    why: 'Le document est démesuré : son en-tête est trop long, ou ses éléments trop imbriqués.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer un document conforme.',
  },
  'CDA-005': {
    class: 'permanent',
    why: 'Le document n’a pas d’identifiant (id).',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer un document conforme.',
  },
  'CDA-006': {
    class: 'permanent',
    why: 'Le document ne donne aucun identifiant de patient.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer un document conforme.',
  },
  'CDA-007': {
    class: 'permanent',
    why: 'Le document n’a pas de code de type.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer un document conforme.',
  },
  'CDA-008': {
    class: 'permanent',
    why: 'L’encodage du document n’est pas reconnu.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer le document en UTF-8.',
  },
  'CDA-009': {
    class: 'permanent',
    why: 'Le document ne donne pas le nom du patient.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer un document conforme.',
  },
  'CDA-010': {
    class: 'permanent',
    why: 'Le document contient plusieurs patients.',
    did: HELD,
    todo: `Vérifiez avec l’expéditeur à quel patient le document appartient. ${DECIDE}`,
  },

  'DOC-001': {
    class: 'permanent',
    why: 'Le document est masqué aux professionnels de santé (MASQUE_PS).',
    did: HELD,
    todo: 'Relancez-le s’il doit tout de même aller au DPI (`pfi exchanges retry`), sinon écartez-le avec un motif.',
  },
  'DOC-002': {
    class: 'permanent',
    why: 'L’application n’a pas pris le document dans le temps prévu (`giveUpAfter`).',
    did: HELD,
    todo: 'Voyez avec l’éditeur de l’application pourquoi elle le repousse, puis relancez ou écartez-le.',
  },
  'DOC-003': {
    class: 'permanent',
    why: 'L’application rejette la forme du message (erreur technique HL7), pas le document.',
    did: HELD,
    todo: 'C’est un désaccord entre la passerelle et l’application : voyez le code ERR-3 avec l’éditeur, puis relancez.',
  },
  'DOC-004': {
    class: 'permanent',
    why: 'Un document est refusé et l’expéditeur ne peut pas en être informé (envoi automatique, ou réglage `notify`).',
    did: 'Personne n’a été prévenu ; le courriel attend dans la liste « À traiter » et se trouve dans le dossier des erreurs.',
    todo: 'Corrigez la cause et relancez (`pfi exchanges retry`), ou prévenez l’expéditeur vous-même puis écartez l’échange.',
  },
  'DOC-005': {
    class: 'permanent',
    why: 'L’application a accepté le document tout en signalant une erreur.',
    did: HELD,
    todo: 'Vérifiez dans le dossier du patient si le document y est, puis relancez ou écartez l’échange.',
  },
} as const satisfies Record<string, CatalogueEntry>;
