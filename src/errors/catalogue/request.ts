import type { CatalogueEntry } from './entry.ts';

const REFUSED_AE = 'La demande a été refusée (AE) ; rien n’a été envoyé.';
const CORRECT = 'Rien : le logiciel créateur doit corriger la demande et la renvoyer.';

/** Faults of requests to send documents (HL7 ORU and MDM), each answered with AE or AR. */
export const REQUEST_FAULTS = {
  'REQ-001': {
    class: 'permanent',
    why: 'Le message n’est pas un message HL7 v2.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-002': {
    class: 'permanent',
    why: 'Le type de message n’est ni ORU^R01 ni MDM.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-003': {
    class: 'permanent',
    why: 'L’événement du message n’est pas l’un de ceux du profil (R01 ; T02, T10, T04).',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-004': {
    class: 'permanent',
    why: 'L’identifiant de traitement (MSH-11) n’est ni P, ni T, ni D.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-005': {
    class: 'permanent',
    why: 'La version HL7 (MSH-12) n’est pas celle du profil : 2.5 pour ORU, 2.6 pour MDM.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-006': {
    class: 'permanent',
    why: 'Le profil (MSH-21) n’est pas CISIS_CDA_HL7_V2, version 2.1 ou 2.0.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-007': {
    class: 'permanent',
    why: 'Il manque un segment, ou les segments ne sont pas dans l’ordre.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-008': { class: 'permanent', why: 'Il manque un champ requis.', did: REFUSED_AE, todo: CORRECT },
  'REQ-009': {
    class: 'permanent',
    why: 'Un champ a une valeur que le profil ne connaît pas.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-010': {
    class: 'permanent',
    why: 'Un champ n’a pas la forme attendue (base64, jeu de caractères, adresse).',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-011': {
    class: 'permanent',
    why: 'Un élément est répété plus de fois que permis.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-012': {
    class: 'permanent',
    why: 'L’action demandée n’est pas la même dans ORC-1, l’événement et OBX-11.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-013': {
    class: 'permanent',
    why: 'Le type du document n’est pas le même dans OBR-4, OBX-3, TXA-2 et le document.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-014': {
    class: 'permanent',
    why: 'Le document ne peut pas être lu comme un document CDA.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-015': {
    class: 'permanent',
    why: 'Un remplacement est demandé, mais le document ne dit pas ce qu’il remplace (relatedDocument RPLC).',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-016': {
    class: 'permanent',
    why: 'Les identifiants du patient ne sont pas les mêmes dans PID-3 et dans le document.',
    did: REFUSED_AE,
    todo: 'Vérifiez avec l’éditeur du logiciel créateur : ce document est peut-être celui d’un autre patient.',
  },
  'REQ-017': {
    class: 'permanent',
    why: 'Les identifiants du document ne sont pas les mêmes dans TXA et dans le document.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-018': {
    class: 'permanent',
    why: 'Il manque à l’en-tête du document une donnée sans laquelle l’archive ne peut pas être faite.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-019': {
    class: 'permanent',
    why: 'La demande ne demande rien : ni DMP, ni professionnel, ni patient.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-020': {
    class: 'permanent',
    why: 'Le document est masqué aux professionnels (MASQUE_PS) et devrait pourtant leur être envoyé.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-021': {
    class: 'permanent',
    why: 'Le document est invisible pour le patient (INVISIBLE_PATIENT) et devrait pourtant lui être envoyé.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-022': {
    class: 'permanent',
    why: 'La combinaison demandée n’est pas dans la matrice publiée (réglage `matrix: literal`).',
    did: REFUSED_AE,
    todo: 'Le logiciel créateur doit changer sa demande ; ou passez `matrix` à `meaning`.',
  },
  'REQ-023': {
    class: 'permanent',
    why: 'Il n’y a pas de destinataire (PRT RCT) pour un envoi qui est demandé.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-024': {
    class: 'permanent',
    why: 'L’adresse d’un destinataire ou de réponse n’est pas une adresse de messagerie.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
  'REQ-025': {
    class: 'permanent',
    why: 'L’adresse d’un destinataire n’est pas dans l’espace de confiance configuré (`outgoing.domains`).',
    did: REFUSED_AE,
    todo: 'Vérifiez l’adresse dans l’annuaire ; si le domaine est de confiance, ajoutez-le à `outgoing.domains`.',
  },
  'REQ-026': {
    class: 'permanent',
    why: 'L’adresse du patient n’est pas celle de son INS, ou son INS n’est pas qualifiée.',
    did: REFUSED_AE,
    todo: 'Qualifiez l’identité du patient, et faites corriger l’adresse par le logiciel créateur.',
  },
  'REQ-027': {
    class: 'permanent',
    why: 'Un autre message du même émetteur a déjà été accepté sous cet identifiant (MSH-10).',
    did: REFUSED_AE,
    todo: 'Le logiciel créateur doit donner à chaque message un identifiant qui lui est propre.',
  },
  'REQ-028': {
    class: 'permanent',
    why: 'Le message dépasse la taille permise.',
    did: 'La demande a été refusée (AE) et la connexion fermée ; rien n’a été envoyé.',
    todo: 'Faites réduire le document, ou relevez `limits.request`.',
  },
  'REQ-029': {
    class: 'permanent',
    why: 'Le message s’est arrêté avant sa fin.',
    did: 'La connexion a été fermée ; rien n’a été pris ni envoyé.',
    todo: 'Vérifiez le réseau et le logiciel créateur ; il doit renvoyer le message.',
  },
  'REQ-030': {
    class: 'transient',
    why: 'La demande ne peut pas être enregistrée à cet instant.',
    did: 'La demande a été rejetée (AR) ; le logiciel créateur peut la renvoyer telle quelle.',
    todo: 'Vérifiez l’espace disque et l’état du journal de la passerelle.',
  },
  'REQ-031': {
    class: 'permanent',
    why: 'L’expéditeur (PRT SB) manque alors que le dépôt au DMP est demandé.',
    did: REFUSED_AE,
    todo: CORRECT,
  },
} as const satisfies Record<string, CatalogueEntry>;
