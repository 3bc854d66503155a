import type { CatalogueEntry } from './entry.ts';
import { RETRIED } from './phrases.ts';

/** Said to a caller in an answer of ours, before anything is kept. */
const REFUSED = 'La demande est refusée aussitôt (OperationOutcome), rien n’est gardé.';
/** Where a FHIR call goes. */
const TO = 'La plateforme FHIR, ou le `hook` de l’application,';
const WAITS =
  'L’échange attend dans la liste « À traiter ». Un appelant qui n’a pas encore de réponse lit l’issue à l’adresse qui lui a été donnée.';

/** The four FHIR flows: DMI, DUI, RENACOT, SAS. */
export const FHIR_FAULTS = {
  'FHIR-001': {
    class: 'permanent',
    why: 'Le corps de la demande n’est pas une ressource FHIR en JSON.',
    did: REFUSED,
    todo: 'Voyez avec l’éditeur du logiciel appelant.',
  },
  'FHIR-002': {
    class: 'permanent',
    why: 'La ressource FHIR est trop grande ou trop profonde.',
    did: REFUSED,
    todo: 'Voyez avec l’éditeur du logiciel appelant ; la taille admise est `fhir.facade.body`.',
  },
  'FHIR-003': {
    class: 'permanent',
    why: 'La ressource FHIR ne suit pas le profil du flux.',
    did: REFUSED,
    todo: 'L’OperationOutcome nomme chaque élément fautif : voyez avec l’éditeur du logiciel appelant.',
  },
  'FHIR-004': {
    class: 'unreachable',
    why: `${TO} est injoignable.`,
    did: RETRIED,
    todo: 'Vérifiez l’adresse, le pare-feu et la disponibilité du service ; `pfi check` dit si la connexion passe.',
  },
  'FHIR-005': {
    class: 'unreachable',
    why: 'La connexion chiffrée avec la plateforme FHIR, ou le `hook` de l’application, est refusée : un certificat n’est pas accepté.',
    did: RETRIED,
    todo: 'Vérifiez les certificats du flux (`auth`) ou du `hook` (`ca`, `clientCertificate`), leur date, et l’autorité du serveur.',
  },
  'FHIR-006': {
    class: 'unreachable',
    why: 'Il n’y a pas de jeton d’accès qui soit admis.',
    did: RETRIED,
    todo: 'Vérifiez `tokenUrl`, `clientId`, `clientSecret` et `scope`, ou le `token` du `hook` ; `pfi check` essaie.',
  },
  'FHIR-007': {
    class: 'ambiguous',
    why: 'La connexion a été coupée, ou la réponse n’est pas venue à temps : on ne sait pas si la plateforme a pris la demande.',
    did: 'Selon le flux : la plateforme est interrogée, la même demande repart, ou l’échange attend une personne.',
    todo: 'Si cela dure, prévenez le support de la plateforme, ou de l’application.',
  },
  'FHIR-008': {
    class: 'transient',
    why: `${TO} demande de réessayer plus tard.`,
    did: RETRIED,
    todo: 'Si cela dure, prévenez le support de la plateforme, ou de l’application.',
  },
  'FHIR-009': {
    class: 'permanent',
    why: `${TO} refuse la demande.`,
    did: WAITS,
    todo: 'Voyez la réponse avec l’éditeur du logiciel appelant ; corrigez, puis relancez ou écartez l’échange.',
  },
  'FHIR-010': {
    class: 'ambiguous',
    why: 'La réponse de la plateforme FHIR, ou du `hook` de l’application, ne peut pas être lue.',
    did: 'Selon le flux : la plateforme est interrogée, la même demande repart, ou l’échange attend une personne. Qui cherche reçoit 502.',
    todo: 'Si cela dure, prévenez le support de la plateforme, ou de l’application.',
  },
  'FHIR-011': {
    class: 'permanent',
    why: 'La plateforme FHIR ne trouve pas l’intervention à associer (422).',
    did: 'Réessayé chaque jour pendant le temps prévu (`pairingRetry`), puis mis dans la liste « À traiter ».',
    todo: 'Vérifiez la saisie au registre : la demande repart d’elle-même ; écartez-la si l’intervention n’y sera jamais.',
  },
  'FHIR-012': {
    class: 'permanent',
    why: `${TO} n’a pas pris la demande dans le temps prévu.`,
    did: WAITS,
    todo: 'Voyez avec le support de la plateforme, ou de l’application, puis relancez ou écartez l’échange.',
  },
  'FHIR-013': {
    class: 'permanent',
    why: 'On ne sait pas si la plateforme a pris la demande, et elle ne dit pas comment le savoir.',
    did: WAITS,
    todo: 'Vérifiez auprès de la plateforme : relancez si elle n’a rien, écartez sinon.',
  },
  'FHIR-014': {
    class: 'transient',
    why: 'La demande FHIR n’a pas pu être enregistrée.',
    did: 'L’appelant reçoit 503 et doit la renvoyer ; rien n’est gardé.',
    todo: 'Vérifiez le disque et le journal (`pfi status`).',
  },
  'FHIR-015': {
    class: 'ambiguous',
    why: 'La plateforme FHIR répond par un succès, mais ne dit pas ce qu’elle a créé.',
    did: 'RENACOT : la même demande repart. DMI et DUI : ce que la plateforme ne sait pas retrouver attend une personne, pour que rien ne soit créé deux fois.',
    todo: 'Vérifiez `url` et `path` du flux : la plateforme range peut-être la demande sans l’exécuter.',
  },
} as const satisfies Record<string, CatalogueEntry>;
