import type { TypeFacts } from '../types.ts';

/**
 * What FHIR R4 (4.0.1) says of DeviceDefinition.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const R4_DEVICEDEFINITION: TypeFacts = {
  many: [
    'identifier',
    'udiDeviceIdentifier',
    'deviceName',
    'specialization',
    'version',
    'safety',
    'shelfLifeStorage',
    'languageCode',
    'capability',
    'capability.description',
    'property',
    'property.valueQuantity',
    'property.valueCode',
    'contact',
    'note',
    'material',
  ],
  required: [
    'udiDeviceIdentifier.deviceIdentifier',
    'udiDeviceIdentifier.issuer',
    'udiDeviceIdentifier.jurisdiction',
    'deviceName.name',
    'deviceName.type',
    'specialization.systemType',
    'capability.type',
    'property.type',
    'material.substance',
  ],
  bindings: { 'deviceName.type': 'http://hl7.org/fhir/ValueSet/device-nametype' },
  invariants: {},
};
