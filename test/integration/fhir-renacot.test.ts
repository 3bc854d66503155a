import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  intervention,
  interventionParameters,
  inRegistry,
} from '../../samples/fhir/renacot/interventions.ts';
import { certificates } from '../kit/certificates.ts';
import { CLIENT, type FhirSite, heldIn, startFhirSite, stateOf } from '../kit/fhir.ts';
import { FINAL, LATER, UNHEARD } from '../kit/fhir-verdicts.ts';

/** Orthopaedic implants over real HTTP: associated once the registry knows the operation, and never faster than it takes. */

const SIMPLE = '/renacot/interventions';
const TODAY = '/fhir/renacot/$associer-implants-registre';
const FIRST = '/fhir/renacot/Procedure/$associer-implants-procedure';
const ASYNC = { headers: { prefer: 'respond-async' } };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let site: FhirSite;
beforeAll(async () => {
  // Quicker than the registry, for the tests' sake.
  site = await startFhirSite({
    flows: ['renacot'],
    platform: { callsASecond: 100 },
    settings: { renacot: { rate: '100/s' } },
  });
});
afterAll(() => site.stop());
afterEach(() => site.platform('renacot').behave('answer'));

let days = 0;
/** A day on which nothing was operated before. */
function newDay(): string {
  days += 1;
  return new Date(Date.UTC(2026, 0, days)).toISOString().slice(0, 10);
}

/** An operation of such a day that the registry knows. */
function known(): { readonly date: string; readonly json: ReturnType<typeof intervention> } {
  const date = newDay();
  site.platform('renacot').know(inRegistry(date));
  return { date, json: intervention(date, `OP-${date}`) };
}

function associationsOf(date: string): number {
  return site
    .platform('renacot')
    .associations()
    .filter(each => each.intervention.date === date).length;
}

describe('who we are', () => {
  const file = (name: string) => (folder: string) => join(folder, name);
  const [cert, key] = [file('client.pem'), file('client.key')];
  const PASSERELLE = 'passerelle';

  it.each([
    ['by a secret in the header', { ...CLIENT, secretIn: 'basic' }, {}, { secretIn: 'basic' }],
    [
      'by our certificate alone',
      { id: CLIENT.id, scope: CLIENT.scope, certificate: PASSERELLE },
      { trusted: [certificates.ca] },
      { clientSecret: undefined, cert, key },
    ],
    ['by both', { ...CLIENT, certificate: PASSERELLE }, { trusted: [certificates.ca] }, { cert, key }],
  ] as const)('is said to the authorization server %s', async (_, client, trust, auth) => {
    const other = await startFhirSite({ flows: ['renacot'], platform: { client, ...trust }, auth });
    try {
      const date = newDay();
      other.platform('renacot').know(inRegistry(date));
      const answer = await other.post(SIMPLE, intervention(date, `OP-${date}`));
      expect([answer.status, answer.errors]).toEqual([200, []]);
      expect(other.platform('renacot').tokens()).toBe(1);
    } finally {
      await other.stop();
    }
  });

  it('where it is not believed keeps the request waiting, and names the setting', async () => {
    const client = { ...CLIENT, secretIn: 'basic' } as const;
    const other = await startFhirSite({ flows: ['renacot'], platform: { client } });
    try {
      await other.post(SIMPLE, intervention(newDay(), 'OP-sans-jeton'), ASYNC);
      await other.until('it is told', () =>
        other.log().some(({ msg, code }) => msg.startsWith('target down') && code === 'FHIR-006'),
      );
      await expect.poll(async () => (await other.exchanges()).map(stateOf)).toEqual([['waiting']]);
    } finally {
      await other.stop();
    }
  });
});

describe('an operation', () => {
  it.each([
    ['as simple JSON', SIMPLE, (date: string) => intervention(date, `OP-${date}`)],
    ['in today’s contract', TODAY, interventionParameters],
  ])('%s is associated, and the registry’s id is kept', async (_, path, make) => {
    const { date } = known();
    const answer = await site.post(path, make(date));
    expect([answer.status, answer.errors]).toEqual([200, []]);
    const id = site.platform('renacot').associations().at(-1)?.id ?? '';
    expect(answer.text).toContain(id);
    expect(associationsOf(date)).toBe(1);
    const { exchange } = await site.settled();
    const ids = (exchangeId: string): Promise<string[]> => site.gateway().journal.platformIdsOf(exchangeId);
    const kept = [`https://registres.renacot.org/procedure|${id}`];
    expect(await ids(exchange.id)).toEqual(kept);
    await site.post(SIMPLE, known().json);
    expect(await ids(exchange.id)).toEqual(kept);
  });

  it.each([
    ['nir', 'value nir', { nir: '1' }],
    ['a date', 'value dateIntervention', { dateIntervention: 'hier' }],
    ['implants', 'required implants', { implants: undefined }],
  ])('without a right %s is refused, by its name', async (_, error, change) => {
    const answer = await site.post(SIMPLE, { ...intervention(newDay(), 'X'), ...change });
    expect(answer.status).toBe(422);
    expect(answer.errors).toContain(error);
  });

  it('in the first contract is converted only where nothing is lost', async () => {
    const answer = await site.post(FIRST, {
      resourceType: 'Parameters',
      parameter: [{ name: 'procedureInfo', part: [{ name: 'autre', valueString: 'x' }] }],
    });
    expect(answer.status).toBe(422);
    expect(answer.errors).toContain('not-supported Parameters.parameter[0].part[0]');
  });
});

describe('tokens', () => {
  it('are fetched once for all, also for those who ask at the same time', async () => {
    const other = await startFhirSite({ flows: ['renacot'] });
    const dates = [newDay(), newDay(), newDay()];
    for (const date of dates) other.platform('renacot').know(inRegistry(date));
    const answers = await Promise.all(dates.map(date => other.post(TODAY, interventionParameters(date))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(other.platform('renacot').tokens()).toBe(1);
    await other.stop();
  });

  it('that the platform knows no more are dropped, and the same request goes with another', async () => {
    const { date, json } = known();
    await site.post(SIMPLE, known().json);
    const before = site.platform('renacot').tokens();
    site.platform('renacot').expireTokens();
    expect((await site.post(SIMPLE, json)).status).toBe(200);
    expect(site.platform('renacot').tokens()).toBe(before + 1);
    expect(associationsOf(date)).toBe(1);
  });

  it('that are said to be good no more under another status than 401 are dropped too', async () => {
    const before = site.platform('renacot').tokens();
    site.platform('renacot').behave({ status: 500, issue: 'expired' }, 1);
    expect((await site.meanwhile(site.post(SIMPLE, known().json))).status).toBe(200);
    expect(site.platform('renacot').tokens()).toBe(before + 1);
  });

  it('are not shown in their last minute', async () => {
    const before = site.platform('renacot').tokens();
    site.pass(HOUR - 30_000);
    expect((await site.post(SIMPLE, known().json)).status).toBe(200);
    expect(site.platform('renacot').tokens()).toBe(before + 1);
  });

  it('that are not given keep the request waiting, whatever patience there is', async () => {
    const { date, json } = known();
    site.pass(2 * HOUR);
    site.platform('renacot').behave(operation => (operation === 'token' ? { status: 503 } : 'answer'));
    await site.post(SIMPLE, json, ASYNC);
    await site.until('it is noticed', () => site.log().some(({ code }) => code === 'FHIR-006'));
    site.pass(100 * DAY);
    site.platform('renacot').behave('answer');
    expect(stateOf(await site.settled())).toEqual(['accepted']);
    expect(associationsOf(date)).toBe(1);
  });
});

describe('an operation that the registry does not have', () => {
  it('is tried again at its pace, and associated once somebody has entered it', async () => {
    const date = newDay();
    const { submissions, know } = site.platform('renacot');
    const answer = await site.post(SIMPLE, intervention(date, `OP-${date}`));
    expect([answer.status, answer.text.includes('processing')]).toEqual([422, true]);
    const sent = submissions().length;
    site.pass(23 * HOUR);
    await site.post(SIMPLE, known().json);
    expect(submissions()).toHaveLength(sent + 1);
    know(inRegistry(date));
    site.pass(HOUR);
    await site.until('it is associated', () => associationsOf(date) === 1);
    await site.until('it is told', async () => {
      const again = await site.post(SIMPLE, intervention(date, `OP-${date}`));
      return again.status === 200;
    });
    expect(associationsOf(date)).toBe(1);
  });

  it('goes to the worklist when the time for it is over', async () => {
    const date = newDay();
    await site.post(SIMPLE, intervention(date, `OP-${date}`), ASYNC);
    await site.until('it was tried', async () => (await site.last()).deliveries[0]?.lastError !== undefined);
    let lastDay = 0;
    while (heldIn(await site.last()).length === 0 && lastDay < 40) {
      const { attempts = 0 } = (await site.last()).deliveries[0] ?? {};
      site.pass(DAY);
      lastDay += 1;
      await site.until('it was tried again', async () => {
        const [delivery] = (await site.last()).deliveries;
        return (delivery?.attempts ?? 0) > attempts && delivery?.state !== 'sending';
      });
    }
    expect([29, 30]).toContain(lastDay);
    const held = await site.settled();
    expect([heldIn(held), held.deliveries[0]?.hold?.fields]).toEqual([['FHIR-012'], { last: 'FHIR-011' }]);
  });

  it('waits for it through what goes wrong meanwhile', async () => {
    const date = newDay();
    const { behave, know } = site.platform('renacot');
    await site.post(SIMPLE, intervention(date, `OP-${date}`));
    const isTried = (code: string) => async (): Promise<boolean> =>
      (await site.last()).deliveries[0]?.lastError?.code === code;
    for (let day = 1; day <= 4; day += 1) site.pass(DAY);
    await site.until('it was tried', isTried('FHIR-011'));
    behave('drop-before', 1);
    site.pass(DAY);
    await site.until('it was not heard', isTried('FHIR-007'));
    behave({ status: 503 }, 1);
    site.pass(HOUR);
    await site.until('it was put off', isTried('FHIR-008'));
    know(inRegistry(date));
    expect(stateOf(await site.settled())).toEqual(['accepted']);
  });
});

describe('the platform', () => {
  it.each(FINAL.filter(behaviour => !('error' in behaviour)))(
    'refusing for good (%j) is asked once',
    async behaviour => {
      site.platform('renacot').behave(behaviour, 1);
      const { date, json } = known();
      expect((await site.post(SIMPLE, json)).errors).toHaveLength(1);
      expect(stateOf(await site.settled())).toEqual(['refused']);
      expect(associationsOf(date)).toBe(0);
    },
  );

  it.each([...LATER, ...UNHEARD])(
    'after %j is asked again: an association is safe to be repeated',
    async behaviour => {
      site.platform('renacot').behave(behaviour, 1);
      const { date, json } = known();
      expect((await site.meanwhile(site.post(SIMPLE, json))).status).toBe(200);
      const ids = site
        .platform('renacot')
        .associations()
        .filter(each => each.intervention.date === date)
        .map(({ id }) => id);
      expect(new Set(ids).size).toBe(1);
    },
  );

  it('is never asked faster than it takes', async () => {
    const dates = Array.from({ length: 12 }, newDay);
    const other = await startFhirSite({
      flows: ['renacot'],
      platform: { interventions: dates.map(inRegistry) },
    });
    const answers = await Promise.all(dates.map(date => other.post(SIMPLE, intervention(date, date))));
    const statuses = other
      .platform('renacot')
      .submissions()
      .map(({ status }) => status);
    expect([answers.map(({ status }) => status), statuses]).toEqual([
      dates.map(() => 200),
      dates.map(() => 200),
    ]);
    await other.stop();
  });
});

it('a caller that asks again associates nothing twice', async () => {
  const { date, json } = known();
  const first = await site.post(SIMPLE, json);
  expect((await site.post(SIMPLE, json)).text).toBe(first.text);
  expect(associationsOf(date)).toBe(1);
});

it('between acceptance and sending a restart loses nothing', async () => {
  const platform = site.platform('renacot');
  await platform.stop();
  const { date, json } = known();
  await site.post(SIMPLE, json, ASYNC);
  await site.stopGateway();
  await platform.restart();
  await site.startGateway();
  expect(stateOf(await site.settled())).toEqual(['accepted']);
  expect(associationsOf(date)).toBe(1);
});

describe('a platform of the first contract', () => {
  let other: FhirSite;
  beforeAll(async () => {
    other = await startFhirSite({
      flows: ['renacot'],
      settings: { renacot: { operation: 'procedure' } },
      platform: { interventions: [inRegistry('2026-03-01')] },
    });
  });
  afterAll(() => other.stop());

  it('gets its own operation, and its answer is read', async () => {
    const answer = await other.post(SIMPLE, intervention('2026-03-01', 'OP-1'));
    expect([answer.status, answer.text.includes('referenceRegistre')]).toEqual([200, true]);
    expect(other.platform('renacot').submissions().at(-1)?.url).toBe(
      '/fhir/Procedure/$associer-implants-procedure',
    );
    expect(stateOf(await other.settled())).toEqual(['accepted']);
    expect(other.platform('renacot').associations().at(-1)?.lots).toEqual(['LOT0', 'LOT1']);
  });

  it('gets parts of a group that is Parameters of its own, which was refused for having none', async () => {
    await other.post(SIMPLE, intervention('2026-03-01', 'OP-2'));
    const submissions = () => other.platform('renacot').submissions();
    const before = submissions().length;
    const sent = submissions().at(-1)?.body as { parameter: { name: string; part: unknown }[] };
    const [{ name, part } = { name: '', part: [] }, ...others] = sent.parameter;
    const group = { name, resource: { resourceType: 'Parameters', parameter: part } };
    const { status, errors } = await other.post(FIRST, { ...sent, parameter: [group, ...others] });
    expect([status, errors]).toEqual([200, []]);
    expect(
      submissions()
        .slice(before)
        .map(({ body }) => body),
    ).toEqual([sent]);
  });

  it('gets today’s Parameters where they say all that it wants', async () => {
    const answer = await other.post(TODAY, interventionParameters('2026-03-01'));
    expect(answer.status).toBe(422);
    expect(answer.errors.every(error => error.startsWith('required Parameters.parameter['))).toBe(true);
  });
});
