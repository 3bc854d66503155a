import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  record,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/journal/journal.ts';
import { type JournalBed, openBed, sqliteStore, viewOf } from '../kit/journal.ts';
import { answered, bringRequest, mailsOf, type PlannedRequest, PREPARE, SMTP } from '../kit/requests.ts';

/** A request for a document of a version chain, or of none; its document may name any other one as its parent. */
interface RequestPlan {
  readonly patient: 'p' | 'q';
  readonly set: 'A' | 'B' | undefined;
  readonly parent: number | undefined;
  readonly action: 'add' | 'replace' | 'delete';
  readonly toPatientToo: boolean;
}

type Step =
  | { readonly do: 'request'; readonly plan: RequestPlan }
  | {
      readonly do: 'prepare' | 'mail';
      readonly answer: 'end' | 'hold' | 'refuse' | 'stay';
      readonly limit: number;
    }
  | { readonly do: 'resend' | 'abandon'; readonly pick: number }
  | { readonly do: 'crash' };

const plan = record({
  patient: constantFrom('p' as const, 'q' as const),
  set: constantFrom('A' as const, 'B' as const, undefined),
  parent: oneof(constant(undefined), nat(5)),
  action: constantFrom('add' as const, 'replace' as const, 'delete' as const),
  toPatientToo: boolean(),
});

const step = oneof(
  { weight: 3, arbitrary: record({ do: constant('request' as const), plan }) },
  {
    weight: 4,
    arbitrary: record({
      do: constantFrom('prepare' as const, 'mail' as const),
      answer: constantFrom(...(['end', 'end', 'hold', 'refuse', 'stay'] as const)),
      limit: nat(3),
    }),
  },
  {
    weight: 2,
    arbitrary: record({ do: constantFrom('resend' as const, 'abandon' as const), pick: nat(10) }),
  },
  { weight: 1, arbitrary: record({ do: constant('crash' as const) }) },
);

/** The journal under test and the requests that it accepted, in that order. */
interface World {
  readonly bed: JournalBed;
  readonly requests: (RequestPlan & { readonly planned: PlannedRequest })[];
}

const uniqueIdOf = (index: number): string => `1.2^${index}`;

async function deliveriesOf({ bed }: World, { exchangeId }: PlannedRequest): Promise<readonly Delivery[]> {
  return (await viewOf(bed, exchangeId)).deliveries;
}

async function allDeliveries(world: World): Promise<readonly Delivery[]> {
  return (await Promise.all(world.requests.map(({ planned }) => deliveriesOf(world, planned)))).flat();
}

/** Of the requests accepted before, those whose document this one replaces or deletes. */
function originalsOf({ requests }: World, index: number): readonly PlannedRequest[] {
  const own = requests[index];
  if (own === undefined || own.action === 'add') return [];
  return requests
    .slice(0, index)
    .flatMap(({ set, planned }, before) =>
      before === own.parent || (set !== undefined && set === own.set) ? [planned] : [],
    );
}

/** Claims, and checks each claim against every request before it. */
async function claim(world: World, target: string, limit: number): Promise<readonly Delivery[]> {
  const { bed, requests } = world;
  const claimed = await bed.journal.claim(target, limit);
  for (const { id, kind, exchangeId } of claimed) {
    await bed.journal.sending(id);
    if (kind !== 'mail') continue;
    const index = requests.findIndex(({ planned }) => planned.exchangeId === exchangeId);
    for (const original of originalsOf(world, index)) {
      const unsent = (await deliveriesOf(world, original)).filter(
        each => each.kind !== 'report' && each.state !== 'done',
      );
      expect(unsent).toEqual([]);
    }
  }
  return claimed;
}

async function settle(world: World, delivery: Delivery, answer: 'end' | 'hold' | 'refuse'): Promise<void> {
  const { journal } = world.bed;
  const { id, kind, exchangeId } = delivery;
  if (answer === 'hold') return journal.hold(id, { code: 'OUT-006' });
  const planned = world.requests.find(each => each.planned.exchangeId === exchangeId)?.planned;
  if (planned === undefined) throw new Error('a request that was accepted');
  if (kind === 'prepare') return journal.end(id, { outcome: 'accepted' }, mailsOf(world.bed, planned));
  const state = answer === 'end' ? 'sent' : 'refused';
  const recipients = planned.mails.find(mail => mail.id === id)?.recipients ?? [];
  await journal.submitted(id, {
    recipients: recipients.map(recipient => answered(recipient.id, { state })),
    reportBy: undefined,
  });
  return journal.end(id, { outcome: answer === 'end' ? 'accepted' : 'refused' });
}

async function take(world: World, each: Step): Promise<void> {
  const { bed, requests } = world;
  switch (each.do) {
    case 'request': {
      const { patient, set, parent, action, toPatientToo } = each.plan;
      const planned = await bringRequest(bed, {
        patient,
        recipients: [{}, ...(toPatientToo ? [{ audience: 'patient' } as const] : [])],
        documents: [
          {
            action,
            uniqueId: uniqueIdOf(requests.length),
            setId: set === undefined ? undefined : `1.3^${set}`,
            parentIds: parent === undefined ? [] : [uniqueIdOf(parent)],
          },
        ],
      });
      requests.push({ ...each.plan, planned });
      return;
    }
    case 'prepare':
    case 'mail':
      for (const delivery of await claim(world, each.do === 'mail' ? SMTP : PREPARE, each.limit)) {
        if (each.answer !== 'stay') await settle(world, delivery, each.answer);
      }
      return;
    case 'resend':
    case 'abandon': {
      const held = (await allDeliveries(world)).filter(({ state }) => state === 'held');
      const { id, identifiers } = held[each.pick % Math.max(held.length, 1)] ?? {};
      if (id === undefined) return;
      if (each.do === 'abandon') return bed.journal.abandon(id, 'model', 'model');
      return bed.journal.resend(id, { identifiers: identifiers ?? {}, payload: undefined, by: 'model' });
    }
    case 'crash':
      await bed.journal.recover();
  }
}

/** The operator answers and a person gives up what is held: every request must come to its end. */
async function drain(world: World): Promise<void> {
  const { bed, requests } = world;
  await bed.journal.recover();
  for (let round = 0; round < 200; round += 1) {
    for (const target of [SMTP, PREPARE]) {
      for (const delivery of await claim(world, target, 10)) await settle(world, delivery, 'end');
    }
    const held = (await allDeliveries(world)).find(({ state }) => state === 'held');
    if (held !== undefined) await bed.journal.abandon(held.id, 'model', 'model');
    const views = await Promise.all(requests.map(({ planned }) => viewOf(bed, planned.exchangeId)));
    for (const { exchange, deliveries } of views) {
      expect(exchange.state === 'ended').toBe(deliveries.every(({ state }) => state === 'done'));
    }
    if (views.every(({ exchange }) => exchange.state === 'ended')) return;
  }
  throw new Error('something never came to its end');
}

describe('the mails of requests, whatever happens', () => {
  it('never overtake an original, and all leave in the end', { timeout: 60_000 }, async () => {
    await assert(
      asyncProperty(array(step, { minLength: 5, maxLength: 40, size: 'max' }), async steps => {
        const store = sqliteStore();
        const world: World = { bed: await openBed(store), requests: [] };
        try {
          for (const each of steps) await take(world, each);
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
