import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  nat,
  oneof,
  option,
  record,
  constant,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivery, ExchangeView } from '../../src/journal/journal.ts';
import {
  bringMail,
  type DocumentSpec,
  type JournalBed,
  openBed,
  owed,
  sqliteStore,
  viewOf,
} from '../kit/journal.ts';

/** A document of a version chain (or of none), for one of a few patients. */
interface DocumentPlan {
  readonly patient: 'p' | 'q' | 'r';
  readonly set: 'A' | 'B' | undefined;
  readonly action: 'add' | 'replace' | 'delete';
  readonly held: boolean;
}

type Step =
  | { readonly do: 'record'; readonly documents: readonly DocumentPlan[] }
  | { readonly do: 'claim'; readonly limit: number; readonly retries: number | undefined }
  | { readonly do: 'send' | 'end' | 'refuse' | 'hold' | 'retry' | 'release'; readonly pick: number }
  | { readonly do: 'resend' | 'abandon'; readonly pick: number }
  | { readonly do: 'crash' | 'conclude' | 'wait' };

const documentPlan = record({
  patient: constantFrom('p' as const, 'q' as const, 'r' as const),
  set: constantFrom('A' as const, 'B' as const, undefined),
  action: constantFrom('add' as const, 'replace' as const, 'delete' as const),
  held: boolean(),
});

const step = oneof(
  record({ do: constant('record' as const), documents: array(documentPlan, { minLength: 1, maxLength: 3 }) }),
  record({ do: constant('claim' as const), limit: nat(3), retries: option(nat(2), { nil: undefined }) }),
  record({
    do: constantFrom(...(['send', 'end', 'end', 'refuse', 'hold', 'retry', 'release'] as const)),
    pick: nat(20),
  }),
  record({ do: constantFrom('resend' as const, 'abandon' as const), pick: nat(20) }),
  record({ do: constantFrom('crash' as const, 'conclude' as const, 'wait' as const) }),
);

/** What the model knows of a document beside its delivery: what must never overtake what. */
interface Known {
  readonly id: string;
  readonly exchangeId: string;
  readonly set: string | undefined;
  readonly replaces: boolean;
}

/** The journal under test, and every delivery of it in the order of their recording. */
interface World {
  readonly bed: JournalBed;
  readonly known: Known[];
  readonly mails: string[];
}

async function allDeliveries({ bed, known, mails }: World): Promise<Map<string, Delivery>> {
  const views = await Promise.all(mails.map(id => viewOf(bed, id)));
  const found = new Map(views.flatMap(({ deliveries }) => deliveries).map(each => [each.id, each]));
  const ordered = known.flatMap(({ id }) => found.get(id) ?? []);
  return new Map(ordered.map(delivery => [delivery.id, delivery]));
}

async function recordMail(world: World, documents: readonly DocumentPlan[]): Promise<void> {
  const { bed, known, mails } = world;
  const specs = documents.map(({ patient, set, action, held }, index): DocumentSpec => {
    const uniqueId = `1.2^${mails.length}.${index}`;
    const start = held ? { start: { state: 'held', fault: { code: 'DOC-001' } } as const } : {};
    return { patient, action, uniqueId, setId: set === undefined ? undefined : `1.3^${set}`, ...start };
  });
  const { exchangeId } = await bringMail(bed, { documents: specs });
  mails.push(exchangeId);
  const { documents: recorded, deliveries } = await viewOf(bed, exchangeId);
  for (const { id, subject } of deliveries) {
    const plan = recorded.find(({ document }) => document.id === subject)?.document;
    known.push({ id, exchangeId, set: plan?.setId, replaces: plan?.action !== 'add' });
  }
}

/** Claims, and checks each claim against everything recorded before it. */
async function claim(world: World, limit: number, retries?: number): Promise<string[]> {
  const before = await allDeliveries(world);
  const claimed = (await world.bed.journal.claim('dpi', limit, retries)).map(({ id }) => id);
  const order = [...before.keys()];
  for (const id of claimed) {
    const own = before.get(id);
    const about = world.known.find(known => known.id === id);
    const older = order.slice(0, order.indexOf(id)).flatMap(key => before.get(key) ?? []);
    // Nothing that could go waits before it in its lane.
    const passed = older.filter(({ lane, state }) => lane === own?.lane && state === 'waiting');
    for (const each of passed) expect(before.get(each.waitsFor ?? '')?.state ?? 'done').not.toBe('done');
    // No version before it in its set is unsettled.
    if (about?.replaces && about.set !== undefined) {
      const set = world.known.filter(known => known.set === about.set).map(known => known.id);
      expect(older.filter(each => set.includes(each.id) && each.state !== 'done')).toEqual([]);
    }
  }
  return claimed;
}

function chosen(states: readonly string[], among: Map<string, Delivery>, pick: number): Delivery | undefined {
  const fitting = [...among.values()].filter(({ state }) => states.includes(state));
  return fitting[pick % Math.max(fitting.length, 1)];
}

async function take(world: World, step: Step): Promise<void> {
  const { bed } = world;
  const { journal, clock } = bed;
  const deliveries = await allDeliveries(world);
  const flying = (pick: number): string => chosen(['claimed', 'sending'], deliveries, pick)?.id ?? 'none';
  switch (step.do) {
    case 'record':
      return recordMail(world, step.documents);
    case 'claim':
      await claim(world, step.limit, step.retries);
      return;
    case 'send':
      return journal.sending(flying(step.pick));
    case 'end':
      return journal.end(flying(step.pick), { outcome: 'accepted' });
    case 'refuse':
      return journal.end(flying(step.pick), { outcome: 'refused', code: '902' });
    case 'hold':
      return journal.hold(flying(step.pick), { code: 'DOC-003' });
    case 'retry':
      return journal.retryLater(flying(step.pick), {
        code: 'MLLP-003',
        nextAt: clock.at() + 500,
        spentMs: 1,
      });
    case 'release':
      return journal.release(flying(step.pick));
    case 'resend': {
      const refused = [...deliveries.values()].filter(({ ending }) => ending?.outcome === 'refused');
      const held = chosen(['held'], deliveries, step.pick);
      const delivery = held ?? refused[step.pick % Math.max(refused.length, 1)];
      if (delivery === undefined) return;
      return journal.resend(delivery.id, {
        identifiers: { controlId: bed.newId() },
        payload: undefined,
        by: 'model',
      });
    }
    case 'abandon': {
      const delivery = chosen(['held', 'waiting'], deliveries, step.pick);
      return delivery && journal.abandon(delivery.id, 'model', 'model');
    }
    case 'crash':
      await journal.recover();
      return;
    case 'conclude':
      for (const id of await journal.readyToConclude(100)) await conclude(world, id);
      return;
    case 'wait':
      clock.advance(500);
      return;
  }
}

async function conclude({ bed }: World, exchangeId: string): Promise<void> {
  const filing = owed(bed, exchangeId);
  await bed.journal.conclude(exchangeId, {
    outcome: 'accepted',
    code: undefined,
    hold: undefined,
    deliveries: [filing],
    events: [],
  });
}

/** What holds at every moment. */
async function check(world: World): Promise<void> {
  const { bed, known, mails } = world;
  const deliveries = await allDeliveries(world);
  expect(deliveries.size).toBe(known.length);
  const lanes = [...deliveries.values()]
    .filter(({ state }) => state === 'claimed' || state === 'sending')
    .map(({ lane }) => lane);
  expect(new Set(lanes).size).toBe(lanes.length);
  for (const id of mails) checkExchange(await viewOf(bed, id), await pendingOf(bed, id));
}

function checkExchange({ exchange, deliveries }: ExchangeView, pending: number): void {
  const open = deliveries.filter(({ state }) => state !== 'done');
  expect(pending).toBe(open.filter(({ kind }) => kind === 'mdm').length);
  expect(exchange.state === 'ended').toBe(exchange.state !== 'open' && open.length === 0);
  if (pending > 0) expect(exchange.state).toBe('open');
}

async function pendingOf({ engine }: JournalBed, exchangeId: string): Promise<number> {
  const row = await engine.read(statements =>
    statements.first('SELECT pending FROM exchange WHERE id = ?', exchangeId),
  );
  return Number(row?.['pending']);
}

/** Peers answer and a person decides on all that is held: everything must come to its end. */
async function drain(world: World): Promise<void> {
  const { bed } = world;
  await bed.journal.recover();
  for (let round = 0; round < 200; round += 1) {
    bed.clock.advance(500);
    for (const id of await claim(world, 10)) await bed.journal.end(id, { outcome: 'accepted' });
    for (const { id } of await bed.journal.claim('imap:urologie', 100)) {
      await bed.journal.end(id, { outcome: 'accepted' });
    }
    const held = [...(await allDeliveries(world)).values()].find(({ state }) => state === 'held');
    if (held !== undefined) await bed.journal.abandon(held.id, 'model', 'model');
    for (const id of await bed.journal.readyToConclude(100)) await conclude(world, id);
    await check(world);
    const states = await Promise.all(world.mails.map(async id => (await viewOf(bed, id)).exchange.state));
    if (states.every(state => state === 'ended')) return;
  }
  throw new Error('something never came to its end');
}

describe('lanes, whatever happens', () => {
  it('keep their order, lose nothing, and let every exchange end', { timeout: 60_000 }, async () => {
    await assert(
      asyncProperty(array(step, { minLength: 1, maxLength: 60, size: 'max' }), async steps => {
        const store = sqliteStore();
        const world: World = { bed: await openBed(store), known: [], mails: [] };
        try {
          for (const each of steps) {
            await take(world, each);
            await check(world);
          }
          await drain(world);
        } finally {
          await world.bed.journal.close();
          store.remove();
        }
      }),
      { numRuns: 40 },
    );
  });
});
