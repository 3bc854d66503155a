import * as fc from 'fast-check';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';
import { expect, it } from 'vitest';
import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';
import { IN_CODE } from '../../../../src/formats/fhir/validation/invariants-in-code.ts';

/** Objects that have or lack what the invariants look at. */
const text = fc.constantFrom('a', 'b', 'https://x.example/Patient/1/_history/2');
const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(values, { nil: undefined });
const entries = fc.record({
  fullUrl: maybe(text),
  resource: maybe(
    fc.record({
      resourceType: fc.constantFrom('Patient', 'Composition', 'MessageHeader'),
      meta: maybe(fc.record({ versionId: fc.constantFrom('1', '2') })),
    }),
  ),
  request: maybe(fc.constant({ method: 'POST', url: 'Patient' })),
  response: maybe(fc.constant({ status: '200' })),
  search: maybe(fc.constant({ mode: 'match' })),
});
const bundles = fc.record({
  resourceType: fc.constant('Bundle'),
  type: fc.constantFrom(
    'transaction',
    'batch',
    'searchset',
    'history',
    'document',
    'message',
    'batch-response',
  ),
  total: maybe(fc.constant(3)),
  timestamp: maybe(fc.constant('2026-01-01T00:00:00Z')),
  identifier: maybe(fc.record({ system: maybe(text), value: maybe(text) })),
  // An empty list is no JSON of FHIR.
  entry: fc.array(entries, { minLength: 1, maxLength: 4 }),
});
const values: Readonly<Record<string, fc.Arbitrary<object>>> = {
  Bundle: bundles,
  'Bundle.entry': entries,
  Attachment: fc.record({ data: maybe(fc.constant('YQ==')), contentType: maybe(text) }),
  ContactPoint: fc.record({ value: maybe(text), system: maybe(fc.constant('phone')) }),
  Quantity: fc.record({ code: maybe(text), system: maybe(text) }),
  'Parameters.parameter': fc.record({
    name: text,
    valueString: maybe(text),
    resource: maybe(fc.constant({ resourceType: 'Patient' })),
    part: maybe(fc.constant([{ name: 'x' }])),
  }),
};

/** Which kind of value an invariant is of, by how it begins; of a Bundle otherwise. */
const KINDS: Readonly<Record<string, string>> = {
  'data.empty()': 'Attachment',
  'value.empty()': 'ContactPoint',
  'code.empty()': 'Quantity',
  '(part.exists()': 'Parameters.parameter',
  'resource.exists()': 'Bundle.entry',
  'fullUrl.contains': 'Bundle.entry',
};

function kindOf(expression: string): string {
  const begin = Object.keys(KINDS).find(each => expression.startsWith(each));
  return (begin === undefined ? undefined : KINDS[begin]) ?? 'Bundle';
}

it.each([...IN_CODE])('%s says in code what it says in FHIRPath', (expression, inCode) => {
  const base = kindOf(expression);
  const inPath = fhirpath.compile({ base, expression }, r4 as never);
  fc.assert(
    fc.property(fc.tuple(values[base] ?? fc.constant({}), bundles), ([made, around]) => {
      const value = JSON.parse(JSON.stringify(made)) as FhirResource;
      const resource = base === 'Bundle' ? value : (JSON.parse(JSON.stringify(around)) as FhirResource);
      const [answer = true] = inPath(value, { resource, rootResource: resource }) as readonly boolean[];
      expect(inCode(value, resource)).toBe(answer);
    }),
    { numRuns: 200 },
  );
});
