import type { CatalogueEntry } from './entry.ts';
import { RETRIED } from './phrases.ts';

/** Faults of the mail servers. */
export const MAIL_SERVER_FAULTS = {
  'IMAP-001': {
    class: 'unreachable',
    why: 'Le serveur IMAP est injoignable.',
    did: 'Les autres boîtes continuent. La passerelle se reconnecte d’elle-même, de plus en plus rarement.',
    todo: 'Vérifiez l’adresse, le pare-feu et l’opérateur MSSanté.',
  },
  'IMAP-002': {
    class: 'unreachable',
    why: 'Le serveur IMAP refuse l’identifiant ou le mot de passe de la boîte.',
    did: 'Les autres boîtes continuent. La passerelle réessaie d’elle-même, de plus en plus rarement.',
    todo: 'Vérifiez le compte de la boîte auprès de l’opérateur, puis la configuration.',
  },
  'IMAP-003': {
    class: 'unreachable',
    why: 'La connexion au serveur IMAP n’a pas pu être chiffrée (STARTTLS ou certificat refusé).',
    did: 'Aucun mot de passe n’a été envoyé. La passerelle réessaie d’elle-même.',
    todo: 'Vérifiez `tls` et `ca`, et le certificat de l’opérateur ; `pfi check` dit si la connexion passe.',
  },
  'IMAP-004': {
    class: 'permanent',
    why: 'Le serveur IMAP n’offre ni MOVE ni UIDPLUS : déplacer un courriel y effacerait aussi ceux des autres.',
    did: 'La boîte n’est pas relevée.',
    todo: 'Demandez à l’opérateur d’activer MOVE ou UIDPLUS.',
  },
  'IMAP-005': {
    class: 'transient',
    why: 'Un dossier de la boîte ne peut pas être créé ou ouvert.',
    did: 'La passerelle réessaie d’elle-même, de plus en plus rarement.',
    todo: 'Vérifiez les noms de `folders` et les droits de la boîte.',
  },
  'IMAP-006': {
    class: 'unreachable',
    why: 'Le serveur IMAP ne répond plus.',
    did: 'La connexion a été fermée ; la passerelle en ouvre une nouvelle.',
    todo: 'Si cela dure, prévenez l’opérateur.',
  },
  'IMAP-007': {
    class: 'transient',
    why: 'Le serveur IMAP refuse de déplacer le courriel.',
    did: RETRIED,
    todo: 'Vérifiez les droits et le quota de la boîte.',
  },
  'IMAP-008': {
    class: 'transient',
    why: 'Le courriel lu n’a pas la taille annoncée par le serveur IMAP.',
    did: RETRIED,
    todo: 'Si cela dure, prévenez l’opérateur.',
  },
  'IMAP-009': {
    class: 'transient',
    why: 'Le serveur IMAP refuse une commande.',
    did: RETRIED,
    todo: 'Si cela dure, prévenez l’opérateur en lui donnant le nom de la commande.',
  },

  'SMTP-001': {
    class: 'unreachable',
    why: 'Le serveur SMTP est injoignable.',
    did: `Le courriel attend. ${RETRIED}`,
    todo: 'Vérifiez l’adresse, le pare-feu et l’opérateur MSSanté.',
  },
  'SMTP-002': {
    class: 'unreachable',
    why: 'Le serveur SMTP refuse l’identifiant ou le mot de passe.',
    did: `Le courriel attend. ${RETRIED}`,
    todo: 'Vérifiez le compte de la boîte auprès de l’opérateur, puis la configuration.',
  },
  'SMTP-003': {
    class: 'unreachable',
    why: 'La connexion au serveur SMTP n’a pas pu être chiffrée (STARTTLS ou certificat refusé).',
    did: `Rien n’a été envoyé en clair. ${RETRIED}`,
    todo: 'Vérifiez `tls` et `ca`, et le certificat de l’opérateur ; `pfi check` dit si la connexion passe.',
  },
  'SMTP-004': {
    class: 'permanent',
    why: 'Le serveur SMTP refuse définitivement le courriel ou son destinataire.',
    did: 'Le courriel n’est pas parti ; il attend dans la liste « À traiter ».',
    todo: 'Prévenez le correspondant par un autre moyen, puis écartez le courriel.',
  },
  'SMTP-005': {
    class: 'transient',
    why: 'Le serveur SMTP demande de réessayer plus tard.',
    did: RETRIED,
    todo: 'Si cela dure, prévenez l’opérateur.',
  },
  'SMTP-006': {
    class: 'ambiguous',
    why: 'La connexion a été coupée pendant l’envoi : on ne sait pas si le courriel est parti.',
    did: `${RETRIED} Le même courriel repart avec le même Message-ID.`,
    todo: 'Rien : le destinataire reconnaît une répétition à son Message-ID.',
  },
} as const satisfies Record<string, CatalogueEntry>;
