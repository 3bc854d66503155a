import { describe, expect, it } from 'vitest';
import { DMI_RULES } from '../../../../src/formats/fhir/rules/data/dmi-rules.ts';
import { DUI_RULES } from '../../../../src/formats/fhir/rules/dui.ts';
import { readRules } from '../../../../src/formats/fhir/rules/read-rules.ts';
import { RENACOT_RULES } from '../../../../src/formats/fhir/rules/renacot.ts';
import { FLOW_PROFILES, rulesFor } from '../../../../src/formats/fhir/rules/rules-for.ts';
import { SAS_RULES } from '../../../../src/formats/fhir/rules/data/sas-rules.ts';
import { GatewayError } from '../../../../src/errors/gateway-error.ts';

const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** Rules of one element of the flow's profile. */
function withElement(rule: unknown): unknown {
  const profile = { id: 'x', type: 'Bundle', elements: { 'entry:a.resource': rule } };
  return { name: 'x', version: '1', profiles: { [FLOW_PROFILES.dmi]: profile }, valueSets: {} };
}

function refusalOf(bytes: Uint8Array): GatewayError {
  try {
    readRules(bytes, 'dmi');
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('the rules were taken');
}

describe('rules from a file', () => {
  it.each([
    ['dmi', DMI_RULES],
    ['dui', DUI_RULES],
    ['renacot', RENACOT_RULES],
    ['sas', SAS_RULES],
  ] as const)('of %s are those of the gateway, where the file has the same', (flow, rules) => {
    expect(readRules(bytesOf(rules), flow)).toEqual(JSON.parse(JSON.stringify(rulesFor(flow))));
  });

  it.each<[string, Uint8Array, string]>([
    ['no JSON', Buffer.from('rules:'), 'ce n’est pas du JSON.'],
    ['a list', bytesOf([]), 'le fichier : un objet est attendu.'],
    ['another file', bytesOf({ name: 'x', version: '1' }), 'profiles : un objet est attendu ; valueSets : '],
    [
      'the rules of another flow',
      bytesOf(SAS_RULES),
      `le profil de ce flux n’y est pas (${FLOW_PROFILES.dmi})`,
    ],
    [
      'amendments, which are the gateway’s',
      bytesOf({ ...DMI_RULES, amendments: {} }),
      'clé inconnue « amendments »',
    ],
    [
      'a word of no rule',
      bytesOf(withElement({ maxi: 1 })),
      '.elements["entry:a.resource"] : clé inconnue « maxi »',
    ],
    [
      'a number that is none',
      bytesOf(withElement({ max: '*' })),
      '["entry:a.resource"].max : un nombre est attendu',
    ],
    [
      'an unknown discriminator',
      bytesOf(withElement({ slicing: { by: [['nom', 'x']] } })),
      '.slicing.by[0][0] : value, pattern, exists, type, profile est attendu',
    ],
    [
      'what FHIRPath is not',
      bytesOf(withElement({ invariants: [{ key: 'k', severity: 'error', expression: 'a (' }] })),
      '.invariants[0].expression : ce n’est pas une expression FHIRPath',
    ],
  ])('are refused, with the place: %s', (_, bytes, why) => {
    const { code, publicText } = refusalOf(bytes);
    expect(code).toBe('CFG-001');
    expect(publicText).toContain('`fhir.dmi.rules` : ');
    expect(publicText).toContain(why);
    expect(publicText).toContain('`pfi fhir distill`');
  });

  it('tell of many faults the first ones', () => {
    const elements = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`e${at}`, { min: 'x' }]));
    const profiles = { [FLOW_PROFILES.dmi]: { id: 'x', type: 'Bundle', elements } };
    const file = bytesOf({ name: 'x', version: '1', profiles, valueSets: {} });
    expect(refusalOf(file).publicText).toContain(' ; et 4 autres.');
  });
});
