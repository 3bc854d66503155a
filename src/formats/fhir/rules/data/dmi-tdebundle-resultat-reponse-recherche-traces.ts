import type { ProfileRules } from '../types.ts';

/**
 * Profile TDEBundleResultatReponseRechercheTraces (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_TDEBUNDLE_RESULTAT_REPONSE_RECHERCHE_TRACES: ProfileRules = {
  id: 'TDEBundleResultatReponseRechercheTraces',
  type: 'Bundle',
  elements: {
    entry: { slicing: { by: [['profile', 'resource']] } },
    'entry:AuditEvent': {},
    'entry:AuditEvent.link': { max: 1 },
    'entry:AuditEvent.resource': {
      min: 1,
      types: [
        {
          code: 'AuditEvent',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition/tde-auditevent'],
        },
      ],
    },
  },
};
