import { DUI_PROFILES } from './dui.ts';
import type { Amendment, Invariant } from './types.ts';

/** 3, FINESS, /, what the establishment calls it. */
const LOCAL = '^3[0-9AB]{9}/.+$';

function local(key: string, human: string): readonly Invariant[] {
  return [{ key, severity: 'warning', expression: `$this.matches('${LOCAL}')`, human }];
}

const PERSON: Amendment = {
  id: 'dui-identifiants',
  severity: 'warning',
  code: 'business-rule',
  elements: {
    identifier: { slicing: { by: [['value', 'type']] } },
    'identifier:PI.type': {
      pattern: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'PI' }] },
    },
    'identifier:PI.value': {
      invariants: local(
        'dui-usager',
        'l’identifiant de l’usager commence par 3 et le FINESS, puis une barre oblique',
      ),
    },
  },
};

/** What the guide of medico-social records says in words only (reference fhir-flows §2.2, §6). */
export const DUI_AMENDMENTS: Readonly<Record<string, readonly Amendment[]>> = {
  [DUI_PROFILES.patient]: [PERSON],
  [DUI_PROFILES.patientIns]: [PERSON],
  [DUI_PROFILES.organization]: [
    {
      id: 'dui-structure',
      severity: 'error',
      code: 'business-rule',
      elements: { 'identifier.value': { min: 1 } },
    },
  ],
  [DUI_PROFILES.encounterSejour]: [
    {
      id: 'dui-sejour',
      severity: 'error',
      code: 'business-rule',
      elements: { 'identifier.value': { min: 1 } },
    },
    {
      id: 'dui-sejour-forme',
      severity: 'warning',
      code: 'business-rule',
      elements: {
        'identifier.value': {
          invariants: local(
            'dui-sejour',
            'l’identifiant du séjour commence par 3 et le FINESS, puis une barre oblique',
          ),
        },
      },
    },
  ],
};
