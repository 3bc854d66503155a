import type { ProfileRules } from '../types.ts';

/**
 * Profile dmi-devicerequest (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_DEVICEREQUEST: ProfileRules = {
  id: 'dmi-devicerequest',
  type: 'DeviceRequest',
  elements: {
    basedOn: { min: 1, max: 1, types: [{ code: 'Reference', targets: ['SupplyRequest'] }] },
    intent: { pattern: 'order' },
    subject: { types: [{ code: 'Reference', targets: ['Device'] }] },
  },
};
