import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of Procedure.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_PROCEDURE: TypeFacts = {
  many: [
    'identifier',
    'instantiatesCanonical',
    'instantiatesUri',
    'basedOn',
    'partOf',
    'performer',
    'reasonCode',
    'reasonReference',
    'bodySite',
    'report',
    'complication',
    'complicationDetail',
    'followUp',
    'note',
    'focalDevice',
    'usedReference',
    'usedCode',
  ],
  required: ['status', 'subject', 'performer.actor', 'focalDevice.manipulated'],
  bindings: { status: 'http://hl7.org/fhir/ValueSet/event-status' },
  invariants: {},
};
