import { describe, expect, it } from 'vitest';
import { statusByContract } from '../../../../src/formats/fhir/dui/contract.ts';
import { receive, type ReceiveContext } from '../../../../src/formats/fhir/dui/receive.ts';
import { readTransactionResponse } from '../../../../src/formats/fhir/transaction.ts';
import { type Entry, ORGANIZATION, PATIENT, stayEntries, transaction } from './sample.ts';

function context(about: Partial<ReceiveContext> = {}): ReceiveContext {
  let last = 0;
  return {
    newId: () => `n${(last += 1)}`,
    now: new Date('2026-03-01T09:05:00Z'),
    base: 'https://pfi.exemple.fr/fhir/dui-consommateur',
    contract: '2.0.0-ballot',
    ...about,
  };
}

describe('statusByContract', () => {
  it.each([
    ['1.0.1', 201],
    ['2.0.0-ballot', 201],
    ['2.0.0', 200],
    ['2.1.0-ballot', 200],
    ['2.1.0', 200],
    ['2.3.0-ballot', 200],
    ['10.0.0', 200],
  ])('%s: %i', (contract, status) => {
    expect(statusByContract(contract)).toBe(status);
  });
});

describe('receive', () => {
  it('creates every resource, rewrites references, and answers with them', () => {
    const bundle = transaction(stayEntries());
    const reception = receive(bundle, context());
    if (reception.kind !== 'created') throw new Error('refused');
    const meta = { versionId: '1', lastUpdated: '2026-03-01T09:05:00.000Z' };
    expect(reception.status).toBe(201);
    expect(reception.resources).toEqual([
      { resourceType: 'Patient', id: 'n1', meta, name: [{ family: 'DUROC', given: ['Anne'] }] },
      { resourceType: 'Organization', id: 'n2', meta, name: 'Les Tilleuls' },
      {
        resourceType: 'Encounter',
        id: 'n3',
        meta: { profile: ['https://exemple.fr/sejour'], ...meta },
        status: 'in-progress',
        subject: { reference: 'Patient/n1' },
        serviceProvider: { reference: 'Organization/n2' },
      },
    ]);
    expect(reception.names).toContainEqual({ local: PATIENT, remote: 'Patient/n1' });
    expect(reception.names).toContainEqual({ local: 'Organization/o1', remote: 'Organization/n2' });
    // A producer of ours reads from it what was created.
    expect(readTransactionResponse('dui', bundle, reception.response)).toMatchObject({
      kind: 'accepted',
      entries: [
        { type: 'Patient', id: 'n1', versionId: '1', lastModified: meta.lastUpdated },
        { type: 'Organization', id: 'n2' },
        { type: 'Encounter', id: 'n3' },
      ],
    });
    expect(bundle).toEqual(transaction(stayEntries()));
  });

  it('creates nothing where one entry is wrong', () => {
    const entries = stayEntries();
    entries[1].request = { method: 'PUT', url: 'Organization' };
    let ids = 0;
    const reception = receive(transaction(entries), context({ newId: () => `n${(ids += 1)}` }));
    expect(reception).toMatchObject({
      kind: 'refused',
      findings: [{ path: 'Bundle.entry[1].request.method' }],
    });
    expect(ids).toBe(0);
  });

  it('keeps the ids of earlier Bundles apart from those of this one', () => {
    const [, organization, stay] = stayEntries();
    const known = { remoteOf: new Map([[PATIENT, 'Patient/n2']]), remotes: new Set(['Patient/n2']) };
    const bundle = transaction([organization, stay]);
    expect(receive(bundle, context()).kind).toBe('refused');
    const reception = receive(bundle, context({ known, contract: '2.1.0' }));
    if (reception.kind !== 'created') throw new Error('refused');
    expect(reception.status).toBe(200);
    expect(reception.resources[1]).toMatchObject({
      subject: { reference: 'Patient/n2' },
      serviceProvider: { reference: 'Organization/n1' },
    });
    expect(reception.names.map(({ local }) => local)).toContain(ORGANIZATION);
  });

  it('knows its own resources under any host, and another producer’s not at all', () => {
    const [, organization, stay] = stayEntries();
    const refer = (reference: string) => {
      const other = { ...stay, resource: { resourceType: 'Encounter', subject: { reference } } };
      const known = { remoteOf: new Map(), remotes: new Set(['Patient/n9']) };
      const base = 'https://pfi.exemple.fr/fhir/dui-consommateur';
      return receive(transaction([organization, other]), context({ base, known }));
    };
    expect(refer('https://10.0.0.1:8443/fhir/dui-consommateur/Patient/n9')).toMatchObject({
      resources: [{}, { subject: { reference: 'Patient/n9' } }],
    });
    for (const host of ['pfi.exemple.fr', 'autre.fr'])
      expect(refer(`https://${host}/fhir/dui-consommateur/Patient/n8`)).toMatchObject({
        kind: 'refused',
        findings: [{ path: 'Bundle.entry[1].resource.subject' }],
      });
  });

  /** It was handed over as it came, and led nowhere: the Binary has another id. */
  it.each([
    ['https://ehpad.fr/fhir/Binary/b1', 'https://ehpad.fr/fhir/DocumentReference/d1'],
    ['urn:uuid:7b1d1f6a-2c4e-4a58-9c35-0d4f7b1c0004', 'urn:uuid:7b1d1f6a-2c4e-4a58-9c35-0d4f7b1c0005'],
  ])('rewrites a relative link to what is in the Bundle as %s', (binary, reference) => {
    const post = (fullUrl: string, resource: Entry['resource'] & object): Entry => ({
      fullUrl,
      resource,
      request: { method: 'POST', url: resource.resourceType },
    });
    const content = ['Binary/b1', 'Binary/b2', 'b1.pdf'].map(url => ({ attachment: { url } }));
    const text = { div: '<div><a href="Binary/b1">x</a></div>' };
    const reception = receive(
      transaction([
        post(binary, { resourceType: 'Binary', id: 'b1' }),
        post(reference, { resourceType: 'DocumentReference', id: 'd1', text, content }),
      ]),
      context(),
    );
    expect(reception).toMatchObject({
      resources: [
        { id: 'n1' },
        {
          text: { div: '<div><a href="Binary/n1">x</a></div>' },
          content: ['Binary/n1', 'Binary/b2', 'b1.pdf'].map(url => ({ attachment: { url } })),
        },
      ],
    });
  });

  it('rewrites links too', () => {
    const entries = stayEntries();
    if (entries[2].resource)
      entries[2].resource['extension'] = [{ url: 'https://x.fr/y', valueUri: PATIENT }];
    const reception = receive(transaction(entries), context());
    expect(reception).toMatchObject({
      resources: [{}, {}, { extension: [{ url: 'https://x.fr/y', valueUri: 'Patient/n1' }] }],
    });
  });
});
