import { describe, expect, it } from 'vitest';
import type { FhirResource } from '../../../src/formats/fhir/resource.ts';
import { readTransactionResponse, transactionResponse } from '../../../src/formats/fhir/transaction.ts';

const REQUEST: FhirResource = {
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [
    { fullUrl: 'https://local.fr/Patient/p', resource: { resourceType: 'Patient', id: 'p' } },
    { fullUrl: 'urn:uuid:1', resource: { resourceType: 'AuditEvent' } },
  ],
};

const CREATED = [
  { type: 'Patient', id: '7', versionId: '1', lastModified: '2026-03-01T10:05:00Z' },
  { type: 'AuditEvent', id: '8', versionId: '1', lastModified: '2026-03-01T10:05:00Z' },
];

const READ = CREATED.map((each, index) => ({ index, ...each }));

function answer(...entry: unknown[]): FhirResource {
  return { resourceType: 'Bundle', type: 'transaction-response', entry };
}

const OK = { status: '201 Created' };

describe('readTransactionResponse', () => {
  it('reads what transactionResponse writes', () => {
    expect(
      readTransactionResponse('dmi', REQUEST, transactionResponse(CREATED, 'https://h.fr/fhir')),
    ).toEqual({
      kind: 'accepted',
      entries: READ,
      issues: [],
    });
  });

  const second = { response: { ...OK, location: 'AuditEvent/8' } };

  it.each([
    ['a relative location', { response: { ...OK, location: 'Patient/7/_history/2' } }, '7', '2'],
    ['an absolute location', { response: { ...OK, location: 'https://h.fr/r4/Patient/7' } }, '7', undefined],
    ['a location from the root', { response: { ...OK, location: '/r4/Patient/7/_history/2' } }, '7', '2'],
    ['fullUrl', { fullUrl: 'https://h.fr/r4/Patient/7', response: OK }, '7', undefined],
    [
      'the resource',
      { resource: { resourceType: 'Patient', id: '7', meta: { versionId: '3' } }, response: OK },
      '7',
      '3',
    ],
    ['an etag', { response: { ...OK, location: 'Patient/7', etag: 'W/"4"' } }, '7', '4'],
    [
      'nothing, by the caller’s own fullUrl',
      { fullUrl: 'https://local.fr/Patient/p', response: OK },
      undefined,
      undefined,
    ],
    ['nothing', { response: OK }, undefined, undefined],
    [
      'the location before an outcome',
      { resource: { resourceType: 'OperationOutcome' }, response: { ...OK, location: 'Patient/7' } },
      '7',
      undefined,
    ],
  ])('takes the id from %s', (_, first, id, versionId) => {
    const result = readTransactionResponse('dmi', REQUEST, answer(first, second));
    expect(result).toMatchObject({ kind: 'accepted' });
    expect(result.kind === 'accepted' && result.entries[0]).toMatchObject({ type: 'Patient', id, versionId });
  });

  it.each([
    ['too few entries', answer(second), 'entry-count'],
    ['too many', answer({ response: OK }, second, second), 'entry-count'],
    ['another order', answer(second, { response: { ...OK, location: 'Patient/7' } }), 'entry-type'],
    ['no status', answer({ response: { location: 'Patient/7' } }, second), 'entry-status'],
    ['no response', answer({}, second), 'entry-status'],
    ['no body', undefined, 'no-bundle'],
    ['another resource', { resourceType: 'Patient' }, 'no-bundle'],
  ])('does not know what became of it: %s', (_, body, reason) => {
    expect(readTransactionResponse('dmi', REQUEST, body)).toEqual({ kind: 'unreadable', reason });
  });

  it('is failed by one entry', () => {
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'timeout' }] };
    const failed = answer({ response: OK }, { response: { status: '500', outcome } });
    expect(readTransactionResponse('dui', REQUEST, failed)).toMatchObject({
      kind: 'failed',
      verdict: 'later',
      issues: [{ code: 'timeout' }],
    });
  });

  it.each([
    ['a Bundle', (entry: unknown[]) => ({ resourceType: 'Bundle', type: 'transaction', entry }), true],
    ['a list', (entry: unknown[]) => entry, false],
  ])('takes the created resources as %s', (_, wrap, isEntry) => {
    const resources = CREATED.map(({ type, id, versionId, lastModified }) => ({
      resourceType: type,
      id,
      meta: { versionId, lastUpdated: lastModified },
    }));
    const body = wrap(isEntry ? resources.map(resource => ({ resource })) : resources);
    expect(readTransactionResponse('dui', REQUEST, body)).toMatchObject({ kind: 'accepted', entries: READ });
  });

  const echo = (type: string) => ({ ...REQUEST, type });
  const stamp = { versionId: '1', lastUpdated: '2026-03-01T10:05:00Z' };
  const stamped = { ...REQUEST, entry: [{ resource: { resourceType: 'Patient', id: 'p', meta: stamp } }] };

  it.each<[string, FhirResource, unknown]>([
    ['an echo of the request', REQUEST, REQUEST],
    ['an echo under another type', REQUEST, echo('collection')],
    ['an echo with the caller’s own version', stamped, stamped],
    ['empty entries', REQUEST, { resourceType: 'Bundle', type: 'searchset', entry: [{}, {}] }],
    ['resources that say nothing', REQUEST, [{ resourceType: 'Patient' }, { resourceType: 'AuditEvent' }]],
  ])('does not take %s for a yes', (_, request, body) => {
    expect(readTransactionResponse('dui', request, body)).toEqual({
      kind: 'unreadable',
      reason: 'entry-resource',
    });
  });

  it('does not take the resources of two patients for each other', () => {
    const patient = (value: string, id?: string): FhirResource => ({
      resourceType: 'Patient',
      ...(id !== undefined && { id, meta: { versionId: '1' } }),
      identifier: [{ system: 'urn:x', value }],
    });
    const request = { ...REQUEST, entry: [{ resource: patient('1') }, { resource: patient('2') }] };
    const said = (...resources: FhirResource[]): unknown =>
      answer(...resources.map(resource => ({ resource, response: OK })));
    expect(readTransactionResponse('dui', request, said(patient('2', 'b'), patient('1', 'a')))).toEqual({
      kind: 'unreadable',
      reason: 'entry-resource',
    });
    expect(readTransactionResponse('dui', request, said(patient('1', 'a'), patient('2', 'b')))).toMatchObject(
      { kind: 'accepted', entries: [{ id: 'a' }, { id: 'b' }] },
    );
  });

  it('believes a yes without ids', () => {
    const body = {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'information', code: 'informational' }],
    };
    expect(readTransactionResponse('dmi', REQUEST, body)).toMatchObject({ kind: 'accepted', entries: [] });
  });
});
