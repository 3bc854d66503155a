import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';
import { describe, expect, it } from 'vitest';
import { DISTILLED_R4_RESOURCES } from '../../../../src/formats/fhir/rules/data/r4-resources.ts';
import { INVARIANT_TEXTS } from '../../../../src/formats/fhir/rules/invariant-texts.ts';
import { R4_DATATYPES } from '../../../../src/formats/fhir/rules/r4-datatypes.ts';
import { R4_RESOURCES } from '../../../../src/formats/fhir/rules/r4-resources.ts';
import { R4_VALUE_SETS } from '../../../../src/formats/fhir/rules/r4-value-sets.ts';
import { FLOW_PROFILES, type FhirFlow, rulesFor } from '../../../../src/formats/fhir/rules/rules-for.ts';
import type { ElementRule, Invariant } from '../../../../src/formats/fhir/rules/types.ts';
import { locate } from '../../../../src/formats/fhir/validation/locate.ts';

const FLOWS = ['dmi', 'dui', 'renacot', 'sas'] as const satisfies readonly FhirFlow[];
const R4 = { ...R4_DATATYPES, ...R4_RESOURCES, ...DISTILLED_R4_RESOURCES };

/** Sets that no package at hand has: bindings to them are not checked. */
const NOT_AT_HAND = [
  'https://hl7.fr/ig/fhir/core/ValueSet/fr-core-vs-organization-type',
  'https://mos.esante.gouv.fr/NOS/JDV_J101-SecteurActivite-RASS/FHIR/JDV-J101-SecteurActivite-RASS',
  'https://mos.esante.gouv.fr/NOS/JDV_J105-EnsembleDiplome-RASS/FHIR/JDV-J105-EnsembleDiplome-RASS',
  'https://mos.esante.gouv.fr/NOS/JDV_J106-EnsembleProfession-RASS/FHIR/JDV-J106-EnsembleProfession-RASS',
  'https://mos.esante.gouv.fr/NOS/JDV_J107-EnsembleSavoirFaire-RASS/FHIR/JDV-J107-EnsembleSavoirFaire-RASS',
  'https://mos.esante.gouv.fr/NOS/JDV_J129-CategorieEtablissement-RASS/FHIR/JDV-J129-CategorieEtablissement-RASS',
  'https://mos.esante.gouv.fr/NOS/JDV_J81-TypeDiplome-RASS/FHIR/JDV-J81-TypeDiplome-RASS',
  'https://mos.esante.gouv.fr/NOS/JDV_J89-CategorieProfessionnelle-RASS/FHIR/JDV-J89-CategorieProfessionnelle-RASS',
  'https://mos.esante.gouv.fr/NOS/JDV_J91-TypeSavoirFaire-RASS/FHIR/JDV-J91-TypeSavoirFaire-RASS',
];

interface Placed {
  readonly type: string;
  readonly id: string;
  readonly rule: ElementRule;
}

/** Every element of the profiles of a flow, and of what the gateway adds to them. */
function elementsOf(flow: FhirFlow): Placed[] {
  const { profiles, amendments = {} } = rulesFor(flow);
  const added = Object.entries(amendments).flatMap(([url, all]) =>
    all.map(({ elements }) => ({ type: profiles[url]?.type ?? '', elements })),
  );
  return [...Object.values(profiles), ...added].flatMap(({ type, elements }) =>
    Object.entries(elements).map(([id, rule]) => ({ type, id, rule })),
  );
}

function invariants(): Invariant[] {
  const ofR4 = Object.values(R4).flatMap(facts => Object.values(facts.invariants ?? {}).flat());
  const ofFlows = FLOWS.flatMap(elementsOf).flatMap(({ rule }) => rule.invariants ?? []);
  return [...ofR4, ...ofFlows];
}

describe.each(FLOWS)('the rules of %s', flow => {
  it('have the profile of what is sent', () => {
    expect(rulesFor(flow).profiles).toHaveProperty([FLOW_PROFILES[flow]]);
    expect(rulesFor(flow)).toBe(rulesFor(flow));
  });

  it('name elements that R4 has', () => {
    const unknown = elementsOf(flow)
      .map(({ type, id }) => `${type}.${id.replaceAll(/:[^.]*/g, '')}`)
      .filter(path => !path.endsWith('.') && locate(path) === undefined);
    expect(unknown).toEqual([]);
  });

  it('are amended in profiles that are there', () => {
    const { profiles, amendments = {} } = rulesFor(flow);
    expect(Object.keys(amendments).filter(url => profiles[url] === undefined)).toEqual([]);
  });

  it('bind to sets that are at hand, or known not to be', () => {
    const { valueSets } = rulesFor(flow);
    const bound = elementsOf(flow).flatMap(({ rule: { binding = [] } }) => binding);
    const unknown = bound.filter(url => valueSets[url] === undefined && R4_VALUE_SETS[url] === undefined);
    expect(unknown.filter(url => !NOT_AT_HAND.includes(url))).toEqual([]);
  });
});

describe('invariants', () => {
  it('can all be compiled', () => {
    for (const { expression } of invariants())
      expect(() => fhirpath.compile(expression, r4 as never)).not.toThrow();
  });

  it('all have a French text', () => {
    const told = invariants().filter(
      ({ key, human }) => human === undefined && INVARIANT_TEXTS[key] === undefined,
    );
    expect(told).toEqual([]);
  });
});

describe('facts of R4', () => {
  it.each(Object.entries(R4))(
    'of %s name elements that it has',
    (type, { many, required, bindings, invariants }) => {
      const paths = [
        ...(many ?? []),
        ...(required ?? []),
        ...Object.keys(bindings ?? {}),
        ...Object.keys(invariants ?? {}),
      ];
      expect(paths.filter(path => path !== '' && locate(`${type}.${path}`) === undefined)).toEqual([]);
    },
  );

  it.each(Object.entries(R4))('of %s bind to sets that are at hand', (_, { bindings = {} }) => {
    expect(Object.values(bindings).filter(url => R4_VALUE_SETS[url] === undefined)).toEqual([]);
  });
});
