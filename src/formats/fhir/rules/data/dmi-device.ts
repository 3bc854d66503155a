import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-device (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_DEVICE: ProfileRules = {
  id: 'dmi-device',
  type: 'Device',
  elements: {
    'extension:IPIdLogiciel': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-ip-id-logiciel'],
        },
      ],
    },
    'extension:MarquageCE': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-marquage-ce'],
        },
      ],
    },
    'extension:CodeEMDN': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-code-emdn'],
        },
      ],
    },
    definition: {
      types: [
        {
          code: 'Reference',
          targets: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-devicedefinition'],
        },
      ],
    },
  },
};
