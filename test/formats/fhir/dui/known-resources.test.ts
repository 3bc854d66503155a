import { describe, expect, it } from 'vitest';
import { checkConsistency } from '../../../../src/formats/fhir/dui/consistency.ts';
import {
  assignedNames,
  type KnownResources,
  namesElsewhere,
  withRemoteNames,
} from '../../../../src/formats/fhir/dui/known-resources.ts';
import { referencesOf } from '../../../../src/formats/fhir/references.ts';
import type { FhirResource } from '../../../../src/formats/fhir/resource.ts';
import { readTransactionResponse, transactionResponse } from '../../../../src/formats/fhir/transaction.ts';
import { ORGANIZATION, PATIENT, STAY, stayEntries, transaction } from './sample.ts';

const BASE = 'https://consommateur.exemple.fr/fhir';

function stayOf(subject: string, fullUrl: string, patient?: string): FhirResource {
  return transaction([
    ...(patient === undefined
      ? []
      : [
          {
            fullUrl: patient,
            resource: { resourceType: 'Patient' as const, id: patient.split('/').at(-1) },
            request: { method: 'POST', url: 'Patient' },
          },
        ]),
    {
      fullUrl,
      resource: { resourceType: 'Encounter', subject: { reference: subject } },
      request: { method: 'POST', url: 'Encounter' },
    },
  ]);
}

function subjects(bundle: FhirResource): readonly string[] {
  return referencesOf(bundle).map(({ reference }) => reference);
}

describe('the ids of the platform', () => {
  const first = transaction(stayEntries());
  const answer = transactionResponse(
    [
      { type: 'Patient', id: '7' },
      { type: 'Organization', id: '8' },
      { type: 'Encounter', id: '9' },
    ],
    BASE,
  );
  const result = readTransactionResponse('dui', first, answer);
  const names = assignedNames(first, result.kind === 'accepted' ? result.entries : []);
  const known: KnownResources = {
    remoteOf: new Map(names.map(({ local, remote }) => [local, remote])),
    remotes: new Set(names.map(({ remote }) => remote)),
  };

  it('are kept under every name of their resource', () => {
    expect(names.map(({ local, remote }) => [local, remote])).toEqual([
      [PATIENT, 'Patient/7'],
      ['Patient/p1', 'Patient/7'],
      [ORGANIZATION, 'Organization/8'],
      ['Organization/o1', 'Organization/8'],
      [STAY, 'Encounter/9'],
      ['Encounter/e1', 'Encounter/9'],
    ]);
  });

  it.each([
    ['fullUrl', PATIENT],
    ['type and id', 'Patient/p1'],
    ['a version', 'Patient/p1/_history/1'],
    ['their own name', 'Patient/7'],
  ])('are used in later Bundles that say %s', (_, subject) => {
    const later = stayOf(subject, 'urn:uuid:later');
    expect(namesElsewhere(later)).toHaveLength(1);
    expect(checkConsistency(later, known)).toEqual([]);
    expect(subjects(withRemoteNames(later, known, BASE))).toEqual(['Patient/7']);
  });

  it('leave what the later Bundle brings itself', () => {
    const later = stayOf(
      'https://dui.fr/Patient/p1',
      'https://dui.fr/Encounter/e2',
      'https://dui.fr/Patient/p1',
    );
    expect(namesElsewhere(later)).toEqual([]);
    expect(withRemoteNames(later, known, BASE)).toBe(later);
  });

  it('are written absolutely where the Bundle has a resource of that name', () => {
    // The Bundle's own Patient/7 is not the platform's.
    const later = stayOf('Patient/p1', 'urn:uuid:later', 'urn:uuid:x/7');
    expect(subjects(withRemoteNames(later, known, BASE))).toEqual([`${BASE}/Patient/7`]);
  });

  it('are no other server’s: a relative name is what its entry’s server has, or the consumer', () => {
    const others = stayOf('Patient/p1', 'https://c.fr/Encounter/2');
    expect(checkConsistency(others, known)).toMatchObject([{ rule: 'dui-reference' }]);
    expect(withRemoteNames(others, known, BASE)).toBe(others);
    expect(checkConsistency(stayOf('Patient/7', 'https://c.fr/Encounter/2'), known)).toEqual([]);
  });

  it('are found under the absolute names of the platform', () => {
    const later = stayOf(`${BASE}/Patient/7`, 'urn:uuid:later');
    expect(subjects(withRemoteNames(later, known, BASE))).toEqual(['Patient/7']);
  });

  it('leave an ambiguous name, which is refused', () => {
    const both = { ...known, remotes: new Set(['Patient/p1', 'Patient/7']) };
    const later = stayOf('Patient/p1', 'urn:uuid:later');
    expect(withRemoteNames(later, both, BASE)).toBe(later);
    expect(checkConsistency(later, both)).toMatchObject([{ severity: 'error' }]);
  });
});

describe('namesElsewhere', () => {
  it.each([
    ['Patient/1', 'https://dui.fr/Encounter/2', ['https://dui.fr/Patient/1', 'Patient/1']],
    ['Patient/1/_history/3', 'urn:uuid:2', ['Patient/1']],
    ['https://dui.fr/Patient/1', 'urn:uuid:2', ['https://dui.fr/Patient/1']],
    ['urn:uuid:1', 'urn:uuid:2', ['urn:uuid:1']],
    ['#p', 'urn:uuid:2', []],
    ['Patient?identifier=1', 'urn:uuid:2', []],
  ])('of %s in %s', (subject, fullUrl, names) => {
    expect(namesElsewhere(stayOf(subject, fullUrl))).toEqual(names);
  });
});
