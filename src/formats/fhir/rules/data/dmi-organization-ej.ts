import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-organization-ej (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_ORGANIZATION_EJ: ProfileRules = {
  id: 'dmi-organization-ej',
  type: 'Organization',
  elements: {
    'meta.profile': { slicing: { by: [['value', '$this']] } },
    'meta.profile:fr-canonical': {
      max: 1,
      pattern: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-organization',
    },
    'extension:shortName': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-organization-short-name'],
        },
      ],
    },
    'extension:description': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-organization-description'],
        },
      ],
    },
    'extension:usePeriod': {
      max: 1,
      types: [
        { code: 'Extension', profiles: ['http://hl7.org/fhir/StructureDefinition/organization-period'] },
      ],
    },
    'extension:IdentifiantLocalDistributeur': {
      types: [
        {
          code: 'Extension',
          profiles: [
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-identifiant-local-distributeur',
          ],
        },
      ],
    },
    'extension:IdentifiantLocalFabricant': {
      types: [
        {
          code: 'Extension',
          profiles: [
            'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-identifiant-local-fabricant',
          ],
        },
      ],
    },
    identifier: {
      min: 2,
      slicing: {
        by: [
          ['pattern', 'system'],
          ['pattern', 'type'],
        ],
      },
    },
    'identifier:idNatSt': { min: 1, max: 1 },
    'identifier:idNatSt.use': { pattern: 'official' },
    'identifier:idNatSt.type': {
      min: 1,
      pattern: {
        coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'IDNST' }],
      },
    },
    'identifier:idNatSt.system': { pattern: 'urn:oid:1.2.250.1.71.4.2.2' },
    'identifier:siren': { min: 1, max: 1 },
    'identifier:siren.type': {
      min: 1,
      pattern: {
        coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'SIREN' }],
      },
    },
    'identifier:siren.system': { pattern: 'https://sirene.fr' },
    'identifier:siret': {},
    'identifier:siret.type': {
      min: 1,
      pattern: {
        coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'SIRET' }],
      },
    },
    'identifier:siret.system': { pattern: 'https://sirene.fr' },
    'identifier:finess': { max: 1 },
    'identifier:finess.type.coding.system': {
      pattern: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203',
    },
    'identifier:finess.system': { pattern: 'https://finess.esante.gouv.fr' },
    'identifier:adeliRang': {},
    'identifier:adeliRang.type': {
      min: 1,
      pattern: {
        coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'INTRN' }],
      },
    },
    'identifier:adeliRang.system': { pattern: 'https://adelirang.esante.gouv.fr' },
    'identifier:rppsRang': {},
    'identifier:rppsRang.type': {
      min: 1,
      pattern: {
        coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'INTRN' }],
      },
    },
    'identifier:rppsRang.system': { pattern: 'https://rppsrang.esante.gouv.fr' },
    'identifier:numeroTVAIntracommunautaire': { max: 1 },
    'identifier:numeroTVAIntracommunautaire.type': {
      min: 1,
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'numeroTVAIntracommunautaire',
          },
        ],
      },
    },
    'identifier:numeroSRN': {},
    'identifier:numeroSRN.type': {
      min: 1,
      pattern: {
        coding: [
          {
            system: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/CodeSystem/dmi-discriminator',
            code: 'numeroSRN',
          },
        ],
      },
    },
    type: { slicing: { by: [['pattern', '$this']] } },
    'type:organizationType': {
      max: 1,
      binding: 'https://hl7.fr/ig/fhir/core/ValueSet/fr-core-vs-organization-type',
    },
    'type:organizationType.coding': { min: 1, max: 1 },
    'type:organizationType.coding.system': { min: 1 },
    'type:secteurActiviteRASS': {
      max: 1,
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J101-SecteurActivite-RASS/FHIR/JDV-J101-SecteurActivite-RASS',
    },
    'type:secteurActiviteRASS.coding': { min: 1, max: 1 },
    'type:secteurActiviteRASS.coding.system': { min: 1 },
    'type:categorieEtablissementRASS': {
      max: 1,
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J129-CategorieEtablissement-RASS/FHIR/JDV-J129-CategorieEtablissement-RASS',
    },
    'type:categorieEtablissementRASS.coding': { min: 1, max: 1 },
    'type:categorieEtablissementRASS.coding.system': { min: 1 },
    name: { min: 1 },
    alias: { max: 1 },
    telecom: {
      types: [
        {
          code: 'ContactPoint',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point'],
        },
      ],
    },
    address: {
      max: 1,
      types: [
        { code: 'Address', profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address'] },
      ],
    },
    partOf: {
      types: [
        {
          code: 'Reference',
          targets: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-organization'],
        },
      ],
    },
    'contact.telecom': {
      types: [
        {
          code: 'ContactPoint',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point'],
        },
      ],
    },
    'contact.address': {
      types: [
        { code: 'Address', profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address'] },
      ],
    },
  },
};
