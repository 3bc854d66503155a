import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, type FhirSite, startFhirSite, stateOf, newTrace, newTraceBundle } from '../kit/fhir.ts';

/** Who may ask the façade for what, and what it says to the rest; over mutual TLS and by token. */

const BUNDLE = '/fhir/dmi/Bundle';
const SEARCH = '/fhir/dmi/AuditEvent?date=2026-03-01';

let site: FhirSite;
beforeAll(async () => {
  site = await startFhirSite({
    flows: ['dmi', 'renacot'],
    bloc: ['renacot'],
    facade: { body: '64KB' },
    waitMs: 300,
  });
});
afterAll(() => site.stop());

const requested = (): number =>
  site.platform('dmi').requests().length + site.platform('renacot').requests().length;

describe.each([
  ['nobody', 401, ['login']],
  ['liar', 401, ['login']],
  ['stranger', 403, ['forbidden']],
  ['bloc', 403, ['forbidden']],
] as const)('%s', (as: Caller, status, errors) => {
  it.each([
    ['POST', BUNDLE, newTraceBundle()],
    ['POST', '/dmi/traces', newTrace()],
    ['GET', SEARCH, undefined],
    ['GET', '/fhir/dmi/AuditEvent/1', undefined],
  ])(`may not %s %s: ${status}`, async (method, path, body) => {
    const before = requested();
    const answer = await site.ask(method, path, body, { as });
    expect([answer.status, answer.errors]).toEqual([status, errors]);
    expect(requested()).toBe(before);
  });
});

it('whom no flow is refused may ask: the pharmacy by its certificate, the theatre by its token', async () => {
  expect((await site.post('/dmi/traces', newTrace())).status).toBe(200);
  expect((await site.post('/renacot/interventions', {}, { as: 'bloc' })).status).toBe(422);
});

const xml = '<Bundle xmlns="http://hl7.org/fhir"/>';
const XML = { 'content-type': 'application/fhir+xml' };

it.each([
  ['XML', 'POST', BUNDLE, xml, XML, 415, 'not-supported'],
  ['plain XML', 'POST', '/dmi/traces', xml, { 'content-type': 'text/xml' }, 415, 'not-supported'],
  ['a compressed body', 'POST', BUNDLE, '{}', { 'content-encoding': 'gzip' }, 415, 'not-supported'],
  ['an answer in XML', 'GET', SEARCH, undefined, { accept: 'application/fhir+xml' }, 406, 'not-supported'],
  ['what is no JSON', 'POST', BUNDLE, '{"resourceType":', {}, 400, 'structure'],
  ['XML called JSON', 'POST', BUNDLE, xml, {}, 400, 'structure'],
  ['nothing', 'POST', BUNDLE, '', {}, 400, 'structure'],
  ['bytes that are no UTF-8', 'POST', BUNDLE, Buffer.from([0x22, 0xe9, 0x22]), {}, 400, 'structure'],
  ['too many levels', 'POST', BUNDLE, '['.repeat(100) + ']'.repeat(100), {}, 413, 'too-long'],
  ['too much', 'POST', BUNDLE, JSON.stringify('x'.repeat(64 * 1024)), {}, 413, 'too-long'],
  ['another resource', 'POST', BUNDLE, '{"resourceType":"Patient"}', {}, 422, 'structure resourceType'],
  ['a list', 'POST', BUNDLE, '[]', {}, 422, 'structure resourceType'],
  ['another method', 'PUT', BUNDLE, '{}', {}, 405, 'not-supported'],
  ['another address', 'POST', '/fhir/dmi/Patient', '{}', {}, 404, 'not-found'],
  ['a flow that is not configured', 'POST', '/fhir/dui', '{}', {}, 404, 'not-found'],
] as const)(
  '%s is refused before anything is kept',
  async (_, method, path, body, headers, status, issue) => {
    const before = [requested(), (await site.exchanges()).length];
    const answer = await site.ask(method, path, body, { headers });
    expect([answer.status, answer.errors]).toEqual([status, [issue]]);
    expect(answer.json?.['resourceType']).toBe('OperationOutcome');
    expect([requested(), (await site.exchanges()).length]).toEqual(before);
  },
);

it('any JSON type is read, and answers are written in the one that is asked for', async () => {
  const headers = { 'content-type': 'application/json+fhir; charset=UTF-8', accept: 'application/json+fhir' };
  const answer = await site.post(BUNDLE, newTraceBundle(), { headers });
  expect([answer.status, answer.headers['content-type']]).toEqual([
    200,
    'application/json+fhir; charset=utf-8',
  ]);
});

it('a platform that is slower than the caller waits: 202, and the answer at its address', async () => {
  site.platform('dmi').behave('late', 1);
  const trace = newTrace();
  const slow = await site.post('/dmi/traces', trace);
  expect([slow.status, slow.errors]).toEqual([202, []]);
  const at = new URL(slow.headers['content-location'] ?? '').pathname;
  expect((await site.get(at)).status).toBe(202);
  site.platform('dmi').release();
  expect(stateOf(await site.settled())).toEqual(['accepted']);
  const told = await site.get(at);
  expect([told.status, told.json?.['type']]).toEqual([200, 'transaction-response']);
  expect((await site.post('/dmi/traces', trace)).text).toBe(told.text);
});

describe('a public address', () => {
  it('is what callers are told, whatever they call us', async () => {
    const facade = { publicUrl: 'https://pfi.chu-x.fr:8443/' };
    const other = await startFhirSite({ flows: ['dmi'], facade });
    try {
      const headers = { prefer: 'respond-async', host: 'localhost' };
      const told = await other.post('/dmi/traces', newTrace(), { headers });
      expect(told.status).toBe(202);
      expect(told.headers['content-location']).toMatch(/^https:\/\/pfi\.chu-x\.fr:8443\/fhir\/outcomes\//);
    } finally {
      await other.stop();
    }
  });
});

describe('where profiles are a matter of warning', () => {
  beforeAll(async () => {
    await site.stopGateway();
    await site.startGateway({ settings: { dmi: { validation: 'warn' } } });
  });

  it('a Bundle that does not follow its profile is sent, and the platform judges', async () => {
    const { entry, ...bundle } = newTraceBundle();
    const entries = entry as readonly { readonly resource: Readonly<Record<string, unknown>> }[];
    const unsaid = entries.map(each => {
      const { recorded: _, ...resource } = each.resource;
      return { ...each, resource };
    });
    const answer = await site.post(BUNDLE, { ...bundle, entry: unsaid });
    const [error] = answer.errors;
    expect([answer.status, error]).toEqual([
      500,
      expect.stringMatching(/^required Bundle\.entry\[\d+\]\.resource\.recorded$/),
    ]);
    const kept = await site.settled();
    expect(kept.events.find(({ type }) => type === 'call-accepted')?.data).toMatchObject({ errors: 1 });
  });

  it('what is no Bundle is refused all the same', async () => {
    expect((await site.post(BUNDLE, { resourceType: 'Patient' })).status).toBe(422);
  });
});
