import type { CatalogueEntry } from './entry.ts';
import { REFUSED, MAIL_REFUSED, HELD, DECIDE, MAKE_SURE } from './phrases.ts';

/** Faults of archives (IHE_XDM.zip). */
export const ARCHIVE_FAULTS = {
  'XDM-001': {
    class: 'permanent',
    why: 'L’archive IHE_XDM.zip est illisible ou tronquée.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer l’archive.',
  },
  'XDM-002': {
    class: 'permanent',
    why: 'L’archive IHE_XDM.zip est chiffrée.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer l’archive sans chiffrement.',
  },
  'XDM-003': {
    class: 'permanent',
    why: 'L’archive IHE_XDM.zip contient une autre archive à la place d’un document.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive simple.',
  },
  'XDM-004': {
    class: 'permanent',
    why: 'L’archive contient un nom de fichier interdit (chemin absolu ou qui sort de l’archive).',
    did: MAIL_REFUSED,
    todo: 'Signalez le cas à l’expéditeur : ce peut être une tentative d’intrusion.',
  },
  'XDM-005': {
    class: 'permanent',
    why: 'L’archive contient deux fois le même fichier.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive correcte.',
  },
  'XDM-006': {
    class: 'permanent',
    why: 'L’archive décompressée dépasse les limites (nombre de fichiers, taille ou taux de compression).',
    did: MAIL_REFUSED,
    todo: 'Si l’envoi est légitime, relevez `limits.archive` et demandez un nouvel envoi.',
  },
  'XDM-007': {
    class: 'permanent',
    why: 'Les tailles ou les sommes de contrôle annoncées par l’archive sont fausses.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer l’archive.',
  },
  'XDM-008': {
    class: 'permanent',
    why: 'L’archive ne contient pas de fichier METADATA.XML.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive conforme.',
  },
  'XDM-009': {
    class: 'permanent',
    why: 'Le fichier METADATA.XML est mal formé.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive conforme.',
  },
  'XDM-010': {
    class: 'permanent',
    why: 'Le fichier METADATA.XML contient une DOCTYPE ou des entités, ce qui est interdit.',
    did: MAIL_REFUSED,
    todo: 'Signalez le cas à l’expéditeur : ce peut être une tentative d’intrusion.',
  },
  'XDM-011': {
    class: 'permanent',
    why: 'Un document annoncé par METADATA.XML est absent de l’archive.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer le document.',
  },
  'XDM-012': {
    class: 'permanent',
    why: 'L’empreinte du document n’est pas celle que METADATA.XML annonce : le document a été altéré.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer le document.',
  },
  'XDM-013': {
    class: 'permanent',
    why: 'La taille du document n’est pas celle que METADATA.XML annonce : le document a été altéré.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer le document.',
  },
  'XDM-014': {
    class: 'permanent',
    why: 'METADATA.XML ne décrit aucun document.',
    did: MAIL_REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive conforme.',
  },
  'XDM-015': {
    class: 'permanent',
    why: 'L’action demandée sur le document est inconnue (ni ajout, ni remplacement, ni suppression).',
    did: HELD,
    todo: `Demandez à l’expéditeur ce qu’il voulait faire. ${DECIDE}`,
  },
  'XDM-016': {
    class: 'permanent',
    why: 'Le remplacement ne dit pas quel document il remplace (relatedDocument absent).',
    did: HELD,
    todo: `Remplacez le document à la main dans le DPI, ou faites-le renvoyer corrigé. ${DECIDE}`,
  },
  'XDM-017': {
    class: 'permanent',
    why: 'Le patient du document n’est pas celui que METADATA.XML annonce.',
    did: HELD,
    todo: `Vérifiez l’identité avec l’expéditeur : risque d’erreur de dossier. ${MAKE_SURE}`,
    doubt: true,
  },
  'XDM-018': {
    class: 'permanent',
    why: 'L’identifiant du document n’est pas celui que METADATA.XML annonce.',
    did: HELD,
    todo: `Vérifiez avec l’expéditeur quel document il a voulu envoyer. ${MAKE_SURE}`,
    doubt: true,
  },
  'XDM-019': {
    class: 'permanent',
    why: 'Le courriel contient des documents de plusieurs patients ; la règle est un seul patient par courriel.',
    did: HELD,
    todo: `Vérifiez avec l’expéditeur à quel patient chaque document appartient. ${MAKE_SURE}`,
    doubt: true,
  },
  'XDM-020': {
    class: 'permanent',
    why: 'METADATA.XML décrit deux fois le même fichier.',
    did: REFUSED,
    todo: 'Rien : l’expéditeur doit renvoyer une archive conforme.',
  },
  'XDM-021': {
    class: 'permanent',
    why: 'Le document à remplacer ou à supprimer est celui d’un autre patient.',
    did: HELD,
    todo: `Vérifiez l’identité avec l’expéditeur : risque d’erreur de dossier. ${MAKE_SURE}`,
    doubt: true,
  },
} as const satisfies Record<string, CatalogueEntry>;
