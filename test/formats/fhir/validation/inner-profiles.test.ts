import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';
import { FLOW_PROFILES, rulesFor } from '../../../../src/formats/fhir/rules/rules-for.ts';
import { validate } from '../../../../src/formats/fhir/validation/validate.ts';
import { changed } from './mutate.ts';
import { dmiBundle, dmiProfile, duiBundle } from './samples.ts';

const R4 = 'http://hl7.org/fhir/StructureDefinition/';

describe('profiles of inner resources', () => {
  it('are those that they declare, even where another would fit', () => {
    const bundle = dmiBundle();
    const entries = bundle['entry'] as { resource: { meta?: object } }[];
    const service = entries[1];
    if (service !== undefined)
      service.resource.meta = {
        profile: [
          'https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-organization-ej|3.0.0',
        ],
      };
    const paths = validate(bundle, rulesFor('dmi'), FLOW_PROFILES.dmi).map(({ path }) => path);
    expect(new Set(paths)).toEqual(new Set(['Bundle.entry[1].resource.identifier']));
  });

  it.each([
    ['R4’s own', `${R4}Patient`],
    ['the same ten thousand times', ...Array.from({ length: 10_000 }, () => dmiProfile('dmi-patient'))],
  ])('are the flow’s though they declare %s', (_, ...profile) => {
    const bundle = changed(dmiBundle(), 'entry[3].resource.meta', { profile });
    const wrong = changed(bundle, 'entry[3].resource.telecom', undefined);
    const paths = validate(wrong, rulesFor('dmi'), FLOW_PROFILES.dmi).map(({ path }) => path);
    expect(paths).toEqual(['Bundle.entry[3].resource.telecom']);
  });

  const findingsIn = (bundle: FhirResource, flow: 'dmi' | 'dui' = 'dmi'): string[] =>
    validate(bundle, rulesFor(flow), FLOW_PROFILES[flow]).map(
      ({ severity, code, path }) => `${severity} ${code} ${path}`,
    );
  const FOREIGN = { profile: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-ins'] };

  it('are R4’s alone where they declare another guide’s, or a newer one, which is told (F37)', () => {
    const dmi = changed(dmiBundle(), 'entry[3].resource.meta', FOREIGN);
    expect(findingsIn(changed(dmi, 'entry[3].resource.telecom', undefined))).toEqual([
      'warning not-supported Bundle.entry[3].resource.meta.profile',
    ]);
    expect(findingsIn(changed(dmi, 'entry[3].resource.birthDate', '14/06/1985'))).toContain(
      'error value Bundle.entry[3].resource.birthDate',
    );
    const event =
      'https://interop.esante.gouv.fr/ig/fhir/tddui/StructureDefinition/tddui-encounter-evenement';
    const dui = changed(duiBundle(), 'entry[2].resource.meta', { profile: [event] });
    expect(findingsIn(changed(dui, 'entry[2].resource.identifier', undefined), 'dui')).toEqual([
      'warning not-supported Bundle.entry[2].resource.meta.profile',
    ]);
  });

  it('do not fill a slice that must be there by declaring another guide’s: they follow its rules (F37)', () => {
    const bundle = changed(dmiBundle(), 'entry[7].resource.meta', FOREIGN);
    const told = 'warning not-supported Bundle.entry[7].resource.meta.profile';
    expect(findingsIn(bundle)).toEqual([told]);
    expect(findingsIn(changed(bundle, 'entry[7].resource.agent[0].who', undefined))).toEqual([
      'error required Bundle.entry',
      told,
    ]);
  });

  it.each<[string, 'dmi' | 'dui', at: number, contained: object, referring: [string, unknown]]>([
    ['Organization', 'dmi', 7, { name: 'X' }, ['agent[0].who', { reference: '#c' }]],
    ['Practitioner', 'dmi', 7, { name: [{ family: 'X' }] }, ['agent[0].who', { reference: '#c' }]],
    ['Organization', 'dui', 2, { name: 'X' }, ['serviceProvider', { reference: '#c' }]],
  ])(
    'are R4’s alone for a contained %s that declares none (F38)',
    (resourceType, flow, at, about, [path, to]) => {
      const contained = [{ resourceType, id: 'c', ...about }];
      const sample = flow === 'dmi' ? dmiBundle() : duiBundle();
      const bundle = changed(sample, `entry[${at}].resource.${path}`, to);
      expect(findingsIn(changed(bundle, `entry[${at}].resource.contained`, contained), flow)).toEqual([]);
    },
  );

  it('are those that a contained resource declares', () => {
    const meta = {
      profile: ['https://interop.esante.gouv.fr/ig/fhir/tdmi/StructureDefinition/dmi-practitioner'],
    };
    const contained = [{ resourceType: 'Practitioner', id: 'c', meta, name: [{ family: 'X' }] }];
    const bundle = changed(dmiBundle(), 'entry[7].resource.agent[0].who', { reference: '#c' });
    expect(findingsIn(changed(bundle, 'entry[7].resource.contained', contained))).toContain(
      'error required Bundle.entry[7].resource.contained[0].identifier',
    );
  });

  it('are told apart though the same object is there twice', () => {
    const telecom = { resourceType: 'Patient', identifier: [{ value: '1' }] };
    const entry = (resource: object): object => ({ resource, request: { method: 'POST', url: 'Patient' } });
    const bundle = {
      ...dmiBundle(),
      entry: [...(dmiBundle()['entry'] as object[]), entry(telecom), entry(telecom)],
    };
    const paths = validate(bundle, rulesFor('dmi'), FLOW_PROFILES.dmi).map(({ path }) => path);
    expect(paths).toEqual(['Bundle.entry[13].resource.telecom', 'Bundle.entry[14].resource.telecom']);
  });
});
