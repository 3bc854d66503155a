import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import {
  type Attempt,
  createDispatcher,
  type Dispatcher,
  type Target,
} from '../../src/journal/dispatcher.ts';
import type { Delivery, Ending, Journal } from '../../src/journal/journal.ts';
import { bringMail, type Brought, claimIds, deliveryOf, owed } from '../kit/journal.ts';
import { useBed } from '../kit/use-bed.ts';
import { waitFor } from '../kit/wait.ts';

const RETRY = { firstMs: 1_000, factor: 2, maxMs: 5_000, giveUpAfterMs: 60_000 };
const ACCEPTED: Attempt = { ended: { outcome: 'accepted' } };
const transient = (): never => {
  throw new GatewayError('SMTP-005');
};
const unreachable = (): never => {
  throw new GatewayError('MLLP-001');
};

/** A target whose attempts answer as the test says. */
interface ScriptedTarget extends Target {
  /** Ids of the deliveries attempted, in order. */
  readonly attempted: string[];
  readonly endings: string[];
  inFlight(): number;
  most(): number;
  /** What the next attempts do; the last one stays. */
  script(...answers: (() => Attempt | Promise<Attempt>)[]): void;
}

function scriptedTarget(change: Partial<Target> = {}): ScriptedTarget {
  const attempted: string[] = [];
  const endings: string[] = [];
  let answers: (() => Attempt | Promise<Attempt>)[] = [() => ACCEPTED];
  let inFlight = 0;
  let most = 0;
  return {
    name: 'dpi',
    logged: { application: 'dpi' },
    parallel: 2,
    retry: RETRY,
    givenUp: error => ({ code: 'DOC-002', fields: { last: error.code } }),
    ended: async (delivery: Delivery, { outcome }: Ending) => {
      endings.push(`${delivery.id} ${outcome}`);
    },
    async attempt(delivery) {
      attempted.push(delivery.id);
      inFlight += 1;
      most = Math.max(most, inFlight);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      try {
        return (await answer?.()) ?? ACCEPTED;
      } finally {
        inFlight -= 1;
      }
    },
    attempted,
    endings,
    inFlight: () => inFlight,
    most: () => most,
    script: (...next) => {
      answers = next;
    },
    ...change,
  };
}

/** Attempts that stay on the wire until they are let go. */
function gate(): { readonly wait: () => Promise<Attempt>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<Attempt>();
  return { wait: () => promise, open: () => resolve(ACCEPTED) };
}

const bed = useBed();
let lines: { level: number; msg: string; [field: string]: unknown }[];
let running: Dispatcher[];
let unhandled: unknown[];
const onUnhandled = (reason: unknown): void => {
  unhandled.push(reason);
};

beforeEach(() => {
  lines = [];
  running = [];
  unhandled = [];
  process.on('unhandledRejection', onUnhandled);
});
afterEach(async () => {
  for (const dispatcher of running) await dispatcher.stop(0);
  process.off('unhandledRejection', onUnhandled);
  if (unhandled.length > 0) throw new Error('unhandled rejections', { cause: unhandled });
});

function keepLine(chunk: Buffer, _: unknown, done: () => void): void {
  lines.push(JSON.parse(chunk.toString()) as (typeof lines)[number]);
  done();
}

function start(targets: readonly Target[], journal: Journal = bed().journal): Dispatcher {
  const log = pino({ level: 'trace' }, new Writable({ write: keepLine }));
  const dispatcher = createDispatcher({ journal, targets, clock: bed().clock, random: () => 0.5, log });
  running.push(dispatcher);
  return dispatcher;
}

const said = (msg: string): number => lines.filter(line => line.msg === msg).length;
const stateOf = async (mail: Brought, id = mail.id): Promise<Delivery> => deliveryOf(bed(), mail, id);
const untilState = (mail: Brought, state: Delivery['state'], id = mail.id): Promise<void> =>
  waitFor(async () => (await stateOf(mail, id)).state === state, { what: `${id} is ${state}` });
/** Until an attempt failed and its next one is set. */
const untilAttempts = (mail: Brought, attempts: number): Promise<void> =>
  waitFor(
    async () => {
      const delivery = await stateOf(mail);
      return delivery.attempts === attempts && delivery.state === 'waiting';
    },
    { what: `${attempts} attempts` },
  );

/** The journal, with some of its methods failing so many times. */
function refusing(times: Partial<Record<keyof Journal, number>>): Journal {
  const left = new Map(Object.entries(times));
  return new Proxy(bed().journal, {
    get: (journal, name: keyof Journal) => {
      const original = journal[name];
      return (...values: never[]): unknown => {
        const count = left.get(name) ?? 0;
        if (count === 0) return (original as (...all: never[]) => unknown)(...values);
        left.set(name, count - 1);
        return Promise.reject(new Error('database or disk is full'));
      };
    },
  });
}

describe('what is due', () => {
  it('goes out, as many at once as the target takes', async () => {
    const target = scriptedTarget({ parallel: 3 });
    const { wait, open } = gate();
    target.script(wait);
    const mail = await bringMail(bed(), { documents: Array.from({ length: 8 }, () => ({})) });
    start([target]).poke('dpi');
    await waitFor(() => target.inFlight() === 3);
    open();
    for (const id of mail.ids) await untilState(mail, 'done', id);
    expect(target.most()).toBe(3);
    expect(target.attempted.slice(0, 3)).toEqual(mail.ids.slice(0, 3));
    await waitFor(() => target.endings.length === 8);
  });

  it('goes out in the order of its lane', async () => {
    const target = scriptedTarget({ parallel: 4 });
    const documents = Array.from({ length: 6 }, () => ({ patient: 'p' }));
    const mail = await bringMail(bed(), { documents });
    start([target]).poke();
    await untilState(mail, 'done', mail.ids.at(-1));
    expect(target.attempted).toEqual(mail.ids);
    expect(target.most()).toBe(1);
  });

  it('is looked for at every target, and one that is down holds up no other', async () => {
    const [dpi, ris] = [scriptedTarget(), scriptedTarget({ name: 'ris' })];
    dpi.script(unreachable);
    const waits = await bringMail(bed());
    const goes = await bringMail(bed(), { application: 'ris' });
    await bringMail(bed(), { application: 'nobody' });
    const dispatcher = start([dpi, ris]);
    dispatcher.poke();
    await untilState(goes, 'done');
    await waitFor(() => dispatcher.states().some(({ downSince }) => downSince !== undefined));
    expect(dispatcher.states()).toEqual([
      { name: 'dpi', downSince: bed().clock.at() },
      { name: 'ris', downSince: undefined },
    ]);
    await untilState(waits, 'waiting');
  });
});

describe('an attempt that failed', () => {
  it('is made again at the pace of the policy, up to the longest pause', async () => {
    const target = scriptedTarget();
    target.script(transient);
    const mail = await bringMail(bed());
    const dispatcher = start([target]);
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      dispatcher.poke('dpi');
      await untilAttempts(mail, attempt);
      const pause = (await stateOf(mail)).nextAt - bed().clock.at();
      pauses.push(pause);
      bed().clock.advance(pause);
    }
    expect(pauses).toEqual([900, 1_800, 3_600, 4_500, 4_500]);
    expect(target.attempted).toHaveLength(5);
    expect(await stateOf(mail)).toMatchObject({
      ambiguous: 0,
      spentMs: 15_300,
      lastError: { code: 'SMTP-005' },
    });
  });

  it('is made again in places of its own, where the target keeps the others for what was never tried', async () => {
    const target = scriptedTarget({ parallel: 3, retriesAtOnce: 1 });
    const mail = await bringMail(bed(), { documents: [{}, {}, {}] });
    const { wait, open } = gate();
    target.script(transient);
    const dispatcher = start([target]);
    dispatcher.poke('dpi');
    for (const id of mail.ids) {
      await waitFor(
        async () => (await stateOf(mail, id)).attempts === 1 && (await stateOf(mail, id)).state === 'waiting',
      );
    }
    target.script(wait);
    bed().clock.advance(5_000);
    dispatcher.poke('dpi');
    await waitFor(() => target.inFlight() === 1);
    const others = [await bringMail(bed()), await bringMail(bed()), await bringMail(bed())];
    dispatcher.poke('dpi');
    await waitFor(() => target.inFlight() === 3);
    expect(target.attempted.slice(3)).toEqual([mail.ids[0], others[0]?.id, others[1]?.id]);
    open();
    for (const each of [mail, ...others]) for (const id of each.ids) await untilState(each, 'done', id);
    expect(target.most()).toBe(3);
  });

  it('is not made before its time', async () => {
    const target = scriptedTarget();
    target.script(transient);
    const mail = await bringMail(bed());
    const dispatcher = start([target]);
    dispatcher.poke('dpi');
    await untilAttempts(mail, 1);
    bed().clock.advance(899);
    target.script(() => ACCEPTED);
    const other = await bringMail(bed());
    dispatcher.poke('dpi');
    await untilState(other, 'done');
    expect(target.attempted).toEqual([mail.id, other.id]);
    bed().clock.advance(1);
    dispatcher.poke('dpi');
    await untilState(mail, 'done');
  });

  it('is counted apart when nobody knows how it ended', async () => {
    const target = scriptedTarget();
    target.script(() => {
      throw new GatewayError('MLLP-003');
    });
    const mail = await bringMail(bed());
    start([target]).poke('dpi');
    await untilAttempts(mail, 1);
    expect((await stateOf(mail)).ambiguous).toBe(1);
  });

  it('waits for a person once patience is used up', async () => {
    const target = scriptedTarget({ retry: { ...RETRY, giveUpAfterMs: 2_000 } });
    target.script(transient);
    const mail = await bringMail(bed());
    const dispatcher = start([target]);
    dispatcher.poke('dpi');
    await untilAttempts(mail, 1);
    bed().clock.advance(900);
    dispatcher.poke('dpi');
    await untilState(mail, 'held');
    expect((await stateOf(mail)).hold).toEqual({ code: 'DOC-002', fields: { last: 'SMTP-005' } });
    expect(said('given up: waits for a person')).toBe(1);
  });

  it('charges the time that the attempt itself took', async () => {
    const target = scriptedTarget({ retry: { ...RETRY, giveUpAfterMs: 30_000 } });
    target.script(() => {
      bed().clock.advance(29_500);
      return transient();
    });
    const mail = await bringMail(bed());
    start([target]).poke('dpi');
    await untilState(mail, 'held');
    expect((await stateOf(mail)).attempts).toBe(1);
  });

  it.each([4, -4])('is not charged for a clock that is set by %i days meanwhile', async days => {
    let elapsed = 0;
    const target = scriptedTarget();
    target.script(() => {
      bed().clock.advance(days * 24 * 3_600_000);
      elapsed += 1_500.25;
      return transient();
    });
    const mail = await bringMail(bed());
    const clock = { now: () => bed().clock.now(), elapsed: () => elapsed };
    const dispatcher = createDispatcher({
      journal: bed().journal,
      targets: [target],
      clock,
      random: () => 0.5,
      log: pino({ level: 'silent' }),
    });
    running.push(dispatcher);
    dispatcher.poke('dpi');
    await untilAttempts(mail, 1);
    expect(await stateOf(mail)).toMatchObject({ state: 'waiting', spentMs: 2_400 });
  });

  it.each([
    ['thrown', () => Promise.reject(new GatewayError('DOC-001', { detail: 'Trop long.' }))],
    ['answered', () => ({ hold: { code: 'DOC-001', detail: 'Trop long.' } }) as const],
  ])('for good waits for a person: %s', async (_, answer) => {
    const target = scriptedTarget();
    target.script(answer);
    const mail = await bringMail(bed());
    start([target]).poke('dpi');
    await untilState(mail, 'held');
    expect((await stateOf(mail)).hold).toEqual({ code: 'DOC-001', detail: 'Trop long.' });
  });

  it('waits for a person with what is owed because of it, in one step', async () => {
    const mail = await bringMail(bed());
    const filing = owed(bed(), mail.exchangeId, { subject: 'failed' });
    const target = scriptedTarget({ owedWhenHeld: async () => [filing] });
    target.script(() => ({ hold: { code: 'DOC-001' } }));
    start([target]).poke('dpi');
    await untilState(mail, 'held');
    expect(await claimIds(bed(), 'imap:urologie')).toEqual([filing.id]);
  });

  it('waits for a person also where what would be owed can never be made', async () => {
    const target = scriptedTarget({
      owedWhenHeld: () => Promise.reject(new GatewayError('JRN-004')),
    });
    target.script(() => ({ hold: { code: 'JRN-004' } }));
    const mail = await bringMail(bed());
    start([target]).poke('dpi');
    await untilState(mail, 'held');
    expect(said('held without what would be owed because of it')).toBe(1);
    expect(said('journal refuses a record')).toBe(0);
  });

  it('is asked for what is owed until the journal can tell', async () => {
    let asked = 0;
    const target = scriptedTarget({
      owedWhenHeld: async () => {
        asked += 1;
        if (asked < 3) throw new Error('database is locked');
        return [];
      },
    });
    target.script(() => ({ hold: { code: 'DOC-001' } }));
    const mail = await bringMail(bed());
    start([target]).poke('dpi');
    await untilState(mail, 'held');
    expect(said('journal refuses a record')).toBe(2);
    expect(target.attempted).toEqual([mail.id]);
  });

  it('for a reason that nobody foresaw is made again', async () => {
    const target = scriptedTarget();
    target.script(() => {
      throw new TypeError('x is not a function');
    });
    const mail = await bringMail(bed());
    start([target]).poke('dpi');
    await untilAttempts(mail, 1);
    expect((await stateOf(mail)).lastError?.code).toBe('GEN-001');
  });
});

describe('a target that cannot be reached', () => {
  it('costs its deliveries no patience and one of them a knock at a time, and is told of once', async () => {
    const target = scriptedTarget({ parallel: 4, retry: { ...RETRY, giveUpAfterMs: 10 } });
    target.script(unreachable);
    const mail = await bringMail(bed(), { documents: Array.from({ length: 6 }, () => ({})) });
    const dispatcher = start([target]);
    dispatcher.poke('dpi');
    const down = bed().clock.at();
    const allWait = (): Promise<boolean> =>
      Promise.all(mail.ids.map(id => stateOf(mail, id))).then(all =>
        all.every(({ state }) => state === 'waiting'),
      );
    await waitFor(async () => target.attempted.length === 4 && (await allWait()));
    expect(said('target down: its deliveries wait')).toBe(1);

    // 900, 1 800, 3 600, then 4 500 ms: one knock each, whatever pokes in between.
    for (const [index, pause] of [900, 1_800, 3_600, 4_500].entries()) {
      bed().clock.advance(pause - 1);
      dispatcher.poke('dpi');
      dispatcher.poke('dpi');
      await allWait();
      expect(target.attempted).toHaveLength(4 + index);
      bed().clock.advance(1);
      dispatcher.poke('dpi');
      await waitFor(async () => target.attempted.length === 5 + index && (await allWait()));
    }
    for (const id of mail.ids) {
      expect(await stateOf(mail, id)).toMatchObject({ attempts: 0, spentMs: 0, lastError: undefined });
    }
    expect(dispatcher.states()).toEqual([{ name: 'dpi', downSince: down }]);

    target.script(() => ACCEPTED);
    bed().clock.advance(5_000);
    dispatcher.poke('dpi');
    for (const id of mail.ids) await untilState(mail, 'done', id);
    expect(said('target down: its deliveries wait')).toBe(1);
    expect(lines.filter(({ msg }) => msg === 'target up again')).toMatchObject([
      { downMs: bed().clock.at() - down },
    ]);
    expect(dispatcher.states()).toEqual([{ name: 'dpi', downSince: undefined }]);
  });
});

describe('a delivery that the target alone turns away', () => {
  it('keeps it from none of the others, has its own patience, and then waits for a person', async () => {
    const mail = await bringMail(bed(), { documents: Array.from({ length: 5 }, () => ({})) });
    const [poison = '', ...others] = mail.ids;
    const base = scriptedTarget({ parallel: 1 });
    const attempt = async (delivery: Delivery): Promise<Attempt> => {
      if (delivery.id === poison) unreachable();
      return base.attempt(delivery);
    };
    const dispatcher = start([{ ...base, attempt }]);
    for (const id of others) {
      await waitFor(async () => {
        bed().clock.advance(RETRY.firstMs);
        dispatcher.poke('dpi');
        return (await stateOf(mail, id)).state === 'done';
      });
    }
    for (let round = 0; round < 40 && (await stateOf(mail, poison)).state !== 'held'; round += 1) {
      const another = await bringMail(bed());
      await waitFor(async () => {
        bed().clock.advance(RETRY.maxMs);
        dispatcher.poke('dpi');
        return (await stateOf(another)).state === 'done';
      });
    }
    expect((await stateOf(mail, poison)).hold).toEqual({ code: 'DOC-002', fields: { last: 'MLLP-001' } });
    expect(lines.find(({ msg }) => msg === 'target down: its deliveries wait')).toMatchObject({
      delivery: poison,
    });
  });

  it('for a moment is no reason to charge it for an outage', async () => {
    const target = scriptedTarget({ parallel: 1, retry: { ...RETRY, giveUpAfterMs: 10_000 } });
    const mail = await bringMail(bed(), { documents: Array.from({ length: 4 }, () => ({})) });
    target.script(unreachable, unreachable, () => ACCEPTED, unreachable);
    const dispatcher = start([target]);
    for (let knocks = 1; knocks <= 40; knocks += 1) {
      dispatcher.poke('dpi');
      await waitFor(async () => {
        bed().clock.advance(RETRY.maxMs);
        dispatcher.poke('dpi');
        return target.attempted.length >= knocks;
      });
    }
    expect(dispatcher.states()[0]?.downSince).toBeDefined();
    const all = (): Promise<Delivery[]> => Promise.all(mail.ids.map(id => stateOf(mail, id)));
    await expect
      .poll(async () => (await all()).map(({ state }) => state).toSorted())
      .toEqual(['done', 'waiting', 'waiting', 'waiting']);
    const states = await all();
    // Once each at most, for what it was turned away after another had got in.
    for (const { spentMs } of states) expect(spentMs).toBeLessThanOrEqual(RETRY.firstMs);
  });

  it('is not let in by what ends without the target', async () => {
    const mail = await bringMail(bed(), { documents: Array.from({ length: 3 }, () => ({})) });
    const [, untried = ''] = mail.ids;
    const base = scriptedTarget({ parallel: 1 });
    base.script(unreachable);
    const attempt = async (delivery: Delivery): Promise<Attempt> =>
      delivery.id === untried ? { ...ACCEPTED, isUntried: true } : base.attempt(delivery);
    const dispatcher = start([{ ...base, attempt }]);
    await waitFor(async () => {
      bed().clock.advance(RETRY.maxMs);
      dispatcher.poke('dpi');
      return (await stateOf(mail, untried)).state === 'done' && base.attempted.length > 4;
    });
    expect(said('target up again')).toBe(0);
    expect(said('target down: its deliveries wait')).toBe(1);
  });

  it('among several knocks in its turn', async () => {
    const mail = await bringMail(bed(), { documents: Array.from({ length: 3 }, () => ({})) });
    const target = scriptedTarget({ parallel: 1 });
    target.script(unreachable);
    const dispatcher = start([target]);
    for (let knocks = 1; knocks <= 6; knocks += 1) {
      dispatcher.poke('dpi');
      await waitFor(() => target.attempted.length === knocks);
      await waitFor(async () => (await bed().journal.due()).includes('dpi'));
      bed().clock.advance(RETRY.maxMs);
    }
    expect(target.attempted).toEqual([...mail.ids, ...mail.ids]);
  });
});

describe('a journal that refuses', () => {
  it('is asked until it takes what became of an attempt, which is made once', async () => {
    const target = scriptedTarget();
    const mail = await bringMail(bed());
    start([target], refusing({ end: 3 })).poke('dpi');
    await untilState(mail, 'done');
    await waitFor(() => target.endings.length === 1);
    expect(target.attempted).toEqual([mail.id]);
    expect(said('journal refuses a record')).toBe(3);
    expect(said('delivery ended')).toBe(1);
  });

  it.each([
    ['hold', () => Promise.reject(new GatewayError('DOC-001')), 'held'],
    ['retryLater', transient, 'waiting'],
  ] as const)('is asked until it takes a %s', async (method, answer, state) => {
    const target = scriptedTarget();
    target.script(answer);
    const mail = await bringMail(bed());
    start([target], refusing({ [method]: 2 })).poke('dpi');
    await waitFor(() => said('journal refuses a record') === 2);
    await untilState(mail, state);
    expect(target.attempted).toHaveLength(1);
  });

  it('is asked until it takes what an attempt noted, before how it ended', async () => {
    const target = scriptedTarget();
    let refusals = 2;
    const noted = vi.fn<() => Promise<void>>(async () => {
      expect((await stateOf(mail)).state).toBe('sending');
      if (refusals-- > 0) throw new Error('database or disk is full');
    });
    target.script(() => ({ ...ACCEPTED, noted }));
    const mail = await bringMail(bed());
    start([target]).poke('dpi');
    await untilState(mail, 'done');
    expect(noted).toHaveBeenCalledTimes(3);
    expect(target.attempted).toEqual([mail.id]);
  });

  it('lets nothing leave that it has not marked, and nothing is charged for it', async () => {
    const target = scriptedTarget();
    const mail = await bringMail(bed());
    const dispatcher = start([target], refusing({ sending: 2 }));
    for (let refusals = 1; refusals <= 2; refusals += 1) {
      dispatcher.poke('dpi');
      await waitFor(() => said('journal refuses a record: not sent yet') === refusals);
      await untilState(mail, 'waiting');
      expect(target.attempted).toEqual([]);
      bed().clock.advance(RETRY.firstMs);
    }
    dispatcher.poke('dpi');
    await untilState(mail, 'done');
    expect(await stateOf(mail)).toMatchObject({ attempts: 1, spentMs: 0, ambiguous: 0 });
    expect(dispatcher.states()).toEqual([{ name: 'dpi', downSince: undefined }]);
  });

  it('is asked again at the next poke when a claim or a look failed', async () => {
    const target = scriptedTarget();
    const mail = await bringMail(bed());
    const dispatcher = start([target], refusing({ claim: 1, due: 1 }));
    dispatcher.poke();
    await waitFor(() => said('journal not readable') === 1);
    dispatcher.poke();
    await waitFor(() => said('claim failed') === 1);
    expect(target.attempted).toEqual([]);
    dispatcher.poke();
    await untilState(mail, 'done');
    expect(target.attempted).toEqual([mail.id]);
  });

  it('is given up only by a gateway that stops', async () => {
    const target = scriptedTarget();
    const mail = await bringMail(bed());
    const dispatcher = start([target], refusing({ end: 1_000 }));
    dispatcher.poke('dpi');
    await waitFor(() => said('journal refuses a record') > 0);
    await dispatcher.stop(5_000);
    expect((await stateOf(mail)).state).toBe('sending');
    expect(target.endings).toEqual([]);
    expect(await bed().journal.recover()).toEqual({ claimed: 0, sending: 1 });
  });
});

describe('a target that is at fault itself', () => {
  it('costs its delivery, not the gateway', async () => {
    const target = scriptedTarget({
      retry: { ...RETRY, giveUpAfterMs: 0 },
      givenUp: () => {
        throw new Error('no');
      },
    });
    target.script(transient, () => ACCEPTED);
    const mail = await bringMail(bed(), { documents: [{}, {}] });
    start([target]).poke('dpi');
    await untilState(mail, 'done', mail.ids[1]);
    expect(said('delivery left as it is')).toBe(1);
    expect(await bed().journal.recover()).toEqual({ claimed: 0, sending: 1 });
  });
});

describe('an ending of which nothing can be made', () => {
  it('is told and holds nothing up', async () => {
    const target = scriptedTarget({ ended: () => Promise.reject(new Error('no')) });
    const mail = await bringMail(bed(), { documents: [{ patient: 'p' }, { patient: 'p' }] });
    start([target]).poke('dpi');
    await untilState(mail, 'done', mail.ids[1]);
    await waitFor(() => said('nothing could be made of the ending') === 2);
    expect(target.attempted).toHaveLength(2);
  });
});

describe('stop', () => {
  it('waits for what is on the wire and takes nothing more', async () => {
    const target = scriptedTarget({ parallel: 1 });
    const { wait, open } = gate();
    target.script(wait);
    const mail = await bringMail(bed(), { documents: [{}, {}] });
    const dispatcher = start([target]);
    dispatcher.poke('dpi');
    await waitFor(() => target.inFlight() === 1);
    const stopping = dispatcher.stop(60_000);
    dispatcher.poke('dpi');
    dispatcher.poke();
    expect(await Promise.race([stopping, stateOf(mail)])).toMatchObject({ state: 'sending' });
    open();
    await stopping;
    expect((await stateOf(mail)).state).toBe('done');
    expect((await stateOf(mail, mail.ids[1])).state).toBe('waiting');
    expect(target.attempted).toEqual([mail.id]);
  });

  it('waits no longer than it may', async () => {
    const target = scriptedTarget();
    const { wait, open } = gate();
    target.script(wait);
    const mail = await bringMail(bed());
    const dispatcher = start([target]);
    dispatcher.poke('dpi');
    await waitFor(() => target.inFlight() === 1);
    await dispatcher.stop(1);
    expect((await stateOf(mail)).state).toBe('sending');
    open();
    await untilState(mail, 'done');
  });

  it('puts back what it was just claiming', async () => {
    const target = scriptedTarget();
    const mail = await bringMail(bed());
    const { promise: claimed, resolve } = Promise.withResolvers<undefined>();
    const slow: Journal = {
      ...bed().journal,
      claim: async (name, limit) => {
        const taken = await bed().journal.claim(name, limit);
        await claimed;
        return taken;
      },
    };
    const dispatcher = start([target], slow);
    dispatcher.poke('dpi');
    await untilState(mail, 'claimed');
    const stopping = dispatcher.stop(60_000);
    resolve(undefined);
    await stopping;
    expect(target.attempted).toEqual([]);
    expect(await stateOf(mail)).toMatchObject({ state: 'waiting', attempts: 0 });
  });

  it('is at once where nothing is on the wire', async () => {
    const dispatcher = start([scriptedTarget(), scriptedTarget({ name: 'ris' })]);
    await expect(dispatcher.stop(60_000)).resolves.toBeUndefined();
  });
});
