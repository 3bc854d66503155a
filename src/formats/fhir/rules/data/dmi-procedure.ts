import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-procedure (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_PROCEDURE: ProfileRules = {
  id: 'dmi-procedure',
  type: 'Procedure',
  elements: {
    identifier: { min: 1, slicing: { by: [['value', 'type']] } },
    'identifier:idIntervention': { min: 1, max: 1 },
    'identifier:idIntervention.type': {
      min: 1,
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'idIntervention',
          },
        ],
      },
    },
    'identifier:idIntervention.value': { min: 1 },
    'identifier:numSejour': { max: 1 },
    'identifier:numSejour.type': {
      min: 1,
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'numSejour',
          },
        ],
      },
    },
    'identifier:numSejour.value': { min: 1 },
    'performed[x]': { min: 1, types: [{ code: 'dateTime' }] },
    performer: { min: 1, max: 1 },
    'performer.onBehalfOf': { min: 1 },
    bodySite: { min: 1, max: 1 },
    focalDevice: { min: 1, max: 1 },
  },
};
