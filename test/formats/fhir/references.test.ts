import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  referencesOf,
  restfulName,
  rewriteReferences,
  withoutVersion,
} from '../../../src/formats/fhir/references.ts';
import { bundledResources, resolverOf } from '../../../src/formats/fhir/references-in-bundle.ts';
import type { FhirResource } from '../../../src/formats/fhir/resource.ts';

const A = 'urn:uuid:0a6b0b0e-0000-4000-8000-000000000001';
const B = 'urn:uuid:0a6b0b0e-0000-4000-8000-000000000002';

function bundle(...entry: unknown[]): FhirResource {
  return { resourceType: 'Bundle', type: 'transaction', entry };
}

describe('referencesOf', () => {
  it('finds every reference where FHIRPath would: lists, choices, extensions, contained, Bundles in Bundles', () => {
    const resource = bundle(
      {
        fullUrl: A,
        resource: {
          resourceType: 'Procedure',
          subject: { reference: 'Patient/1' },
          extension: [{ url: 'x', valueReference: { reference: 'Organization/2' } }],
          performer: [{ actor: { reference: B } }, { actor: { display: 'sans référence' } }],
          contained: [{ resourceType: 'Device', owner: { reference: '#o' } }],
          reasonReference: [{ reference: 'Condition/3' }],
        },
      },
      {
        fullUrl: B,
        resource: bundle({ resource: { resourceType: 'Encounter', subject: { reference: A } } }),
      },
    );
    const first = 'Bundle.entry[0].resource';
    expect(referencesOf(resource).map(({ path, reference, base }) => [path, reference, base])).toEqual([
      [`${first}.subject`, 'Patient/1', A],
      [`${first}.extension[0].value`, 'Organization/2', A],
      [`${first}.performer[0].actor`, B, A],
      [`${first}.contained[0].owner`, '#o', A],
      [`${first}.reasonReference[0]`, 'Condition/3', A],
      ['Bundle.entry[1].resource.entry[0].resource.subject', A, B],
    ]);
    expect(referencesOf(resource)[3]?.resource.resourceType).toBe('Procedure');
  });
});

describe('rewriteReferences', () => {
  const names = new Map([
    [A, 'Patient/7'],
    ['Patient/1', 'Patient/8'],
  ]);

  it.each([
    ['a reference', { subject: { reference: A } }, { subject: { reference: 'Patient/7' } }],
    ['one with a version', { s: { reference: 'Patient/1/_history/2' } }, { s: { reference: 'Patient/8' } }],
    ['an absolute link', { content: { url: A } }, { content: { url: 'Patient/7' } }],
    ['a relative link', { content: { url: 'Patient/1' } }, { content: { url: 'Patient/8' } }],
    ['a uri', { valueUri: A }, { valueUri: 'Patient/7' }],
    [
      'the narrative',
      { text: { div: `<div><a href="${A}">x</a> Patient/1</div>` } },
      { text: { div: '<div><a href="Patient/7">x</a> Patient/1</div>' } },
    ],
  ])('rewrites %s', (_, element, expected) => {
    expect(rewriteReferences({ resourceType: 'Basic', ...element }, names)).toEqual({
      resourceType: 'Basic',
      ...expected,
    });
  });

  it('rewrites below a member called __proto__', () => {
    const resource = JSON.parse(`{"resourceType":"Basic","__proto__":{"reference":"${A}"}}`) as FhirResource;
    expect(JSON.stringify(rewriteReferences(resource, names))).toContain(
      '"__proto__":{"reference":"Patient/7"}',
    );
  });

  it.each([
    ['identifiers', { identifier: { value: A } }],
    ['canonical URLs', { instantiatesCanonical: [A] }],
    ['what is asked of a server', { request: { url: 'Patient/1' } }],
    ['files', { content: { url: 'b1.pdf' } }],
    ['fullUrl', { fullUrl: A }],
    ['text', { note: [{ text: A }] }],
  ])('leaves %s, and gives the same object back', (_, element) => {
    const resource: FhirResource = { resourceType: 'Basic', ...element };
    expect(rewriteReferences(resource, names)).toBe(resource);
  });

  it('is undone by the inverse of its map', () => {
    const id = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    const from = id.map(each => `Patient/local-${each}`);
    const to = id.map(each => `urn:uuid:${each}`);
    const maps = fc
      .uniqueArray(fc.tuple(from, to), { selector: ([name]) => name })
      .filter(pairs => new Set(pairs.map(([, name]) => name)).size === pairs.length);
    fc.assert(
      fc.property(maps, fc.array(from), (pairs, others) => {
        const references = [...pairs.map(([name]) => name), ...others].map(reference => ({ reference }));
        const resource = bundle({ fullUrl: A, resource: { resourceType: 'List', entry: references } });
        const there = rewriteReferences(resource, new Map(pairs));
        for (const [name] of pairs) expect(JSON.stringify(there)).not.toContain(`"${name}"`);
        const back = new Map(pairs.map(([name, other]) => [other, name]));
        expect(rewriteReferences(there, back)).toEqual(resource);
      }),
    );
  });
});

describe('names', () => {
  it.each([
    ['Patient/1', { root: '', type: 'Patient', id: '1' }],
    ['Patient/1/_history/2', { root: '', type: 'Patient', id: '1' }],
    ['https://h.fr/fhir/Patient/a-1.b', { root: 'https://h.fr/fhir/', type: 'Patient', id: 'a-1.b' }],
    ['urn:uuid:1', undefined],
    ['#p', undefined],
    ['Patient?identifier=x', undefined],
    ['patient/1', undefined],
    ['Patient/', undefined],
    [`Patient/${'x'.repeat(65)}`, undefined],
  ])('%s', (reference, expected) => {
    const name = restfulName(reference);
    expect(name && { ...name }).toEqual(expected);
  });

  it('of a version', () => {
    expect(withoutVersion('https://h/Patient/1/_history/2')).toBe('https://h/Patient/1');
  });
});

describe('resolverOf', () => {
  const patient = (id: string) => ({ resourceType: 'Patient', id });
  const outer = bundle(
    { fullUrl: 'https://a.fr/Patient/1', resource: patient('1') },
    { fullUrl: 'https://b.fr/Patient/2', resource: patient('2') },
    { fullUrl: A, resource: patient('3') },
    { fullUrl: B, resource: bundle({ fullUrl: 'urn:uuid:inner', resource: patient('3') }) },
    { resource: patient('twice') },
    { resource: patient('twice') },
  );
  const resolve = resolverOf(outer);
  const at = (reference: string, base?: string, path = 'Bundle.entry[2].resource.subject') =>
    resolve({ reference, base, path })?.path;

  it('knows the resources at every depth', () => {
    expect(bundledResources(outer).map(({ path }) => path)).toEqual([
      'Bundle.entry[0]',
      'Bundle.entry[1]',
      'Bundle.entry[2]',
      'Bundle.entry[3]',
      'Bundle.entry[3].resource.entry[0]',
      'Bundle.entry[4]',
      'Bundle.entry[5]',
    ]);
  });

  it.each([
    ['by fullUrl', A, undefined, 'Bundle.entry[2]'],
    ['by fullUrl, of any version', 'https://a.fr/Patient/1/_history/4', undefined, 'Bundle.entry[0]'],
    ['relative, by the base', 'Patient/1', 'https://a.fr/Encounter/9', 'Bundle.entry[0]'],
    ['relative, the same id at another server', 'Patient/2', 'https://a.fr/Encounter/9', undefined],
    ['relative, in an entry with urn:uuid', 'Patient/2', A, 'Bundle.entry[1]'],
    ['relative, to an entry with urn:uuid', 'Patient/3', 'https://a.fr/Encounter/9', 'Bundle.entry[2]'],
    ['into a Bundle of the Bundle', 'urn:uuid:inner', undefined, 'Bundle.entry[3].resource.entry[0]'],
    ['nothing', 'Patient/4', undefined, undefined],
    ['what two entries are called', 'Patient/twice', undefined, undefined],
  ])('finds %s', (_, reference, base, expected) => {
    expect(at(reference, base)).toBe(expected);
  });

  it('prefers the nearest Bundle around the reference', () => {
    const inside = 'Bundle.entry[3].resource.entry[0].resource.link[0].other';
    expect(at('Patient/3', undefined, inside)).toBe('Bundle.entry[3].resource.entry[0]');
    expect(at('Patient/3')).toBe('Bundle.entry[2]');
    expect(at(A, undefined, inside)).toBe('Bundle.entry[2]');
  });

  it('takes linear time: with quadratic this one would run out of it', () => {
    const many = 40_000;
    const entries = Array.from({ length: many }, () => ({
      fullUrl: A,
      resource: { resourceType: 'Patient', id: '1', link: { other: { reference: A } } },
    }));
    const hostile = bundle(...entries);
    const find = resolverOf(hostile);
    expect(referencesOf(hostile).filter(found => find(found) === undefined)).toHaveLength(many);
  });
});
