import type { TypeFacts } from '../types.ts';
import { R4_AUDITEVENT } from './r4-auditevent.ts';
import { R4_BUNDLE } from './r4-bundle.ts';
import { R4_DEVICE } from './r4-device.ts';
import { R4_DEVICEDEFINITION } from './r4-devicedefinition.ts';
import { R4_DEVICEREQUEST } from './r4-devicerequest.ts';
import { R4_INVOICE } from './r4-invoice.ts';
import { R4_LOCATION } from './r4-location.ts';
import { R4_ORGANIZATION } from './r4-organization.ts';
import { R4_PATIENT } from './r4-patient.ts';
import { R4_PRACTITIONER } from './r4-practitioner.ts';
import { R4_PRACTITIONERROLE } from './r4-practitionerrole.ts';
import { R4_PROCEDURE } from './r4-procedure.ts';
import { R4_SUPPLYDELIVERY } from './r4-supplydelivery.ts';
import { R4_SUPPLYREQUEST } from './r4-supplyrequest.ts';

/**
 * What FHIR R4 (4.0.1) says of the resource types that the packages have profiles of.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DISTILLED_R4_RESOURCES: Readonly<Record<string, TypeFacts>> = {
  AuditEvent: R4_AUDITEVENT,
  Bundle: R4_BUNDLE,
  Device: R4_DEVICE,
  DeviceDefinition: R4_DEVICEDEFINITION,
  DeviceRequest: R4_DEVICEREQUEST,
  Invoice: R4_INVOICE,
  Location: R4_LOCATION,
  Organization: R4_ORGANIZATION,
  Patient: R4_PATIENT,
  Practitioner: R4_PRACTITIONER,
  PractitionerRole: R4_PRACTITIONERROLE,
  Procedure: R4_PROCEDURE,
  SupplyDelivery: R4_SUPPLYDELIVERY,
  SupplyRequest: R4_SUPPLYREQUEST,
};
