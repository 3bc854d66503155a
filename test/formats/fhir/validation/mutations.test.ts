import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';
import { DUI_PROFILES } from '../../../../src/formats/fhir/rules/dui.ts';
import { RENACOT_PROFILES } from '../../../../src/formats/fhir/rules/renacot.ts';
import { FLOW_PROFILES, type FhirFlow, rulesFor } from '../../../../src/formats/fhir/rules/rules-for.ts';
import { validate } from '../../../../src/formats/fhir/validation/validate.ts';
import { changed } from './mutate.ts';
import {
  dmiBundle,
  dmiProfile,
  duiBundle,
  firstRenacotParameters,
  renacotParameters,
  sasPractitioner,
} from './samples.ts';

/** Where the sample is changed, to what (undefined: taken out), and every error that this makes: code and path. */
type Mutation = readonly [where: string, to: unknown, errors: readonly string[]];

interface Case {
  readonly name: string;
  readonly flow: FhirFlow;
  readonly profile: string;
  readonly sample: () => FhirResource;
  readonly mutations: readonly Mutation[];
}

const OTHER = { reference: 'Location/1' };

const CASES: readonly Case[] = [
  {
    name: 'DMI traces',
    flow: 'dmi',
    profile: FLOW_PROFILES.dmi,
    sample: dmiBundle,
    mutations: [
      ['type', undefined, ['required Bundle.type', 'invariant Bundle']],
      ['type', 'collection', ['value Bundle.type', 'invariant Bundle']],
      ['type', 'lot', ['code-invalid Bundle.type', 'value Bundle.type', 'invariant Bundle']],
      ['total', 3, ['invariant Bundle']],
      ['colour', 'blue', ['structure Bundle.colour']],
      ['entry', [], ['structure Bundle.entry', 'required Bundle.entry']],
      ['entry[11].fullUrl', 'urn:uuid:00000000-0000-4000-8000-000000000010', ['invariant Bundle']],
      ['entry[4].request', undefined, ['invariant Bundle']],
      ['entry[4].request.method', 'SEND', ['code-invalid Bundle.entry[4].request.method']],
      ['entry[4].request.url', undefined, ['required Bundle.entry[4].request.url']],
      // AuditEvent (tde-auditevent)
      ['entry[7]', undefined, ['required Bundle.entry']],
      ['entry[7].resource.type', undefined, ['required Bundle.entry[7].resource.type']],
      ['entry[7].resource.recorded', undefined, ['required Bundle.entry[7].resource.recorded']],
      ['entry[7].resource.recorded', '2026-03-01', ['value Bundle.entry[7].resource.recorded']],
      ['entry[7].resource.period', { end: '2026-03-01' }, ['required Bundle.entry[7].resource.period.start']],
      ['entry[7].resource.period.end', '2025-01-01', ['invariant Bundle.entry[7].resource.period']],
      ['entry[7].resource.agent', undefined, ['required Bundle.entry[7].resource.agent']],
      ['entry[7].resource.agent[0].who', undefined, ['required Bundle.entry[7].resource.agent[0].who']],
      [
        'entry[7].resource.agent[1].requestor',
        undefined,
        ['required Bundle.entry[7].resource.agent[1].requestor'],
      ],
      ['entry[7].resource.agent[1].requestor', 'non', ['value Bundle.entry[7].resource.agent[1].requestor']],
      [
        'entry[7].resource.agent[2]',
        { who: { display: 'X' }, requestor: false },
        ['structure Bundle.entry[7].resource.agent[2]'],
      ],
      ['entry[7].resource.agent[0].who', OTHER, ['value Bundle.entry[7].resource.agent[0].who']],
      ['entry[7].resource.action', 'Z', ['code-invalid Bundle.entry[7].resource.action']],
      ['entry[7].resource.outcome', '1', ['code-invalid Bundle.entry[7].resource.outcome']],
      [
        'entry[7].resource.subtype',
        [{ code: 'a' }, { code: 'b' }],
        ['structure Bundle.entry[7].resource.subtype[1]'],
      ],
      ['entry[7].resource.source', undefined, ['required Bundle.entry[7].resource.source']],
      ['entry[7].resource.source.observer', OTHER, ['value Bundle.entry[7].resource.source.observer']],
      [
        'entry[7].resource.entity[0]',
        { name: 'a', query: 'YQ==' },
        ['invariant Bundle.entry[7].resource.entity[0]'],
      ],
      [
        'entry[7].resource.entity[0].what.reference',
        'urn:uuid:00000000-0000-4000-8000-999999999999',
        ['invariant Bundle.entry[7].resource.entity[0].what.reference'],
      ],
      [
        'entry[7].resource.entity[0].detail',
        [{ type: 'contenu', valueBase64Binary: 'été' }],
        ['value Bundle.entry[7].resource.entity[0].detail[0].value'],
      ],
      // Patient, Practitioner, organisations
      ['entry[3].resource.identifier', undefined, ['required Bundle.entry[3].resource.identifier']],
      ['entry[3].resource.telecom', undefined, ['required Bundle.entry[3].resource.telecom']],
      ['entry[3].resource.telecom[0].system', undefined, ['invariant Bundle.entry[3].resource.telecom[0]']],
      ['entry[3].resource.gender', 'F', ['code-invalid Bundle.entry[3].resource.gender']],
      ['entry[3].resource.birthDate', '14/06/1985', ['value Bundle.entry[3].resource.birthDate']],
      ['entry[3].resource.birthDate', '1985-02-30', ['value Bundle.entry[3].resource.birthDate']],
      ['entry[3].resource.name[0].given', 'CLAIRE', ['structure Bundle.entry[3].resource.name[0].given']],
      ['entry[3].resource.name[0].family', undefined, ['required Bundle.entry[3].resource.name[0].family']],
      ['entry[3].resource.name[0].prenom', 'X', ['structure Bundle.entry[3].resource.name[0].prenom']],
      ['entry[3].resource.identifier[0].use', 'usual', ['value Bundle.entry[3].resource.identifier[0].use']],
      [
        'entry[3].resource.identifier[0].value',
        undefined,
        ['required Bundle.entry[3].resource.identifier[0].value'],
      ],
      [
        'entry[3].resource.identifier[1].system',
        undefined,
        ['required Bundle.entry[3].resource.identifier[1].system'],
      ],
      ['entry[3].resource.identifier[0].value', 12, ['value Bundle.entry[3].resource.identifier[0].value']],
      ['entry[2].resource.telecom', undefined, ['required Bundle.entry[2].resource.telecom']],
      [
        'entry[2].resource.telecom[1]',
        { system: 'phone', value: '1' },
        ['structure Bundle.entry[2].resource.telecom[1]'],
      ],
      ['entry[0].resource.name', undefined, ['required Bundle.entry[0].resource.name']],
      // type of the legal entity’s identifier: no longer that slice, and it is required
      [
        'entry[0].resource.identifier[1].system',
        'urn:oid:1.2.250.1.999',
        ['required Bundle.entry[0].resource.identifier'],
      ],
      [
        'entry[1].resource.type[0].coding[0].system',
        'urn:oid:1.2.250.1.999',
        ['required Bundle.entry[1].resource.type'],
      ],
      // devices
      ['entry[5].resource.status', 'broken', ['code-invalid Bundle.entry[5].resource.status']],
      ['entry[5].resource.definition', OTHER, ['value Bundle.entry[5].resource.definition']],
      [
        'entry[5].resource.extension[0].extension[0].valueString',
        undefined,
        [
          'invariant Bundle.entry[5].resource.extension[0].extension[0]',
          'required Bundle.entry[5].resource.extension[0].extension[0].value',
        ],
      ],
      [
        'entry[4].resource.extension[0]',
        { url: dmiProfile('dmi-classe-risque'), valueString: 'III' },
        ['structure Bundle.entry[4].resource.extension[0].value'],
      ],
      [
        'entry[4].resource.udiDeviceIdentifier[0].issuer',
        undefined,
        ['required Bundle.entry[4].resource.udiDeviceIdentifier[0].issuer'],
      ],
      // Procedure
      ['entry[6].resource.status', undefined, ['required Bundle.entry[6].resource.status']],
      ['entry[6].resource.identifier[0].type', undefined, ['required Bundle.entry[6].resource.identifier']],
      ['entry[6].resource.performedDateTime', undefined, ['required Bundle.entry[6].resource.performed']],
      [
        'entry[6].resource.performer[0].onBehalfOf',
        undefined,
        ['required Bundle.entry[6].resource.performer[0].onBehalfOf'],
      ],
      ['entry[6].resource.bodySite', undefined, ['required Bundle.entry[6].resource.bodySite']],
      ['entry[6].resource.focalDevice', undefined, ['required Bundle.entry[6].resource.focalDevice']],
      [
        'entry[6].resource.focalDevice[0]',
        { action: { text: 'pose' } },
        ['required Bundle.entry[6].resource.focalDevice[0].manipulated'],
      ],
      // supplies
      ['entry[9].resource.extension', undefined, ['required Bundle.entry[9].resource.extension']],
      [
        'entry[9].resource.identifier[1]',
        { value: 'B' },
        ['structure Bundle.entry[9].resource.identifier[1]'],
      ],
      [
        'entry[9].resource.suppliedItem.quantity.comparator',
        '<',
        ['structure Bundle.entry[9].resource.suppliedItem.quantity.comparator'],
      ],
      [
        'entry[10].resource.extension[1].extension[0]',
        undefined,
        ['required Bundle.entry[10].resource.extension[1].extension'],
      ],
      ['entry[10].resource.receiver', undefined, ['required Bundle.entry[10].resource.receiver']],
      ['entry[10].resource.status', undefined, ['required Bundle.entry[10].resource.status']],
      ['entry[11].resource.identifier[1].type', undefined, ['required Bundle.entry[11].resource.identifier']],
      ['entry[11].resource.identifier[1]', undefined, ['required Bundle.entry[11].resource.identifier']],
      ['entry[11].resource.status', undefined, ['required Bundle.entry[11].resource.status']],
      // in a Bundle in the Bundle
      [
        'entry[12].resource.entry[0].resource.quantity',
        undefined,
        ['required Bundle.entry[12].resource.entry[0].resource.quantity'],
      ],
      [
        'entry[12].resource.entry[1].resource.basedOn',
        undefined,
        ['required Bundle.entry[12].resource.entry[1].resource.basedOn'],
      ],
      [
        'entry[12].resource.entry[1].resource.intent',
        'plan',
        ['value Bundle.entry[12].resource.entry[1].resource.intent'],
      ],
      [
        'entry[12].resource.entry[1].resource.subject',
        OTHER,
        ['value Bundle.entry[12].resource.entry[1].resource.subject'],
      ],
    ],
  },
  {
    name: 'DUI transfer',
    flow: 'dui',
    profile: DUI_PROFILES.bundle,
    sample: duiBundle,
    mutations: [
      ['type', 'batch', ['value Bundle.type']],
      ['entry[1].request.method', 'PUT', ['value Bundle.entry[1].request.method']],
      [
        'entry[0].resource.identifier',
        undefined,
        ['required Bundle.entry[0].resource.identifier', 'invariant Bundle.entry[0].resource'],
      ],
      ['entry[0].resource.extension[0]', undefined, ['required Bundle.entry[0].resource.extension']],
      [
        'entry[0].resource.extension[1].valueAddress.extension',
        undefined,
        ['required Bundle.entry[0].resource.extension[1].value.extension'],
      ],
      ['entry[0].resource.gender', 'other', ['code-invalid Bundle.entry[0].resource.gender']],
      ['entry[0].resource.birthDate', undefined, ['required Bundle.entry[0].resource.birthDate']],
      ['entry[0].resource.name[0].use', 'usual', ['required Bundle.entry[0].resource.name']],
      [
        'entry[0].resource.name[0].extension',
        undefined,
        ['required Bundle.entry[0].resource.name[0].extension'],
      ],
      [
        'entry[0].resource.name[0].given[1]',
        'MARIE',
        ['structure Bundle.entry[0].resource.name[0].given[1]'],
      ],
      [
        'entry[0].resource.name[0].prefix',
        ['M', 'DR'],
        ['structure Bundle.entry[0].resource.name[0].prefix[1]'],
      ],
      [
        'entry[0].resource.identifier[0].system',
        'urn:oid:1.2.250.1.213.1.4.8',
        ['value Bundle.entry[0].resource.identifier[0].system'],
      ],
      ['entry[3].resource._birthDate', undefined, ['required Bundle.entry[3].resource.birthDate.extension']],
      [
        'entry[3].resource._birthDate.extension[0].valuePositiveInt',
        0,
        ['value Bundle.entry[3].resource.birthDate.extension[0].value'],
      ],
      [
        'entry[3].resource.identifier[0].value',
        undefined,
        ['required Bundle.entry[3].resource.identifier[0].value'],
      ],
      ['entry[1].resource.identifier[0].type', undefined, ['required Bundle.entry[1].resource.identifier']],
      ['entry[2].resource.identifier[0].type', undefined, ['required Bundle.entry[2].resource.identifier']],
      [
        'entry[2].resource.identifier[0].value',
        undefined,
        ['business-rule Bundle.entry[2].resource.identifier[0].value'],
      ],
      ['entry[2].resource.status', 'ended', ['code-invalid Bundle.entry[2].resource.status']],
      ['entry[2].resource.class', undefined, ['required Bundle.entry[2].resource.class']],
      ['entry[2].resource.subject', undefined, ['required Bundle.entry[2].resource.subject']],
      ['entry[2].resource.subject', { reference: 'Group/1' }, ['value Bundle.entry[2].resource.subject']],
      ['entry[2].resource.serviceProvider', undefined, ['required Bundle.entry[2].resource.serviceProvider']],
      [
        'entry[2].resource.extension[0].valueDateTime',
        '05/01/2026',
        ['value Bundle.entry[2].resource.extension[0].value'],
      ],
    ],
  },
  {
    name: 'RENACOT, today’s contract',
    flow: 'renacot',
    profile: FLOW_PROFILES.renacot,
    sample: renacotParameters,
    mutations: [
      ['parameter[0]', undefined, ['required Parameters.parameter']],
      ['parameter[0].valueString', '28506290190423', ['invariant Parameters.parameter[0].value']],
      [
        'parameter[0].valueString',
        undefined,
        ['invariant Parameters.parameter[0]', 'required Parameters.parameter[0].value'],
      ],
      ['parameter[1].valueString', '9990000001', ['invariant Parameters.parameter[1].value']],
      [
        'parameter[2]',
        { name: 'finessGeographique', valueInteger: 999900001 },
        ['structure Parameters.parameter[2].value'],
      ],
      ['parameter[3].valueDateTime', 'hier', ['value Parameters.parameter[3].value']],
      [
        'parameter[4].valueCodeableConcept.coding[0].code',
        '609588000',
        ['code-invalid Parameters.parameter[4].value'],
      ],
      [
        'parameter[5].valueCodeableConcept.coding[0].code',
        'droite',
        ['code-invalid Parameters.parameter[5].value'],
      ],
      ['parameter[8]', undefined, ['invariant Parameters']],
      [
        'parameter[9]',
        {
          name: 'peType',
          valueCodeableConcept: {
            coding: [{ system: 'https://fhir.orthense.com/CodeSystem/pe-type', code: 'INVERSE' }],
          },
        },
        ['invariant Parameters'],
      ],
      [
        'parameter[9]',
        { name: 'nir', valueString: '285062901904236' },
        ['structure Parameters.parameter[9]'],
      ],
      ['parameter[6].part[0]', undefined, ['required Parameters.parameter[6].part']],
      ['parameter[7].part[1].valueString', undefined, ['required Parameters.parameter[7].part[1].value']],
      [
        'parameter[7].part[2].valueCodeableConcept.coding[0].code',
        'PG_VIS',
        ['code-invalid Parameters.parameter[7].part[2].value'],
      ],
    ],
  },
  {
    name: 'RENACOT, the first contract',
    flow: 'renacot',
    profile: RENACOT_PROFILES.firstInput,
    sample: firstRenacotParameters,
    mutations: [
      ['parameter[0].part[1]', undefined, ['required Parameters.parameter[0].part']],
      [
        'parameter[0].part[0].valueIdentifier.value',
        undefined,
        [
          'invariant Parameters.parameter[0].part[0].value',
          'required Parameters.parameter[0].part[0].value.value',
        ],
      ],
      [
        'parameter[1].part[1].valueCodeableConcept.coding[0].system',
        'urn:x',
        ['code-invalid Parameters.parameter[1].part[1].value'],
      ],
      ['parameter[2].part[2]', undefined, ['required Parameters.parameter[2].part']],
      ['parameter[2]', undefined, ['required Parameters.parameter']],
    ],
  },
  {
    name: 'SAS accounts',
    flow: 'sas',
    profile: FLOW_PROFILES.sas,
    sample: sasPractitioner,
    mutations: [
      ['active', undefined, ['required Practitioner.active']],
      ['active', 'true', ['value Practitioner.active']],
      ['name', undefined, ['business-rule Practitioner.name']],
      ['name[0].family', undefined, ['required Practitioner.name[0].family']],
      ['name[0].given', ['YANN', 'ERWAN'], ['structure Practitioner.name[0].given[1]']],
      ['telecom', undefined, ['business-rule Practitioner.telecom']],
      ['telecom[0].system', 'phone', ['value Practitioner.telecom[0].system']],
      ['telecom[0].value', undefined, ['required Practitioner.telecom[0].value']],
      ['meta', undefined, ['business-rule Practitioner.meta']],
      ['meta.source', 'urn:oid:1.2.3', ['value Practitioner.meta.source']],
      ['identifier', undefined, ['required Practitioner.identifier']],
      ['identifier[0].value', undefined, ['required Practitioner.identifier[0].value']],
      [
        'identifier[0].system',
        'urn:oid:1.2.250.1.213.3.6',
        [
          'value Practitioner.identifier[0].type',
          'structure Practitioner.identifier[1]',
          'business-rule Practitioner.identifier[0]',
        ],
      ],
      ['identifier[1].system', 'urn:oid:1.2.250.1.999', ['business-rule Practitioner.identifier[1]']],
    ],
  },
];

describe.each(CASES)('$name', ({ flow, profile, sample, mutations }) => {
  it('is right as it is', () => {
    expect(validate(sample(), rulesFor(flow), profile)).toEqual([]);
  });

  it.each(mutations)('%s = %j', (where, to, errors) => {
    const findings = validate(changed(sample(), where, to), rulesFor(flow), profile);
    const found = findings.filter(({ severity }) => severity === 'error');
    const named = new Set(found.map(({ code, path }) => `${code} ${path}`));
    expect([...named].toSorted()).toEqual([...errors].toSorted());
  });
});
