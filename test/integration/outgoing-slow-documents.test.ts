import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Delivery } from '../../src/journal/journal.ts';
import { newSample } from '../kit/gateway.ts';
import { type HangingPreparer, hangOn } from '../kit/hanging-preparer.ts';
import { type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';

/** Documents that anybody may send and that take all the time they are given: they hold up nobody else's mails. */

const SLOW = 'Lent';
/** The time for a preparation; a first attempt at it has a sixth. */
const WHOLE_MS = 12_000;

let hanging: HangingPreparer;
let laboratory: Laboratory;
beforeAll(async () => {
  hanging = hangOn(SLOW);
  laboratory = await startLaboratory({ settings: { limits: { preparing: `${WHOLE_MS}ms` } } });
});
afterAll(async () => {
  hanging.letGo();
  await laboratory.stop();
  hanging.stop();
});

async function accept(title: string): Promise<string> {
  const { message, controlId } = newRequest({ documents: [newSample({ level: 1, title })] });
  expect(await laboratory.ask(message)).toBe('AA');
  return controlId;
}

async function prepareOf(controlId: string): Promise<Delivery> {
  const view = await laboratory.view(controlId);
  const prepare = view?.deliveries.find(({ kind }) => kind === 'prepare');
  if (prepare === undefined) throw new Error('nothing is to be prepared');
  return prepare;
}

const leaves = (controlId: string): Promise<void> =>
  laboratory.until('its mail has left', async () => {
    const view = await laboratory.view(controlId);
    return view !== undefined && laboratory.mails(view).length === 1;
  });

it('requests that stall are tried again without holding up the others, and leave when they can', {
  timeout: 60_000,
}, async () => {
  const begun = performance.now();
  const slow = [await accept(SLOW), await accept(SLOW), await accept(SLOW)];
  const look = () => Promise.all(slow.map(prepareOf));
  const again = async () => (await look()).filter(each => each.state === 'sending' && each.attempts === 2);

  await leaves(await accept('Compte rendu'));
  expect(performance.now() - begun).toBeLessThan(WHOLE_MS);
  for (const { state, attempts } of await look()) {
    expect(['waiting', 'sending']).toContain(state);
    expect(attempts).toBeLessThan(3);
  }

  await laboratory.until('one is tried again', async () => (await again()).length > 0);
  const [tried] = await again();
  await leaves(await accept('Compte rendu'));
  expect((await again()).map(({ id }) => id)).toEqual([tried?.id]);

  hanging.letGo();
  for (const controlId of slow) await leaves(controlId);
});
