import type { CatalogueEntry } from './entry.ts';
import { HELD, RETRIED } from './phrases.ts';

/** Faults of handing over to an application: its answers (HL7) and the ways to it. */
export const APPLICATION_FAULTS = {
  'HL7-001': {
    class: 'permanent',
    why: 'Le message contient un caractère que le jeu de caractères de l’application ne connaît pas.',
    did: HELD,
    todo: 'Passez l’application en « UNICODE UTF-8 », ou mettez `unmappable: escape`, puis demandez un nouvel envoi et écartez celui-ci avec un motif.',
  },
  'HL7-002': {
    class: 'ambiguous',
    why: 'L’accusé de l’application est illisible.',
    did: RETRIED,
    todo: 'Si cela dure, voyez avec l’éditeur de l’application.',
  },
  'HL7-003': {
    class: 'transient',
    why: 'L’application demande de réessayer plus tard (AR).',
    did: RETRIED,
    todo: 'Si cela dure, voyez l’état de l’application.',
  },
  'HL7-004': {
    class: 'ambiguous',
    why: 'L’accusé reçu concerne un autre message.',
    did: `La connexion a été fermée. ${RETRIED}`,
    todo: 'Si cela dure, voyez avec l’éditeur de l’application.',
  },
  'HL7-005': {
    class: 'ambiguous',
    why: 'L’application a seulement accusé réception du message (CA) : on ne sait pas si elle a intégré le document.',
    did: `${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Si cet accusé vaut intégration pour l’application, mettez `ack.commitAccept: true` ; sinon voyez avec son éditeur.',
  },

  'MLLP-001': {
    class: 'unreachable',
    why: 'L’application est injoignable.',
    did: `Les documents attendent. ${RETRIED}`,
    todo: 'Vérifiez que l’application écoute à l’adresse et au port configurés, et le pare-feu.',
  },
  'MLLP-002': {
    class: 'ambiguous',
    why: 'L’application n’a pas répondu à temps.',
    did: `La connexion a été fermée. ${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Vérifiez la charge de l’application ; augmentez `timeout` si elle est lente.',
  },
  'MLLP-003': {
    class: 'ambiguous',
    why: 'La connexion a été coupée avant la réponse de l’application.',
    did: `${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Si cela dure, vérifiez l’application et le réseau.',
  },
  'MLLP-004': {
    class: 'unreachable',
    why: 'La connexion chiffrée (TLS) à l’application a échoué.',
    did: `Les documents attendent. ${RETRIED}`,
    todo: 'Vérifiez `tls` et `ca`, et les certificats des deux côtés ; `pfi check` dit si la connexion passe.',
  },
  'MLLP-005': {
    class: 'permanent',
    why: 'L’adresse d’écoute des demandes (applications, façade FHIR, SAS) ne peut pas être ouverte.',
    did: 'La passerelle n’a pas démarré.',
    todo: 'Vérifiez l’adresse et le port configurés, le certificat et la clé s’il y en a, et qu’aucun autre processus n’écoute déjà là.',
  },

  'HTTP-001': {
    class: 'unreachable',
    why: 'L’adresse HTTP de l’application est injoignable.',
    did: `Les documents attendent. ${RETRIED}`,
    todo: 'Vérifiez l’adresse configurée et l’application.',
  },
  'HTTP-002': {
    class: 'ambiguous',
    why: 'L’application a répondu par une erreur HTTP, sans accusé HL7.',
    did: `${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Voyez le code HTTP avec l’éditeur de l’application.',
  },
  'HTTP-003': {
    class: 'ambiguous',
    why: 'L’application n’a pas répondu à temps à la requête HTTP.',
    did: `${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Vérifiez la charge de l’application ; augmentez `timeout` si elle est lente.',
  },
  'HTTP-004': {
    class: 'ambiguous',
    why: 'La connexion HTTP a été coupée avant la réponse de l’application.',
    did: `${RETRIED} Le même message repart avec le même identifiant.`,
    todo: 'Si cela dure, vérifiez l’application et le réseau.',
  },

  'DIR-001': {
    class: 'unreachable',
    why: 'Le dossier d’échange avec l’application n’est pas accessible en écriture.',
    did: `Les documents attendent. ${RETRIED}`,
    todo: 'Vérifiez que le dossier existe, ses droits et l’espace disque.',
  },
  'DIR-002': {
    class: 'ambiguous',
    why: 'L’application n’a pas déposé d’accusé dans le dossier d’échange à temps.',
    did: `Le fichier est retiré. ${RETRIED} Il est alors déposé de nouveau sous le même nom.`,
    todo: 'Vérifiez que l’application lit bien le dossier.',
  },
} as const satisfies Record<string, CatalogueEntry>;
