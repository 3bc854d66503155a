import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-supplyrequest-entete-commande (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_SUPPLYREQUEST_ENTETE_COMMANDE: ProfileRules = {
  id: 'dmi-supplyrequest-entete-commande',
  type: 'SupplyRequest',
  elements: {
    identifier: { min: 1, max: 1 },
    'item[x]': {
      types: [{ code: 'CodeableConcept' }],
      pattern: {
        coding: [
          {
            system:
              'https://mos.esante.gouv.fr/NOS/TRE_R254-TypeEvenement/FHIR/TRE-R254-TypeEvenement/TRE_R254-TypeEvenement-FHIR',
            code: 'CDM',
          },
        ],
      },
    },
    requester: { types: [{ code: 'Reference', targets: ['Practitioner'] }] },
    deliverTo: { types: [{ code: 'Reference', targets: ['Organization'] }] },
  },
};
