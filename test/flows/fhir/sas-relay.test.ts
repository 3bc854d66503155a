import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { createLimit } from '../../../src/basics/limit.ts';
import { systemClock } from '../../../src/basics/clock.ts';
import { createIdSource } from '../../../src/basics/ids.ts';
import { createAccount, updateAccount } from '../../../src/flows/fhir/sas-accept.ts';
import { keptAnswer } from '../../../src/flows/fhir/kept-call.ts';
import { note, SAS_TARGETS } from '../../../src/flows/fhir/sas-changes.ts';
import { createHearings, type Hearings } from '../../../src/flows/fhir/sas-hearings.ts';
import { relayChange } from '../../../src/flows/fhir/sas-relay.ts';
import type { FhirResource } from '../../../src/formats/fhir/resource.ts';
import type { Attempt } from '../../../src/journal/dispatcher.ts';
import type { Delivery, Journal } from '../../../src/journal/journal.ts';
import type { FhirAnswer, FhirHttpAnswer, FhirHttpRequest, FhirPeer } from '../../../src/peers/interfaces.ts';
import { validateBy } from '../../kit/fhir-validate.ts';
import { failureOf } from '../../kit/failure.ts';
import { NATIONAL, national, regulator } from '../../kit/fhir-sas.ts';
import { useBed } from '../../kit/use-bed.ts';
import { waitFor } from '../../kit/wait.ts';

/** What a restart finds, and what only time brings about: the flow on a real journal, without its sockets. */

const bed = useBed();
const newId = createIdSource(systemClock);
const OUTCOME = '{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"conflict"}]}';

/** A gateway's life: its hearings die with it. */
function life(broken: Partial<Journal> = {}): {
  readonly hearings: Hearings;
  ask: (body: FhirResource, search?: string, signal?: AbortSignal) => Promise<FhirHttpAnswer>;
} {
  const journal = { ...bed().journal, ...broken };
  const hearings = createHearings();
  const context = {
    journal,
    newId,
    hearings,
    log: pino({ level: 'silent' }),
    wake: () => {},
    waitMs: 60_000,
    validate: validateBy('sas'),
    validation: 'refuse',
    publicUrl: 'https://sas.example',
    decisions: createLimit(1),
  } as const;
  return {
    hearings,
    ask: (body, search, signal = new AbortController().signal) => {
      const asked = {
        caller: 'sas',
        search,
        signal,
        body: Buffer.from(JSON.stringify(body)),
      } as unknown as FhirHttpRequest;
      return search === undefined ? createAccount(asked, context) : updateAccount(asked, context);
    },
  };
}

async function claimed(target: string = SAS_TARGETS.change): Promise<Delivery> {
  let delivery: Delivery | undefined;
  await waitFor(async () => {
    [delivery] = await bed().journal.claim(target, 1);
    return delivery !== undefined;
  });
  if (delivery === undefined) throw new Error('unreachable');
  await bed().journal.sending(delivery.id);
  return delivery;
}

function hook(status: number, body = ''): FhirPeer & { readonly sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    send: async ({ path }) => {
      sent.push(path);
      return { status, headers: {}, retryAfter: undefined, body: Buffer.from(body) } satisfies FhirAnswer;
    },
    dropToken: () => {},
    probe: () => Promise.reject(new Error('not asked')),
    close: async () => {},
  };
}

/** As the dispatcher records it. */
async function settle(delivery: Delivery, attempt: Attempt): Promise<Attempt> {
  const { journal } = bed();
  await attempt.noted?.();
  const end = attempt.decide?.() ?? attempt;
  if ('ended' in end) await journal.end(delivery.id, end.ended);
  else if ('hold' in end) await journal.hold(delivery.id, end.hold);
  else await journal.retryLater(delivery.id, { code: end.later.code, nextAt: 0, spentMs: 0 });
  return end;
}

async function relay(delivery: Delivery, peer: FhirPeer, hearings = createHearings()): Promise<Attempt> {
  return settle(delivery, await relayChange(delivery, { journal: bed().journal, peer, hearings }));
}

const accounts = () => bed().journal.findAccounts([{ system: NATIONAL, value: '8' }]);
const body = regulator([national('8')]);

/** A change that was recorded, and whose platform heard nothing because the gateway was killed. */
async function unanswered(change: FhirResource = body, search?: string): Promise<Delivery> {
  const asking = life().ask(change, search);
  asking.catch(() => {});
  return claimed();
}

describe('after a crash before the platform was answered', () => {
  it('a refusal waits for a person: nobody else hears of it, and a deactivation is sent once', async () => {
    const delivery = await unanswered();
    expect(await relay(delivery, hook(422, OUTCOME))).toMatchObject({ hold: { code: 'FHIR-009' } });
    expect(await accounts()).toHaveLength(1);
  });

  it('the same request hears what comes of it', async () => {
    const delivery = await unanswered();
    const { ask, hearings } = life();
    const asking = ask(body);
    await expect.poll(() => hearings.isOpen(delivery.exchangeId)).toBe(true);
    await relay(delivery, hook(409, OUTCOME), hearings);
    expect(await asking).toMatchObject({ status: 409, body: Buffer.from(OUTCOME) });
    expect(await accounts()).toEqual([]);
  });

  it('another request waits for it, and is decided on what has become of the account', async () => {
    const delivery = await unanswered();
    const { ask, hearings } = life();
    const asking = ask(regulator([national('8')], { gender: 'male' }), `identifier=${NATIONAL}|8`);
    await expect.poll(() => hearings.isOpen(delivery.exchangeId)).toBe(true);
    await relay(delivery, hook(409, OUTCOME), hearings);
    await relay(await claimed(), hook(201), hearings);
    expect((await asking).status).toBe(200);
  });
});

describe('a platform that has left', () => {
  it('is not told no: the change stands, and a person sees what the hook refuses', async () => {
    const { ask, hearings } = life();
    const left = new AbortController();
    const asking = ask(regulator([national('8')], { active: false }), undefined, left.signal);
    const delivery = await claimed(SAS_TARGETS.deactivation);
    left.abort();
    expect(await relay(delivery, hook(422, OUTCOME), hearings)).toMatchObject({ hold: { code: 'FHIR-009' } });
    expect((await asking).status).toBe(201);
    expect(await accounts()).toMatchObject([{ active: false }]);
  });

  it('and asks again hears the hook’s no, as whoever else asked the same', async () => {
    const { ask, hearings } = life();
    const left = new AbortController();
    const first = ask(body, undefined, left.signal);
    const delivery = await claimed();
    left.abort();
    const heard = vi.spyOn(hearings, 'hear');
    const again = ask(body);
    await expect.poll(() => heard.mock.calls.length).toBe(1);
    expect(await relay(delivery, hook(422, OUTCOME), hearings)).toMatchObject({
      ended: { outcome: 'refused' },
    });
    expect([(await first).status, (await again).status]).toEqual([422, 422]);
    expect(await accounts()).toEqual([]);
  });
});

describe('a platform that leaves while a refusal is being recorded', () => {
  it('is not told it: the change stands, and a person sees it', async () => {
    const { ask, hearings } = life();
    const left = new AbortController();
    const asking = ask(body, undefined, left.signal);
    const delivery = await claimed();
    const peer = hook(422, OUTCOME);
    const attempt = await relayChange(delivery, { journal: bed().journal, peer, hearings });
    left.abort();
    expect(await settle(delivery, attempt)).toMatchObject({ hold: { code: 'FHIR-009' } });
    expect((await asking).status).toBe(201);
    expect(await accounts()).toHaveLength(1);
  });
});

describe('a 200 that carries an error', () => {
  it('is a refusal: the platform is told so, and the change is undone', async () => {
    const { ask, hearings } = life();
    const asking = ask(body);
    expect(await relay(await claimed(), hook(200, OUTCOME), hearings)).toMatchObject({
      ended: { outcome: 'refused', code: '422' },
    });
    expect(await asking).toMatchObject({ status: 422, body: Buffer.from(OUTCOME) });
    expect(await accounts()).toEqual([]);
  });

  it('that time mends is tried again', async () => {
    const busy = OUTCOME.replace('conflict', 'lock-error');
    const attempt = await relay(await unanswered(), hook(200, busy));
    expect(attempt).toMatchObject({ later: { code: 'FHIR-008' } });
    expect(await accounts()).toHaveLength(1);
  });
});

describe('after a crash between the record of a refusal and its undoing', () => {
  async function refused(): Promise<Delivery> {
    const delivery = await unanswered();
    await note(bed().journal, delivery.exchangeId, { status: 422, body: OUTCOME, isFinal: true });
    return delivery;
  }

  it('the delivery undoes the change, and asks nobody', async () => {
    const delivery = await refused();
    const peer = hook(200);
    expect(await relay(delivery, peer)).toMatchObject({ ended: { outcome: 'refused', code: '422' } });
    expect([await accounts(), peer.sent]).toEqual([[], []]);
  });

  it('a request undoes it first', async () => {
    const delivery = await refused();
    const [before] = await accounts();
    const { ask, hearings } = life();
    const asking = ask(body);
    await expect.poll(async () => (await accounts())[0]?.changedBy).not.toBe(before?.changedBy);
    expect((await accounts())[0]?.id).not.toBe(before?.id);
    await relay(delivery, hook(200));
    await relay(await claimed(), hook(201), hearings);
    expect((await asking).status).toBe(201);
  });
});

describe('what keeps a deactivation of its account back', () => {
  it('is tried soon again, and set aside soon', async () => {
    const { ask, hearings } = life();
    const first = ask(body);
    const delivery = await claimed();
    expect(await relay(delivery, hook(503), hearings)).toMatchObject({
      later: { code: 'FHIR-008' },
      pace: {},
    });
    expect((await first).status).toBe(201);
    const asking = ask(regulator([national('8')], { active: false }));
    await expect.poll(async () => (await accounts())[0]?.active).toBe(false);
    expect(await bed().journal.claim(SAS_TARGETS.deactivation, 1)).toEqual([]);
    const attempt = await relay(await claimed(), hook(503), hearings);
    expect(attempt).toMatchObject({ pace: { pauseMs: 1_000, giveUpAfterMs: 30_000 } });
    await relay(await claimed(), hook(200), hearings);
    await relay(await claimed(SAS_TARGETS.deactivation), hook(200), hearings);
    expect((await asking).status).toBe(201);
  });
});

it('what stands is answered for good: a refusal that comes later waits for a person', async () => {
  const { ask, hearings } = life();
  const asking = ask(body);
  const delivery = await claimed();
  hearings.miss(delivery.exchangeId);
  expect((await asking).status).toBe(201);
  expect(await keptAnswer(bed().journal, delivery.exchangeId)).toMatchObject({ status: 201 });
  // In another life too.
  expect(await relay(delivery, hook(422, OUTCOME))).toMatchObject({ hold: { code: 'FHIR-009' } });
  expect(await accounts()).toHaveLength(1);
});

describe('a journal that takes nothing', () => {
  const full = (): Promise<never> => Promise.reject(new Error('disk full'));

  it('makes no account, and the platform may try again', async () => {
    const error = await failureOf(life({ changeAccount: full }).ask(body));
    expect([error.code, error.class]).toEqual(['FHIR-014', 'transient']);
    expect(await accounts()).toEqual([]);
  });

  it('has nobody told that a change stands', async () => {
    const { ask, hearings } = life({ answered: full });
    const asking = failureOf(ask(body));
    const delivery = await claimed();
    hearings.miss(delivery.exchangeId);
    expect((await asking).code).toBe('FHIR-014');
    expect(await relay(delivery, hook(422, OUTCOME))).toMatchObject({ hold: { code: 'FHIR-009' } });
    expect(await accounts()).toHaveLength(1);
  });
});
