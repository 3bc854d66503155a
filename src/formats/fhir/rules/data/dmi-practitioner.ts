import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-practitioner (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_PRACTITIONER: ProfileRules = {
  id: 'dmi-practitioner',
  type: 'Practitioner',
  elements: {
    'meta.profile': { slicing: { by: [['value', '$this']] } },
    'meta.profile:fr-canonical': {
      max: 1,
      pattern: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-practitioner',
    },
    'extension:specialty': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-practitioner-specialty'],
        },
      ],
    },
    identifier: { min: 1, slicing: { by: [['pattern', 'system']] } },
    'identifier:idNatPs': { max: 1 },
    'identifier:idNatPs.type': {
      pattern: {
        coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'IDNPS' }],
      },
    },
    'identifier:idNatPs.system': { pattern: 'urn:oid:1.2.250.1.71.4.2.1' },
    'identifier:rpps': {},
    'identifier:rpps.type': {
      pattern: {
        coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'RPPS' }],
      },
    },
    'identifier:rpps.system': { pattern: 'https://rpps.esante.gouv.fr' },
    'identifier:adeli': {},
    'identifier:adeli.type': {
      pattern: {
        coding: [{ system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203', code: 'ADELI' }],
      },
    },
    'identifier:adeli.system': { pattern: 'https://adeli.esante.gouv.fr' },
    name: {
      types: [
        {
          code: 'HumanName',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-human-name'],
        },
      ],
    },
    telecom: {
      min: 1,
      max: 1,
      types: [
        {
          code: 'ContactPoint',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-contact-point'],
        },
      ],
    },
    address: {
      types: [
        { code: 'Address', profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address'] },
      ],
    },
    qualification: { slicing: { by: [['value', 'code.coding']] } },
    'qualification:degree': {},
    'qualification:degree.code.coding': { slicing: { by: [['value', '$this']], closed: true } },
    'qualification:degree.code.coding:degreeType': {
      max: 1,
      binding: 'https://mos.esante.gouv.fr/NOS/JDV_J81-TypeDiplome-RASS/FHIR/JDV-J81-TypeDiplome-RASS',
    },
    'qualification:degree.code.coding:degree': {
      max: 1,
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification:exercicePro': { max: 1 },
    'qualification:exercicePro.code.coding': { slicing: { by: [['value', '$this']], closed: true } },
    'qualification:exercicePro.code.coding:categorieProfession': {
      max: 1,
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J89-CategorieProfessionnelle-RASS/FHIR/JDV-J89-CategorieProfessionnelle-RASS',
    },
    'qualification:exercicePro.code.coding:profession': {
      max: 1,
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J106-EnsembleProfession-RASS/FHIR/JDV-J106-EnsembleProfession-RASS',
    },
    'qualification:savoirFaire': {},
    'qualification:savoirFaire.code.coding': { slicing: { by: [['value', '$this']], closed: true } },
    'qualification:savoirFaire.code.coding:typeSavoirFaire': {
      max: 1,
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J91-TypeSavoirFaire-RASS/FHIR/JDV-J91-TypeSavoirFaire-RASS',
    },
    'qualification:savoirFaire.code.coding:savoirFaire': {
      max: 1,
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J107-EnsembleSavoirFaire-RASS/FHIR/JDV-J107-EnsembleSavoirFaire-RASS',
    },
  },
};
