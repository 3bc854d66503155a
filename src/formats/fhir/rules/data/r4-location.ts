import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of Location.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_LOCATION: TypeFacts = {
  many: [
    'identifier',
    'alias',
    'type',
    'telecom',
    'hoursOfOperation',
    'hoursOfOperation.daysOfWeek',
    'endpoint',
  ],
  required: ['position.longitude', 'position.latitude'],
  bindings: {
    status: 'http://hl7.org/fhir/ValueSet/location-status',
    mode: 'http://hl7.org/fhir/ValueSet/location-mode',
    'hoursOfOperation.daysOfWeek': 'http://hl7.org/fhir/ValueSet/days-of-week',
  },
  invariants: {},
};
