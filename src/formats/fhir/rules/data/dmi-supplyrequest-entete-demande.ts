import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-supplyrequest-entete-demande (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_SUPPLYREQUEST_ENTETE_DEMANDE: ProfileRules = {
  id: 'dmi-supplyrequest-entete-demande',
  type: 'SupplyRequest',
  elements: {
    identifier: { min: 1, max: 1 },
    'item[x]': { types: [{ code: 'CodeableConcept' }] },
    'item[x].coding': { slicing: { by: [['value', 'code']] } },
    'item[x].coding:CreationDemande': { max: 1 },
    'item[x].coding:CreationDemande.code': { min: 1, pattern: 'DEM' },
    'item[x].coding:SuppressionDemande': { max: 1 },
    'item[x].coding:SuppressionDemande.code': { min: 1, pattern: 'SDM' },
    requester: { min: 1, types: [{ code: 'Reference', targets: ['Practitioner'] }] },
    deliverTo: { min: 1, types: [{ code: 'Reference', targets: ['Organization'] }] },
  },
};
