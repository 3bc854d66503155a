import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-invoice (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_INVOICE: ProfileRules = {
  id: 'dmi-invoice',
  type: 'Invoice',
  elements: {
    'extension:Facture': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-facture'],
        },
      ],
    },
    identifier: { min: 2, slicing: { by: [['value', 'type']] } },
    'identifier:refFacture': { min: 1, max: 1 },
    'identifier:refFacture.type': {
      min: 1,
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'refFacture',
          },
        ],
      },
    },
    'identifier:refFacture.value': { min: 1 },
    'identifier:refCommande': { min: 1, max: 1 },
    'identifier:refCommande.type': {
      min: 1,
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'refCommande',
          },
        ],
      },
    },
    'identifier:refCommande.value': { min: 1 },
  },
};
