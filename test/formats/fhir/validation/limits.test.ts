import { expect, it } from 'vitest';
import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';
import { FLOW_PROFILES, type FhirFlow, rulesFor } from '../../../../src/formats/fhir/rules/rules-for.ts';
import { validate } from '../../../../src/formats/fhir/validation/validate.ts';
import { dmiBundle } from './samples.ts';

/** On two busy processors; a quarter of it is usual. */
const SECONDS = 5;
const TIMEOUT = 30_000;

type Entry = Readonly<Record<string, unknown>>;

function many(count: number, entry: (at: number) => Entry): FhirResource {
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: Array.from({ length: count }, (_, at) => entry(at)),
  };
}

const created = (resource: object): Entry => ({ resource, request: { method: 'POST', url: 'Patient' } });

/** 5 000 entries of every kind, more than 10 MB. */
function large(): FhirResource {
  const entries = dmiBundle()['entry'] as Entry[];
  const [audit] = entries.splice(7, 1);
  const div = `<div xmlns="http://www.w3.org/1999/xhtml">${'x'.repeat(2000)}</div>`;
  return many(5000, at => {
    const { resource, request } = (at === 0 ? audit : entries[at % entries.length]) ?? {};
    const text =
      (resource as FhirResource).resourceType === 'Bundle' ? {} : { text: { status: 'generated', div } };
    return { ...entries[at % entries.length], resource: { ...(resource as object), ...text }, request };
  });
}

/** Two Bundles in each Bundle. */
function tree(levels: number): FhirResource {
  let bundle = many(0, () => ({}));
  for (let level = 0; level < levels; level++) {
    const below = bundle;
    bundle = many(2, () => created(below));
  }
  return bundle;
}

const telecom = (): object => ({ system: 'phone', value: '0' });
const patient = (telecoms: number): object => ({
  resourceType: 'Patient',
  identifier: [{ value: '1', period: { start: '2026-01-01', end: '2026-01-02' } }],
  telecom: Array.from({ length: telecoms }, telecom),
});

it(
  'checks 5 000 entries of all kinds, 10 MB, whole, in seconds',
  () => {
    const resource = large();
    expect(JSON.stringify(resource).length).toBeGreaterThan(10_000_000);
    const start = performance.now();
    const findings = validate(resource, rulesFor('dmi'), FLOW_PROFILES.dmi);
    expect((performance.now() - start) / 1000).toBeLessThan(SECONDS);
    // The same fullUrl again and again, and nothing else.
    expect(findings.map(({ rule }) => rule)).toEqual(['bdl-7']);
  },
  TIMEOUT,
);

it.each<[string, FhirFlow, () => FhirResource]>([
  ['10 000 patients', 'dmi', () => many(10_000, () => created(patient(1)))],
  ['a patient of 50 000 telephones', 'dmi', () => many(1, () => created(patient(50_000)))],
  ['300 000 empty entries', 'dmi', () => many(300_000, () => ({}))],
  [
    '100 000 contained resources',
    'dmi',
    () =>
      many(1, () =>
        created({
          ...patient(1),
          contained: Array.from({ length: 100_000 }, (_, at) => ({
            resourceType: 'Organization',
            id: `o${at}`,
          })),
        }),
      ),
  ],
  [
    '100 000 elements that do not exist',
    'sas',
    () => ({
      resourceType: 'Practitioner',
      ...Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`x${at}`, 1])),
    }),
  ],
  [
    '50 000 implants',
    'renacot',
    () => ({
      resourceType: 'Parameters',
      parameter: Array.from({ length: 50_000 }, () => ({
        name: 'implants',
        part: [{ name: 'lot', valueString: 'A' }],
      })),
    }),
  ],
])(
  '%s take seconds, and few findings',
  (_, flow, make) => {
    const resource = make();
    const start = performance.now();
    const findings = validate(resource, rulesFor(flow), FLOW_PROFILES[flow]);
    expect((performance.now() - start) / 1000).toBeLessThan(SECONDS);
    expect(findings.length).toBeLessThanOrEqual(400);
  },
  TIMEOUT,
);

it(
  'says that a Bundle has too many resources to be checked, rather than nothing',
  () => {
    const findings = validate(tree(14), rulesFor('dmi'), FLOW_PROFILES.dmi);
    const last = findings.filter(({ code }) => code === 'not-supported');
    expect(last.map(({ severity }) => severity)).toContain('error');
  },
  TIMEOUT,
);

it('tells errors though there are as many warnings as are told', () => {
  const bundle = many(500, () => ({ ...created(patient(1)), request: { method: 'POST', url: 'Malade' } }));
  const findings = validate(bundle, rulesFor('dmi'), FLOW_PROFILES.dmi);
  expect(findings.filter(({ severity }) => severity === 'warning')).toHaveLength(200);
  expect(findings.filter(({ severity }) => severity === 'error').map(({ path }) => path)).toEqual([
    'Bundle.entry',
  ]);
});
