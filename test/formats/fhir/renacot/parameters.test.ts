import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concept,
  IMPLANT_TYPES,
  IMPLANTS,
  JOINTS,
  LATERALITIES,
  SNOMED,
} from '../../../../src/formats/fhir/renacot/codes.ts';
import { convertParameters } from '../../../../src/formats/fhir/renacot/convert.ts';
import { readParameters } from '../../../../src/formats/fhir/renacot/read-parameters.ts';
import type { Contract, Intervention } from '../../../../src/formats/fhir/renacot/types.ts';
import { writeParameters } from '../../../../src/formats/fhir/renacot/write-parameters.ts';
import { isError } from '../../../../src/formats/fhir/operation-outcome.ts';
import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';
import { RENACOT_PROFILES } from '../../../../src/formats/fhir/rules/renacot.ts';
import { rulesFor } from '../../../../src/formats/fhir/rules/rules-for.ts';
import { validate } from '../../../../src/formats/fhir/validation/validate.ts';
import { HIP } from './sample.ts';

const WHERE = {
  field: (field: string) => field,
  implant: (index: number, field = '') => `${index}.${field}`,
};

function write(intervention: Intervention, contract: Contract): FhirResource {
  const { parameters, findings } = writeParameters(intervention, contract, WHERE);
  if (parameters === undefined) throw new Error(findings.map(({ path }) => path).join());
  return parameters;
}

const text = fc.stringMatching(/^[a-zA-Z0-9()é-]{1,20}$/);
const optional = <T>(name: string, value: fc.Arbitrary<T>) =>
  fc.option(value).map(said => (said === null ? {} : { [name]: said }));

/** What the flat contract can say; with `both`, what the nested one can say too. */
function interventions(both: boolean): fc.Arbitrary<Intervention> {
  const joints = JOINTS.filter(({ name }) => !both || name !== 'EPAULE');
  const maker = (name: string) => (both ? text.map(value => ({ [name]: value })) : optional(name, text));
  const implant = fc
    .tuple(
      fc.record({ udi: text, lot: text, type: fc.constantFrom(...IMPLANTS.keys()) }),
      maker('fournisseur'),
      maker('reference'),
      optional('description', text),
    )
    .map(([{ type, ...numbers }, ...texts]) => ({
      ...numbers,
      type: concept(IMPLANT_TYPES, type, IMPLANTS.get(type)),
      ...Object.assign({}, ...texts),
    }));
  return fc
    .tuple(
      fc.record({
        nir: text,
        rpps: text,
        finessGeographique: text,
        dateIntervention: fc.constantFrom('2026-03-01', ...(both ? [] : ['2026-03-01T10:00:00+01:00'])),
        typeProcedure: fc.constantFrom(...joints).map(({ code, display }) => concept(SNOMED, code, display)),
        implants: fc.array(implant, { minLength: 1, maxLength: 6 }),
      }),
      optional('lateralite', fc.constantFrom('DROITE', 'GAUCHE', 'BILATERALE')),
      both ? fc.constant({}) : optional('peType', fc.constantFrom('ANATOMIQUE', 'INVERSE')),
    )
    .map(parts => Object.assign({}, ...parts) as Intervention);
}

describe('the two contracts', () => {
  it.each([
    ['registre', false],
    ['registre', true],
    ['procedure', true],
  ] as const)('%s gives back every operation that it can say (%s)', (contract, both) => {
    fc.assert(
      fc.property(interventions(both), intervention => {
        const reading = readParameters(write(intervention, contract));
        expect(reading).toMatchObject({ contract, findings: [] });
        expect(reading.intervention).toEqual(intervention);
      }),
    );
  });

  it.each([
    ['registre', 'procedure'],
    ['procedure', 'registre'],
  ] as const)('%s is the same again after %s', (from, to) => {
    fc.assert(
      fc.property(interventions(true), intervention => {
        const parameters = write(intervention, from);
        const there = convertParameters(parameters, to);
        if (there.parameters === undefined) throw new Error('lost');
        expect(there.parameters).toEqual(write(intervention, to));
        expect(convertParameters(there.parameters, from).parameters).toEqual(parameters);
      }),
    );
  });

  it('write what their texts say', () => {
    expect(write(HIP, 'procedure')['parameter']).toEqual([
      {
        name: 'identifiantsPartiesPrenantes',
        part: [
          { name: 'nir', valueIdentifier: { system: 'http://france.fr/nir', value: HIP.nir } },
          { name: 'rpps', valueIdentifier: { system: 'https://annuaire.sante.fr/rpps', value: HIP.rpps } },
          {
            name: 'finessGeo',
            valueIdentifier: { system: 'https://finess.sante.gouv.fr', value: HIP.finessGeographique },
          },
        ],
      },
      {
        name: 'procedureInfo',
        part: [
          { name: 'dateIntervention', valueDate: '2026-03-01' },
          { name: 'procedureType', valueCodeableConcept: HIP.typeProcedure },
          { name: 'cote', valueCodeableConcept: { coding: [{ system: SNOMED, code: '7771000' }] } },
        ],
      },
      ...HIP.implants.map(({ udi, fournisseur, reference, lot, description, type }) => ({
        name: 'implants',
        part: [
          { name: 'UDI', valueIdentifier: { system: 'http://hl7.org/fhir/NamingSystem/udi', value: udi } },
          { name: 'fournisseur', valueString: fournisseur },
          { name: 'reference', valueString: reference },
          { name: 'lot', valueString: lot },
          { name: 'description', valueString: description },
          { name: 'implantType', valueCodeableConcept: type },
        ],
      })),
    ]);
  });
});

describe('convertParameters', () => {
  const [first, second] = HIP.implants;
  if (first === undefined || second === undefined) throw new Error('sample');

  it('leaves what is of the contract already', () => {
    const strange = { ...write(HIP, 'registre'), language: 'fr' };
    expect(convertParameters(strange, 'registre').parameters).toBe(strange);
  });

  /** As the first contract's OperationDefinition types groups (quirk F14): it was refused for having no parts. */
  const asParameters = (parameters: FhirResource): FhirResource => ({
    ...parameters,
    parameter: (parameters['parameter'] as { part?: unknown }[]).map(({ part, ...parameter }) =>
      part === undefined
        ? parameter
        : { ...parameter, resource: { resourceType: 'Parameters', parameter: part } },
    ),
  });

  it.each(['registre', 'procedure'] as const)(
    'gives parts to the groups of %s that are Parameters of their own',
    contract => {
      const parameters = write(HIP, contract);
      const { parameters: parted, findings } = convertParameters(asParameters(parameters), contract);
      expect([parted, findings]).toEqual([parameters, []]);
      const { input, firstInput } = RENACOT_PROFILES;
      const profile = contract === 'registre' ? input : firstInput;
      const errors = validate(parted ?? parameters, rulesFor('renacot'), profile).filter(isError);
      expect(errors).toEqual([]);
    },
  );

  it.each([
    ['parts beside it', { part: [] }],
    ['another resource', { resource: { resourceType: 'Basic', parameter: [] } }],
    ['rules of its own', { resource: { resourceType: 'Parameters', implicitRules: 'x', parameter: [] } }],
    ['no parameter', { resource: { resourceType: 'Parameters' } }],
  ])('leaves a group with %s to the profile', (_, about) => {
    const resource = { resourceType: 'Parameters', parameter: [] };
    const group = { name: 'procedureInfo', resource, ...about };
    const parameters = { resourceType: 'Parameters', parameter: [group] };
    expect(convertParameters(parameters, 'procedure').parameters).toBe(parameters);
  });

  it.each<[string, Partial<Intervention>, path: string, code: string]>([
    [
      'the time of day',
      { dateIntervention: '2026-03-01T10:00:00Z' },
      'Parameters.parameter[3].value',
      'not-supported',
    ],
    ['a shoulder’s type', { peType: 'INVERSE' }, 'Parameters.parameter[6].value', 'not-supported'],
    [
      'a shoulder',
      { typeProcedure: concept(SNOMED, '239468007') },
      'Parameters.parameter[4].value',
      'code-invalid',
    ],
    [
      'an implant without its maker',
      { implants: [{ lot: 'L', type: first.type, udi: 'U', reference: 'R' }, second] },
      'Parameters.parameter[6].part',
      'required',
    ],
    [
      'an implant without its reference',
      { implants: [first, { lot: 'L', type: first.type, udi: 'U', fournisseur: 'F' }] },
      'Parameters.parameter[7].part',
      'required',
    ],
  ])('does not say in the first contract: %s', (_, about, path, code) => {
    const { parameters, findings } = convertParameters(write({ ...HIP, ...about }, 'registre'), 'procedure');
    expect(parameters).toBeUndefined();
    expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([{ path, code }]);
  });

  it.each<[string, Partial<Intervention>, path: string, code: string]>([
    [
      'a code of a total replacement',
      { typeProcedure: concept(SNOMED, '398010007') },
      'Parameters.parameter[1].part[1].value',
      'code-invalid',
    ],
    [
      'an implant by another code system',
      { implants: [{ ...first, type: concept('https://exemple.fr', 'PH_TIGE') }] },
      'Parameters.parameter[2].part[5].value',
      'code-invalid',
    ],
    [
      'an implant without UDI',
      { implants: [{ lot: 'L', type: first.type, fournisseur: 'F', reference: 'R' }] },
      'Parameters.parameter[2].part',
      'required',
    ],
  ])('does not say in today’s contract: %s', (_, about, path, code) => {
    const { parameters, findings } = convertParameters(write({ ...HIP, ...about }, 'procedure'), 'registre');
    expect(parameters).toBeUndefined();
    expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([{ path, code }]);
  });

  it.each([
    ['a parameter that is not known', { name: 'anesthesie', valueString: 'x' }, 'Parameters.parameter[8]'],
    ['a parameter twice', { name: 'nir', valueString: 'x' }, 'Parameters.parameter[8]'],
    ['an extension', { name: 'peType', extension: [{ url: 'x' }] }, 'Parameters.parameter[8].extension'],
    [
      'a side in words',
      { name: 'cote', valueCodeableConcept: { coding: [], text: 'à gauche' } },
      'Parameters.parameter[8]',
    ],
    [
      'a part of an implant that is not known',
      { name: 'implants', part: [{ name: 'taille', valueString: 'x' }] },
      'Parameters.parameter[8].part[0]',
    ],
  ])('loses nothing silently: %s', (_, extra, path) => {
    const parameters = write(HIP, 'registre');
    const more = { ...parameters, parameter: [...(parameters['parameter'] as unknown[]), extra] };
    const converted = convertParameters(more, 'procedure');
    expect(converted.parameters).toBeUndefined();
    expect(converted.findings.map(each => each.path)).toContain(path);
  });

  it.each([
    ['another authority', { system: 'https://exemple.fr/nir', value: HIP.nir }],
    ['a period', { system: 'http://france.fr/nir', value: HIP.nir, period: { start: '2026' } }],
  ])('loses no %s of an identifier', (_, valueIdentifier) => {
    const parameters = {
      resourceType: 'Parameters',
      parameter: [{ name: 'identifiantsPartiesPrenantes', part: [{ name: 'nir', valueIdentifier }] }],
    };
    const path = 'Parameters.parameter[0].part[0].value';
    expect(convertParameters(parameters, 'registre').findings).toContainEqual(
      expect.objectContaining({ path, code: 'not-supported' }),
    );
  });
});

describe('readParameters', () => {
  it('reads groups that are Parameters of their own, names in any case, and texts for identifiers', () => {
    const reading = readParameters({
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'identifiantsPartiesPrenantes',
          resource: {
            resourceType: 'Parameters',
            parameter: [
              { name: 'NIR', valueString: HIP.nir },
              { name: 'rpps', valueIdentifier: { system: 'https://rpps.esante.gouv.fr', value: HIP.rpps } },
              { name: 'finessGeographique', valueIdentifier: { value: HIP.finessGeographique } },
            ],
          },
        },
        { name: 'typeProcedure', valueCoding: { system: SNOMED, code: '47458005' } },
        { name: 'dateIntervention', valueDateTime: '2026-03-01' },
        {
          name: 'lateralite',
          valueCodeableConcept: {
            coding: [
              { system: LATERALITIES, code: 'DROITE', display: 'Droite' },
              { system: SNOMED, code: '24028007' },
            ],
          },
        },
        {
          name: 'implants',
          part: [
            { name: 'udi', valueString: 'U' },
            { name: 'lot', valueString: 'L' },
            { name: 'implantType', valueCodeableConcept: concept(IMPLANT_TYPES, 'PH_TIGE') },
          ],
        },
      ],
    });
    expect(reading).toMatchObject({ contract: 'procedure', findings: [] });
    expect(reading.intervention).toEqual({
      nir: HIP.nir,
      rpps: HIP.rpps,
      finessGeographique: HIP.finessGeographique,
      dateIntervention: '2026-03-01',
      typeProcedure: concept(SNOMED, '47458005'),
      lateralite: 'DROITE',
      implants: [{ udi: 'U', lot: 'L', type: concept(IMPLANT_TYPES, 'PH_TIGE') }],
    });
  });

  it('names what is missing', () => {
    const { intervention, findings } = readParameters({
      resourceType: 'Parameters',
      parameter: [
        { name: 'nir', valueString: HIP.nir },
        { name: 'implants', part: [] },
      ],
    });
    expect(intervention).toBeUndefined();
    expect(findings.map(({ path, code }) => [path, code])).toEqual([
      ['Parameters.parameter[1].part', 'required'],
      ['Parameters.parameter[1].part', 'required'],
      ...Array.from({ length: 4 }, () => ['Parameters.parameter', 'required']),
    ]);
  });

  it.each([{}, { parameter: 'x' }, { parameter: [null, 1, { part: 'x' }] }])('survives %j', about => {
    expect(readParameters({ resourceType: 'Parameters', ...about }).intervention).toBeUndefined();
  });
});
