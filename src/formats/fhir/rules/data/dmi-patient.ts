import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-patient (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_PATIENT: ProfileRules = {
  id: 'dmi-patient',
  type: 'Patient',
  elements: {
    'meta.profile': { slicing: { by: [['value', '$this']] } },
    'meta.profile:fr-canonical': {
      max: 1,
      pattern: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient',
    },
    'extension:nationality': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-nationality'],
        },
      ],
    },
    'extension:identityReliability': {
      types: [
        {
          code: 'Extension',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability'],
        },
      ],
    },
    'extension:deathPlace': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-death-place'],
        },
      ],
    },
    'extension:birthdateUpdateIndicator': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: [
            'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-birthdate-update-indicator',
          ],
        },
      ],
    },
    'extension:birthPlace': {
      max: 1,
      types: [
        { code: 'Extension', profiles: ['http://hl7.org/fhir/StructureDefinition/patient-birthPlace'] },
      ],
    },
    'extension:birthPlace.extension': { max: 0 },
    'extension:birthPlace.url': { fixed: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace' },
    'extension:birthPlace.value[x]': {
      min: 1,
      types: [
        { code: 'Address', profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address'] },
      ],
    },
    identifier: { min: 1, slicing: { by: [['value', 'type']] } },
    'identifier:NSS': { max: 1 },
    'identifier:NSS.use': { pattern: 'official' },
    'identifier:NSS.type': {
      min: 1,
      pattern: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'NH' }] },
    },
    'identifier:NSS.system': { pattern: 'urn:oid:1.2.250.1.213.1.4.8' },
    'identifier:NSS.value': { min: 1 },
    'identifier:INS-C': {},
    'identifier:INS-C.use': { pattern: 'secondary' },
    'identifier:INS-C.type': {
      min: 1,
      pattern: {
        coding: [
          {
            system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203',
            code: 'INS-C',
            display: 'Identifiant National de Santé Calculé',
          },
        ],
      },
    },
    'identifier:INS-C.system': { pattern: 'urn:oid:1.2.250.1.213.1.4.2' },
    'identifier:INS-C.value': { min: 1 },
    'identifier:NDP': { max: 1 },
    'identifier:NDP.use': { pattern: 'secondary' },
    'identifier:NDP.type': {
      min: 1,
      pattern: {
        coding: [
          {
            system: 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203',
            code: 'NDP',
            display: 'Identifiant du patient au Dossier Pharmaceutique',
          },
        ],
      },
    },
    'identifier:NDP.system': { min: 1, pattern: 'urn:oid:1.2.250.1.176.1.2' },
    'identifier:NDP.value': { min: 1 },
    'identifier:PI': {},
    'identifier:PI.use': { pattern: 'usual' },
    'identifier:PI.type': {
      min: 1,
      pattern: {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v2-0203',
            code: 'PI',
            display: 'Patient internal identifier',
          },
        ],
      },
    },
    'identifier:PI.system': { min: 1 },
    'identifier:PI.value': { min: 1 },
    'identifier:RRI': {},
    'identifier:RRI.use': { pattern: 'secondary' },
    'identifier:RRI.type': {
      min: 1,
      pattern: {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v2-0203',
            code: 'RRI',
            display: 'Regional registry ID',
          },
        ],
      },
    },
    'identifier:RRI.system': { min: 1 },
    'identifier:RRI.value': { min: 1 },
    name: {
      types: [
        {
          code: 'HumanName',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-human-name'],
        },
      ],
      slicing: { by: [['value', 'use']] },
    },
    'name:usualName': {},
    'name:usualName.use': { min: 1, pattern: 'usual' },
    'name:officialName': {},
    'name:officialName.extension:birth-list-given-name': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-birth-list-given-name'],
        },
      ],
    },
    'name:officialName.use': { min: 1, pattern: 'official' },
    'name:officialName.family': { min: 1 },
    'name:officialName.given': { min: 1 },
    telecom: {
      min: 1,
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
    'contact.extension:contactIdentifier': {
      max: 1,
      types: [
        {
          code: 'Extension',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-contact-identifier'],
        },
      ],
    },
    'contact.extension:comment': {
      max: 1,
      types: [
        { code: 'Extension', profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-comment'] },
      ],
    },
    'contact.relationship': { slicing: { by: [['value', 'coding.system']] } },
    'contact.relationship:Role': { max: 1 },
    'contact.relationship:RelationType': { max: 1 },
    'contact.name': {
      types: [
        {
          code: 'HumanName',
          profiles: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-human-name'],
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
    generalPractitioner: {
      types: [
        {
          code: 'Reference',
          targets: [
            'PractitionerRole',
            'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-organization',
            'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-practitioner',
          ],
        },
      ],
    },
    managingOrganization: {
      types: [
        {
          code: 'Reference',
          targets: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-organization'],
        },
      ],
    },
  },
};
