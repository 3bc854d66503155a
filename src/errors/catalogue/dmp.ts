import type { CatalogueEntry } from './entry.ts';
import { RETRIED } from './phrases.ts';

/** The mail part of a request goes its own way, and the application that asked always hears of a failure (ZAM^Z01 N). */
const TOLD =
  'Le document n’est pas au DMP ; le logiciel créateur en est prévenu (ZAM^Z01). L’échange attend dans la liste « À traiter ». Les courriels demandés ne sont pas touchés.';
const ASK_AGAIN =
  'Corrigez à la source, faites refaire la demande par le logiciel créateur, puis écartez l’échange avec un motif.';

/** Depositing, replacing and deleting documents in the DMP. */
export const DMP_FAULTS = {
  'DMP-001': {
    class: 'unreachable',
    why: 'Le DMP est injoignable.',
    did: RETRIED,
    todo: 'Vérifiez l’adresse, le pare-feu et la disponibilité du service ; `pfi check` dit si la connexion passe.',
  },
  'DMP-002': {
    class: 'unreachable',
    why: 'La connexion chiffrée avec le DMP est refusée : un certificat n’est pas accepté.',
    did: RETRIED,
    todo: 'Vérifiez `dmp.tls` : certificat AUTH_CLI de l’établissement, sa date, et l’autorité du serveur (`ca`).',
  },
  'DMP-003': {
    class: 'ambiguous',
    why: 'La connexion a été coupée, ou la réponse n’est pas venue à temps : on ne sait pas si le DMP a pris le document.',
    did: `${RETRIED} Le même lot repart sous les mêmes identifiants ; si le DMP le refuse, il est interrogé avant que ce refus soit cru.`,
    todo: 'Si cela dure, prévenez le support du DMP.',
  },
  'DMP-004': {
    class: 'transient',
    why: 'Le DMP demande de réessayer plus tard.',
    did: RETRIED,
    todo: 'Si cela dure, prévenez le support du DMP.',
  },
  'DMP-005': {
    class: 'ambiguous',
    why: 'La réponse du DMP ne peut pas être lue.',
    did: `${RETRIED} Le même lot repart sous les mêmes identifiants ; si le DMP le refuse, il est interrogé avant que ce refus soit cru.`,
    todo: 'Si cela dure, vérifiez `dmp.url`, puis prévenez le support du DMP.',
  },
  'DMP-006': {
    class: 'permanent',
    why: 'Le DMP refuse le document.',
    did: TOLD,
    todo: 'Voyez le code du DMP avec l’éditeur du logiciel créateur ; corrigez, puis relancez ou écartez l’échange.',
  },
  'DMP-007': {
    class: 'permanent',
    why: 'Le DMP refuse l’identité de l’émetteur (jeton VIHF, certificat ou structure).',
    did: TOLD,
    todo: 'Vérifiez `dmp.sign`, `dmp.structures` et les dates des certificats, puis relancez l’échange.',
  },
  'DMP-008': {
    class: 'permanent',
    why: 'Le DMP ne connaît pas le document à remplacer ou à supprimer.',
    did: TOLD,
    todo: 'Vérifiez auprès du service. Pour déposer un remplacement comme un nouveau document : `pfi exchanges retry ID --as-new` ; sinon écartez l’échange avec un motif.',
  },
  'DMP-009': {
    class: 'permanent',
    why: 'Ce type de document ne peut pas être déposé au DMP.',
    did: TOLD,
    todo: ASK_AGAIN,
  },
  'DMP-010': {
    class: 'permanent',
    why: 'L’identifiant du document n’est pas un simple OID : le DMP n’en admet pas d’autre.',
    did: TOLD,
    todo: ASK_AGAIN,
  },
  'DMP-011': {
    class: 'permanent',
    why: 'Le document est de confidentialité restreinte : il n’est pas à partager au DMP.',
    did: TOLD,
    todo: ASK_AGAIN,
  },
  'DMP-012': {
    class: 'permanent',
    why: 'Le patient n’a pas d’identité nationale de santé (INS) qualifiée.',
    did: TOLD,
    todo: 'Faites qualifier l’identité du patient, faites refaire la demande, puis écartez l’échange avec un motif.',
  },
  'DMP-013': {
    class: 'permanent',
    why: 'L’INS du patient est une INS de test, et ce DMP est celui de production.',
    did: TOLD,
    todo: 'Vérifiez `dmp.environment`, ou écartez l’échange avec un motif.',
  },
  'DMP-014': {
    class: 'permanent',
    why: 'Le document dépasse la taille admise (`dmp.limits.document`).',
    did: TOLD,
    todo: ASK_AGAIN,
  },
  'DMP-015': {
    class: 'permanent',
    why: 'La structure qui demande le dépôt (PRT SB, PRT-8.10) n’est pas une de celles de `dmp.structures`.',
    did: TOLD,
    todo: 'Ajoutez-la à la configuration si elle dépend du même certificat, puis relancez l’échange.',
  },
  'DMP-016': {
    class: 'permanent',
    why: 'Une connexion secrète est demandée, et `dmp.vihf.secretConnection` n’est pas configuré.',
    did: TOLD,
    todo: 'Configurez la valeur que le DMP a fixée, puis relancez l’échange : rien ne part jamais à découvert.',
  },
  'DMP-017': {
    class: 'permanent',
    why: 'Le lot pour le DMP n’a pas pu être préparé.',
    did: TOLD,
    todo: 'Signalez le cas au support ; faites refaire la demande, puis écartez l’échange avec un motif.',
  },
  'DMP-018': {
    class: 'transient',
    why: 'La préparation du lot pour le DMP s’est arrêtée avant sa fin.',
    did: RETRIED,
    todo: 'Si cela dure, signalez le cas au support.',
  },
  'DMP-019': {
    class: 'permanent',
    why: 'Le DMP n’a pas pris le document dans le temps prévu (`dmp.limits.giveUpAfter`).',
    did: TOLD,
    todo: 'Voyez avec le support du DMP, puis relancez l’échange : ce que le DMP aurait déjà pris n’y sera pas deux fois.',
  },
  'DMP-020': {
    class: 'permanent',
    why: 'Un certificat du DMP ne peut pas servir : illisible, expiré, d’un autre usage, ou d’une autre structure.',
    did: `Rien n’est envoyé au DMP avec ce certificat. ${TOLD}`,
    todo: 'Remplacez-le (`dmp.tls`, `dmp.sign`), rechargez la configuration, puis relancez ce qui attend : `pfi exchanges retry --code DMP-020`. `pfi check` dit ce qui ne va pas.',
  },
  'DMP-021': {
    class: 'permanent',
    why: 'Le fichier des professionnels ne peut pas être lu.',
    did: 'La passerelle ne démarre pas avec ce fichier.',
    todo: 'Corrigez la ligne indiquée : identifiant, profession, savoir-faire, séparés par des points-virgules.',
  },
  'DMP-022': {
    class: 'permanent',
    why: 'Le dépôt au DMP a été abandonné par l’établissement avant d’avoir abouti.',
    did: 'Le logiciel créateur en est prévenu (ZAM^Z01). Rien de plus n’est envoyé au DMP.',
    todo: 'Rien. Si un essai est resté sans réponse, le document peut s’y trouver : vérifiez auprès du service.',
  },
  'DMP-023': {
    class: 'permanent',
    why: 'Le DMP a déjà un document de cet identifiant, et rien ne dit que c’est celui-ci.',
    did: TOLD,
    todo: 'Vérifiez auprès du service ce que montre le dossier : s’il y est comme demandé, écartez l’échange avec un motif ; sinon faites refaire la demande sous un autre identifiant.',
  },
  'DMP-024': {
    class: 'unreachable',
    why: 'Le DMP répond qu’il n’est pas disponible : maintenance ou surcharge.',
    did: RETRIED,
    todo: 'Si cela dure, prévenez le support du DMP.',
  },
} as const satisfies Record<string, CatalogueEntry>;
