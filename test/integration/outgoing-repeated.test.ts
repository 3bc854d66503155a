import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { set, without } from '../formats/hl7/request-kit.ts';
import { newSample } from '../kit/gateway.ts';
import { type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';

/** A message that comes again under its MSH-10, and one that could not be stored when it came. */

const DAY = 86_400_000;
const OTHER_BYTES = 'AE 207 REQ-027 MSH^1^10';

let laboratory: Laboratory;
let ahead = 0;
let before: readonly [requests: number, mails: number];
beforeAll(async () => {
  laboratory = await startLaboratory({ clock: { now: () => new Date(Date.now() + ahead) } });
});
afterAll(() => laboratory.stop());
beforeEach(async () => {
  before = await counted();
});

async function counted(): Promise<readonly [requests: number, mails: number]> {
  const known = await laboratory.gateway().journal.list({ limit: 1_000 });
  return [known.filter(({ nature }) => nature === 'request').length, laboratory.operator.accepted().length];
}

/** How many requests this test has had accepted, and mails sent. */
async function made(): Promise<readonly [requests: number, mails: number]> {
  const [requests, mails] = await counted();
  return [requests - before[0], mails - before[1]];
}

describe('the same MSH-10', () => {
  it('with the same bytes is AA each time, side by side too, and one mail', async () => {
    const { message, controlId } = newRequest();
    const answers = await Promise.all([1, 2, 3, 4].map(() => laboratory.ask(message)));
    await laboratory.reported(controlId);
    expect([...answers, await laboratory.ask(message)]).toEqual(['AA', 'AA', 'AA', 'AA', 'AA']);
    const { events } = await laboratory.reported(controlId);
    expect(events.filter(({ type }) => type === 'request-repeated')).toHaveLength(4);
    expect(await made()).toEqual([1, 1]);
  });

  it('with other bytes is AE, and nothing comes of it', async () => {
    const first = newRequest();
    const { controlId } = first;
    expect(await laboratory.ask(first.message)).toBe('AA');
    const sameNumber = newRequest({ controlId }).message;
    expect(await laboratory.ask(sameNumber)).toBe(OTHER_BYTES);
    await laboratory.reported(controlId);
    expect(await laboratory.ask(sameNumber)).toBe(OTHER_BYTES);
    expect(await laboratory.ask(first.message)).toBe('AA');
    expect(await made()).toEqual([1, 1]);
  });

  it('of another sender, or before the window, names another request', async () => {
    const { controlId, message } = newRequest();
    expect(await laboratory.ask(message)).toBe('AA');
    expect(await laboratory.ask(newRequest({ controlId, from: ['RIS', 'EMBRUNS'] }).message)).toBe('AA');
    expect(await laboratory.ask(newRequest({ controlId, from: ['SGL', 'SECOURS'] }).message)).toBe('AA');
    const sameNumber = newRequest({ controlId }).message;
    ahead += 7 * DAY - 60_000;
    expect(await laboratory.ask(sameNumber)).toBe(OTHER_BYTES);
    ahead += 120_000;
    expect(await laboratory.ask(sameNumber)).toBe('AA');
    await laboratory.reported(controlId);
    // All of them: one that left later would be counted among the next test's.
    await laboratory.until('all have left', async () => (await made())[1] >= 4);
    expect(await made()).toEqual([4, 4]);
  });

  it('of what was refused does not count', async () => {
    const documents = [newSample()];
    const { controlId, message } = newRequest({ documents, alter: without('ORC') });
    expect(await laboratory.ask(message)).toBe('AE 100 ORC^1');
    expect(await laboratory.ask(message)).toBe('AE 100 ORC^1');
    expect(await laboratory.ask(newRequest({ controlId, documents }).message)).toBe('AA');
    await laboratory.reported(controlId);
    expect((await made())[0]).toBe(1);
  });

  it('is still AA after the gateway became stricter, and other messages are refused', async () => {
    const accepted = newRequest();
    expect(await laboratory.ask(accepted.message)).toBe('AA');
    await laboratory.settled(accepted.controlId);
    await laboratory.stopGateway();
    await laboratory.startGateway({ settings: { outgoing: { domains: ['chu-x.mssante.fr'] } } });
    expect(await laboratory.ask(accepted.message)).toBe('AA');
    expect(await laboratory.ask(newRequest().message)).toBe('AE 207 REQ-025 PRT^2^15^1^4');
    expect(await made()).toEqual([1, 1]);
  });
});

describe('a request that cannot be stored', () => {
  it('is AR with its reason, nothing comes of it, and the same message is taken once it can be', async () => {
    await laboratory.stopGateway();
    await laboratory.startGateway();
    const mend = laboratory.breakJournal();
    const { message, controlId } = newRequest();
    expect(await laboratory.ask(message)).toBe('AR 207 REQ-030');
    expect(await laboratory.ask(message)).toBe('AR 207 REQ-030');
    // What is wrong at any time is still the sender's fault.
    expect(await laboratory.ask(newRequest({ alter: set('MSH', 12, '2.3') }).message)).toBe(
      'AE 203 MSH^1^12',
    );
    expect(await made()).toEqual([0, 0]);
    mend();
    expect(await laboratory.ask(message)).toBe('AA');
    await laboratory.reported(controlId);
    expect(await made()).toEqual([1, 1]);
    const told = laboratory.log().filter(({ msg, code }) => msg === 'request refused' && code === 'REQ-030');
    expect(told).toHaveLength(2);
  });

  it('is AR while the journal’s file is not where it was: it would be forgotten', async () => {
    const path = join(laboratory.folder, 'journal.db');
    renameSync(path, `${path}.aside`);
    const { message, controlId } = newRequest();
    expect(await laboratory.ask(message)).toBe('AR 207 REQ-030');
    renameSync(`${path}.aside`, path);
    expect(await laboratory.ask(message)).toBe('AA');
    await laboratory.reported(controlId);
  });
});
