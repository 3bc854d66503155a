import type { CatalogueEntry } from './entry.ts';
import { RETRIED } from './phrases.ts';

/** Faults of the gateway itself: its journal, its administration, the unforeseen. */
export const GATEWAY_FAULTS = {
  'JRN-001': {
    class: 'permanent',
    why: 'Une autre passerelle utilise déjà ce journal.',
    did: 'La passerelle n’a pas démarré.',
    todo: 'Arrêtez l’autre processus, ou donnez un autre journal à celui-ci.',
  },
  'JRN-002': {
    class: 'permanent',
    why: 'Le journal ne peut pas être ouvert.',
    did: 'La passerelle n’a pas démarré.',
    todo: 'Vérifiez le chemin, les droits et l’espace disque ; restaurez une sauvegarde si le fichier est abîmé.',
  },
  'JRN-003': {
    class: 'permanent',
    why: 'Le journal a été écrit par une version plus récente de la passerelle.',
    did: 'La passerelle n’a pas démarré.',
    todo: 'Réinstallez la version plus récente, ou restaurez la sauvegarde d’avant la mise à jour.',
  },
  'JRN-004': {
    class: 'permanent',
    why: 'Le contenu conservé ne peut pas être déchiffré avec la clé configurée.',
    did: 'L’échange attend dans la liste « À traiter ».',
    todo: 'Remettez la clé `journal.key` d’origine.',
  },
  'JRN-005': {
    class: 'permanent',
    why: 'L’action demandée n’est pas possible dans l’état où se trouve l’échange.',
    did: 'Rien n’a été changé.',
    todo: 'Voyez l’état de l’échange avec `pfi exchanges show`.',
  },
  'JRN-006': {
    class: 'permanent',
    why: 'Le document est retenu par un doute sur l’identité du patient ou du document.',
    did: 'Rien n’a été envoyé.',
    todo: 'Vérifiez auprès de l’expéditeur ; si tout est sûr, relancez avec `--confirm`.',
  },
  'JRN-007': {
    class: 'permanent',
    why: 'Le contenu à envoyer n’est plus conservé.',
    did: 'Rien n’a été envoyé ; l’envoi attend dans la liste « À traiter ».',
    todo: 'Demandez un nouvel envoi, puis écartez l’échange avec un motif.',
  },
  'JRN-008': {
    class: 'permanent',
    why: 'Le fichier du journal a été retiré ou remplacé pendant que la passerelle tourne.',
    did: 'Ce qui est reçu depuis ne serait retrouvé par aucun redémarrage : la passerelle se dit non prête.',
    todo: 'Arrêtez la passerelle, remettez le fichier d’origine à sa place, puis relancez-la.',
  },

  'ADM-001': {
    class: 'permanent',
    why: 'L’adresse d’administration (`admin`) ne peut pas être ouverte.',
    did: 'La passerelle n’a pas démarré.',
    todo: 'Changez `admin.port` ou `admin.host`, ou arrêtez le programme qui occupe ce port (`ss -ltnp`).',
  },

  'GEN-001': {
    class: 'transient',
    why: 'Une erreur imprévue s’est produite dans la passerelle.',
    did: RETRIED,
    todo: 'Signalez le cas au support avec les lignes de journal de cet échange.',
  },
  'GEN-002': {
    class: 'transient',
    why: 'Aucun processus ne peut être lancé pour lire les courriels.',
    did: RETRIED,
    todo:
      'Vérifiez la mémoire libre de la machine, et les limites de processus et de fichiers ouverts du service ' +
      '(`TasksMax`, `LimitNOFILE`, `pids_limit`).',
  },
} as const satisfies Record<string, CatalogueEntry>;
