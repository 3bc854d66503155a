import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of DeviceRequest.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_DEVICEREQUEST: TypeFacts = {
  many: [
    'identifier',
    'instantiatesCanonical',
    'instantiatesUri',
    'basedOn',
    'priorRequest',
    'parameter',
    'reasonCode',
    'reasonReference',
    'insurance',
    'supportingInfo',
    'note',
    'relevantHistory',
  ],
  required: ['intent', 'code[x]', 'subject'],
  bindings: {
    status: 'http://hl7.org/fhir/ValueSet/request-status',
    intent: 'http://hl7.org/fhir/ValueSet/request-intent',
    priority: 'http://hl7.org/fhir/ValueSet/request-priority',
  },
  invariants: {},
};
