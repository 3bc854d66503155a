import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of SupplyDelivery.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_SUPPLYDELIVERY: TypeFacts = {
  many: ['identifier', 'basedOn', 'partOf', 'receiver'],
  required: [],
  bindings: {
    status: 'http://hl7.org/fhir/ValueSet/supplydelivery-status',
    type: 'http://hl7.org/fhir/ValueSet/supplydelivery-type',
  },
  invariants: {},
};
