import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-bundledelivery (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_BUNDLEDELIVERY: ProfileRules = {
  id: 'dmi-bundledelivery',
  type: 'Bundle',
  elements: {
    type: { pattern: 'transaction' },
    entry: { slicing: { by: [['profile', 'resource']] } },
    'entry:SupplyDelivery': {},
    'entry:SupplyDelivery.resource': {
      min: 1,
      types: [
        {
          code: 'SupplyDelivery',
          profiles: [
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-transport',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-enteter-reception',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-entete-delivrance',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-entete-livraison',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-ligne',
          ],
        },
      ],
    },
  },
};
