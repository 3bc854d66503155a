import type { CatalogueEntry } from './entry.ts';
import { RETRIED } from './phrases.ts';

/** Faults of the configuration. */
export const CONFIGURATION_FAULTS = {
  'CFG-001': {
    class: 'permanent',
    why: 'La configuration n’est pas valide.',
    did: 'La passerelle n’a pas démarré (ou a gardé la configuration précédente).',
    todo: 'Corrigez les lignes indiquées, puis vérifiez avec `pfi check`.',
  },
  'CFG-002': {
    class: 'permanent',
    why: 'Le fichier de configuration ne peut pas être lu.',
    did: 'La passerelle n’a pas démarré.',
    todo: 'Vérifiez le chemin donné à `--config` et les droits du fichier.',
  },
  'CFG-003': {
    class: 'transient',
    why: 'Un fichier que la configuration cite (secret ou certificat) ne peut plus être lu.',
    did: RETRIED,
    todo: 'Remettez le fichier en place et vérifiez ses droits, puis `pfi check`.',
  },
} as const satisfies Record<string, CatalogueEntry>;
