import type { ProfileRules } from '../types.ts';

/**
 * Profile tde-auditevent (ans.fhir.fr.tdmi 3.0.0, ans.fhir.fr.tde 2.0.0).
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const DMI_TDE_AUDITEVENT: ProfileRules = {
  id: 'tde-auditevent',
  type: 'AuditEvent',
  elements: {
    subtype: { max: 1 },
    'period.start': { min: 1 },
    agent: { max: 2 },
    'agent.who': { min: 1 },
    'source.observer': {
      types: [
        {
          code: 'Reference',
          targets: [
            'Device',
            'Organization',
            'Patient',
            'Practitioner',
            'PractitionerRole',
            'RelatedPerson',
            'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-organization',
            'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient',
            'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-ins',
            'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-practitioner',
            'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-practitioner-role',
            'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-related-person',
          ],
        },
      ],
    },
  },
};
