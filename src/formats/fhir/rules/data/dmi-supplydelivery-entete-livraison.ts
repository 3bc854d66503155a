import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-supplydelivery-entete-livraison (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_SUPPLYDELIVERY_ENTETE_LIVRAISON: ProfileRules = {
  id: 'dmi-supplydelivery-entete-livraison',
  type: 'SupplyDelivery',
  elements: {
    extension: { min: 1 },
    'extension:ReferenceOrganisationInterne': {
      min: 1,
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: [
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-reference-organisation-interne',
          ],
        },
      ],
    },
    identifier: { min: 1, max: 1 },
    basedOn: { min: 1, max: 1 },
    status: { min: 1 },
    'suppliedItem.quantity': {
      types: [{ code: 'Quantity', profiles: ['http://hl7.org/fhir/StructureDefinition/SimpleQuantity'] }],
    },
    'suppliedItem.item[x]': { min: 1, types: [{ code: 'Reference', targets: ['Device'] }] },
    'occurrence[x]': { types: [{ code: 'dateTime' }] },
    receiver: { min: 1, max: 1 },
  },
};
