import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { fhirTarget } from '../../../src/flows/fhir/call-request.ts';
import { receiveBundle } from '../../../src/flows/fhir/dui-reception.ts';
import { handOverBundle } from '../../../src/flows/fhir/hand-over-bundle.ts';
import { CALL } from '../../../src/flows/fhir/kept-call.ts';
import { RECEPTION } from '../../../src/flows/fhir/received-bundle.ts';
import type { Delivery, Journal } from '../../../src/journal/journal.ts';
import type { FhirHttpAnswer, FhirHttpRequest, FhirPeer } from '../../../src/peers/interfaces.ts';
import { validateBy } from '../../kit/fhir-validate.ts';
import { newRecord, newStay } from '../../kit/fhir-dui.ts';
import { useBed } from '../../kit/use-bed.ts';

/** What comes between a Bundle in the journal and its answer: a crash, or a journal that takes no more. */

const bed = useBed();

function asked(bundle: unknown): FhirHttpRequest {
  return {
    caller: 'editeur',
    method: 'POST',
    route: '/fhir/dui-consommateur',
    params: {},
    search: '',
    query: new URLSearchParams(),
    headers: {},
    signal: new AbortController().signal,
    origin: 'https://pfi.example',
    respondAsync: false,
    body: Buffer.from(typeof bundle === 'string' ? bundle : JSON.stringify(bundle)),
  };
}

function receiving(bundle: unknown, journal: Journal = bed().journal): Promise<FhirHttpAnswer> {
  return receiveBundle(asked(bundle), {
    journal,
    clock: bed().clock,
    newId: bed().newId,
    log: pino({ level: 'silent' }),
    wake: () => {},
    validate: validateBy('dui'),
    validation: 'refuse',
    contract: '2.0.0',
  });
}

interface Told {
  readonly entry: readonly { readonly resource: { readonly id: string; readonly subject?: object } }[];
}
const toldIn = ({ body }: FhirHttpAnswer): Told =>
  JSON.parse(Buffer.from(body as Uint8Array).toString()) as Told;

async function claimed(): Promise<Delivery> {
  const [delivery, ...others] = await bed().journal.claim(fhirTarget(RECEPTION), 10);
  expect(others).toEqual([]);
  if (delivery === undefined) throw new Error('nothing is owed');
  return delivery;
}

function hookOf(got: unknown[]): FhirPeer {
  return {
    send: async ({ body }) => {
      got.push(JSON.parse(Buffer.from(body ?? []).toString()));
      return { status: 200, headers: {}, retryAfter: undefined, body: new Uint8Array(0) };
    },
    dropToken: () => {},
    probe: () => Promise.reject(new Error('not asked for')),
    close: async () => {},
  };
}

/** Hands over what is owed, and says what the application got. */
async function handedOver(): Promise<Told> {
  const got: unknown[] = [];
  const delivery = await claimed();
  await bed().journal.sending(delivery.id);
  const attempt = await handOverBundle(delivery, { journal: bed().journal, hook: hookOf(got) });
  expect(attempt).toEqual({ ended: { outcome: 'accepted' } });
  await bed().journal.end(delivery.id, { outcome: 'accepted' });
  expect(got).toHaveLength(1);
  return got[0] as Told;
}

const ids = ({ entry }: Told): string[] => entry.map(({ resource }) => resource.id);

describe('a Bundle that comes again', () => {
  it('is answered with the ids that it was handed over with', async () => {
    const sent = newRecord();
    const answer = await receiving(sent);
    expect(answer.status).toBe(200);
    expect(ids(await handedOver())).toEqual(ids(toldIn(answer)));
    expect(ids(toldIn(await receiving(sent)))).toEqual(ids(toldIn(answer)));
    expect(await bed().journal.list({ limit: 10 })).toHaveLength(1);
  });
});

describe('numbers', () => {
  it('reach the application as they were written, and the sender with its answer', async () => {
    const text = JSON.stringify(newRecord()).replace(
      '"resourceType":"Organization"',
      '"resourceType":"Organization","extension":[{"url":"https://exemple.fr/taille","valueDecimal":1.70}]',
    );
    const answer = await receiving(text);
    expect(Buffer.from(answer.body as Uint8Array).toString()).toContain('"valueDecimal":1.70}');
    const { exchangeId } = await claimed();
    const kept = await bed().journal.payload(exchangeId, CALL);
    expect(Buffer.from(kept ?? []).toString()).toContain('"valueDecimal":1.70}');
  });
});

describe('a Bundle that stands in the journal', () => {
  it('is known to later ones before anybody was answered: both are one transaction', async () => {
    const sent = newRecord();
    // The caller has left, and hears nothing.
    await receiving(sent);
    const later = await receiving(newStay(sent.entry[0]?.fullUrl, sent.entry[1]?.fullUrl));
    const [patient] = ids(await handedOver());
    expect(toldIn(later).entry[0]?.resource.subject).toEqual({ reference: `Patient/${patient}` });
  });
});

describe('a name that two Bundles give to two patients', () => {
  it('means neither in a later one: nobody knows whose record it goes to', async () => {
    const [one, other] = [newRecord(), newRecord()];
    const named = (record: typeof one, name: string): unknown =>
      JSON.parse(JSON.stringify(record).replaceAll(record.entry[0]?.fullUrl ?? '', name));
    await receiving(named(one, 'urn:uuid:00000000-0000-4000-8000-000000000001'));
    await receiving(named(other, 'urn:uuid:00000000-0000-4000-8000-000000000001'));
    const stay = newStay('urn:uuid:00000000-0000-4000-8000-000000000001', other.entry[1]?.fullUrl);
    expect((await receiving(stay)).status).toBe(422);
  });
});

describe('a Bundle of another patient that refers to what an earlier one has brought', () => {
  it('is handed over after it, however long that takes: the application would not know it', async () => {
    const sent = newRecord();
    const [, structure] = ids(toldIn(await receiving(sent)));
    const other = newRecord();
    const theirs = other.entry[1]?.fullUrl ?? '';
    const entry = other.entry.filter(({ fullUrl }) => fullUrl !== theirs);
    const text = JSON.stringify({ ...other, entry }).replaceAll(theirs, `Organization/${structure}`);
    expect((await receiving(text)).status).toBe(200);
    const first = await claimed();
    await bed().journal.sending(first.id);
    await bed().journal.retryLater(first.id, {
      code: 'FHIR-008',
      nextAt: bed().clock.at() + 60_000,
      spentMs: 0,
    });
    expect(await bed().journal.claim(fhirTarget(RECEPTION), 10)).toEqual([]);
    bed().clock.advance(60_000);
    expect((await claimed()).id).toBe(first.id);
    await bed().journal.sending(first.id);
    await bed().journal.end(first.id, { outcome: 'accepted' });
    expect(ids(await handedOver())).toHaveLength(entry.length);
  });
});

describe('a journal that takes nothing', () => {
  it('has the Bundle refused, and nothing of it known', async () => {
    const sent = newRecord();
    const full = { ...bed().journal, acceptRequest: () => Promise.reject(new Error('full')) };
    await expect(receiving(sent, full)).rejects.toMatchObject({ code: 'FHIR-014' });
    expect(await bed().journal.list({ limit: 10 })).toEqual([]);
    const stay = await receiving(newStay(sent.entry[0]?.fullUrl, sent.entry[1]?.fullUrl));
    expect(stay.status).toBe(422);
  });

  it('that was removed has the Bundle refused', async () => {
    await expect(receiving(newRecord(), { ...bed().journal, intact: () => false })).rejects.toMatchObject({
      code: 'FHIR-014',
    });
  });
});

describe('a Bundle whose payloads are purged', () => {
  it('is not created again, and still known to later ones', async () => {
    const sent = newRecord();
    await receiving(sent);
    const [patient] = ids(await handedOver());
    bed().clock.advance(1_000);
    await bed().journal.purge({ payloads: bed().clock.at(), history: 0 });
    const again = await receiving(sent);
    expect(again.status).toBe(410);
    const later = await receiving(newStay(sent.entry[0]?.fullUrl, sent.entry[1]?.fullUrl));
    expect(toldIn(later).entry[0]?.resource.subject).toEqual({ reference: `Patient/${patient}` });
  });
});

describe('the application’s hook', () => {
  it('is not asked for what is kept no more', async () => {
    await receiving(newRecord());
    const delivery = await claimed();
    const purged = { ...bed().journal, payload: async () => undefined };
    await expect(handOverBundle(delivery, { journal: purged, hook: hookOf([]) })).rejects.toMatchObject({
      code: 'JRN-007',
    });
  });
});
