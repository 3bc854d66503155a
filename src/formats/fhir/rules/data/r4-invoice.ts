import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of Invoice.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_INVOICE: TypeFacts = {
  many: ['identifier', 'participant', 'lineItem', 'lineItem.priceComponent', 'totalPriceComponent', 'note'],
  required: ['status', 'participant.actor', 'lineItem.chargeItem[x]', 'lineItem.priceComponent.type'],
  bindings: {
    status: 'http://hl7.org/fhir/ValueSet/invoice-status',
    'lineItem.priceComponent.type': 'http://hl7.org/fhir/ValueSet/invoice-priceComponentType',
  },
  invariants: {},
};
