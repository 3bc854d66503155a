import type { ProfileRules } from '../types.ts';

/**
 * Profile FrPractitionerRegul (ans.fhir.fr.sas 1.2.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const SAS_FR_PRACTITIONER_REGUL: ProfileRules = {
  id: 'FrPractitionerRegul',
  type: 'Practitioner',
  elements: {
    'meta.source': { pattern: 'urn:oid:1.2.250.1.213.3.6' },
    identifier: { min: 1, slicing: { by: [['value', 'system']] } },
    'identifier.type': { min: 1 },
    'identifier.system': { min: 1 },
    'identifier.value': { min: 1 },
    'identifier:IdentifiantNatPS': { max: 1 },
    'identifier:IdentifiantNatPS.type': {
      min: 1,
      pattern: { coding: [{ system: 'http://interopsante.org/fhir/CodeSystem/fr-v2-0203', code: 'IDNPS' }] },
    },
    'identifier:IdentifiantNatPS.system': { min: 1, pattern: 'urn:oid:1.2.250.1.71.4.2.1' },
    'identifier:IdentifiantNatPS.value': { min: 1 },
    'identifier:IdentifiantInterne': { max: 1 },
    'identifier:IdentifiantInterne.type': {
      min: 1,
      pattern: { coding: [{ system: 'http://interopsante.org/fhir/CodeSystem/fr-v2-0203', code: 'INTRN' }] },
    },
    'identifier:IdentifiantInterne.system': { min: 1, pattern: 'urn:oid:1.2.250.1.213.3.6' },
    'identifier:IdentifiantInterne.value': { min: 1 },
    active: { min: 1 },
    name: {
      types: [
        { code: 'HumanName', profiles: ['http://interopsante.org/fhir/StructureDefinition/FrHumanName'] },
      ],
    },
    'name.extension:assemblyOrder': {
      max: 1,
      types: [
        { code: 'Extension', profiles: ['http://hl7.org/fhir/StructureDefinition/humanname-assembly-order'] },
      ],
    },
    'name.family': { min: 1 },
    'name.given': { min: 1, max: 1 },
    'name.prefix': { max: 1 },
    telecom: {
      types: [
        {
          code: 'ContactPoint',
          profiles: ['http://interopsante.org/fhir/StructureDefinition/FrContactPoint'],
        },
      ],
    },
    'telecom.extension:emailType': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['http://interopsante.org/fhir/StructureDefinition/FrContactPointEmailType'],
        },
      ],
    },
    'telecom.system': { min: 1, pattern: 'email' },
    'telecom.value': { min: 1 },
    address: {
      types: [{ code: 'Address', profiles: ['http://interopsante.org/fhir/StructureDefinition/FrAddress'] }],
    },
    'qualification.code.coding': { slicing: { by: [['value', 'system']] } },
    'qualification.code.coding:degreeR36': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR36.system': {
      fixed: 'https://mos.esante.gouv.fr/NOS/TRE_R36-AutreDiplomeObtenu/FHIR/TRE-R36-AutreDiplomeObtenu',
    },
    'qualification.code.coding:degreeR47': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR47.system': {
      fixed:
        'https://mos.esante.gouv.fr/NOS/TRE_R47-CommissionQualification/FHIR/TRE-R47-CommissionQualification',
    },
    'qualification.code.coding:degreeR48': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR48.system': {
      fixed: 'https://mos.esante.gouv.fr/NOS/TRE_R48-DiplomeEtatFrancais/FHIR/TRE-R48-DiplomeEtatFrancais',
    },
    'qualification.code.coding:degreeR49': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR49.system': {
      fixed:
        'https://mos.esante.gouv.fr/NOS/TRE_R49-DiplomeEtudeSpecialisee/FHIR/TRE-R49-DiplomeEtudeSpecialisee',
    },
    'qualification.code.coding:degreeR50': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR50.system': {
      fixed: 'https://mos.esante.gouv.fr/NOS/TRE_R50-DESCGroupe1Diplome/FHIR/TRE-R50-DESCGroupe1Diplome',
    },
    'qualification.code.coding:degreeR51': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR51.system': {
      fixed: 'https://mos.esante.gouv.fr/NOS/TRE_R51-DESCGroupe2Diplome/FHIR/TRE-R51-DESCGroupe2Diplome',
    },
    'qualification.code.coding:degreeR52': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR52.system': {
      fixed: 'https://mos.esante.gouv.fr/NOS/TRE_R52-CapaciteDiplome/FHIR/TRE-R52-CapaciteDiplome',
    },
    'qualification.code.coding:degreeR53': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR53.system': {
      fixed: 'https://mos.esante.gouv.fr/NOS/TRE_R53-DiplomePaysEEE/FHIR/TRE-R53-DiplomePaysEEE',
    },
    'qualification.code.coding:degreeR54': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR54.system': {
      fixed:
        'https://mos.esante.gouv.fr/NOS/TRE_R54-DiplomeUniversiteInterUniversitaire/FHIR/TRE-R54-DiplomeUniversiteInterUniversitare',
    },
    'qualification.code.coding:degreeR55': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR55.system': {
      fixed:
        'https://mos.esante.gouv.fr/NOS/TRE_R55-CertificatEtudeSpeciale/FHIR/TRE-R55-CertificatEtudeSpeciale',
    },
    'qualification.code.coding:degreeR56': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR56.system': {
      fixed: 'https://mos.esante.gouv.fr/NOS/TRE_R56-Attestation/FHIR/TRE-R56-Attestation',
    },
    'qualification.code.coding:degreeR57': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR57.system': {
      fixed:
        'https://mos.esante.gouv.fr/NOS/TRE_R57-DiplomeEuropeenEtudeSpecialisee/FHIR/TRE-R57-DiplomeEuropeenEtudeSpecialisee',
    },
    'qualification.code.coding:degreeR58': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR58.system': {
      fixed: 'https://mos.esante.gouv.fr/NOS/TRE_R58-AutreTypeDiplome/FHIR/TRE-R58-AutreTypeDiplome',
    },
    'qualification.code.coding:degreeR226': {
      binding:
        'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
    },
    'qualification.code.coding:degreeR226.system': {
      fixed: 'https://mos.esante.gouv.fr/NOS/TRE_R226-Dip2iemeCycleNQ/FHIR/TRE-R226-Dip2iemeCycleNQ',
    },
  },
};
