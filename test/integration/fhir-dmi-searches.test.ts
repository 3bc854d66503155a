import { describe, expect, it } from 'vitest';
import { fullTrace } from '../../samples/fhir/dmi/traces.ts';
import { type FhirReply, startFhirSite, newTrace } from '../kit/fhir.ts';
import { useDmiSite } from '../kit/use-dmi-site.ts';
import { itemsOf, membersOf } from '../../src/sandbox/fhir/json.ts';

/** Searches of traces over real HTTP: passed on page by page, and no answer is better than half of one. */

const { site } = useDmiSite();

interface Entry {
  readonly resource: Readonly<Record<string, unknown>>;
}

function entriesOf({ json }: FhirReply): readonly Entry[] {
  return (json?.['entry'] ?? []) as readonly Entry[];
}

describe('searches', () => {
  it('are passed on, page by page, and every link leads to the façade', async () => {
    const words = ['un', 'deux', 'trois'].map(each => `Recherche ${each}`);
    for (const description of words)
      await site().post('/dmi/traces', newTrace({ description, declaration: '2026-02-01T10:00:00+01:00' }));
    const base = `https://127.0.0.1:${site().gateway().fhirPort()}/fhir/dmi`;
    const found: unknown[] = [];
    let next: string | undefined = '/fhir/dmi/AuditEvent?date=2026-02-01&type=POS&_count=2';
    for (let pages = 0; next !== undefined && pages < 5; pages += 1) {
      const { status, json } = await site().get(next);
      expect(status).toBe(200);
      const entries = (json?.['entry'] ?? []) as readonly (Entry & { readonly fullUrl: string })[];
      const links = (json?.['link'] ?? []) as readonly { readonly relation: string; readonly url: string }[];
      expect([...entries.map(({ fullUrl }) => fullUrl), ...links.map(({ url }) => url)]).toEqual(
        [...entries, ...links].map(() => expect.stringContaining(base)),
      );
      for (const { fullUrl, resource } of entries) {
        expect((await site().get(new URL(fullUrl).pathname)).json).toEqual(resource);
        found.push(resource['outcomeDesc']);
      }
      const further = links.find(({ relation }) => relation === 'next')?.url;
      next = further && further.slice(new URL(further).origin.length);
    }
    expect(found).toEqual(words);
  });

  it('by lot and by patient', async () => {
    const trace = {
      ...fullTrace('15'),
      message: 'LOT',
      description: 'Par lot',
      declaration: '2026-01-05T10:00:00Z',
    };
    await site().post('/dmi/traces', trace);
    const from = '/fhir/dmi/AuditEvent?date=2026-01-05';
    const byLot = await site().get(`${from}&entity:Device.lotNumber=LOT42`);
    expect(entriesOf(byLot).length).toBe(1);
    const none = await site().get(`${from}&entity:Device.lotNumber=LOT99`);
    expect(none.json?.['entry']).toEqual([]);
    const begun = await site().get(`${from}&entity:Device.lotNumber=LOT4`);
    expect(entriesOf(begun).length).toBe(1);
    const exact = async (lot: string): Promise<number> =>
      entriesOf(await site().get(`${from}&entity:Device.lotNumber:exact=${lot}`)).length;
    expect([await exact('LOT4'), await exact('LOT42')]).toEqual([0, 1]);
    const patient = encodeURIComponent('urn:oid:1.2.250.1.999.1.2|8000123');
    expect((await site().get(`${from}&patient.identifier=${patient}`)).status).toBe(200);
  });

  it.each([
    ['agent', 'who'],
    ['entity', 'what'],
  ])('by %s, in whatever format is asked for', async (element, member) => {
    const hours = ['10', '11'];
    for (const hour of hours) {
      const declaration = `2026-01-06T${hour}:00:00Z`;
      await site().post('/dmi/traces', { ...fullTrace('15'), message: `${element} ${hour}`, declaration });
    }
    const from = '/fhir/dmi/AuditEvent?date=2026-01-06';
    const trace = entriesOf(await site().get(from)).at(-1);
    const [first] = itemsOf(trace?.resource[element]);
    const reference = String(membersOf(first?.[member])['reference']);
    expect(reference).toMatch(/^[A-Z][A-Za-z]+\/[\w-]+$/);
    const by = `${element}=${encodeURIComponent(reference)}`;
    expect(entriesOf(await site().get(`${from}&${by}&_format=json&_pretty=true`))).toEqual([trace]);
    expect(entriesOf(await site().get(`${from}&${element}=Device/personne`))).toEqual([]);
  });

  it.each([
    ['without a date', '', 400, ['required date']],
    ['without the end of the period', '?date=ge2026-01-01', 400, ['required date']],
    ['by what nobody knows', '?date=2026-01-01&couleur=bleu', 400, ['not-supported couleur']],
  ])('%s are refused', async (_, query, status, errors) => {
    const answer = await site().get(`/fhir/dmi/AuditEvent${query}`);
    expect([answer.status, answer.errors]).toEqual([status, errors]);
  });

  it.each([
    ['/fhir/dmi/AuditEvent/nulle-part', 'answer', 404, ['not-found']],
    ['/fhir/dmi/AuditEvent?date=2026-01-01', { status: 500, issue: 'exception' }, 500, ['exception']],
    ['/fhir/dmi/AuditEvent?date=2026-01-01', { page: 404 }, 404, ['processing']],
    ['/fhir/dmi/AuditEvent?date=2026-01-01', 'drop-before', 503, ['transient']],
    ['/fhir/dmi/AuditEvent?date=2026-01-01', 'not-json', 502, ['timeout']],
    ['/fhir/dmi/AuditEvent?date=2026-01-01', { page: 302 }, 502, ['timeout']],
    ['/fhir/dmi/AuditEvent/1', { page: 304 }, 502, ['timeout']],
  ] as const)('%s, the platform saying %j', async (path, behaviour, status, errors) => {
    site().platform('dmi').behave(behaviour, 1);
    const answer = await site().get(path);
    expect([answer.status, answer.errors]).toEqual([status, errors]);
  });
});

describe('searches on a platform that does not answer', () => {
  const SEARCH = '/fhir/dmi/AuditEvent?date=2026-01-01';

  it('leave room for another caller’s', async () => {
    const settings = { dmi: { limits: { timeout: '30s' } } };
    const other = await startFhirSite({ flows: ['dmi'], waitMs: 30_000, settings });
    try {
      const platform = other.platform('dmi');
      platform.behave('late');
      const many = Array.from({ length: 20 }, () => other.get(SEARCH, { as: 'bloc' }));
      await platform.until('the share of one', () => platform.requests().length === 2);
      const one = other.get(`${SEARCH}&type=POS`);
      await platform.until('the other’s', () => platform.requests().length === 3);
      expect(platform.requests().at(-1)?.url).toContain('type=POS');
      platform.release();
      expect((await one).status).toBe(200);
      expect((await Promise.all(many)).map(({ status }) => status)).toEqual(Array.from(many, () => 200));
    } finally {
      await other.stop();
    }
  });

  it('take no longer than their caller waits, however many there are', async () => {
    const other = await startFhirSite({ flows: ['dmi'], waitMs: 1_000 });
    try {
      other.platform('dmi').behave('silent-before');
      const many = await Promise.all(Array.from({ length: 20 }, () => other.get(SEARCH, { as: 'bloc' })));
      expect(many.map(({ status }) => status)).toEqual(Array.from(many, () => 503));
      // Most were never sent: their time was over in line.
      expect(other.platform('dmi').requests().length).toBeLessThan(many.length);
    } finally {
      await other.stop();
    }
  });
});
