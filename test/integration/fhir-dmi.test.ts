import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fullTrace, minimalTrace } from '../../samples/fhir/dmi/traces.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import { buildTraceBundle } from '../../src/formats/fhir/dmi/build-bundle.ts';
import { FLUX_NUMBERS } from '../../src/formats/fhir/dmi/fluxes.ts';
import { readTrace } from '../../src/formats/fhir/dmi/trace.ts';
import type { FhirResource } from '../../src/formats/fhir/resource.ts';
import { type FhirReply, heldIn, stateOf, newTrace, newTraceBundle } from '../kit/fhir.ts';
import { FINAL, LATER } from '../kit/fhir-verdicts.ts';
import { useDmiSite } from '../kit/use-dmi-site.ts';

/** Traces of implants over real HTTP: nothing is lost, nothing is sent twice, and the caller hears what the platform says. */

const BUNDLE = '/fhir/dmi/Bundle';
const ASYNC = { headers: { prefer: 'respond-async' } };

const { site, submitted, tracesAbout } = useDmiSite();

interface Entry {
  readonly resource: Readonly<Record<string, unknown>>;
}

function entriesOf({ json }: FhirReply): readonly Entry[] {
  return (json?.['entry'] ?? []) as readonly Entry[];
}

/** A Bundle of which an element of the AuditEvent is taken away, and the place of the AuditEvent. */
function without(element: string): { readonly bundle: FhirResource; readonly index: number } {
  const whole = newTraceBundle();
  const entries = whole['entry'] as readonly Entry[];
  const index = entries.findIndex(({ resource }) => resource['resourceType'] === 'AuditEvent');
  const entry = entries.map(each => {
    const { [element]: _, ...resource } = each.resource;
    return each === entries[index] ? { ...each, resource } : each;
  });
  return { bundle: { ...whole, entry }, index };
}

describe('a trace', () => {
  it.each(FLUX_NUMBERS)('of flux %s is built and taken by the platform', async number => {
    for (const trace of [minimalTrace(number), fullTrace(number)]) {
      const description = `Flux ${number}, ${String(trace['identifiant'])}`;
      const answer = await site().post('/dmi/traces', { ...trace, message: description, description });
      expect(answer.errors).toEqual([]);
      expect([answer.status, answer.json?.['type']]).toEqual([200, 'transaction-response']);
      expect(tracesAbout(description)).toBe(1);
    }
  });

  it('as a Bundle is answered with what the platform says, unchanged, and its ids are kept', async () => {
    const bundle = newTraceBundle();
    const answer = await site().post(BUNDLE, bundle);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
    const created = site().platform('dmi').transactions().at(-1) ?? [];
    const said = entriesOf(answer).map(({ resource }) => resource);
    expect(said).toEqual(created.map(({ resource }) => resource));
    const { exchange } = await site().settled();
    const ids = await site().gateway().journal.platformIdsOf(exchange.id);
    expect(ids.toSorted()).toEqual(created.map(({ type, id }) => `${type}/${id}`).toSorted());
  });

  it('comes to the platform by our certificate, as FHIR JSON, with an id of the request', async () => {
    await site().post('/dmi/traces', newTrace());
    const sent = site().platform('dmi').submissions().at(-1);
    expect(sent).toMatchObject({ from: 'passerelle', url: '/fhir/Bundle', status: 200 });
    expect(sent?.headers).toMatchObject({ 'content-type': 'application/fhir+json' });
    expect(sent?.headers['x-request-id']).toBeTruthy();
  });

  it('is not sent before the journal has it: where it takes nothing, the caller is asked to come again', async () => {
    const before = submitted();
    const trace = newTrace();
    const mend = site().breakJournal();
    const refused = await site().post('/dmi/traces', trace);
    mend();
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(submitted()).toBe(before);
    expect((await site().post('/dmi/traces', trace)).status).toBe(200);
  });
});

describe('what the platform refuses for good', () => {
  it.each(FINAL)('%j: the caller who waits is told, unchanged, and nobody else is', async behaviour => {
    site().platform('dmi').behave(behaviour, 1);
    const before = submitted();
    const answer = await site().post('/dmi/traces', newTrace());
    const [status, code] =
      'error' in behaviour ? [422, behaviour.error] : [behaviour.status, behaviour.issue];
    expect([answer.status, answer.errors]).toEqual([status, [code]]);
    expect(answer.text).toContain('"told to"');
    expect(stateOf(await site().settled())).toEqual(['refused']);
    expect(submitted()).toBe(before + 1);
  });

  it('of an entry of a 200, too', async () => {
    site().platform('dmi').behave({ entry: '422 Unprocessable Entity', issue: 'business-rule' }, 1);
    const answer = await site().post('/dmi/traces', newTrace());
    expect([answer.status, answer.text.includes('business-rule')]).toEqual([422, true]);
    expect(stateOf(await site().settled())).toEqual(['refused']);
  });

  it('with the page of a proxy is told with its status, and an OperationOutcome', async () => {
    site().platform('dmi').behave({ page: 404 }, 1);
    const answer = await site().post('/dmi/traces', newTrace());
    expect([answer.status, answer.errors]).toEqual([404, ['processing']]);
    expect(answer.text).not.toContain('html');
  });

  it('waits for a person where nobody waited for it; sent again by one, it is taken', async () => {
    const { platform } = site();
    platform('dmi').behave({ status: 500, issue: 'business-rule' }, 1);
    const trace = newTrace();
    const { status, headers } = await site().post('/dmi/traces', trace, ASYNC);
    expect(status).toBe(202);
    const at = new URL(headers['content-location'] ?? '').pathname;
    const held = await site().settled();
    expect(heldIn(held)).toEqual(['FHIR-009']);
    expect(held.deliveries[0]?.hold?.fields).toEqual({ status: 500, issue: 'business-rule' });
    expect((await site().get(at)).status).toBe(500);
    await retryExchange(held.exchange.id, site().steering());
    expect(stateOf(await site().settled())).toEqual(['accepted']);
    expect((await site().get(at)).status).toBe(200);
    expect(tracesAbout(String(trace['description']))).toBe(1);
  });
});

describe('what the platform may take later', () => {
  it.each(LATER)('%j: is sent again, and taken once', async behaviour => {
    site().platform('dmi').behave(behaviour, 2);
    const trace = newTrace();
    const answer = await site().meanwhile(site().post('/dmi/traces', trace));
    expect(answer.status).toBe(200);
    expect(tracesAbout(String(trace['description']))).toBe(1);
  });

  it.each([
    ['seconds', '3600'],
    ['a date', 'Retry-After as a date'],
  ])('after as long as it asks: %s', async (_, said) => {
    const retryAfter = said === '3600' ? said : new Date(site().now() + 3_600_000).toUTCString();
    site().platform('dmi').behave({ status: 503, retryAfter }, 1);
    await site().post('/dmi/traces', newTrace(), ASYNC);
    await site().until(
      'it was tried',
      async () => (await site().last()).deliveries[0]?.lastError !== undefined,
    );
    const [delivery] = (await site().last()).deliveries;
    expect(delivery?.lastError?.code).toBe('FHIR-008');
    expect(Math.abs((delivery?.nextAt ?? 0) - (delivery?.triedAt ?? 0) - 3_600_000)).toBeLessThan(2_000);
    expect(stateOf(await site().settled())).toEqual(['accepted']);
  });

  it('a platform that is away is waited for, whatever patience there is', async () => {
    const platform = site().platform('dmi');
    await platform.stop();
    const trace = newTrace();
    await site().post('/dmi/traces', trace, ASYNC);
    await site().until('it is noticed', () =>
      site()
        .log()
        .some(({ msg }) => msg.startsWith('target down')),
    );
    site().pass(100 * 24 * 3_600_000);
    await platform.restart();
    expect(stateOf(await site().settled())).toEqual(['accepted']);
    expect(tracesAbout(String(trace['description']))).toBe(1);
  });
});

describe('a caller', () => {
  it.each(['refuse', 'warn'])(
    'neither changes nor deletes at the platform (validation: %s)',
    async validation => {
      if (validation === 'warn') {
        await site().stopGateway();
        await site().startGateway({ settings: { dmi: { validation } } });
      }
      const before = submitted();
      const bundle = newTraceBundle();
      const entry = bundle['entry'] as readonly Entry[];
      for (const request of [
        { method: 'DELETE', url: 'Patient/7' },
        { method: 'PUT', url: 'Patient/7' },
        { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=7' },
        { method: 'POST', url: 'https://ailleurs.example/Patient' },
      ]) {
        const [first, ...others] = entry;
        const answer = await site().post(BUNDLE, { ...bundle, entry: [{ ...first, request }, ...others] });
        expect(answer.status).toBe(422);
      }
      // All or nothing, by `warn` too: a batch went to the platform.
      const { status, errors } = await site().post(BUNDLE, { ...bundle, type: 'batch' });
      expect([status, errors]).toEqual([422, ['value Bundle.type']]);
      expect(submitted()).toBe(before);
      if (validation === 'warn') {
        await site().stopGateway();
        await site().startGateway();
      }
    },
  );

  it('reads nothing by a page that it has made up', async () => {
    const before = site().platform('dmi').requests().length;
    const page = Buffer.from('Patient?identifier=285062901904236').toString('base64url');
    for (const token of [page, `x.${page}`]) {
      expect((await site().get(`/fhir/dmi/AuditEvent?_page=${token}`)).status).toBe(400);
    }
    expect(site().platform('dmi').requests()).toHaveLength(before);
  });

  it('names calls in each form apart', async () => {
    const before = submitted();
    await site().post('/dmi/traces', newTrace({ message: 'urn:x|7' }));
    await site().post(BUNDLE, { ...newTraceBundle(), identifier: { system: 'urn:x', value: '7' } });
    expect(submitted()).toBe(before + 2);
  });
});

describe('a caller that asks again', () => {
  it('with the same bytes gets the first answer, and nothing is sent twice', async () => {
    const before = submitted();
    const bytes = JSON.stringify(newTrace());
    const first = await site().post('/dmi/traces', bytes);
    const answers = await Promise.all([1, 2, 3].map(() => site().post('/dmi/traces', bytes)));
    expect(answers.map(({ text }) => text)).toEqual([first.text, first.text, first.text]);
    expect(submitted()).toBe(before + 1);
  });

  it('while the first is on its way waits for the same answer', async () => {
    const before = submitted();
    const bytes = JSON.stringify(newTrace());
    const answers = await Promise.all([1, 2, 3, 4].map(() => site().post('/dmi/traces', bytes)));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(submitted()).toBe(before + 1);
  });

  it('with the same Bundle.identifier, whatever the rest', async () => {
    const before = submitted();
    const bundle = newTraceBundle();
    const first = await site().post(BUNDLE, bundle);
    const other = { ...newTraceBundle(), identifier: bundle['identifier'] };
    expect((await site().post(BUNDLE, other)).text).toBe(first.text);
    expect(submitted()).toBe(before + 1);
  });

  it('but not another caller', async () => {
    const before = submitted();
    const bytes = JSON.stringify(newTrace());
    await site().post('/dmi/traces', bytes);
    expect((await site().post('/dmi/traces', bytes, { as: 'bloc' })).status).toBe(200);
    expect(submitted()).toBe(before + 2);
  });
});

describe('an outcome that takes long', () => {
  it('is told at the address that 202 gives, to its caller alone', async () => {
    site().platform('dmi').behave('silent-before', 1);
    const { status, headers } = await site().post('/dmi/traces', newTrace(), ASYNC);
    const address = new URL(headers['content-location'] ?? '');
    expect([status, address.port]).toEqual([202, String(site().gateway().fhirPort())]);
    expect((await site().get(address.pathname)).status).toBe(202);
    expect((await site().get(address.pathname, { as: 'bloc' })).status).toBe(404);
    expect((await site().get('/fhir/outcomes/inconnu')).status).toBe(404);
    await site().settled();
    const told = await site().get(address.pathname);
    expect([told.status, told.json?.['type']]).toEqual([200, 'transaction-response']);
  });

  it('is none where a person gives the call up', async () => {
    site()
      .platform('dmi')
      .behave(operation => (operation === 'search' ? { status: 404 } : 'drop-before'));
    const { headers } = await site().post('/dmi/traces', newTrace(), ASYNC);
    const { exchange } = await site().settled();
    await abandonExchange(exchange.id, 'Saisie en double.', site().steering());
    const told = await site().get(new URL(headers['content-location'] ?? '').pathname);
    expect([told.status, told.errors]).toEqual([410, ['not-found ']]);
  });
});

describe('what is wrong with a Bundle', () => {
  it.each(['recorded', 'agent', 'source', 'type'])('is told with its path: %s', async element => {
    const before = submitted();
    const { bundle, index } = without(element);
    const answer = await site().post(BUNDLE, bundle);
    expect(answer.status).toBe(422);
    expect(answer.errors).toContain(`required Bundle.entry[${index}].resource.${element}`);
    expect(submitted()).toBe(before);
  });

  it('of simple JSON is told with the member', async () => {
    const answer = await site().post('/dmi/traces', newTrace({ occurrence: 'hier' }));
    expect([answer.status, answer.errors]).toEqual([422, ['value occurrence']]);
  });

  it('is not kept: mended, it is taken', async () => {
    const whole = newTrace();
    const { occurrence: _, ...part } = whole;
    expect((await site().post('/dmi/traces', part)).status).toBe(422);
    expect((await site().post('/dmi/traces', whole)).status).toBe(200);
  });
});

describe('the status', () => {
  it('counts the calls of each caller by how they end, and its requests by what they were answered', async () => {
    const counted = async (): Promise<readonly [calls: number, requests: number, strangers: number]> => {
      const { outcomes, requests } = await site().gateway().status();
      const sum = (counts: readonly { readonly count: number }[]): number =>
        counts.reduce((all, { count }) => all + count, 0);
      return [
        sum(
          outcomes.filter(
            ({ application, way, outcome }) =>
              `${application} ${way} ${outcome}` === 'bloc fhir:dmi accepted',
          ),
        ),
        sum(
          requests.filter(
            ({ application, route, status }) =>
              `${application} ${route} ${status}` === 'bloc /dmi/traces 200',
          ),
        ),
        sum(
          requests.filter(
            ({ application, route, status }) => `${application} ${route} ${status}` === '  401',
          ),
        ),
      ];
    };
    const [calls, requests, strangers] = await counted();
    expect((await site().post('/dmi/traces', newTrace(), { as: 'bloc' })).status).toBe(200);
    expect((await site().post('/dmi/traces', newTrace(), { as: 'liar' })).status).toBe(401);
    await site().until('both are counted', async () => (await counted())[2] === strangers + 1);
    expect(await counted()).toEqual([calls + 1, requests + 1, strangers + 1]);
  });
});

describe('numbers', () => {
  it('of a Bundle reach the platform as they were written', async () => {
    const { trace } = readTrace({ ...fullTrace('22'), message: 'DECIMALES' }, new Date());
    if (trace === undefined) throw new Error('a sample that is no trace');
    const bundle = buildTraceBundle(trace, { newUuid: randomUUID, now: new Date() });
    const written = JSON.stringify(bundle).replaceAll(/"value":(\d+)([,}])/g, '"value":$1.00$2');
    expect(written).toContain('.00');
    const answer = await site().post(BUNDLE, written);
    expect([answer.status, answer.errors]).toEqual([200, []]);
    expect(site().platform('dmi').submissions().at(-1)?.text).toBe(written);
  });
});

it('between acceptance and sending a restart loses nothing', async () => {
  const platform = site().platform('dmi');
  await platform.stop();
  const trace = newTrace();
  const { status, headers } = await site().post('/dmi/traces', trace, ASYNC);
  expect(status).toBe(202);
  await site().stopGateway();
  await platform.restart();
  await site().startGateway();
  expect(stateOf(await site().settled())).toEqual(['accepted']);
  expect(tracesAbout(String(trace['description']))).toBe(1);
  const told = await site().get(new URL(headers['content-location'] ?? '').pathname);
  expect(told.status).toBe(200);
  expect((await site().post('/dmi/traces', trace)).text).toBe(told.text);
});
