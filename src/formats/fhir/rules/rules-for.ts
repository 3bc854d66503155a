import { DMI_RULES } from './data/dmi-rules.ts';
import { SAS_RULES } from './data/sas-rules.ts';
import { DUI_PROFILES, DUI_RULES } from './dui.ts';
import { DMI_AMENDMENTS } from './hand-rules-dmi.ts';
import { DUI_AMENDMENTS } from './hand-rules-dui.ts';
import { SAS_AMENDMENTS } from './hand-rules-sas.ts';
import { RENACOT_PROFILES, RENACOT_RULES } from './renacot.ts';
import type { RuleSet } from './types.ts';

/** The national flows. */
export type FhirFlow = 'dmi' | 'dui' | 'renacot' | 'sas';

const AMENDMENTS: Readonly<Record<FhirFlow, RuleSet['amendments']>> = {
  dmi: DMI_AMENDMENTS,
  dui: DUI_AMENDMENTS,
  renacot: {},
  sas: SAS_AMENDMENTS,
};

const BUILT_IN: Readonly<Record<FhirFlow, RuleSet>> = {
  dmi: withAmendments(DMI_RULES, 'dmi'),
  dui: withAmendments(DUI_RULES, 'dui'),
  renacot: withAmendments(RENACOT_RULES, 'renacot'),
  sas: withAmendments(SAS_RULES, 'sas'),
};

/** The rules that the gateway comes with, with its own on top; the same object for each call, so that they are compiled once. */
export function rulesFor(flow: FhirFlow): RuleSet {
  return BUILT_IN[flow];
}

/** Rules of a package that an administrator distilled, with the gateway's own on top. Keep the result: it is compiled once. */
export function withAmendments(rules: RuleSet, flow: FhirFlow): RuleSet {
  const amendments = AMENDMENTS[flow];
  return amendments === undefined ? rules : { ...rules, amendments };
}

/** The profiles of what is sent in each flow; in RENACOT, that of today's contract (the first one has another). */
export const FLOW_PROFILES: Readonly<Record<FhirFlow, string>> = {
  dmi: 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-bundle-transmission-traces',
  dui: DUI_PROFILES.bundle,
  renacot: RENACOT_PROFILES.input,
  sas: 'https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/FrPractitionerRegul',
};
