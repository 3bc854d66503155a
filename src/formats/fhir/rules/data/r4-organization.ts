import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of Organization.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_ORGANIZATION: TypeFacts = {
  many: ['identifier', 'type', 'alias', 'telecom', 'address', 'contact', 'contact.telecom', 'endpoint'],
  required: [],
  bindings: {},
  invariants: {
    '': [{ key: 'org-1', severity: 'error', expression: '(identifier.count() + name.count()) > 0' }],
    telecom: [{ key: 'org-3', severity: 'error', expression: "where(use = 'home').empty()" }],
    address: [{ key: 'org-2', severity: 'error', expression: "where(use = 'home').empty()" }],
  },
};
