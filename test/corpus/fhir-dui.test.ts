import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConsistency } from '../../src/formats/fhir/dui/consistency.ts';
import { assignedNames, withRemoteNames } from '../../src/formats/fhir/dui/known-resources.ts';
import { receive } from '../../src/formats/fhir/dui/receive.ts';
import { referencesOf } from '../../src/formats/fhir/references.ts';
import { parseResource } from '../../src/formats/fhir/resource.ts';
import { readTransactionResponse } from '../../src/formats/fhir/transaction.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const EXAMPLE = 'corpus/fhir/dui-2.0.0-ballot/Bundle-ExampleTDDUIBundle.json';

/** The guide's own transaction. */
describe.skipIf(!hasShared(EXAMPLE))('the DUI’s example', () => {
  const bundle = hasShared(EXAMPLE)
    ? parseResource(readFileSync(join(SHARED, EXAMPLE)))
    : { resourceType: 'Bundle' };

  it('is consistent, but for the names of profiles as request.url', () => {
    expect(checkConsistency(bundle).map(({ severity, path }) => [severity, path])).toEqual(
      [0, 1, 2].map(index => ['warning', `Bundle.entry[${index}].request.url`]),
    );
  });

  it('is received, and its answer gives the names for later Bundles', () => {
    let last = 0;
    const reception = receive(bundle, {
      newId: () => `n${(last += 1)}`,
      now: new Date('2026-03-01T09:05:00Z'),
      base: 'https://pfi.exemple.fr',
      contract: '2.0.0-ballot',
    });
    if (reception.kind !== 'created') throw new Error('refused');
    expect(reception.status).toBe(201);
    expect(reception.resources.flatMap(referencesOf).map(({ reference }) => reference)).toEqual([
      'Patient/n1',
      'Organization/n2',
    ]);
    const result = readTransactionResponse('dui', bundle, reception.response);
    const names = assignedNames(bundle, result.kind === 'accepted' ? result.entries : []);
    expect(names).toEqual(reception.names);
    const later = {
      resourceType: 'Bundle',
      entry: [
        {
          fullUrl: 'https://test-server.fr/Encounter/later',
          resource: {
            resourceType: 'Encounter',
            subject: { reference: 'Patient/tddui-patient-ins-example' },
          },
        },
      ],
    };
    const known = {
      remoteOf: new Map(names.map(({ local, remote }) => [local, remote])),
      remotes: new Set(names.map(({ remote }) => remote)),
    };
    const sent = withRemoteNames(later, known, 'https://pfi.exemple.fr');
    expect(referencesOf(sent).map(({ reference }) => reference)).toEqual(['Patient/n1']);
  });
});
