import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of SupplyRequest.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_SUPPLYREQUEST: TypeFacts = {
  many: ['identifier', 'parameter', 'supplier', 'reasonCode', 'reasonReference'],
  required: ['item[x]', 'quantity'],
  bindings: {
    status: 'http://hl7.org/fhir/ValueSet/supplyrequest-status',
    priority: 'http://hl7.org/fhir/ValueSet/request-priority',
  },
  invariants: {},
};
