import { describe, expect, it } from 'vitest';
import { hasLuhnKey, hasNirKey } from '../../../../src/formats/fhir/renacot/check-digits.ts';
import {
  checkIntervention,
  checkParameters,
} from '../../../../src/formats/fhir/renacot/check-intervention.ts';
import { concept, IMPLANT_TYPES, JOINTS, SNOMED } from '../../../../src/formats/fhir/renacot/codes.ts';
import {
  parametersOfIntervention,
  readIntervention,
} from '../../../../src/formats/fhir/renacot/read-intervention.ts';
import { readParameters } from '../../../../src/formats/fhir/renacot/read-parameters.ts';
import type { Intervention } from '../../../../src/formats/fhir/renacot/types.ts';
import { writeParameters } from '../../../../src/formats/fhir/renacot/write-parameters.ts';
import { HIP } from './sample.ts';

const WHERE = {
  field: (field: string) => field,
  implant: (index: number, field = '') => `implants[${index}].${field}`,
};

function implants(...types: string[]): Intervention['implants'] {
  return types.map(type => ({ udi: 'U', lot: 'L', type: concept(IMPLANT_TYPES, type) }));
}

function found(about: Partial<Intervention>) {
  return checkIntervention({ ...HIP, ...about }, WHERE).map(({ severity, path, rule }) => [
    severity,
    path,
    rule,
  ]);
}

describe('keys', () => {
  it.each([
    ['255081416802538', true],
    ['255081416802539', false],
    ['197012A12345660', true],
    ['197012B12345687', true],
    ['197012A12345687', false],
    ['2550814168025', undefined],
    ['255081C16802538', undefined],
  ])('of the NIR %s: %s', (nir, isRight) => {
    expect(hasNirKey(nir)).toBe(isRight);
  });

  it.each([
    ['10000000009', true],
    ['10000000008', false],
    ['750000002', true],
    ['750000020', false],
    ['2A0000014', undefined],
    ['', undefined],
  ])('of %s, RPPS or FINESS: %s', (number, isRight) => {
    expect(hasLuhnKey(number)).toBe(isRight);
  });
});

describe('checkIntervention', () => {
  it('finds nothing wrong with a hip', () => {
    expect(found({})).toEqual([]);
  });

  it.each([
    ['19063003', 'PG_FEMORAL', 3, 5, 'pg-requires-implants-count'],
    ['47458005', 'PH_TIGE', 2, 6, 'ph-requires-implants-count'],
    ['239468007', 'PE_GLENOIDE', 4, 5, 'pe-requires-implants-count'],
  ])('%s has from as many to as many implants', (code, type, min, max, rule) => {
    for (let count = 1; count <= 8; count += 1) {
      const about = {
        typeProcedure: concept(SNOMED, code),
        implants: implants(...Array.from({ length: count }, () => type)),
      };
      expect(found(about)).toEqual(count < min || count > max ? [['error', 'implants', rule]] : []);
    }
  });

  it.each(JOINTS)('warns of implants of another joint than $name', ({ code, family, typeRule }) => {
    const types = ['PG_FEMORAL', 'PH_ANNEAU', 'PE_GLENOIDE', 'FIXATION'];
    const wrong = found({ typeProcedure: concept(SNOMED, code), implants: implants(...types) });
    const others = types.flatMap((type, index) =>
      type.startsWith(family) || type === 'FIXATION' ? [] : [`implants[${index}].type`],
    );
    expect(wrong).toEqual(others.map(path => ['warning', path, typeRule]));
  });

  it.each<[string, Partial<Intervention>, string, string]>([
    ['the NIR’s key', { nir: '255081416802500' }, 'nir', 'nir-cle'],
    ['a NIR without key', { nir: '2550814168025' }, 'nir', 'nir-cle'],
    ['the RPPS’s key', { rpps: '10000000001' }, 'rpps', 'rpps-cle'],
    ['the FINESS’s key', { finessGeographique: '750000003' }, 'finessGeographique', 'finess-cle'],
  ])('warns of %s', (_, about, path, rule) => {
    expect(found(about)).toEqual([['warning', path, rule]]);
  });

  it('refuses a type of shoulder for a hip', () => {
    expect(found({ peType: 'INVERSE' })).toEqual([['error', 'peType', 'pe-requires-type']]);
  });

  it('does not judge a procedure by another code', () => {
    expect(found({ typeProcedure: concept(SNOMED, '398010007'), implants: implants('PG_FEMORAL') })).toEqual(
      [],
    );
  });

  it('names the elements of Parameters by FHIRPath', () => {
    const { parameters } = writeParameters({ ...HIP, nir: '255081416802500' }, 'procedure', WHERE);
    if (parameters === undefined) throw new Error('not written');
    expect(checkParameters(parameters)).toMatchObject([{ path: 'Parameters.parameter[0].part[0].value' }]);
    expect(checkParameters({ resourceType: 'Parameters' })).toEqual([]);
  });
});

const JSON_HIP = {
  nir: HIP.nir,
  rpps: HIP.rpps,
  finessGeographique: HIP.finessGeographique,
  dateIntervention: '2026-03-01',
  typeProcedure: 'HANCHE',
  lateralite: 'GAUCHE',
  implants: [
    { udi: 'U1', lot: 'L1', type: 'PH_CUPULE', fournisseur: 'F', reference: 'R', description: 'D' },
    { udi: 'U2', lot: 'L2', type: 'PH_TIGE', fournisseur: 'F', reference: 'R' },
  ],
};

/** A copy with one member changed, or taken away. */
function changed(change: (json: Record<string, unknown> & { implants: Record<string, unknown>[] }) => void) {
  const json = structuredClone(JSON_HIP);
  change(json);
  return json;
}

describe('readIntervention', () => {
  it.each(['registre', 'procedure'] as const)('becomes Parameters of %s', contract => {
    const { parameters, findings } = parametersOfIntervention(JSON_HIP, contract);
    if (parameters === undefined) throw new Error(findings.map(({ path }) => path).join());
    const read = readParameters(parameters);
    expect(read).toMatchObject({ contract, findings: [] });
    expect(read.intervention).toEqual(readIntervention(JSON_HIP).intervention);
    expect(read.intervention).toMatchObject({
      nir: HIP.nir,
      typeProcedure: { coding: [{ system: SNOMED, code: '47458005' }] },
      implants: [{ lot: 'L1', type: { coding: [{ system: IMPLANT_TYPES, code: 'PH_CUPULE' }] } }, {}],
    });
  });

  it('takes a SNOMED CT code, a dateTime, and no more than is required', () => {
    const { implants: _, lateralite: __, ...rest } = JSON_HIP;
    const json = {
      ...rest,
      typeProcedure: '47458005',
      dateIntervention: '2026-03-01T10:00:00+01:00',
      implants: [
        { lot: 'L', type: 'FIXATION' },
        { lot: 'L', type: 'PH_TIGE' },
      ],
    };
    expect(readIntervention(json).findings).toEqual([]);
    const missing = parametersOfIntervention(json, 'registre').findings.map(({ path, code }) => [path, code]);
    expect(missing).toEqual([
      ['implants[0].udi', 'required'],
      ['implants[1].udi', 'required'],
    ]);
  });

  it.each<[string, Parameters<typeof changed>[0], path: string, code: string]>([
    ['no NIR', json => delete json['nir'], 'nir', 'required'],
    ['no type', json => delete json['typeProcedure'], 'typeProcedure', 'required'],
    ['no implants', json => delete (json as Record<string, unknown>)['implants'], 'implants', 'required'],
    ['no lot', json => delete json.implants[0]?.['lot'], 'implants[0].lot', 'required'],
    ['no type of implant', json => delete json.implants[1]?.['type'], 'implants[1].type', 'required'],
    ['a NIR as a number', json => (json['nir'] = 255081416802538), 'nir', 'structure'],
    ['a short NIR', json => (json['nir'] = '2550814168025'), 'nir', 'value'],
    ['a short RPPS', json => (json['rpps'] = '123'), 'rpps', 'value'],
    ['a short FINESS', json => (json['finessGeographique'] = '75'), 'finessGeographique', 'value'],
    ['a day that is none', json => (json['dateIntervention'] = '2026-02-30'), 'dateIntervention', 'value'],
    ['a French date', json => (json['dateIntervention'] = '01/03/2026'), 'dateIntervention', 'value'],
    [
      'a time without offset',
      json => (json['dateIntervention'] = '2026-03-01T10:00:00'),
      'dateIntervention',
      'value',
    ],
    ['another joint', json => (json['typeProcedure'] = 'COUDE'), 'typeProcedure', 'code-invalid'],
    ['another side', json => (json['lateralite'] = 'droite'), 'lateralite', 'code-invalid'],
    ['an empty list', json => (json.implants = []), 'implants', 'value'],
    [
      'too many',
      json => (json.implants = Array.from({ length: 101 }, () => ({ lot: 'L', type: 'FIXATION' }))),
      'implants',
      'value',
    ],
    [
      'an unknown implant',
      json => (json.implants = [{ lot: 'L', type: 'PX' }]),
      'implants[0].type',
      'code-invalid',
    ],
    [
      'an implant that is a text',
      json => Object.assign(json, { implants: ['x'] }),
      'implants[0]',
      'structure',
    ],
    ['an unknown member', json => (json['nom'] = 'DUROC'), 'nom', 'structure'],
    [
      'an unknown member of an implant',
      json => Object.assign(json.implants[1] ?? {}, { taille: 4 }),
      'implants[1].taille',
      'structure',
    ],
    ['a member called anything', json => Object.assign(json, { 'Anne DUROC': 1 }), '$', 'structure'],
    ['a blank lot', json => Object.assign(json.implants[0] ?? {}, { lot: ' ' }), 'implants[0].lot', 'value'],
  ])('refuses %s', (_, change, path, code) => {
    const { intervention, findings } = readIntervention(changed(change));
    expect(intervention).toBeUndefined();
    expect(findings).toMatchObject([{ severity: 'error', path, code }]);
    expect(findings[0]?.message).toMatch(/^(?:Ce|Le|La|Il|Un) /);
  });

  it.each([undefined, null, [], 'x', 1])('refuses %j', json => {
    expect(readIntervention(json)).toMatchObject({ intervention: undefined, findings: [{ path: '$' }] });
  });

  it('says the registry’s rules by member', () => {
    const json = changed(({ implants: all }) => Object.assign(all[1] ?? {}, { type: 'PG_FEMORAL' }));
    expect(readIntervention(json)).toMatchObject({
      intervention: {},
      findings: [{ severity: 'warning', path: 'implants[1].type' }],
    });
  });

  it('makes Parameters against the registry’s rules too: whether they are sent is a setting', () => {
    const json = changed(({ implants: all }) => all.pop());
    const { parameters, findings } = parametersOfIntervention(json, 'registre');
    expect(findings).toMatchObject([{ path: 'implants', rule: 'ph-requires-implants-count' }]);
    expect(parameters).toBeDefined();
  });
});
