import type { Amendment } from './types.ts';

const NATIONAL = 'urn:oid:1.2.250.1.71.4.2.1';
const TECHNICAL = 'urn:oid:1.2.250.1.213.3.6';

/**
 * What the guide of regulators' accounts says in words or forgets: without a name, an address or a source the profile admits
 * an account that no software can open, and an identifier may have the type of one directory and the system of another
 * (reference fhir-flows §4.2, §6).
 */
export const SAS_AMENDMENTS: Readonly<Record<string, readonly Amendment[]>> = {
  'https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/FrPractitionerRegul': [
    {
      id: 'sas-regulateur',
      severity: 'error',
      code: 'business-rule',
      elements: {
        meta: { min: 1 },
        'meta.source': { min: 1 },
        name: { min: 1 },
        telecom: { min: 1 },
        identifier: {
          invariants: [
            {
              key: 'sas-idnps',
              severity: 'error',
              expression: `type.coding.where(code = 'IDNPS').exists() implies system = '${NATIONAL}'`,
              human: 'un identifiant de type IDNPS a le système de l’identifiant national',
            },
            {
              key: 'sas-intrn',
              severity: 'error',
              expression: `type.coding.where(code = 'INTRN').exists() implies system = '${TECHNICAL}'`,
              human: 'un identifiant de type INTRN a le système de l’identifiant technique',
            },
          ],
        },
      },
    },
    {
      id: 'sas-forme',
      severity: 'warning',
      code: 'business-rule',
      elements: {
        identifier: {
          invariants: [
            {
              key: 'sas-uuid',
              severity: 'warning',
              expression: `system = '${TECHNICAL}' implies value.matches('^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$')`,
              human: 'l’identifiant technique est un UUID',
            },
            {
              key: 'sas-prefixe',
              severity: 'warning',
              expression: `system = '${NATIONAL}' implies value.matches('^[0-9].{4,}$')`,
              human: 'l’identifiant national commence par un chiffre qui dit sa sorte',
            },
          ],
        },
        'telecom.value': {
          invariants: [
            {
              key: 'sas-courriel',
              severity: 'warning',
              expression: String.raw`$this.matches('^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$')`,
              human: 'l’adresse est celle d’une messagerie',
            },
          ],
        },
      },
    },
  ],
};
