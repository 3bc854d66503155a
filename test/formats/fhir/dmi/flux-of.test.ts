import { describe, expect, it } from 'vitest';
import { FLUX_NUMBERS } from '../../../../src/formats/fhir/dmi/fluxes.ts';
import { fluxesOf, fluxOf } from '../../../../src/formats/fhir/dmi/flux-of.ts';
import { type FhirResource, isObject } from '../../../../src/formats/fhir/resource.ts';
import { auditOf, entriesOf, fullBundle, minimalBundle } from './kit.ts';

/** The same without any `meta.profile`, as many callers write. */
function withoutProfiles(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProfiles);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([member]) => member !== 'profile');
  return Object.fromEntries(kept.map(([member, each]) => [member, withoutProfiles(each)]));
}

const numbersOf = (resource: FhirResource) => fluxesOf(resource).map(({ number }) => number);

describe('the flux of a Bundle', () => {
  it.each(FLUX_NUMBERS.filter(number => number !== '22'))('%s', number => {
    expect(numbersOf(fullBundle(number))).toEqual([number]);
  });

  it.each([
    ['5', ['5', '12']],
    ['5d', ['5d']],
    ['12', ['5', '12']],
    ['5c', ['5c']],
    ['11', ['11']],
    ['6a', ['6a']],
    ['30', ['30']],
    ['28', ['28']],
    ['13a', ['13a']],
    ['14', ['14']],
  ] as const)('%s without profiles may be %s', (number, numbers) => {
    expect(numbersOf(withoutProfiles(minimalBundle(number)) as FhirResource)).toEqual(numbers);
  });

  it('is the generic one where it cannot be told', () => {
    expect(fluxOf(withoutProfiles(minimalBundle('5')) as FhirResource).number).toBe('22');
    expect(fluxOf(minimalBundle('22')).number).toBe('22');
    expect(fluxOf({ resourceType: 'Patient' }).number).toBe('22');
    expect(fluxOf({ resourceType: 'Bundle', entry: [null, { resource: 1 }, { resource: {} }] }).number).toBe(
      '22',
    );
  });

  it('may be that of addresses that are relative, of profiles with a version, of a code in small letters', () => {
    const [, ...others] = entriesOf(fullBundle('15'));
    const procedure = others.find(({ resource }) => resource.resourceType === 'Procedure');
    const audit = {
      ...auditOf(fullBundle('15')),
      type: { code: 'pos' },
      entity: [{ what: { reference: 'Procedure/12' } }],
    };
    const profile = 'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-procedure|3.0.0';
    const entry = [
      {
        fullUrl: 'https://x.example/fhir/Procedure/12',
        resource: { ...procedure?.resource, meta: { profile: [profile] } },
      },
      { resource: audit },
    ];
    expect(numbersOf({ resourceType: 'Bundle', entry })).toEqual(['15']);
  });
});

describe('the flux of an AuditEvent alone', () => {
  const audit = (code: string, what: object) => ({
    resourceType: 'AuditEvent',
    type: { code },
    entity: [{ what }],
  });

  it.each([
    [audit('POS', { reference: 'Procedure/12' }), ['15']],
    [audit('REC', { reference: 'https://x.example/fhir/SupplyDelivery/3/_history/2' }), ['5d']],
    [audit('REC', { reference: 'Bundle/3' }), ['5', '12']],
    [audit('SSD', { reference: 'Bundle/3' }), ['6a']],
    [audit('NCO', { reference: 'urn:uuid:0', type: 'Procedure' }), ['13a', '14']],
    [audit('ECH', { reference: 'Procedure/12' }), ['14']],
    [audit('POS', { reference: 'Invoice/12' }), []],
    [audit('POS', { display: 'x' }), []],
    [audit('ADM', { reference: 'Procedure/12' }), []],
  ])('%j', (resource, numbers) => {
    expect(numbersOf(resource)).toEqual(numbers);
  });
});
