import { expect, it } from 'vitest';
import { searchTracesRoute } from '../../../src/flows/fhir/trace-queries.ts';
import type { FhirHttpRequest } from '../../../src/peers/interfaces.ts';

it('numbers of what was found reach the caller as the platform wrote them', async () => {
  const found =
    '{"resourceType":"Bundle","type":"searchset","total":1.0,"entry":[{"search":{"score":0.50}}]}';
  const route = searchTracesRoute({
    base: 'https://plateforme.exemple.fr/fhir',
    journal: { keyOf: text => text },
    peer: {
      send: async () => ({ status: 200, headers: {}, retryAfter: undefined, body: Buffer.from(found) }),
      dropToken: () => {},
      probe: () => Promise.reject(new Error('not asked for')),
      close: async () => {},
    },
  });
  const asked = { query: new URLSearchParams('date=2026-01-01'), origin: 'https://pfi.exemple.fr' };
  const { status, body } = await route.handle(asked as unknown as FhirHttpRequest);
  expect([status, JSON.stringify(body)]).toEqual([200, found]);
});
