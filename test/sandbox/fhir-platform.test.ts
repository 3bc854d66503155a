import { afterEach, describe, expect, it } from 'vitest';
import { firstTransfer, laterTransfer } from '../../samples/fhir/dui/transfers.ts';
import { interventionParameters, inRegistry } from '../../samples/fhir/renacot/interventions.ts';
import { createFhirClient, type FhirAuth } from '../../src/peers/fhir/client.ts';
import type { FhirPeer } from '../../src/peers/interfaces.ts';
import {
  type FhirPlatform,
  type FhirPlatformOptions,
  startFhirPlatform,
} from '../../src/sandbox/fhir-platform.ts';
import { certificates } from '../kit/certificates.ts';
import { failureOf } from '../kit/failure.ts';
import { newTraceBundle } from '../kit/fhir-traces.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Met {
  readonly platform: FhirPlatform;
  readonly peer: FhirPeer;
  readonly post: (path: string, resource: unknown) => Promise<{ status: number; text: string }>;
}

async function meet(options: FhirPlatformOptions, auth: (platform: FhirPlatform) => FhirAuth): Promise<Met> {
  const platform = await startFhirPlatform(options);
  const peer = createFhirClient({
    url: platform.url,
    auth: auth(platform),
    timeoutMs: 2_000,
    maxAnswerBytes: 1_000_000,
    parallel: 8,
    rate: undefined,
    clock: { now: () => new Date() },
  });
  open.push(
    () => peer.close(),
    () => platform.stop(),
  );
  return {
    platform,
    peer,
    async post(path, resource) {
      const { status, body } = await peer.send({
        method: 'POST',
        path,
        body: Buffer.from(JSON.stringify(resource)),
      });
      return { status, text: Buffer.from(body).toString() };
    },
  };
}

const byCertificate = ({ ca }: FhirPlatform): FhirAuth => ({ type: 'mtls', ca, ...certificates.client });
const openly = ({ ca }: FhirPlatform): FhirAuth => ({ type: 'none', ca });
const mutual = (flow: 'dmi' | 'dui'): Promise<Met> =>
  meet({ flow, trusted: [certificates.ca] }, byCertificate);

type Json = Record<string, unknown>;
/** A copy, changed. */
function changed(resource: unknown, change: (copy: Json, entries: Json[]) => void): unknown {
  const copy = JSON.parse(JSON.stringify(resource)) as Json;
  change(copy, copy['entry'] as Json[]);
  return copy;
}

describe('a platform', () => {
  it('of mutual TLS talks to nobody without a certificate that it trusts', async () => {
    const { peer } = await meet({ flow: 'dmi', trusted: [certificates.otherCa] }, byCertificate);
    expect((await failureOf(peer.send({ method: 'GET', path: '/metadata' }))).class).toBe('unreachable');
    const { peer: bare } = await meet({ flow: 'dmi', trusted: [certificates.ca] }, openly);
    expect((await failureOf(bare.send({ method: 'GET', path: '/metadata' }))).class).toBe('unreachable');
  });

  it('of tokens does nothing without one', async () => {
    const { platform, post } = await meet({ flow: 'renacot', client: { id: 'a', secret: 'b' } }, openly);
    const { status } = await post('/$associer-implants-registre', interventionParameters('2026-03-01'));
    expect([status, platform.associations()]).toEqual([401, []]);
  });

  it('says what it is', async () => {
    const { peer } = await mutual('dmi');
    expect((await peer.probe()).lines.at(-1)).toBe('GET metadata : HTTP 200, FHIR 4.0.1');
  });
});

describe('the keeper of traces', () => {
  it.each<[string, string, (copy: Json, entries: Json[]) => void]>([
    ['no transaction', 'Bundle.type', copy => void (copy['type'] = 'batch')],
    [
      'a method',
      'Bundle.entry[0].request.method',
      (_, [entry]) => void (entry && (entry['request'] = { method: 'PUT' })),
    ],
    [
      'an address',
      'Bundle.entry[0].request.url',
      (_, [entry]) => void (entry && (entry['request'] = { method: 'POST', url: 'DMIPatient' })),
    ],
    ['no AuditEvent', 'Bundle.entry', (_, entries) => void entries.pop()],
    [
      'two AuditEvents',
      'Bundle.entry',
      (_, entries) => void entries.push({ ...entries.at(-1), fullUrl: 'urn:uuid:1' }),
    ],
    ['a loose reference', 'Bundle.entry', (_, entries) => void entries.shift()],
  ])('refuses %s with 500, and keeps nothing', async (_, path, change) => {
    const { platform, post } = await mutual('dmi');
    const { status, text } = await post('/Bundle', changed(newTraceBundle(), change));
    expect([status, text.includes(path), platform.transactions()]).toEqual([500, true, []]);
  });

  it('gives ids, and references follow', async () => {
    const { platform, post } = await mutual('dmi');
    expect((await post('/Bundle', newTraceBundle())).status).toBe(200);
    const [created = []] = platform.transactions();
    const audit = created.find(({ type }) => type === 'AuditEvent')?.resource as {
      entity: { what: unknown }[];
    };
    const procedure = created.find(({ type }) => type === 'Procedure');
    expect(audit.entity[0]?.what).toEqual({ reference: `Procedure/${procedure?.id}` });
  });
});

describe('the keeper of records', () => {
  it('knows what it created before, and nothing else', async () => {
    const { platform, post } = await mutual('dui');
    expect((await post('/', laterTransfer(1, 'Patient/1', 'Organization/1'))).status).toBe(422);
    expect((await post('/', firstTransfer(2))).status).toBe(201);
    const [patient, organization] = platform.transactions()[0] ?? [];
    const later = laterTransfer(3, `Patient/${patient?.id}`, `Organization/${organization?.id}`);
    expect((await post('/', later)).status).toBe(201);
    expect(platform.transactions()).toHaveLength(2);
  });
});

describe('the registry', () => {
  const DATE = '2026-03-01';
  const PATH = '/$associer-implants-registre';

  it('associates what it knows, under the same id each time', async () => {
    const { platform, post } = await meet({ flow: 'renacot', interventions: [inRegistry(DATE)] }, openly);
    const first = await post(PATH, interventionParameters(DATE));
    expect(await post(PATH, interventionParameters(DATE))).toEqual(first);
    expect(first.status).toBe(200);
    expect(new Set(platform.associations().map(({ id }) => id)).size).toBe(1);
    expect((await post(PATH, interventionParameters('2026-03-02'))).status).toBe(422);
    expect((await post(PATH, { resourceType: 'Parameters', parameter: [] })).status).toBe(400);
  });

  it('takes five calls in a second', async () => {
    const { post } = await meet({ flow: 'renacot', interventions: [inRegistry(DATE)] }, openly);
    const calls = Array.from({ length: 8 }, () => post(PATH, interventionParameters(DATE)));
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.filter(status => status === 429)).toHaveLength(3);
  });
});

describe('told to', () => {
  it.each([
    ['drop-before', 'FHIR-007', 0],
    ['drop-after', 'FHIR-007', 1],
    ['half-answer', 'FHIR-007', 1],
    ['not-json', 'FHIR-010', 1],
  ] as const)('%s it does', async (behaviour, code, taken) => {
    const { platform, post } = await mutual('dui');
    platform.behave(behaviour, 1);
    expect((await failureOf(post('/', firstTransfer(1)))).code).toBe(code);
    expect(platform.transactions()).toHaveLength(taken);
    expect((await post('/', firstTransfer(2))).status).toBe(201);
  });

  it.each([
    [{ status: 503, retryAfter: 7 }, 503, 7],
    [{ status: 422, issue: 'business-rule' }, 422, undefined],
    [{ page: 502 }, 502, undefined],
    [{ error: 'transient' }, 200, undefined],
  ] as const)('%j it says so, and takes nothing', async (behaviour, status, retryAfter) => {
    const { platform, peer } = await mutual('dui');
    platform.behave(behaviour, 1);
    const body = Buffer.from(JSON.stringify(firstTransfer(1)));
    const answer = await peer.send({ method: 'POST', path: '/', body });
    expect([answer.status, answer.retryAfter, platform.transactions()]).toEqual([status, retryAfter, []]);
  });
});
