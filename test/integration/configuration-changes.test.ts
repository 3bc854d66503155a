import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { abandonExchange } from '../../src/flows/steer.ts';
import { faultOf, messageIdIn, newMail, OTHER_BAL, startWorld, type World } from '../kit/gateway.ts';

/** Names that change in the configuration while mails are open. */

let world: World;
beforeEach(async () => {
  world = await startWorld();
  await world.dpi.stop();
});
afterEach(() => world.stop());

/** A mail that is recorded and waits for the DPI, which is down; the gateway is stopped then. */
async function openMail(): Promise<Buffer> {
  const mail = await newMail();
  world.deliver(mail);
  await world.until('it is recorded', async () => (await world.view(mail))?.exchange.state === 'open');
  await world.stopGateway();
  return mail;
}

describe('a mailbox', () => {
  test('that gets another name keeps its open mails: one MDM, one answer, one filing', async () => {
    const mail = await openMail();
    await world.startGateway({ mailbox: { name: 'uro' } });
    await world.dpi.restart();
    const view = await world.settled(mail, 'uro');
    expect(world.ended(view)).toMatchObject({ messages: ['T02 AA'], outcome: 'accepted', folder: 'done' });
    expect(world.answers(messageIdIn(mail))).toHaveLength(1);
    expect(world.dpi.received()).toHaveLength(1);
    expect(await world.gateway().journal.list({ limit: 10 })).toHaveLength(1);
  });

  test('that is no longer there leaves its mails to a person: integrated, and the sender not told', async () => {
    const mail = await openMail();
    const [exchange] = await (async () => {
      await world.startGateway({ mailbox: { name: 'autre', address: OTHER_BAL } });
      return await world.gateway().journal.list({ limit: 10 });
    })();
    expect(exchange).toBeDefined();
    await world.dpi.restart();
    const held = async () =>
      (await world.gateway().journal.list({ held: true, limit: 10 })).map(({ id }) => id);
    await world.until('it waits for a person', async () => (await held()).length === 1);
    const [id = ''] = await held();
    const view = await world.gateway().journal.exchange(id);
    expect([view?.exchange.outcome, view && faultOf(view)?.code]).toEqual(['accepted', 'MAIL-013']);
    expect((await world.gateway().status()).worklist.mails).toBe(1);
    await abandonExchange(id, 'Expéditeur prévenu par téléphone', world.steering());
    expect((await world.gateway().journal.exchange(id))?.exchange.state).toBe('ended');
    expect(messageIdIn(mail)).toBe(view?.exchange.messageId);
  });
});

test('what is owed to an application that has another name now is told at the start and shown', async () => {
  await openMail();
  await world.startGateway({
    application: { name: 'dpi2' },
    mailbox: { application: 'dpi2' },
  });
  await world.until('the log says so', () =>
    world
      .log()
      .some(({ msg, target }) => msg === 'owed to a target that is not configured' && target === 'dpi'),
  );
  const { targets } = await world.gateway().status();
  expect(targets.find(({ name }) => name === 'dpi')).toMatchObject({
    configured: false,
    up: false,
    waiting: 1,
  });
});

test('a journal whose file is taken away makes the gateway unready, and says so', async () => {
  expect((await world.gateway().status()).journal).toEqual({ writable: true, code: undefined });
  const journal = join(world.folder, 'journal.db');
  renameSync(journal, `${journal}.away`);
  await world.until('it is noticed', async () => !(await world.gateway().status()).journal.writable);
  expect((await world.gateway().status()).journal.code).toBe('JRN-008');
  const ready = await fetch(`http://127.0.0.1:${world.gateway().adminPort}/readyz`);
  expect(ready.status).toBe(503);
  renameSync(`${journal}.away`, journal);
});
