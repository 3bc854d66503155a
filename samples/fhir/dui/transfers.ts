import { insNumber } from '../../kit/patients.ts';

/** Transfers of medico-social records, as `POST /fhir/dui/` takes them; everybody is invented. */
export type SampleTransfer = Readonly<Record<string, unknown>>;

const TDDUI = 'https://interop.esante.gouv.fr/ig/fhir/tddui/';
const FR = 'https://hl7.fr/ig/fhir/core/';
const FR_TYPES = `${FR}CodeSystem/fr-core-cs-v2-0203`;

const concept = (system: string, code: string): object => ({ coding: [{ system, code }] });
const profile = (id: string): object => ({ profile: [`${TDDUI}StructureDefinition/${id}`] });

/** `urn:uuid:` of a transfer's entry, by their numbers. */
export function urnOf(transfer: number, entry: number): string {
  return `urn:uuid:00000000-0000-4000-8${String(entry).padStart(3, '0')}-${String(transfer).padStart(12, '0')}`;
}

const PATIENT = {
  resourceType: 'Patient',
  meta: profile('tddui-patient-ins'),
  extension: [
    {
      extension: [
        {
          url: 'identityStatus',
          valueCoding: { system: `${FR}CodeSystem/fr-core-cs-v2-0445`, code: 'VALI' },
        },
      ],
      url: `${FR}StructureDefinition/fr-core-identity-reliability`,
    },
    {
      url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
      valueAddress: {
        extension: [
          { url: `${FR}StructureDefinition/fr-core-address-insee-code`, valueCoding: { code: '29019' } },
        ],
        city: 'BREST',
      },
    },
  ],
  identifier: [
    {
      use: 'official',
      type: concept(FR_TYPES, 'INS-NIR-TEST'),
      system: 'urn:oid:1.2.250.1.213.1.4.10',
      value: insNumber('2850629019042'),
    },
  ],
  name: [
    {
      extension: [
        {
          url: `${FR}StructureDefinition/fr-core-patient-birth-list-given-name`,
          valueString: 'CLAIRE MARIE LOUISE',
        },
      ],
      use: 'official',
      family: 'MORVAN',
      given: ['CLAIRE'],
    },
  ],
  gender: 'female',
  birthDate: '1985-06-14',
};

const ORGANIZATION = {
  resourceType: 'Organization',
  meta: profile('tddui-organization'),
  identifier: [
    { type: concept(FR_TYPES, 'IDNST'), system: 'urn:oid:1.2.250.1.71.4.2.2', value: '1999900001' },
  ],
  name: 'EHPAD DES GENETS',
};

function stay(transfer: number, subject: string, serviceProvider: string): object {
  return {
    resourceType: 'Encounter',
    meta: profile('tddui-encounter-sejour'),
    extension: [{ url: `${TDDUI}StructureDefinition/tddui-admission-date`, valueDateTime: '2026-01-05' }],
    identifier: [
      {
        type: concept(`${TDDUI}CodeSystem/tddui-encounter-identifier`, 'SEJ'),
        value: `3999900001/SEJ-${transfer}`,
      },
    ],
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HH' },
    subject: { reference: subject },
    period: { start: '2026-01-05' },
    serviceProvider: { reference: serviceProvider },
  };
}

function transaction(transfer: number, entry: readonly object[]): SampleTransfer {
  return {
    resourceType: 'Bundle',
    meta: profile('tddui-bundle'),
    identifier: { system: 'urn:oid:1.2.250.1.999.4.1', value: `TR-${transfer}` },
    type: 'transaction',
    entry,
  };
}

function creation(fullUrl: string, resource: object, url: string): object {
  return { fullUrl, resource, request: { method: 'POST', url } };
}

/** A patient, an establishment, and a stay of the one in the other. */
export function firstTransfer(transfer: number): SampleTransfer {
  const urn = (entry: number): string => urnOf(transfer, entry);
  return transaction(transfer, [
    creation(urn(0), PATIENT, 'Patient'),
    creation(urn(1), ORGANIZATION, 'Organization'),
    creation(urn(2), stay(transfer, urn(0), urn(1)), 'Encounter'),
  ]);
}

/** Another stay, of a patient and in an establishment that an earlier transfer has brought, by whichever names. */
export function laterTransfer(transfer: number, patient: string, organization: string): SampleTransfer {
  return transaction(transfer, [
    creation(urnOf(transfer, 2), stay(transfer, patient, organization), 'Encounter'),
  ]);
}
