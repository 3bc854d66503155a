import { describe, expect, it, type TestContext } from 'vitest';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import type { FhirResource } from '../../src/formats/fhir/resource.ts';
import type { HookBehaviour } from '../../src/sandbox/fhir-hook.ts';
import {
  NATIONAL,
  national,
  newNational,
  PUBLIC_URL,
  regulator,
  type SasAnswer,
  type SasOptions,
  type SasSite,
  startSas,
} from '../kit/fhir-sas.ts';
import { seededRandom } from '../kit/random.ts';

/** Regulators' accounts while the agenda software cannot be told: kept, relayed later, never lost nor reordered. */

/** A site of a test's own: the pauses of several pass side by side. */
async function started(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  options?: SasOptions,
): Promise<SasSite> {
  const site = await startSas(options);
  onTestFinished(() => site.stop());
  return site;
}

const account = (value: string, change: object = {}): FhirResource => regulator([national(value)], change);
const named = (family: string): object => ({ name: [{ family, given: ['Sébastien'] }] });
const familyOf = ({ name }: FhirResource): unknown => (name as { readonly family: string }[])[0]?.family;
const update = (site: SasSite, value: string, change: object): Promise<SasAnswer> =>
  site.put(`${NATIONAL}|${value}`, account(value, change));

/** What the hook has taken of an account, in order; what it took twice running, once. */
function taken({ hook }: SasSite, { location = '' }: SasAnswer): FhirResource[] {
  return hook
    .received()
    .filter(({ path, isTaken }) => isTaken && path === location.slice(PUBLIC_URL.length))
    .map(({ resource }) => resource)
    .filter((each, index, all) => JSON.stringify(each) !== JSON.stringify(all[index - 1]));
}

describe.concurrent('the agenda software fails', () => {
  it.for<[string, HookBehaviour]>([
    ['500', { status: 500, body: { resourceType: 'OperationOutcome', issue: [] } }],
    ['503 with Retry-After', { status: 503, retryAfter: 1 }],
    ['401, which is between us and it', { status: 401 }],
    ['429', { status: 429, retryAfter: 1 }],
    ['a redirection', { status: 302 }],
    ['a connection that drops', 'drop'],
    ['a connection that drops once the account is taken', 'drop-after'],
  ])(
    'with %s: the platform is told yes at once, and the account comes later',
    async ([, behaviour], context) => {
      const site = await started(context, { wait: 60_000 });
      site.hook.behave(behaviour, 1);
      const answer = await site.post(account(newNational()));
      expect(answer.status).toBe(201);
      const [view] = await site.settled();
      expect(view?.deliveries[0]?.ending?.outcome).toBe('accepted');
      expect(site.hook.received().map(({ path }) => path)).toHaveLength(2);
      expect(taken(site, answer)).toHaveLength(1);
    },
  );

  it('with silence: told yes once the wait is over', async context => {
    const site = await started(context, { wait: 300, timeout: 1_000 });
    site.hook.behave('silent', 1);
    const answer = await site.post(account(newNational()));
    expect(answer.status).toBe(201);
    expect(taken(site, answer)).toEqual([]);
    await site.settled();
    expect(taken(site, answer)).toHaveLength(1);
  });

  it('and says no too late: a person sees it, the account stays', async context => {
    const site = await started(context, { wait: 300, timeout: 600 });
    const value = newNational();
    site.hook.behave('silent', 1);
    const body = account(value);
    const answer = await site.post(body);
    site.hook.behave({ status: 422 });
    const [view] = await site.settled();
    expect(view?.deliveries[0]?.hold).toMatchObject({ code: 'FHIR-009', fields: { status: 422 } });
    // The same again changes nothing; a person who tries again does.
    expect(await site.post(body)).toMatchObject({ status: 201, location: answer.location });
    site.hook.behave('answer');
    await retryExchange(view?.exchange.id ?? '', site.steering());
    await site.settled();
    expect(taken(site, answer)).toHaveLength(1);
  });

  it('too long: set aside; what is newer goes, and what was set aside does not come after it', async context => {
    const site = await started(context, { wait: 60_000, giveUpAfter: 500 });
    const value = newNational();
    site.hook.behave({ status: 500 });
    const answer = await site.post(account(value));
    const [first] = await site.settled();
    expect(first?.deliveries[0]?.hold?.code).toBe('FHIR-012');
    site.hook.behave('answer');
    expect((await update(site, value, named('Nouveau'))).status).toBe(200);
    await retryExchange(first?.exchange.id ?? '', site.steering());
    const [again] = await site.settled();
    expect(again?.deliveries[0]?.ending?.outcome).toBe('abandoned');
    expect(taken(site, answer).map(familyOf)).toEqual(['Nouveau']);
  });

  it('and a person gives up: the same bytes are relayed again', async context => {
    const site = await started(context, { wait: 60_000, giveUpAfter: 500 });
    const body = account(newNational());
    site.hook.behave({ status: 500 });
    const answer = await site.post(body);
    const [view] = await site.settled();
    await abandonExchange(view?.exchange.id ?? '', 'Agenda en maintenance', site.steering());
    site.hook.behave('answer');
    expect(await site.post(body)).toMatchObject({ status: 201, location: answer.location });
    expect(taken(site, answer)).toHaveLength(1);
  });
});

describe.concurrent('the agenda software is down', () => {
  it('the changes of an account come in their order once it is back, also after a restart', async context => {
    const site = await started(context, { wait: 200 });
    const value = newNational();
    const body = account(value, named('A'));
    await site.hook.stop();
    const answer = await site.post(body);
    await site.stopGateway();
    await site.startGateway();
    expect(await site.post(body)).toMatchObject({ status: 201, location: answer.location });
    for (const family of ['B', 'C']) expect((await update(site, value, named(family))).status).toBe(200);
    await update(site, value, { ...named('D'), active: false });
    await site.hook.restart();
    await site.settled();
    expect(taken(site, answer).map(familyOf)).toEqual(['A', 'B', 'C', 'D']);
    expect(site.hook.received()).toHaveLength(4);
    expect(site.hook.resources().get(answer.location?.slice(PUBLIC_URL.length) ?? '')).toMatchObject({
      active: false,
    });
  });
});

describe.concurrent('a deactivation', () => {
  it('waits behind no other account', async context => {
    const site = await started(context, { wait: 100, timeout: 20_000 });
    const value = newNational();
    const own = await site.post(account(value));
    await site.settled();
    site.hook.behave(({ active }) => (active === false ? 'answer' : 'silent'));
    // More than may be on the wire at a time.
    await Promise.all(Array.from({ length: 12 }, () => site.post(account(newNational()))));
    expect((await update(site, value, { active: false })).status).toBe(200);
    await site.hook.until('it is relayed', () => taken(site, own).length === 2, 2_000);
    const { deliveries } = (await site.exchanges()).at(-1) ?? {};
    expect(deliveries?.[0]?.target).toBe('fhir:sas-off');
    await site.hook.stop();
  });

  it('goes first once the agenda software is back', async context => {
    const site = await started(context, { wait: 200 });
    const value = newNational();
    await site.post(account(value));
    await site.settled();
    await site.hook.stop();
    await Promise.all(Array.from({ length: 6 }, () => site.post(account(newNational()))));
    await update(site, value, { active: false });
    const knocked = (): boolean => site.log().some(({ target }) => target === 'fhir:sas-off');
    await site.until('the deactivation has knocked', knocked);
    await site.hook.restart();
    await site.settled();
    const order = site.hook.received().map(({ resource }) => resource['active']);
    expect(order).toEqual([true, false, true, true, true, true, true, true]);
  });

  it('waits for what its account was told before', async context => {
    const site = await started(context, { wait: 100, timeout: 500 });
    const value = newNational();
    const own = await site.post(account(value));
    await site.settled();
    site.hook.behave('silent', 1);
    await update(site, value, named('Avant'));
    await update(site, value, { ...named('Après'), active: false });
    await site.settled();
    expect(taken(site, own).map(familyOf)).toEqual(['Loridon', 'Avant', 'Après']);
  });
});

describe.concurrent('much trouble', () => {
  const ACCOUNTS = 8;
  const CHANGES = 6;
  const TROUBLES: readonly HookBehaviour[] = [
    { status: 503 },
    { status: 401 },
    'drop',
    'drop-after',
    'silent',
  ];

  it('loses no change of an account and reorders none, with two restarts', {
    timeout: 30_000,
  }, async context => {
    const site = await started(context, { wait: 100, timeout: 400 });
    const random = seededRandom(20_261_120);
    site.hook.behave(() =>
      random() < 0.15 ? (TROUBLES[Math.floor(random() * TROUBLES.length)] ?? 'drop') : 'answer',
    );
    const values = Array.from({ length: ACCOUNTS }, newNational);
    const locations = new Map<string, string | undefined>();
    for (let step = 0; step < CHANGES; step += 1) {
      if (step % 2 === 1) {
        await site.stopGateway();
        await site.startGateway();
      }
      await Promise.all(
        values.map(async value => {
          const answer = await update(site, value, { ...named(`N${step}`), active: step % 3 !== 2 });
          expect(answer.status).toBe(step === 0 ? 201 : 200);
          expect(answer.location).toBe(locations.get(value) ?? answer.location);
          locations.set(value, answer.location);
        }),
      );
    }
    await site.settled();
    const order = values.map(value => {
      const resources = taken(site, { location: locations.get(value) } as SasAnswer);
      return resources.map(familyOf).join(' ');
    });
    expect(order).toEqual(values.map(() => 'N0 N1 N2 N3 N4 N5'));
  });
});

describe.concurrent('what is told', () => {
  it('is nothing of a regulator in the logs, nor in what the journal keeps in the clear of faults and events', async context => {
    const site = await started(context, { wait: 300, giveUpAfter: 300 });
    const value = newNational();
    await site.post(account(value));
    await site.put(`${NATIONAL}|${value}`, account(value, { name: undefined }));
    site.hook.behave(resource => ({
      status: 422,
      body: {
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', diagnostics: JSON.stringify(resource) }],
      },
    }));
    await update(site, value, named('Loridon-Le Goff'));
    site.hook.behave({ status: 500, body: 'Loridon' });
    await update(site, value, { active: false });
    await site.hook.stop();
    await update(site, value, { gender: 'male' });
    const told = JSON.stringify(
      (await site.exchanges()).map(({ events, deliveries }) => [
        events,
        deliveries.map(({ hold, lastError }) => [hold, lastError]),
      ]),
    );
    await site.stopGateway();
    expect(site.log().length).toBeGreaterThan(10);
    for (const text of [site.logText(), told])
      expect(text).not.toMatch(/Loridon|bastien|test\.com|3456780581/i);
  });
});
