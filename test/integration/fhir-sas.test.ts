import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FhirResource } from '../../src/formats/fhir/resource.ts';
import {
  clients,
  identifier,
  NATIONAL,
  national,
  newNational,
  PUBLIC_URL,
  regulator,
  type SasAnswer,
  type SasSite,
  startSas,
  TECHNICAL,
  technical,
} from '../kit/fhir-sas.ts';

/** Regulators' accounts: the SAS platform asks over mutual TLS, the agenda software is told, and may say no. */

let site: SasSite;
beforeAll(async () => {
  site = await startSas();
});
afterAll(async () => {
  await site.stop();
});
afterEach(() => site.hook.behave('answer'));

const UUID = 'b6e39355-8a41-4c5e-9d0a-2f1f0c6b7a10';
let uuids = 0;
function newUuid(): string {
  uuids += 1;
  return `${UUID.slice(0, -4)}${String(uuids).padStart(4, '0')}`;
}

/** Requests that the hook had of an account, by its Location. */
function relayed({ location = '' }: SasAnswer): readonly FhirResource[] {
  const path = location.slice(PUBLIC_URL.length);
  return site.hook
    .received()
    .filter(each => each.path === path)
    .map(({ resource }) => resource);
}

async function created(value = newNational()): Promise<SasAnswer & { readonly value: string }> {
  const answer = await site.post(regulator([national(value)]));
  expect(answer.status).toBe(201);
  return { ...answer, value };
}

const withoutSlash = (value: string): string => encodeURIComponent(`${NATIONAL}|${value}`);

describe('POST Practitioner', () => {
  it('creates the account, tells where it is, and relays it under its id', async () => {
    const body = regulator([national(newNational())]);
    const answer = await site.post({ ...body, id: 'leur-id' });
    expect(answer).toMatchObject({ status: 201, text: '' });
    const [, id = ''] = /^https:\/\/sas\.chu-x\.example\/fhir\/sas\/Practitioner\/([\w-]+)$/.exec(
      answer.location ?? '',
    ) ?? [''];
    expect(site.hook.received().at(-1)).toMatchObject({
      method: 'PUT',
      path: `/Practitioner/${id}`,
      headers: { authorization: 'Bearer jeton-agenda', 'content-type': 'application/fhir+json' },
      resource: { ...body, id },
    });
  });

  it('of a known account has the same Location, and changes it', async () => {
    const first = await created();
    const again = await site.post(
      regulator([national(first.value)], { name: [{ family: 'Loridon-Le Goff', given: ['Sébastien'] }] }),
    );
    expect([again.status, again.location]).toEqual([201, first.location]);
    expect(relayed(first)).toMatchObject([{}, { name: [{ family: 'Loridon-Le Goff' }] }]);
  });

  it('of a known account by its UUID in capitals changes it, and made a second one', async () => {
    const uuid = newUuid();
    const capitals = uuid.toUpperCase();
    const first = await site.post(regulator([technical(uuid)]));
    const again = await site.post(regulator([technical(capitals)]));
    expect([again.status, again.location]).toEqual([201, first.location]);
    const change = regulator([technical(uuid)], { gender: 'male' });
    const updated = await site.put(`${TECHNICAL}|${capitals}`, change);
    expect([updated.status, updated.location]).toEqual([200, first.location]);
    expect(relayed(first)).toMatchObject([{}, { identifier: [technical(capitals)] }, { gender: 'male' }]);
  });

  it('of the same bytes has the same answer, and relays nothing again', async () => {
    const body = regulator([national(newNational())]);
    const answers = [await site.post(body), await site.post(body), await site.post(body)];
    expect(answers.map(({ status, location }) => [status, location])).toEqual(
      answers.map(() => [201, answers[0]?.location]),
    );
    expect(answers.map(relayed)[0]).toHaveLength(1);
  });

  it('twenty at once of one new account make one, relayed once', async () => {
    const body = regulator([national(newNational())]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => site.post(body)));
    expect(new Set(answers.map(({ status, location }) => `${status} ${location}`))).toHaveLength(1);
    expect(answers[0]?.status).toBe(201);
    expect(answers[0] && relayed(answers[0])).toHaveLength(1);
  });

  it('twenty at once of one new account, each different, make one, and none is lost', async () => {
    const own = national(newNational());
    const bodies = Array.from({ length: 20 }, (_, index) =>
      regulator([own], { name: [{ family: `N${index}`, given: ['A'] }] }),
    );
    const answers = await Promise.all(bodies.map(body => site.post(body)));
    expect(new Set(answers.map(({ status, location }) => `${status} ${location}`))).toHaveLength(1);
    const families = answers[0] && relayed(answers[0]).map(each => JSON.stringify(each['name']));
    expect(families?.toSorted()).toEqual(bodies.map(each => JSON.stringify(each['name'])).toSorted());
  });
});

describe('PUT Practitioner?identifier=', () => {
  it('updates the account', async () => {
    const first = await created();
    const answer = await site.put(
      withoutSlash(first.value),
      regulator([national(first.value)], { active: true, gender: 'male' }),
    );
    expect([answer.status, answer.location]).toEqual([200, first.location]);
    expect(relayed(first)).toMatchObject([{}, { gender: 'male' }]);
  });

  it('creates an account that is not known; the same again has the same answer', async () => {
    const value = newNational();
    const body = regulator([national(value)]);
    const answer = await site.put(withoutSlash(value), body);
    const again = await site.put(withoutSlash(value), body);
    expect([again.status, again.location]).toEqual([201, answer.location]);
    expect(answer.status).toBe(201);
    expect(relayed(answer)).toHaveLength(1);
  });

  it.each([
    ['encoded', (value: string) => encodeURIComponent(`${NATIONAL}|${value}`)],
    ['with its bar and slash as they are', (value: string) => `${NATIONAL}|${value}`],
    ['with the bar alone encoded', (value: string) => `${NATIONAL}%7C${value}`],
    ['without a system', (value: string) => encodeURIComponent(value)],
    ['without a system, with a bar', (value: string) => `%7C${value}`],
    ['beside _format', (value: string) => `${NATIONAL}|${value}&_format=json`],
  ])('finds an account by its identifier %s', async (_, write) => {
    const first = await created();
    const answer = await site.put(
      write(first.value),
      regulator([national(first.value)], { gender: 'other' }),
    );
    expect([answer.status, answer.location]).toEqual([200, first.location]);
  });

  it('keeps the identifier that it changes as an alias: the same again finds the same account', async () => {
    const [uuid, value] = [newUuid(), newNational()];
    const first = await site.post(regulator([technical(uuid)]));
    const change = regulator([national(value)]);
    const changed = await site.put(`${TECHNICAL}|${uuid}`, change);
    expect([changed.status, changed.location]).toEqual([200, first.location]);
    const again = await site.put(`${TECHNICAL}|${uuid}`, change);
    expect([again.status, again.location]).toEqual([200, first.location]);
    expect(relayed(first)).toHaveLength(2);
    // By either, once it has been changed again.
    const by = [await site.put(withoutSlash(value), regulator([national(value)], { gender: 'female' }))];
    by.push(await site.put(`${TECHNICAL}|${uuid}`, change), await site.post(regulator([technical(uuid)])));
    expect(by.map(({ location }) => location)).toEqual(by.map(() => first.location));
    expect(relayed(first)).toHaveLength(5);
  });

  it('takes bytes that were sent before a later change for a change', async () => {
    const first = await created();
    const [on, off] = [{ active: true }, { active: false }].map(change =>
      regulator([national(first.value)], change),
    ) as [FhirResource, FhirResource];
    for (const body of [on, off, on, on]) await site.put(withoutSlash(first.value), body);
    expect(relayed(first).map(({ active }) => active)).toEqual([true, true, false, true]);
  });

  it('412 where several accounts have the value, each in its system', async () => {
    const value = newUuid();
    await site.post(regulator([technical(value)]));
    await site.post(regulator([identifier('PI', 'urn:oid:1.2.3', value)]));
    const answer = await site.put(value, regulator([national(newNational())]));
    expect(answer).toMatchObject({ status: 412, issue: { code: 'multiple-matches' } });
  });

  it('422 where the body has an identifier of another account, also a former one', async () => {
    const [first, other] = [await created(), await created()];
    const uuid = newUuid();
    await site.put(withoutSlash(other.value), regulator([technical(uuid)]));
    const bodies = [
      regulator([technical(newUuid()), national(other.value)]),
      regulator([national(first.value), technical(uuid)]),
    ];
    for (const body of bodies) {
      expect(await site.put(withoutSlash(first.value), body)).toMatchObject({
        status: 422,
        issue: { code: 'business-rule', expression: ['Practitioner.identifier[1]'] },
      });
    }
    expect(await site.post(regulator([national(first.value), technical(uuid)]))).toMatchObject({
      status: 422,
    });
    expect(relayed(first)).toHaveLength(1);
  });

  it('422 where it finds none, and the body’s identifier is that of another account', async () => {
    const first = await created();
    const uuid = newUuid();
    const answer = await site.put(`${TECHNICAL}|${uuid}`, regulator([national(first.value)]));
    expect(answer).toMatchObject({
      status: 422,
      issue: { code: 'business-rule', expression: ['Practitioner.identifier[0]'] },
    });
    expect(relayed(first)).toHaveLength(1);
    // And nothing of it is kept: the identifier is nobody's.
    expect((await site.post(regulator([technical(uuid)]))).location).not.toBe(first.location);
  });

  it.each([
    ['none', ''],
    ['an empty one', 'identifier='],
    ['a system alone', `identifier=${NATIONAL}|`],
    ['two', 'identifier=a|1&identifier=a|2'],
    ['another criterion', 'identifier=a|1&family=Loridon'],
    ['a modifier', 'identifier:of-type=a|b|1'],
    ['a broken encoding', 'identifier=a%7'],
  ])('400 for %s', async (_, query) => {
    const answer = await site.ask('PUT', `/fhir/sas/Practitioner?${query}`, {
      body: regulator([national('8')]),
    });
    expect(answer.status).toBe(400);
    expect(answer.issue?.code).toMatch(/^(?:invalid|required|value|not-supported)$/);
  });
});

describe('what is refused', () => {
  const good = (): unknown[] => [national(newNational())];
  it.each<[string, () => FhirResource, string]>([
    ['no name', () => regulator(good(), { name: undefined }), 'Practitioner.name'],
    ['no family name', () => regulator(good(), { name: [{ given: ['S'] }] }), 'Practitioner.name[0].family'],
    ['no e-mail', () => regulator(good(), { telecom: undefined }), 'Practitioner.telecom'],
    ['no meta', () => regulator(good(), { meta: undefined }), 'Practitioner.meta'],
    ['no meta.source', () => regulator(good(), { meta: { versionId: '1' } }), 'Practitioner.meta.source'],
    [
      'a source of others',
      () => regulator(good(), { meta: { source: 'urn:oid:1.2' } }),
      'Practitioner.meta.source',
    ],
    ['no active', () => regulator(good(), { active: undefined }), 'Practitioner.active'],
    ['no identifier', () => regulator([], { identifier: undefined }), 'Practitioner.identifier'],
    [
      'IDNPS in another system',
      () => regulator([identifier('IDNPS', TECHNICAL, UUID)]),
      'Practitioner.identifier[0]',
    ],
    [
      'INTRN in another system',
      () => regulator([identifier('INTRN', NATIONAL, '810002673899')]),
      'Practitioner.identifier[0]',
    ],
  ])('422 for %s', async (_, body, path) => {
    const before = site.hook.received().length;
    for (const answer of [await site.post(body()), await site.put('a|1', body())]) {
      expect([answer.status, answer.issue?.expression?.[0]]).toEqual([422, path]);
    }
    expect(site.hook.received()).toHaveLength(before);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"resourceType":'],
    ['no resource', '[]'],
    ['another resource', '{"resourceType":"Patient"}'],
    ['an active that is no boolean', JSON.stringify(regulator([national('8')], { active: 'true' }))],
    ['an element that R4 does not have', JSON.stringify(regulator([national('8')], { nom: 'x' }))],
  ])('400 for %s', async (_, body) => {
    expect((await site.post(body)).status).toBe(400);
    expect((await site.put('a|1', body)).status).toBe(400);
  });

  it.each([
    ['DELETE', '/fhir/sas/Practitioner', 'POST, PUT'],
    ['DELETE', '/fhir/sas/Practitioner?identifier=a|1', 'POST, PUT'],
    ['GET', '/fhir/sas/Practitioner', 'POST, PUT'],
    ['DELETE', '/fhir/sas/Practitioner/123', ''],
    ['PUT', '/fhir/sas/Practitioner/123', ''],
  ])('405 for %s %s', async (method, path, allow) => {
    const answer = await site.ask(method, path);
    expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
    expect(answer.issue?.code).toBe('not-supported');
  });

  it('415 for XML, 413 for what is no account', async () => {
    const xml = { body: '<Practitioner/>', headers: { 'content-type': 'application/fhir+xml' } };
    expect((await site.ask('POST', '/fhir/sas/Practitioner', xml)).status).toBe(415);
    expect((await site.post(`"${'x'.repeat(2 ** 21)}"`)).status).toBe(413);
  });
});

describe('formats', () => {
  const types = (answer: SasAnswer): string | undefined => answer.headers['content-type'];

  it.each([
    ['no type', {}],
    ['application/json+fhir', { 'content-type': 'application/json+fhir' }],
    ['application/fhir+json', { 'content-type': 'application/fhir+json; charset=utf-8' }],
    ['application/json', { 'content-type': 'application/json' }],
    ['what curl says', { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('reads a body of %s', async (_, headers) => {
    const body = regulator([national(newNational())]);
    expect((await site.ask('POST', '/fhir/sas/Practitioner', { body, headers })).status).toBe(201);
  });

  it.each([
    ['application/json+fhir', '', 'application/json+fhir; charset=utf-8'],
    ['application/fhir+json', '', 'application/fhir+json; charset=utf-8'],
    ['application/fhir+xml', '?_format=application/json%2Bfhir', 'application/json+fhir; charset=utf-8'],
    ['application/fhir+xml', '?_format=json', 'application/fhir+json; charset=utf-8'],
  ])('answers Accept %s and %s as asked', async (accept, query, type) => {
    for (const [method, path] of [
      ['POST', 'Practitioner'],
      ['GET', 'metadata'],
    ] as const) {
      const answer = await site.ask(method, `/fhir/sas/${path}${query}`, { headers: { accept } });
      expect(types(answer)).toBe(type);
    }
  });

  it('has nothing but JSON', async () => {
    expect((await site.ask('GET', '/fhir/sas/metadata?_format=xml')).status).toBe(406);
  });

  it('says what it is', async () => {
    const answer = await site.ask('GET', '/fhir/sas/metadata');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      resourceType: 'CapabilityStatement',
      fhirVersion: '4.0.1',
      implementation: { url: PUBLIC_URL },
      rest: [
        {
          mode: 'server',
          resource: [
            {
              type: 'Practitioner',
              interaction: [{ code: 'create' }, { code: 'update' }],
              conditionalUpdate: true,
            },
          ],
        },
      ],
    });
  });
});

describe('who may call', () => {
  it.each([
    ['another CN', clients.otherName],
    ['another OU', clients.otherUnit],
  ])('403 for a certificate of %s', async (_, as) => {
    for (const path of ['Practitioner', 'metadata']) {
      expect((await site.ask('GET', `/fhir/sas/${path}`, { as })).status).toBe(403);
    }
  });

  it.each([
    ['without a certificate', 'nobody' as const],
    ['with one of another authority', clients.otherAuthority],
  ])('no connection %s', async (_, as) => {
    await expect(site.ask('GET', '/fhir/sas/metadata', { as })).rejects.toThrow(
      /certificate|alert|reset|hang up/i,
    );
  });
});

const OUTCOME = {
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'conflict', diagnostics: 'Adresse déjà prise' }],
} as const;

describe('the agenda software says no', () => {
  it.each([400, 403, 404, 409, 422])('%i: the platform hears it, and there is no account', async status => {
    const body = regulator([national(newNational())]);
    site.hook.behave({ status, body: OUTCOME }, 1);
    const answer = await site.post(body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual(OUTCOME);
    const again = await site.post(body);
    expect([again.status, again.location === undefined]).toEqual([201, false]);
    const [view] = (await site.settled()).slice(-2);
    expect(view?.deliveries[0]?.ending).toMatchObject({ outcome: 'refused', code: String(status) });
  });

  it('to a change: the account is as it was, and what identified it anew does not find it', async () => {
    const first = await created();
    const uuid = newUuid();
    site.hook.behave({ status: 422, body: OUTCOME }, 1);
    const change = regulator([technical(uuid)], { active: false });
    expect((await site.put(withoutSlash(first.value), change)).status).toBe(422);
    const other = await site.post(regulator([technical(uuid)]));
    expect(other.status).toBe(201);
    expect(other.location).not.toBe(first.location);
    // The bytes of its creation are still those of its latest change.
    expect((await site.post(regulator([national(first.value)]))).location).toBe(first.location);
    expect(relayed(first)).toHaveLength(2);
  });

  it('without an OperationOutcome: the platform has one all the same', async () => {
    site.hook.behave({ status: 400, body: 'non' }, 1);
    expect(await site.post(regulator([national(newNational())]))).toMatchObject({
      status: 400,
      issue: { code: 'processing' },
    });
  });

  it('to twenty at once of the same: all hear it', async () => {
    site.hook.behave({ status: 409, body: OUTCOME }, 1);
    const body = regulator([national(newNational())]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => site.post(body)));
    const before = answers.filter(({ status }) => status === 409).length;
    // One that came late may have tried again.
    expect(before).toBeGreaterThan(0);
    expect(answers.every(({ status }) => status === 409 || status === 201)).toBe(true);
    expect(new Set(answers.map(({ location }) => location).filter(Boolean)).size).toBeLessThan(2);
  });

  it('to a creation, while another change of the account waits: that one creates it', async () => {
    const own = national(newNational());
    site.hook.behave(({ active }) => (active === true ? { status: 422, body: OUTCOME } : 'answer'));
    const [first, second] = await Promise.all([
      site.post(regulator([own])),
      site.post(regulator([own], { active: false })),
    ]);
    expect([first.status, second.status]).toEqual([422, 201]);
    expect(second.location && relayed(second).at(-1)).toMatchObject({ active: false });
  });
});
