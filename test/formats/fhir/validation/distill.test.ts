import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';
import { distill } from '../../../../src/formats/fhir/validation/distill.ts';
import { readPackage } from '../../../../src/formats/fhir/validation/package.ts';
import { validate } from '../../../../src/formats/fhir/validation/validate.ts';

const R4 = 'http://hl7.org/fhir/StructureDefinition/';
const OWN = 'https://profiles.example/';

type Element = Readonly<Record<string, unknown>>;

function profile(id: string, type: string, ...elements: readonly Element[]): FhirResource {
  const root = { id: type, path: type, min: 0, max: '*', base: { path: type, min: 0, max: '*' } };
  return {
    resourceType: 'StructureDefinition',
    id,
    url: `${OWN}${id}`,
    kind: 'resource',
    type,
    derivation: 'constraint',
    snapshot: { element: [root, ...elements] },
  };
}

function element(path: string, cardinality: string, base: string, more: Element = {}): Element {
  const [min, max] = cardinality.split('..');
  const [baseMin, baseMax] = base.split('..');
  return {
    id: path,
    path: path.replaceAll(/:[^.]*/g, ''),
    min: Number(min),
    max,
    base: { path: path.replaceAll(/:[^.]*/g, ''), min: Number(baseMin), max: baseMax },
    ...more,
  };
}

/** Group, which the gateway knows nothing of: facts of the type come with the profile. */
const GROUP = profile(
  'groupe',
  'Group',
  element('Group.type', '1..1', '1..1', {
    type: [{ code: 'code' }],
    binding: { strength: 'required', valueSet: `${OWN}set|1.0` },
  }),
  element('Group.actual', '1..1', '1..1', { type: [{ code: 'boolean' }] }),
  element('Group.member', '1..3', '0..*', { type: [{ code: 'BackboneElement' }] }),
  element('Group.member.entity', '1..1', '1..1', {
    type: [{ code: 'Reference', targetProfile: [`${R4}Patient`, `${OWN}person`] }],
  }),
);
const PERSON = profile(
  'person',
  'Practitioner',
  element('Practitioner.active', '1..1', '0..1', { type: [{ code: 'boolean' }], fixedBoolean: true }),
);
const OTHER = profile('other', 'Device');
const SET: FhirResource = {
  resourceType: 'ValueSet',
  url: `${OWN}set`,
  compose: { include: [{ system: `${OWN}codes` }, { system: 'urn:s', concept: [{ code: 'person' }] }] },
};
const CODES: FhirResource = {
  resourceType: 'CodeSystem',
  url: `${OWN}codes`,
  content: 'complete',
  concept: [{ code: 'animal', concept: [{ code: 'cow' }] }],
};
const OPTIONS = { name: 'x', version: '1' };

describe('distilling', () => {
  const rules = distill([GROUP, PERSON, OTHER, SET, CODES], { ...OPTIONS, roots: ['groupe'] });

  it('keeps what is beyond R4, of the roots and what they refer to', () => {
    expect(rules.profiles).toEqual({
      [`${OWN}groupe`]: {
        id: 'groupe',
        type: 'Group',
        elements: {
          type: { binding: `${OWN}set` },
          member: { min: 1, max: 3 },
          'member.entity': {
            types: [{ code: 'Reference', targets: ['Patient', `${OWN}person`] }],
          },
        },
      },
      [`${OWN}person`]: { id: 'person', type: 'Practitioner', elements: { active: { min: 1, fixed: true } } },
    });
  });

  it('takes the codes of the value sets that are bound to', () => {
    expect(rules.valueSets).toEqual({
      [`${OWN}set`]: { [`${OWN}codes`]: ['animal', 'cow'], 'urn:s': ['person'] },
    });
  });

  it('takes what R4 says of the type', () => {
    expect(rules.types?.['Group']).toMatchObject({
      many: ['member'],
      required: ['type', 'actual', 'member.entity'],
    });
  });

  it.each<[string, object, string[]]>([
    ['right', {}, []],
    ['without what R4 asks', { actual: undefined }, ['required Group.actual']],
    ['a code of another set', { type: 'plant' }, ['code-invalid Group.type']],
    ['no member', { member: undefined }, ['required Group.member']],
    [
      'a member that is none',
      { member: [{ entity: { reference: 'Device/1' } }] },
      ['value Group.member[0].entity'],
    ],
    ['a member alone', { member: { entity: { reference: 'Patient/1' } } }, ['structure Group.member']],
  ])('makes rules that work as they are read from JSON: %s', (_, changes, expected) => {
    const resource = JSON.parse(
      JSON.stringify({
        resourceType: 'Group',
        type: 'person',
        actual: true,
        member: [{ entity: { reference: 'Practitioner/1' } }],
        ...changes,
      }),
    ) as FhirResource;
    const findings = validate(resource, JSON.parse(JSON.stringify(rules)), `${OWN}groupe`);
    expect(findings.map(({ code, path }) => `${code} ${path}`)).toEqual(expected);
  });

  it.each<[string, FhirResource['compose']]>([
    [
      'a filter',
      { include: [{ system: 'urn:s', filter: [{ property: 'concept', op: 'is-a', value: '1' }] }] },
    ],
    ['a system that is not at hand', { include: [{ system: 'urn:s' }] }],
  ])('admits all codes of the system for %s', (_, compose) => {
    const { valueSets } = distill([GROUP, { ...SET, compose }], OPTIONS);
    expect(valueSets).toEqual({ [`${OWN}set`]: { 'urn:s': '*' } });
  });

  it('leaves out a set that is made of others', () => {
    const compose = { include: [{ valueSet: ['urn:other'] }] };
    expect(distill([GROUP, { ...SET, compose }], OPTIONS).valueSets).toEqual({});
  });
});

/** A tar archive of texts by name. */
function tar(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const body = Buffer.from(text);
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write(body.length.toString(8).padStart(11, '0'), 124);
    return [head, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe('a package', () => {
  const manifest = JSON.stringify({ name: 'a.b', version: '1.0.0' });
  const files = {
    'package/package.json': manifest,
    'package/StructureDefinition-groupe.json': JSON.stringify(GROUP),
    'package/ValueSet-x.json': JSON.stringify(SET),
    'package/SearchParameter-x.json': '{',
    'package/example/Patient-x.json': '{"resourceType":"Patient"}',
    'package/other/x.json': '{',
  };

  it('is read: what rules are made of, and examples', () => {
    expect(readPackage(gzipSync(tar(files)))).toEqual({
      name: 'a.b',
      version: '1.0.0',
      definitions: [GROUP, SET],
      examples: [{ resourceType: 'Patient' }],
    });
  });

  it.each([
    ['no gzip', Buffer.from('x')],
    ['cut off', gzipSync(tar(files)).subarray(0, 200)],
    ['no tar', gzipSync(Buffer.alloc(2048, 'x'))],
    ['without package.json', gzipSync(tar({ 'package/x.json': '{}' }))],
    ['with a definition that is no JSON', gzipSync(tar({ ...files, 'package/CodeSystem-x.json': '{' }))],
  ])('is refused: %s', (_, bytes) => {
    expect(() => readPackage(bytes)).toThrow(expect.objectContaining({ code: 'FHIR-001' }));
  });
});
