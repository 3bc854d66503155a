import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of Practitioner.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_PRACTITIONER: TypeFacts = {
  many: [
    'identifier',
    'name',
    'telecom',
    'address',
    'photo',
    'qualification',
    'qualification.identifier',
    'communication',
  ],
  required: ['qualification.code'],
  bindings: { gender: 'http://hl7.org/fhir/ValueSet/administrative-gender' },
  invariants: {},
};
