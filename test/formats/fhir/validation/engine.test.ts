import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';
import type { ElementRule, RuleSet } from '../../../../src/formats/fhir/rules/types.ts';
import { validate } from '../../../../src/formats/fhir/validation/validate.ts';

const PROFILE = 'https://profiles.example/x';
const R4 = 'http://hl7.org/fhir/StructureDefinition/';

function rulesOf(type: string, elements: Readonly<Record<string, ElementRule>>): RuleSet {
  return {
    name: 'x',
    version: '1',
    profiles: { [PROFILE]: { id: 'x', type, elements } },
    valueSets: { 'https://sets.example/known': { 'urn:s': ['a', 'b'] } },
  };
}

function said(resource: FhirResource, rules: RuleSet = rulesOf(resource.resourceType, {})): string[] {
  return validate(resource, rules, PROFILE).map(({ code, path }) => `${code} ${path}`);
}

const patient = (elements: object): FhirResource => ({ resourceType: 'Patient', ...elements });

describe('R4 itself', () => {
  it.each<[string, FhirResource, string[]]>([
    ['an element that does not exist', patient({ nom: 'X' }), ['structure Patient.nom']],
    ['a name that may be anything is not repeated', patient({ 'MARTIN Paul': 1 }), ['structure Patient']],
    ['one value where JSON has a list', patient({ name: { text: 'x' } }), ['structure Patient.name']],
    ['a list where JSON has one value', patient({ gender: ['male'] }), ['structure Patient.gender']],
    ['null', patient({ gender: null }), ['structure Patient.gender']],
    ['an empty list', patient({ name: [] }), ['structure Patient.name']],
    ['an empty object', patient({ name: [{}] }), ['invariant Patient.name[0]']],
    ['a text for an object', patient({ name: ['x'] }), ['structure Patient.name[0]']],
    ['an object for a text', patient({ birthDate: { a: 1 } }), ['structure Patient.birthDate']],
    ['a resource that does not exist', { resourceType: 'Malade' }, ['structure Patient']],
    [
      'two types of a choice',
      patient({ deceasedBoolean: true, deceasedDateTime: '2026' }),
      ['structure Patient.deceased'],
    ],
    [
      'a primitive of extensions alone',
      patient({ _birthDate: { extension: [{ url: 'urn:x', valueCode: 'unknown' }] } }),
      [],
    ],
    [
      'names of which the second has only an extension',
      patient({
        name: [{ given: ['A', null], _given: [null, { extension: [{ url: 'urn:x', valueCode: 'y' }] }] }],
      }),
      [],
    ],
    [
      'an extension of two kinds',
      patient({ extension: [{ url: 'urn:x', valueCode: 'a', extension: [{ url: 'y', valueCode: 'b' }] }] }),
      ['invariant Patient.extension[0]'],
    ],
    [
      'an extension without url',
      patient({ extension: [{ valueCode: 'a' }] }),
      ['required Patient.extension[0].url'],
    ],
    ['a profile of R4 itself', patient({ meta: { profile: [`${R4}Patient`] } }), []],
    [
      'a reference of another type',
      patient({ managingOrganization: { reference: 'Patient/1' } }),
      ['value Patient.managingOrganization'],
    ],
    [
      '… by its own word',
      patient({ managingOrganization: { type: 'Patient', identifier: { value: '1' } } }),
      ['value Patient.managingOrganization'],
    ],
    [
      '… by URL',
      patient({ managingOrganization: { reference: 'https://s.example/fhir/Patient/1/_history/2' } }),
      ['value Patient.managingOrganization'],
    ],
    [
      'a reference that nothing is known of',
      patient({ managingOrganization: { reference: 'https://s.example/x' } }),
      [],
    ],
    [
      'a contained resource',
      patient({
        managingOrganization: { reference: '#o' },
        contained: [{ resourceType: 'Organization', id: 'o', name: 'X' }],
      }),
      [],
    ],
    [
      '… of another type',
      patient({
        managingOrganization: { reference: '#o' },
        contained: [{ resourceType: 'Patient', id: 'o', active: true }],
      }),
      ['value Patient.managingOrganization'],
    ],
    [
      '… that is not there',
      patient({ managingOrganization: { reference: '#p' } }),
      ['invariant Patient.managingOrganization.reference'],
    ],
    [
      '… that nothing refers to',
      patient({ contained: [{ resourceType: 'Organization', id: 'o', name: 'X' }] }),
      ['invariant Patient.contained[0]'],
    ],
    [
      '… that is wrong',
      patient({
        managingOrganization: { reference: '#o' },
        contained: [{ resourceType: 'Organization', id: 'o' }],
      }),
      ['invariant Patient.contained[0]'],
    ],
    [
      '… that contains',
      patient({
        managingOrganization: { reference: '#o' },
        contained: [
          {
            resourceType: 'Organization',
            id: 'o',
            name: 'X',
            contained: [{ resourceType: 'Patient', id: 'p', generalPractitioner: [{ reference: '#' }] }],
          },
        ],
      }),
      ['value Patient.contained[0].contained[0].generalPractitioner[0]', 'invariant Patient.contained[0]'],
    ],
  ])('%s', (_, resource, expected) => {
    expect(said(resource, rulesOf('Patient', {}))).toEqual(expected);
  });
});

/** Slices that the packages at hand do not have, or not alone. */
describe('slices', () => {
  const identifiers = (...systems: readonly string[]): FhirResource =>
    patient({ identifier: systems.map(system => ({ system, value: '1' })) });
  const bySystem: Readonly<Record<string, ElementRule>> = {
    identifier: { slicing: { by: [['value', 'system']] } },
    'identifier:a': { min: 1, max: 1 },
    'identifier:a.system': { fixed: 'urn:a' },
    'identifier:b': {},
    'identifier:b.system': { fixed: 'urn:b' },
  };

  it.each<[string, FhirResource, Readonly<Record<string, ElementRule>>, string[]]>([
    ['required and there', identifiers('urn:a', 'urn:c'), bySystem, []],
    ['required and not there', identifiers('urn:b'), bySystem, ['required Patient.identifier']],
    ['too often', identifiers('urn:a', 'urn:a'), bySystem, ['structure Patient.identifier[1]']],
    [
      'closed',
      identifiers('urn:a', 'urn:c'),
      { ...bySystem, identifier: { slicing: { by: [['value', 'system']], closed: true } } },
      ['structure Patient.identifier[1]'],
    ],
    [
      'by what exists',
      patient({ identifier: [{ value: '1' }, { system: 'urn:a', value: '2' }] }),
      {
        identifier: { slicing: { by: [['exists', 'system']] } },
        'identifier:bare': { max: 0 },
        'identifier:bare.system': { max: 0 },
        'identifier:full': { min: 1 },
        'identifier:full.system': { min: 1 },
      },
      ['structure Patient.identifier[0]'],
    ],
    [
      'by the type of a choice',
      patient({ deceasedDateTime: '2026' }),
      {
        'deceased[x]': { slicing: { by: [['type', '$this']] } },
        'deceased[x]:deceasedBoolean': { types: [{ code: 'boolean' }] },
        'deceased[x]:deceasedDateTime': { max: 0, types: [{ code: 'dateTime' }] },
      },
      ['structure Patient.deceased'],
    ],
    [
      'by a binding',
      patient({ maritalStatus: { coding: [{ system: 'urn:s', code: 'b' }] } }),
      {
        'maritalStatus.coding': { slicing: { by: [['value', '$this']] } },
        'maritalStatus.coding:known': { max: 0, binding: 'https://sets.example/known' },
      },
      ['structure Patient.maritalStatus.coding[0]'],
    ],
    [
      'by a binding to a set that is not at hand: nothing is said',
      patient({ maritalStatus: { coding: [{ system: 'urn:s', code: 'b' }] } }),
      {
        'maritalStatus.coding': { slicing: { by: [['value', '$this']], closed: true } },
        'maritalStatus.coding:unknown': { min: 1, binding: 'https://sets.example/unknown' },
      },
      [],
    ],
    [
      'by part of a pattern',
      patient({ identifier: [{ system: 'urn:a', value: '1' }] }),
      {
        identifier: { slicing: { by: [['pattern', 'system']] } },
        'identifier:a': { pattern: { system: 'urn:a', use: 'official' } },
      },
      ['value Patient.identifier[0]'],
    ],
    [
      'in slices',
      patient({ contact: [{ relationship: [{ text: 'a' }], telecom: [{ system: 'phone', value: '1' }] }] }),
      {
        contact: { slicing: { by: [['value', 'relationship.text']] } },
        'contact:a': {},
        'contact:a.relationship.text': { fixed: 'a' },
        'contact:a.telecom': { slicing: { by: [['value', 'system']] } },
        'contact:a.telecom:email': { min: 1 },
        'contact:a.telecom:email.system': { fixed: 'email' },
      },
      ['required Patient.contact[0].telecom'],
    ],
  ])('%s', (_, resource, elements, expected) => {
    expect(said(resource, rulesOf('Patient', elements))).toEqual(expected);
  });
});

describe('values', () => {
  it.each<[string, FhirResource, Readonly<Record<string, ElementRule>>, string[]]>([
    [
      'fixed, and more than that',
      patient({ maritalStatus: { text: 'a', coding: [{ code: 'x' }] } }),
      { maritalStatus: { fixed: { text: 'a' } } },
      ['value Patient.maritalStatus'],
    ],
    [
      'a pattern, and more than that',
      patient({ maritalStatus: { text: 'a', coding: [{ code: 'x' }] } }),
      { maritalStatus: { pattern: { text: 'a' } } },
      [],
    ],
    [
      'a type that is not admitted',
      patient({ deceasedBoolean: true }),
      { 'deceased[x]': { types: [{ code: 'dateTime' }] } },
      ['structure Patient.deceased'],
    ],
    [
      'a code of the set',
      patient({ maritalStatus: { coding: [{ system: 'urn:s', code: 'a' }] } }),
      { maritalStatus: { binding: 'https://sets.example/known' } },
      [],
    ],
    [
      'a code of another system',
      patient({ maritalStatus: { coding: [{ system: 'urn:t', code: 'a' }] } }),
      { maritalStatus: { binding: 'https://sets.example/known' } },
      ['code-invalid Patient.maritalStatus'],
    ],
    [
      'a text where a code is required',
      patient({ maritalStatus: { text: 'a' } }),
      { maritalStatus: { binding: 'https://sets.example/known' } },
      ['code-invalid Patient.maritalStatus'],
    ],
    [
      'an invariant of the profile',
      patient({ active: false }),
      { '': { invariants: [{ key: 'x-1', severity: 'error', expression: 'active', human: 'actif' }] } },
      ['invariant Patient'],
    ],
    [
      'an invariant that cannot be compiled',
      patient({ active: true }),
      { '': { invariants: [{ key: 'x-2', severity: 'error', expression: 'active and (' }] } },
      ['not-supported Patient'],
    ],
    [
      'an element that the profile leaves out',
      patient({ active: true }),
      { active: { max: 0 } },
      ['structure Patient.active'],
    ],
  ])('%s', (_, resource, elements, expected) => {
    expect(said(resource, rulesOf('Patient', elements))).toEqual(expected);
  });

  it('never shows in a message', () => {
    const secret = '185062901904236';
    const all = validate(
      patient({
        gender: secret,
        birthDate: secret,
        [secret]: 1,
        name: [{ use: secret, x: secret }],
        managingOrganization: { reference: `#${secret}` },
      }),
      rulesOf('Patient', { gender: { fixed: 'male' } }),
      PROFILE,
    );
    expect(all.length).toBeGreaterThan(5);
    expect(JSON.stringify(all)).not.toContain(secret);
  });

  it('of invariants do not reach the console', () => {
    const rules = rulesOf('Patient', {
      '': { invariants: [{ key: 'x', severity: 'error', expression: "name.family.trace('x').exists()" }] },
    });
    expect(said(patient({ name: [{ family: 'MORVAN' }] }), rules)).toEqual([]);
  });
});

describe('what is no resource of the profile', () => {
  it.each([
    ['another type', { resourceType: 'Device' }, PROFILE, 'structure Patient'],
    [
      'a profile that is not known',
      { resourceType: 'Patient' },
      'https://profiles.example/y',
      'not-supported Patient',
    ],
    ['a depth that parsing would refuse', nested(70), PROFILE, 'not-supported Patient'],
  ])('%s', (_, resource, profile, expected) => {
    const findings = validate(resource, rulesOf('Patient', {}), profile);
    expect(findings.map(({ code, path }) => `${code} ${path}`)).toEqual([expected]);
  });
});

function nested(levels: number): FhirResource {
  let extension: object = { url: 'urn:x', valueCode: 'a' };
  for (let level = 0; level < levels / 2; level++) extension = { url: 'urn:x', extension: [extension] };
  return patient({ extension: [extension] });
}
