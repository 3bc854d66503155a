import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  firstTransfer,
  laterTransfer,
  type SampleTransfer,
  urnOf,
} from '../../samples/fhir/dui/transfers.ts';
import { retryExchange } from '../../src/flows/steer.ts';
import type { FhirBehaviour } from '../../src/sandbox/fhir-platform.ts';
import { type FhirSite, heldIn, startFhirSite, stateOf } from '../kit/fhir.ts';
import { FINAL, LATER, UNHEARD } from '../kit/fhir-verdicts.ts';

/** Medico-social records over real HTTP: all or nothing, never twice, and the platform's names are used afterwards. */

const DUI = '/fhir/dui/';
/** Another time, it says; what it has done by then it does not say. */
const DOUBTFUL = [
  { status: 500, issue: 'timeout' },
  { status: 504, issue: 'transient' },
  { entry: '503', issue: 'transient' },
] as const satisfies readonly FhirBehaviour[];
function isDoubtful(behaviour: FhirBehaviour): boolean {
  return DOUBTFUL.some(each => JSON.stringify(each) === JSON.stringify(behaviour));
}
const ASYNC = { headers: { prefer: 'respond-async' } };

let site: FhirSite;
beforeAll(async () => {
  site = await startFhirSite({ flows: ['dui'] });
});
afterAll(() => site.stop());
afterEach(() => site.platform('dui').behave('answer'));

let transfers = 0;
const newTransfer = (): { readonly number: number; readonly bundle: SampleTransfer } => {
  transfers += 1;
  return { number: transfers, bundle: firstTransfer(transfers) };
};

/** How many stays the platform has of a transfer. */
function staysOf(transfer: number): number {
  const created = site.platform('dui').transactions().flat();
  const text = JSON.stringify({ value: `3999900001/SEJ-${transfer}` }).slice(1, -1);
  return created.filter(
    ({ type, resource }) => type === 'Encounter' && JSON.stringify(resource).includes(text),
  ).length;
}

/** What the platform calls what it created last, by type. */
function lastNames(): Readonly<Record<string, string>> {
  const created = site.platform('dui').transactions().at(-1) ?? [];
  return Object.fromEntries(created.map(({ type, id }) => [type, `${type}/${id}`]));
}

function lastStay(): Readonly<Record<string, unknown>> | undefined {
  const created = site.platform('dui').transactions().at(-1) ?? [];
  return created.find(({ type }) => type === 'Encounter')?.resource;
}

describe.each([
  ['2.0.0-ballot', 201],
  ['2.1.0', 200],
] as const)('a transfer to a platform of %s', (contract, success) => {
  let other: FhirSite;
  beforeAll(async () => {
    other = await startFhirSite({ flows: ['dui'], platform: { success }, settings: { dui: { contract } } });
  });
  afterAll(() => other.stop());

  it(`is answered with its ${success}, and the resources as created`, async () => {
    const answer = await other.post(DUI, newTransfer().bundle);
    expect([answer.status, answer.json?.['type']]).toEqual([success, 'transaction-response']);
    const created = other.platform('dui').transactions().at(-1) ?? [];
    const entries = answer.json?.['entry'] as readonly { readonly resource: unknown }[];
    expect(entries.map(({ resource }) => resource)).toEqual(created.map(({ resource }) => resource));
    expect(other.platform('dui').submissions().at(-1)).toMatchObject({ url: '/fhir/', from: 'passerelle' });
  });
});

describe('a later transfer', () => {
  it.each([
    ['the urn:uuid of the first', () => undefined],
    ['the names that the platform gave', lastNames],
  ])('speaks of the patient by %s, and the platform gets its own names', async (_, namesOf) => {
    const { number, bundle } = newTransfer();
    expect((await site.post(DUI, bundle)).status).toBe(201);
    const theirs = lastNames();
    const names = namesOf();
    const { Patient: patient = '', Organization: organization = '' } = theirs;
    transfers += 1;
    const answer = await site.post(
      DUI,
      laterTransfer(
        transfers,
        names?.['Patient'] ?? urnOf(number, 0),
        names?.['Organization'] ?? urnOf(number, 1),
      ),
    );
    expect([answer.status, answer.errors]).toEqual([201, []]);
    expect(lastStay()).toMatchObject({
      subject: { reference: patient },
      serviceProvider: { reference: organization },
    });
  });

  it.each(['at once', 'one after the other'])(
    'is refused by a name that two transfers, %s, have given to two patients',
    async when => {
      const [one, other] = [newTransfer(), newTransfer()];
      const [name, theirs] = [urnOf(one.number, 0), urnOf(other.number, 0)];
      const renamed = JSON.parse(JSON.stringify(other.bundle).replaceAll(theirs, name)) as SampleTransfer;
      const first = site.post(DUI, one.bundle);
      if (when !== 'at once') await first;
      const second = site.post(DUI, renamed);
      expect([(await first).status, (await second).status]).toEqual([201, 201]);
      transfers += 1;
      const answer = await site.post(DUI, laterTransfer(transfers, name, urnOf(one.number, 1)));
      expect(answer.status).toBe(422);
      expect(answer.errors).toContain('business-rule Bundle.entry[0].resource.subject');
    },
  );

  it('of another caller does not know those names', async () => {
    const { number, bundle } = newTransfer();
    await site.post(DUI, bundle);
    const other = laterTransfer(900, urnOf(number, 0), urnOf(number, 1));
    const answer = await site.post(DUI, other, { as: 'bloc' });
    expect(answer.status).toBe(422);
    expect(answer.errors).toContain('business-rule Bundle.entry[0].resource.subject');
  });

  it('may come before the first was taken: it leaves after it, in the platform’s names', async () => {
    site.platform('dui').behave({ status: 503 }, 1);
    const { number, bundle } = newTransfer();
    await site.post(DUI, bundle, ASYNC);
    transfers += 1;
    const later = laterTransfer(transfers, urnOf(number, 0), urnOf(number, 1));
    // Nobody knows the names yet.
    expect((await site.post(DUI, later)).status).toBe(422);
    expect(stateOf(await site.settled())).toEqual(['accepted']);
    expect((await site.post(DUI, later)).status).toBe(201);
  });
});

describe('what is wrong with a transfer', () => {
  type Entry = Readonly<Record<string, unknown>>;
  const change = (index: number, make: (entry: Entry) => Entry): SampleTransfer => {
    const { bundle } = newTransfer();
    const entry = (bundle['entry'] as readonly Entry[]).map((each, at) => (at === index ? make(each) : each));
    return { ...bundle, entry };
  };
  const resourceOf = (entry: Entry): Entry => entry['resource'] as Entry;

  it.each([
    [
      'required Bundle.entry[1].resource.identifier',
      () =>
        change(1, entry => {
          const { identifier: _, ...resource } = resourceOf(entry);
          return { ...entry, resource };
        }),
    ],
    [
      'value Bundle.entry[2].request.method',
      () => change(2, entry => ({ ...entry, request: { method: 'PUT', url: 'Encounter' } })),
    ],
    [
      'business-rule Bundle.entry[2].resource.subject',
      () =>
        change(2, entry => ({
          ...entry,
          resource: {
            ...resourceOf(entry),
            subject: { reference: 'urn:uuid:00000000-0000-4000-8000-00000000dead' },
          },
        })),
    ],
  ])('is told with its path: %s', async (expected, make) => {
    const before = site.platform('dui').requests().length;
    const answer = await site.post(DUI, make());
    expect(answer.status).toBe(422);
    expect(answer.errors).toContain(expected);
    expect(site.platform('dui').requests()).toHaveLength(before);
  });
});

describe('the platform', () => {
  it.each(FINAL)('refusing for good (%j) creates nothing, and is asked once', async behaviour => {
    site.platform('dui').behave(behaviour, 1);
    const { number, bundle } = newTransfer();
    const answer = await site.post(DUI, bundle);
    expect(answer.errors).toHaveLength(1);
    expect(stateOf(await site.settled())).toEqual(['refused']);
    expect(staysOf(number)).toBe(0);
  });

  it('refusing one entry of a 200 has taken nothing', async () => {
    site.platform('dui').behave({ entry: '422', issue: 'business-rule' }, 1);
    const { number, bundle } = newTransfer();
    await site.post(DUI, bundle);
    expect(stateOf(await site.settled())).toEqual(['refused']);
    expect(staysOf(number)).toBe(0);
  });

  it.each(LATER.filter(each => !isDoubtful(each)))(
    'that may take it later (%j) gets it once more, whole',
    async behaviour => {
      site.platform('dui').behave(behaviour, 2);
      const { number, bundle } = newTransfer();
      expect((await site.meanwhile(site.post(DUI, bundle))).status).toBe(201);
      expect(staysOf(number)).toBe(1);
    },
  );

  it.each([...UNHEARD, ...DOUBTFUL])(
    'that nobody heard the end of (%j) gets nothing more until a person says so',
    async behaviour => {
      const { submissions, behave } = site.platform('dui');
      behave(behaviour, 1);
      const { number, bundle } = newTransfer();
      await site.post(DUI, bundle, ASYNC);
      const held = await site.settled();
      expect(heldIn(held)).toEqual(['FHIR-013']);
      const sent = submissions().length;
      const done = staysOf(number);
      site.pass(72 * 3_600_000);
      await site.stopGateway();
      await site.startGateway();
      expect(heldIn(await site.settled())).toEqual(['FHIR-013']);
      expect(submissions()).toHaveLength(sent);
      await retryExchange(held.exchange.id, site.steering());
      expect(stateOf(await site.settled())).toEqual(['accepted']);
      expect(staysOf(number)).toBe(done + 1);
    },
  );

  it('silent after a person’s order, too, gets nothing more without another', async () => {
    site.platform('dui').behave('drop-before', 2);
    const { number, bundle } = newTransfer();
    await site.post(DUI, bundle, ASYNC);
    const { exchange } = await site.settled();
    const before = site.platform('dui').submissions().length;
    await retryExchange(exchange.id, site.steering());
    expect(heldIn(await site.settled())).toEqual(['FHIR-013']);
    expect(site.platform('dui').submissions()).toHaveLength(before + 1);
    await retryExchange(exchange.id, site.steering());
    expect(stateOf(await site.settled())).toEqual(['accepted']);
    expect(staysOf(number)).toBe(1);
  });
});

it('a caller that asks again with the same Bundle.identifier creates nothing twice', async () => {
  const { number, bundle } = newTransfer();
  const first = await site.post(DUI, bundle);
  const { entry, ...rest } = bundle;
  const again = await site.post('/fhir/dui', { entry, ...rest });
  expect(again.text).toBe(first.text);
  expect(staysOf(number)).toBe(1);
});

it('between acceptance and sending a restart loses nothing', async () => {
  const platform = site.platform('dui');
  await platform.stop();
  const { number, bundle } = newTransfer();
  const { headers } = await site.post(DUI, bundle, ASYNC);
  await site.stopGateway();
  await platform.restart();
  await site.startGateway();
  expect(stateOf(await site.settled())).toEqual(['accepted']);
  expect(staysOf(number)).toBe(1);
  expect((await site.get(new URL(headers['content-location'] ?? '').pathname)).status).toBe(201);
});

describe('a gateway that ends', () => {
  async function endIn(step: 'answers' | 'ends', behaviour: FhirBehaviour): Promise<number> {
    const { submissions, behave } = site.platform('dui');
    behave(behaviour, 1);
    const sent = submissions().length;
    const { number, bundle } = newTransfer();
    const mend = site.breakJournal(step);
    const failures = (): number => site.log().filter(({ msg }) => msg === 'journal refuses a record').length;
    const before = failures();
    await site.post(DUI, bundle, ASYNC);
    await site.until('it was answered', () => failures() > before);
    await site.stopGateway();
    mend();
    await site.startGateway();
    await site.settled();
    expect(submissions()).toHaveLength(sent + 1);
    return number;
  }

  it('before the answer is kept does not know, and holds it', async () => {
    const number = await endIn('answers', 'answer');
    expect(heldIn(await site.settled())).toEqual(['FHIR-013']);
    expect(staysOf(number)).toBe(1);
  });

  it('after that knows the answer, a yes', async () => {
    const number = await endIn('ends', 'answer');
    expect(stateOf(await site.settled())).toEqual(['accepted']);
    expect(staysOf(number)).toBe(1);
  });

  it.each([{ status: 500, issue: 'value' }, { error: 'value' }] as const)(
    'after that knows the answer, a no: %j',
    async behaviour => {
      await endIn('ends', behaviour);
      expect(heldIn(await site.settled())).toEqual(['FHIR-009']);
    },
  );
});
