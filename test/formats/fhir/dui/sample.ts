import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';

export const PATIENT = 'urn:uuid:7b1d1f6a-2c4e-4a58-9c35-0d4f7b1c0001';
export const ORGANIZATION = 'urn:uuid:7b1d1f6a-2c4e-4a58-9c35-0d4f7b1c0002';
export const STAY = 'urn:uuid:7b1d1f6a-2c4e-4a58-9c35-0d4f7b1c0003';

type Json = Record<string, unknown>;
export interface Entry {
  fullUrl?: string;
  resource?: Json & { resourceType: string };
  request?: Json;
}

/** A stay with its patient and its establishment, all invented, to be changed by a test. */
export function stayEntries(): [patient: Entry, organization: Entry, stay: Entry] {
  return [
    {
      fullUrl: PATIENT,
      resource: { resourceType: 'Patient', id: 'p1', name: [{ family: 'DUROC', given: ['Anne'] }] },
      request: { method: 'POST', url: 'Patient' },
    },
    {
      fullUrl: ORGANIZATION,
      resource: { resourceType: 'Organization', id: 'o1', name: 'Les Tilleuls' },
      request: { method: 'POST', url: 'Organization' },
    },
    {
      fullUrl: STAY,
      resource: {
        resourceType: 'Encounter',
        id: 'e1',
        meta: { profile: ['https://exemple.fr/sejour'] },
        status: 'in-progress',
        subject: { reference: PATIENT },
        serviceProvider: { reference: 'Organization/o1' },
      },
      request: { method: 'POST', url: 'Encounter' },
    },
  ];
}

export function transaction(entry: readonly Entry[]): FhirResource {
  return { resourceType: 'Bundle', type: 'transaction', entry };
}
