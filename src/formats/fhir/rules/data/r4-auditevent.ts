import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of AuditEvent.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_AUDITEVENT: TypeFacts = {
  many: [
    'subtype',
    'purposeOfEvent',
    'agent',
    'agent.role',
    'agent.policy',
    'agent.purposeOfUse',
    'source.type',
    'entity',
    'entity.securityLabel',
    'entity.detail',
  ],
  required: [
    'type',
    'recorded',
    'agent',
    'agent.requestor',
    'source',
    'source.observer',
    'entity.detail.type',
    'entity.detail.value[x]',
  ],
  bindings: {
    action: 'http://hl7.org/fhir/ValueSet/audit-event-action',
    outcome: 'http://hl7.org/fhir/ValueSet/audit-event-outcome',
    'agent.network.type': 'http://hl7.org/fhir/ValueSet/network-type',
  },
  invariants: { entity: [{ key: 'sev-1', severity: 'error', expression: 'name.empty() or query.empty()' }] },
};
