import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-bundle-transmission-traces (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_BUNDLE_TRANSMISSION_TRACES: ProfileRules = {
  id: 'dmi-bundle-transmission-traces',
  type: 'Bundle',
  elements: {
    type: { pattern: 'transaction' },
    entry: { min: 1, slicing: { by: [['profile', 'resource']] } },
    'entry:DispositifMedical': {},
    'entry:DispositifMedical.resource': {
      min: 1,
      types: [
        {
          code: 'Device',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-device'],
        },
      ],
    },
    'entry:DeviceDefinition': {},
    'entry:DeviceDefinition.resource': {
      min: 1,
      types: [
        {
          code: 'DeviceDefinition',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-devicedefinition'],
        },
      ],
    },
    'entry:Patient': {},
    'entry:Patient.resource': {
      min: 1,
      types: [
        {
          code: 'Patient',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-patient'],
        },
      ],
    },
    'entry:Professionnel': {},
    'entry:Professionnel.resource': {
      min: 1,
      types: [
        {
          code: 'Practitioner',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-practitioner'],
        },
      ],
    },
    'entry:EntiteJuridique': {},
    'entry:EntiteJuridique.resource': {
      min: 1,
      types: [
        {
          code: 'Organization',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-organization-ej'],
        },
      ],
    },
    'entry:OrganisationInterne': {},
    'entry:OrganisationInterne.resource': {
      min: 1,
      types: [
        {
          code: 'Organization',
          profiles: [
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-organization-interne',
          ],
        },
      ],
    },
    'entry:Invoice': {},
    'entry:Invoice.resource': {
      min: 1,
      types: [
        {
          code: 'Invoice',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-invoice'],
        },
      ],
    },
    'entry:Procedure': {},
    'entry:Procedure.resource': {
      min: 1,
      types: [
        {
          code: 'Procedure',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-procedure'],
        },
      ],
    },
    'entry:SupplyRequest': {},
    'entry:SupplyRequest.resource': {
      types: [
        {
          code: 'SupplyRequest',
          profiles: [
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplyrequest-entete-demande',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplyrequest-entete-commande',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplyrequest-entetereponse',
          ],
        },
      ],
    },
    'entry:SupplyDelivery': {},
    'entry:SupplyDelivery.resource': {
      min: 1,
      types: [
        {
          code: 'SupplyDelivery',
          profiles: [
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-reception-unitaire',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-enteter-reception',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-entete-delivrance',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-entete-livraison',
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-supplydelivery-ligne',
          ],
        },
      ],
    },
    'entry:AuditEvent': { min: 1, max: 1 },
    'entry:AuditEvent.resource': {
      min: 1,
      types: [
        {
          code: 'AuditEvent',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition/tde-auditevent'],
        },
      ],
    },
    'entry:BundleRequest': {},
    'entry:BundleRequest.resource': {
      min: 1,
      types: [
        {
          code: 'Bundle',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-bundle-request'],
        },
      ],
    },
    'entry:BundleDelivery': {},
    'entry:BundleDelivery.resource': {
      types: [
        {
          code: 'Bundle',
          profiles: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-bundledelivery'],
        },
      ],
    },
  },
};
