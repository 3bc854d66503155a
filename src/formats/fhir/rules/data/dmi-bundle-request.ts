import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-bundle-request (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_BUNDLE_REQUEST: ProfileRules = {
  id: 'dmi-bundle-request',
  type: 'Bundle',
  elements: {
    type: { pattern: 'transaction' },
    entry: { slicing: { by: [['profile', 'resource']] } },
    'entry:SupplyRequest': {},
    'entry:SupplyRequest.resource': {
      min: 1,
      types: [
        {
          code: 'SupplyRequest',
          profiles: [
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplyrequest-entetereponse',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplyrequest-entete-commande',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplyrequest-entete-demande',
          ],
        },
      ],
    },
    'entry:DeviceRequest': {},
    'entry:DeviceRequest.resource': {
      min: 1,
      types: [
        {
          code: 'DeviceRequest',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-devicerequest'],
        },
      ],
    },
  },
};
