import type { CatalogueEntry } from './entry.ts';
import { MAIL_REFUSED, MAIL_HELD, ASK_SENDER } from './phrases.ts';

/** Faults of mails as they arrive. */
export const MAIL_FAULTS = {
  'MAIL-001': {
    class: 'permanent',
    why: 'Le courriel dépasse la taille que la passerelle accepte de lire.',
    did: MAIL_HELD,
    todo: 'Intégrez les documents à la main, ou relevez `limits.mail` puis relancez (`pfi exchanges retry`).',
  },
  'MAIL-002': {
    class: 'permanent',
    why: 'Le courriel a trop de parties, trop de lignes ou des en-têtes trop longs pour être lu sans risque.',
    did: MAIL_HELD,
    todo: ASK_SENDER,
  },
  'MAIL-003': {
    class: 'permanent',
    why: 'La structure du courriel ne peut pas être lue.',
    did: MAIL_HELD,
    todo: 'Ouvrez le courriel dans une messagerie et intégrez ses documents à la main, ou demandez un nouvel envoi.',
  },
  'MAIL-004': {
    class: 'permanent',
    why: 'Le courriel n’a pas d’identifiant (Message-ID) : ni le DPI ni l’expéditeur ne pourraient le reconnaître.',
    did: MAIL_HELD,
    todo: 'Intégrez les documents à la main et signalez le défaut à l’expéditeur, puis écartez le courriel.',
  },
  'MAIL-005': {
    class: 'permanent',
    why: 'L’objet annonce des documents (XDM/1.0/DDM) mais le courriel ne contient aucune archive IHE_XDM.zip.',
    did: MAIL_HELD,
    todo: ASK_SENDER,
  },
  'MAIL-006': {
    class: 'permanent',
    why: 'Les pièces jointes sont enfermées dans un fichier winmail.dat (format propre à Outlook).',
    did: MAIL_HELD,
    todo: 'Demandez à l’expéditeur de renvoyer le courriel au format « texte brut » ou HTML, et non « RTF ».',
  },
  'MAIL-007': {
    class: 'permanent',
    why: 'C’est un retour (accusé, rejet ou erreur d’intégration) qui porte une archive et ne concerne aucun de nos envois.',
    did: MAIL_HELD,
    todo: 'Si les documents doivent être intégrés, transférez à la boîte le courriel d’origine, pas le retour ; sinon écartez-le.',
  },
  'MAIL-008': {
    class: 'permanent',
    why: 'Le courriel contient plusieurs archives IHE_XDM.zip ; la règle est une seule archive par courriel.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit envoyer un courriel par archive.',
  },
  'MAIL-009': {
    class: 'permanent',
    why: 'Le courriel est transféré dans trop de courriels imbriqués pour que ses pièces soient lues.',
    did: MAIL_HELD,
    todo: 'Transférez le courriel d’origine directement à la boîte applicative.',
  },
  'MAIL-010': {
    class: 'permanent',
    why: 'La lecture du courriel n’a pas abouti trois fois de suite : il bloque ou arrête le lecteur.',
    did: MAIL_HELD,
    todo: 'N’ouvrez ce courriel qu’avec prudence ; demandez un nouvel envoi et signalez le cas au support.',
  },
  'MAIL-011': {
    class: 'permanent',
    why: 'Le courriel n’a pas d’expéditeur lisible (From).',
    did: MAIL_HELD,
    todo: 'Identifiez l’expéditeur, intégrez les documents à la main, puis écartez le courriel.',
  },
  'MAIL-012': {
    class: 'permanent',
    why: 'Le courriel a disparu de la boîte avant d’avoir été lu.',
    did: 'L’échange est clos ; rien n’a été transmis.',
    todo: 'Vérifiez qu’aucune autre personne ni règle ne déplace les courriels de cette boîte.',
  },
  'MAIL-013': {
    class: 'permanent',
    why: 'La boîte de ce courriel n’est plus dans la configuration.',
    did: 'Ses documents ont été traités, mais l’expéditeur n’a pas reçu de réponse et le courriel n’a pas été rangé.',
    todo: 'Remettez la boîte dans la configuration, ou prévenez l’expéditeur vous-même, puis écartez l’échange.',
  },
} as const satisfies Record<string, CatalogueEntry>;
