import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../../src/formats/fhir/resource.ts';
import { RENACOT_PROFILES, RENACOT_RULES } from '../../src/formats/fhir/rules/renacot.ts';
import { type FhirFlow, rulesFor } from '../../src/formats/fhir/rules/rules-for.ts';
import type { ProfileRules, RuleSet, ValueSetRules } from '../../src/formats/fhir/rules/types.ts';
import { distill } from '../../src/formats/fhir/validation/distill.ts';
import { locate } from '../../src/formats/fhir/validation/locate.ts';
import { readPackage } from '../../src/formats/fhir/validation/package.ts';
import { validate } from '../../src/formats/fhir/validation/validate.ts';
import { asked, type RawElement, said } from '../formats/fhir/rules/snapshot-says.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const FOLDER = join(SHARED, 'corpus', 'fhir');
const R4 = 'http://hl7.org/fhir/StructureDefinition/';
const PACKAGES = [
  ['ans.fhir.fr.tdmi-3.0.0', 'dmi'],
  ['ans.fhir.fr.tde-2.0.0', 'dmi'],
  ['ans.fhir.fr.sas-1.2.0', 'sas'],
] as const;
/** The example that the guide says is wrong, and its only error. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  AssocierImplantsProcedurePEExampleErreur: ['invariant Parameters pe-requires-implants-count'],
};

const isHere = hasShared('corpus/fhir');

function json(...path: readonly string[]): FhirResource {
  return JSON.parse(readFileSync(join(FOLDER, ...path), 'utf8')) as FhirResource;
}

function packageAt(name: string): ReturnType<typeof readPackage> {
  return readPackage(readFileSync(join(FOLDER, 'packages', `${name}.tgz`)));
}

function errorsOf(resource: FhirResource, flow: FhirFlow, profile: string): string[] {
  return validate(resource, rulesFor(flow), profile)
    .filter(({ severity }) => severity === 'error')
    .map(({ code, path, rule }) => `${code} ${path} ${rule.replace(/^.*#/, '')}`);
}

interface Example {
  readonly name: string;
  readonly flow: FhirFlow;
  readonly profile: string;
  readonly resource: FhirResource;
}

/** The profile that an example declares, if it is the flow's; else that of its type in R4. */
function exampleOf(resource: FhirResource, flow: FhirFlow): Example {
  const { profile: declared = [] } = (resource['meta'] ?? {}) as { profile?: readonly string[] };
  const own = declared.find(url => rulesFor(flow).profiles[url] !== undefined);
  const profile = own ?? `${R4}${resource.resourceType}`;
  return { name: `${resource.resourceType}/${String(resource['id'])}`, flow, profile, resource };
}

function examples(): Example[] {
  const packaged = PACKAGES.flatMap(([name, flow]) =>
    packageAt(name)
      .examples.map(resource => exampleOf(resource, flow))
      // The other examples of SAS are those of another flow.
      .filter(({ profile }) => flow !== 'sas' || profile.endsWith('FrPractitionerRegul')),
  );
  const dui = globSync('*.json', { cwd: join(FOLDER, 'dui-2.0.0-ballot') });
  const renacot = globSync('Parameters-*.json', { cwd: join(FOLDER, 'renacot-json') });
  return [
    ...packaged,
    ...dui.map(file => exampleOf(json('dui-2.0.0-ballot', file), 'dui')),
    ...renacot.map(file => {
      const resource = json('renacot-json', file);
      const profile = file.includes('Response') ? `${R4}Parameters` : RENACOT_PROFILES.input;
      return { name: basename(file, '.json'), flow: 'renacot' as const, profile, resource };
    }),
  ];
}

describe.skipIf(!isHere)('official examples', () => {
  const all = isHere ? examples() : [];

  it('are all there', () => {
    const counts = Object.groupBy(all, ({ flow }) => flow);
    expect(Object.entries(counts).map(([flow, list]) => `${flow} ${list.length}`)).toEqual([
      'dmi 27',
      'sas 4',
      'dui 2',
      'renacot 10',
    ]);
  });

  it.each(all)('$name is classified right', ({ flow, profile, resource }) => {
    expect(errorsOf(resource, flow, profile)).toEqual(WRONG[String(resource['id'])] ?? []);
  });
});

interface RawProfile {
  readonly name: string;
  readonly rules: RuleSet;
  readonly url: string;
  readonly type: string;
  readonly elements: readonly RawElement[];
}

function rawProfiles(): RawProfile[] {
  return PACKAGES.flatMap(([name, flow]) =>
    packageAt(name).definitions.flatMap(definition => {
      const { url, type, id, snapshot } = definition;
      const rules = rulesFor(flow);
      if (snapshot === undefined || rules.profiles[String(url)] === undefined) return [];
      const { element } = snapshot as { element: readonly RawElement[] };
      return [{ name: String(id), rules, url: String(url), type: String(type), elements: element }];
    }),
  );
}

describe.skipIf(!isHere)('the distilled rules', () => {
  const profiles = isHere ? rawProfiles() : [];

  it('are of all the profiles of the flows', () => {
    expect(profiles).toHaveLength(39);
    expect(profiles.flatMap(({ elements }) => elements).length).toBeGreaterThan(2000);
  });

  it.each(profiles)(
    'agree with the snapshot of $name element by element',
    ({ rules, url, type, elements }) => {
      for (const element of elements) {
        const id = element.id === type ? '' : element.id.slice(type.length + 1);
        const rule = rules.profiles[url]?.elements[id] ?? {};
        const isSlice = id.slice(id.lastIndexOf('.') + 1).includes(':');
        expect({ id, ...said(rule, locate(element.path), isSlice, element) }).toEqual({
          id,
          ...asked(element),
        });
      }
    },
  );

  it.each(profiles)(
    'name no element that the snapshot of $name does not have',
    ({ rules, url, type, elements }) => {
      const ids = new Set(elements.map(({ id }) => (id === type ? '' : id.slice(type.length + 1))));
      expect(Object.keys(rules.profiles[url]?.elements ?? {}).filter(id => !ids.has(id))).toEqual([]);
    },
  );

  it('are what distilling the packages anew gives', () => {
    const [tdmi, tde, sas] = PACKAGES.map(([name]) => packageAt(name));
    const dmi = distill([...(tdmi?.definitions ?? []), ...(tde?.definitions ?? [])], {
      name: '',
      version: '',
    });
    const regulators = distill(sas?.definitions ?? [], {
      name: '',
      version: '',
      roots: ['FrPractitionerRegul'],
    });
    expect(rulesFor('dmi').profiles).toEqual(dmi.profiles);
    expect(rulesFor('sas').profiles).toEqual(regulators.profiles);
  });
});

describe.skipIf(!isHere)('the rules of RENACOT', () => {
  const PROFILE = 'StructureDefinition-InterventionInputParametersBaseProfile.json';
  const SETS = ['ImplantTypeVS', 'LiteraliteVS', 'ProcedureVS', 'pe-type'];
  const NO_PROFILE: ProfileRules = { id: '', type: '', elements: {} };
  const SYSTEMS = ['implant-types', 'lateralite', 'pe-type'];

  it('written by hand agree with the guide’s profile', () => {
    const definitions = [
      PROFILE,
      ...SETS.map(name => `ValueSet-${name}.json`),
      ...SYSTEMS.map(name => `CodeSystem-${name}.json`),
    ].map(file => json('renacot-json', file));
    const official = distill(definitions, { name: '', version: '' });
    const url = RENACOT_PROFILES.input;
    expect(evened(RENACOT_RULES.profiles[url])).toEqual(evened(official.profiles[url]));
    for (const [set, codes] of Object.entries(official.valueSets))
      expect(inOrder(RENACOT_RULES.valueSets[set])).toEqual(inOrder(codes));
  });

  it('of the first contract agree with its OperationDefinition', () => {
    const facts = shorthand('associer-implant-procedure-operation.fsh')['AssocierImplantsProcedure'];
    const { elements } = RENACOT_RULES.profiles[RENACOT_PROFILES.firstInput] ?? NO_PROFILE;
    const asked = ((facts?.['parameter'] ?? []) as readonly Parameter[]).filter(({ use }) => use === 'in');
    const checked = asked.flatMap(each => [
      [`parameter:${each.name}`, each] as const,
      ...(each.part ?? []).map(part => [`parameter:${each.name}.part:${part.name}`, part] as const),
    ]);
    expect(checked).toHaveLength(15);
    for (const [id, { min, max, type }] of checked) {
      const { min: least = 0, max: most = '*' } = elements[id] ?? {};
      expect([id, String(least), String(most)]).toEqual([id, min, max]);
      const types = elements[`${id}.value[x]`]?.types?.map(({ code }) => code);
      // Parts alone, which an OperationDefinition calls Parameters.
      expect([id, types ?? ['Parameters']]).toEqual([id, expect.arrayContaining([type])]);
    }
  });

  it('of the first contract admit its example', () => {
    const example = shorthand('associer-implant-procedure-example.fsh')['AssocierImplantsProcedureExample'];
    const resource = { ...example, resourceType: 'Parameters' };
    expect(validate(resource, rulesFor('renacot'), RENACOT_PROFILES.firstInput)).toEqual([]);
  });
});

function inOrder(set: ValueSetRules = {}): object {
  return Object.fromEntries(
    Object.entries(set).map(([system, codes]) => [
      system,
      typeof codes === 'string' ? codes : codes.toSorted(),
    ]),
  );
}

/** Without the blanks that say nothing in an expression. */
function evened(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll("' )", "')"));
}

interface Parameter {
  readonly name: string;
  readonly use: string;
  readonly min: string;
  readonly max: string;
  readonly type: string;
  readonly part?: readonly Parameter[];
}

/** Instances of a FHIR Shorthand file, as far as `* path = value` goes: all values are texts, a coding is `$system#code`. */
function shorthand(file: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const text = readFileSync(join(FOLDER, 'renacot-seed-time', file), 'utf8');
  const instances: Record<string, Record<string, unknown>> = {};
  let instance: Record<string, unknown> = {};
  for (const line of text.split('\n')) {
    const [, name] = /^Instance: (\S+)/.exec(line) ?? [];
    if (name !== undefined) instances[name] = instance = {};
    const [, path = '', value = ''] = /^\* ([\w[\].]+) = (.*?)\s*$/.exec(line) ?? [];
    if (path !== '')
      put(
        instance,
        path.split(/[.[\]]+/).filter(each => each !== ''),
        valueOf(value),
      );
  }
  return instances;
}

function valueOf(value: string): unknown {
  const [, code] = /^\$sct#(\S+)/.exec(value) ?? [];
  if (code !== undefined) return { coding: [{ system: 'http://snomed.info/sct', code }] };
  return value.replace(/^#/, '').replace(/^"(.*)"?$/, (_, text: string) => text.replace(/"$/, ''));
}

/** `coding.system` is short for `coding[0].system`. */
function put(object: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at: Record<string, unknown> = object;
  for (const [index, name] of path.slice(0, -1).entries()) {
    const next = path[index + 1] ?? '';
    const isList = /^\d+$/.test(next) || name === 'coding';
    at[name] ??= isList ? [] : {};
    at = at[name] as Record<string, unknown>;
    if (name === 'coding' && !/^\d+$/.test(next)) {
      at['0'] ??= {};
      at = at['0'] as Record<string, unknown>;
    }
  }
  at[path.at(-1) ?? ''] = value;
}
