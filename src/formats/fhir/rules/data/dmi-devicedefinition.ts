import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-devicedefinition (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_DEVICEDEFINITION: ProfileRules = {
  id: 'dmi-devicedefinition',
  type: 'DeviceDefinition',
  elements: {
    'extension:ClasseRisque': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-classe-risque'],
        },
      ],
    },
    'extension:ReferenceDistributeur': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: [
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-reference-distributeur',
          ],
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
    'physicalCharacteristics.extension:InternalDiameter': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-internal-diameter'],
        },
      ],
    },
    property: { slicing: { by: [['value', 'type']] } },
    'property:UsageUnique': { max: 1 },
    'property:UsageUnique.type': {
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'UsageUnique',
          },
        ],
      },
    },
    'property:NbReutilisation': { max: 1 },
    'property:NbReutilisation.type': {
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'NbReutilisation',
          },
        ],
      },
    },
    'property:EmballageSterile': { max: 1 },
    'property:EmballageSterile.type': {
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'EmballageSterile',
          },
        ],
      },
    },
    'property:SterilisationAvantUtilisation': { max: 1 },
    'property:SterilisationAvantUtilisation.type': {
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'SterilisationAvantUtilisation',
          },
        ],
      },
    },
    'property:Implantable': { max: 1 },
    'property:Implantable.type': {
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'Implantable',
          },
        ],
      },
    },
    'property:Actif': { max: 1 },
    'property:Actif.type': {
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'Actif',
          },
        ],
      },
    },
  },
};
