import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of PractitionerRole.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_PRACTITIONERROLE: TypeFacts = {
  many: [
    'identifier',
    'code',
    'specialty',
    'location',
    'healthcareService',
    'telecom',
    'availableTime',
    'availableTime.daysOfWeek',
    'notAvailable',
    'endpoint',
  ],
  required: ['notAvailable.description'],
  bindings: { 'availableTime.daysOfWeek': 'http://hl7.org/fhir/ValueSet/days-of-week' },
  invariants: {},
};
