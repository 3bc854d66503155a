import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of Patient.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_PATIENT: TypeFacts = {
  many: [
    'identifier',
    'name',
    'telecom',
    'address',
    'photo',
    'contact',
    'contact.relationship',
    'contact.telecom',
    'communication',
    'generalPractitioner',
    'link',
  ],
  required: ['communication.language', 'link.other', 'link.type'],
  bindings: {
    gender: 'http://hl7.org/fhir/ValueSet/administrative-gender',
    'contact.gender': 'http://hl7.org/fhir/ValueSet/administrative-gender',
    'link.type': 'http://hl7.org/fhir/ValueSet/link-type',
  },
  invariants: {
    contact: [
      {
        key: 'pat-1',
        severity: 'error',
        expression: 'name.exists() or telecom.exists() or address.exists() or organization.exists()',
      },
    ],
  },
};
