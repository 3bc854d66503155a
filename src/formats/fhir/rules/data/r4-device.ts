import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of Device.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_DEVICE: TypeFacts = {
  many: [
    'identifier',
    'udiCarrier',
    'statusReason',
    'deviceName',
    'specialization',
    'version',
    'property',
    'property.valueQuantity',
    'property.valueCode',
    'contact',
    'note',
    'safety',
  ],
  required: [
    'deviceName.name',
    'deviceName.type',
    'specialization.systemType',
    'version.value',
    'property.type',
  ],
  bindings: {
    'udiCarrier.entryType': 'http://hl7.org/fhir/ValueSet/udi-entry-type',
    status: 'http://hl7.org/fhir/ValueSet/device-status',
    'deviceName.type': 'http://hl7.org/fhir/ValueSet/device-nametype',
  },
  invariants: {},
};
