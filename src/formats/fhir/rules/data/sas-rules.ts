import type { RuleSet } from '../types.ts';
import { SAS_FR_PRACTITIONER_REGUL } from './sas-fr-practitioner-regul.ts';

/**
 * Everything distilled from ans.fhir.fr.sas 1.2.0.
 * Written by scripts/distill-fhir.ts: do not edit.
 */
export const SAS_RULES: RuleSet = {
  name: 'ans.fhir.fr.sas',
  version: '1.2.0',
  profiles: {
    'https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/FrPractitionerRegul':
      SAS_FR_PRACTITIONER_REGUL,
  },
  valueSets: {},
};
