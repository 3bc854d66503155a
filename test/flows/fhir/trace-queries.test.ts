import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { createPageSeal } from '../../../src/flows/fhir/page-seal.ts';
import {
  readTraceRoute,
  searchTracesRoute,
  type TracePlatform,
} from '../../../src/flows/fhir/trace-queries.ts';
import type { FhirAnswer, FhirHttpAnswer, FhirHttpRequest } from '../../../src/peers/interfaces.ts';

const FOUND = '{"resourceType":"Bundle","type":"searchset","total":1.0,"entry":[{"search":{"score":0.50}}]}';

interface Said {
  readonly status: number;
  readonly text: string;
  readonly headers: FhirHttpAnswer['headers'];
}

/** What a caller hears of a search, or of a trace, that the platform answers so. */
async function heard(
  what: 'search' | 'read',
  answer: Partial<FhirAnswer> | (() => Promise<FhirAnswer>),
): Promise<Said> {
  const said = { status: 200, headers: {}, retryAfter: undefined, body: Buffer.from(FOUND) };
  const platform: TracePlatform = {
    base: 'https://plateforme.exemple.fr/fhir',
    pages: createPageSeal(text => text),
    get: typeof answer === 'function' ? answer : async () => ({ ...said, ...answer }),
  };
  const route = what === 'search' ? searchTracesRoute(platform) : readTraceRoute(platform);
  const asked = {
    query: new URLSearchParams('date=2026-01-01'),
    params: { id: '12' },
    origin: 'https://pfi.exemple.fr',
    caller: 'pui',
  };
  const { status, body, headers } = await route.handle(asked as unknown as FhirHttpRequest);
  const text = body instanceof Uint8Array ? Buffer.from(body).toString() : JSON.stringify(body);
  return { status, text, headers };
}

it('numbers of what was found reach the caller as the platform wrote them', async () => {
  expect(await heard('search', {})).toEqual({ status: 200, text: FOUND, headers: {} });
});

/** An empty yes says that there is no such implant: in a recall nobody would look further. */
describe.each(['search', 'read'] as const)('a %s', what => {
  it.each<[string, number, string | Uint8Array]>([
    ['an answer that is cut', 200, FOUND.slice(0, 40)],
    ['an answer without a body', 200, ''],
    ['204', 204, ''],
    ['a member that no element has', 200, '{"resourceType":"Bundle","a b":1}'],
    ['more values than are read', 200, `{"resourceType":"Bundle","entry":[${'1,'.repeat(400_000)}1]}`],
    ['Latin-1', 200, Buffer.from('{"resourceType":"Bundle","id":"é"}', 'latin1')],
    ['JSON that is no resource', 200, '{"total":0}'],
    ['a list', 200, '[]'],
    ['302', 302, ''],
    ['304', 304, ''],
    ['307 with a body', 307, '{"resourceType":"OperationOutcome"}'],
  ])('that is answered with %s is no yes: 502', async (_, status, body) => {
    const said = await heard(what, { status, body: Buffer.from(body) });
    expect(said.status).toBe(502);
    expect(JSON.parse(said.text)).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', details: { coding: [{ code: 'FHIR-010' }] } }],
    });
  });

  it('whose answer the client cannot read, or is too large, is answered with 502', async () => {
    const said = await heard(what, async () => {
      throw new GatewayError('FHIR-010', { fields: { reason: 'too-large' } });
    });
    expect([said.status, said.text]).toEqual([502, expect.stringContaining('_count')]);
  });

  it('is told a no with its reason, and when to ask again', async () => {
    const body = Buffer.from('{"resourceType":"OperationOutcome"}');
    const headers = { 'retry-after': '30', 'set-cookie': 'x', 'content-encoding': 'gzip' };
    expect(await heard(what, { status: 429, headers, body })).toEqual({
      status: 429,
      text: body.toString(),
      headers: { 'retry-after': '30' },
    });
  });

  it('is told the version that it reads', async () => {
    const headers = {
      etag: 'W/"3"',
      'last-modified': 'Wed, 01 Jan 2025 00:00:00 GMT',
      location: 'https://x/',
    };
    expect((await heard(what, { headers })).headers).toEqual({
      etag: 'W/"3"',
      'last-modified': 'Wed, 01 Jan 2025 00:00:00 GMT',
    });
  });
});
