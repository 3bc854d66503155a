import { afterEach, describe, expect, test } from 'vitest';
import { BAL } from '../../samples/actors.ts';
import { retryExchange } from '../../src/flows/steer.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import {
  INTEGRATED,
  messageIdIn,
  newDocument,
  newMail,
  OTHER_BAL,
  startWorld,
  type World,
} from '../kit/gateway.ts';

/** The same mail again, in whatever way: nothing is sent twice, and every copy is filed. */

let world: World;
afterEach(() => world.stop());

describe('a second copy', () => {
  test.each([
    ['the same mail', (mail: Buffer) => mail],
    [
      'the same bytes under other trace headers',
      (mail: Buffer) => Buffer.concat([Buffer.from('Received: from relais (10.0.0.1)\r\n'), mail]),
    ],
  ])('%s is an event and nothing more', async (_, again) => {
    world = await startWorld();
    const mail = await newMail();
    await world.bring(mail);
    world.deliver(again(mail));
    await world.until('both are filed', () => world.places(messageIdIn(mail)).length === 2 && inbox() === 0);
    const view = await world.settled(mail);
    expect(world.ended(view)).toEqual(INTEGRATED);
    expect(world.places(messageIdIn(mail))).toEqual(['done', 'done']);
    expect(countOf(view, 'seen-again')).toBe(1);
    expect(await exchanges()).toBe(1);
    expect(world.dpi.received().map(({ repetitions }) => repetitions)).toEqual([0]);
  });

  test('both at once', async () => {
    world = await startWorld();
    const mail = await newMail();
    await world.stopGateway();
    for (let copy = 0; copy < 3; copy++) world.deliver(mail);
    await world.startGateway();
    await world.until('all are filed', () => inbox() === 0);
    expect(world.ended(await world.settled(mail))).toEqual(INTEGRATED);
    expect(world.places(messageIdIn(mail))).toEqual(['done', 'done', 'done']);
    expect(await exchanges()).toBe(1);
  });

  test('of a mail that waits for a person: it is filed beside the first', async () => {
    world = await startWorld();
    const mail = await newMail({
      messageId: '<sans-parent@embruns.mssante.fr>',
      documents: [newDocument({}, { action: 'C' })],
    });
    await world.bring(mail);
    world.deliver(mail);
    await world.until('both are filed', () => inbox() === 0);
    expect(world.places(messageIdIn(mail))).toEqual(['failed', 'failed']);
    expect(world.ended(await world.settled(mail))).toMatchObject({
      outcome: 'worklist',
      code: 'XDM-016',
      told: [],
    });
    expect(await exchanges()).toBe(1);
  });

  test('in another mailbox it is an exchange of its own', async () => {
    world = await startWorld({
      mailboxes: [
        { name: 'urologie', address: BAL },
        { name: 'cardiologie', address: OTHER_BAL },
      ],
    });
    const mail = await newMail({ to: `${BAL}, ${OTHER_BAL}` });
    world.deliver(mail, { to: [BAL, OTHER_BAL] });
    const views = [await world.settled(mail, 'urologie'), await world.settled(mail, 'cardiologie')];
    expect(new Set(views.map(({ exchange }) => exchange.id)).size).toBe(2);
    for (const view of views) expect(world.messages(view).map(({ answer }) => answer)).toEqual(['AA']);
    expect(new Set(world.dpi.received().map(({ controlId }) => controlId)).size).toBe(2);
    await world.until('both have answered', () => world.answers(messageIdIn(mail)).length === 2);
    expect(world.places(messageIdIn(mail), 'cardiologie')).toEqual(['done']);
  });
});

describe('a new UIDVALIDITY', () => {
  test('of the inbox while the DPI is down: mails still open are linked again, sent once and filed', async () => {
    world = await startWorld();
    await world.dpi.stop();
    const mails = [await newMail(), await newMail(), await newMail()];
    for (const mail of mails) world.deliver(mail);
    for (const mail of mails)
      await world.until('it is open', async () => (await world.view(mail))?.exchange.state === 'open');
    world.operator.renumber(BAL, 'INBOX');
    for (const mail of mails) {
      await world.until('it is seen again', async () => countOf(await world.view(mail), 'seen-again') === 1);
    }
    await world.dpi.restart();
    for (const mail of mails) {
      expect(world.ended(await world.settled(mail))).toEqual(INTEGRATED);
      expect(world.places(messageIdIn(mail))).toEqual(['done']);
    }
    expect(world.dpi.received().map(({ repetitions }) => repetitions)).toEqual([0, 0, 0]);
    expect(await exchanges()).toBe(3);
  });

  test('of every folder once mails have ended: nothing is read as new, and new mails go through', async () => {
    world = await startWorld();
    const mail = await newMail();
    await world.bring(mail);
    for (const folder of ['INBOX', 'Traites', 'Erreurs']) world.operator.renumber(BAL, folder);
    expect(world.ended(await world.bring(await newMail()))).toEqual(INTEGRATED);
    expect(world.places(messageIdIn(mail))).toEqual(['done']);
    expect(world.answers(messageIdIn(mail))).toHaveLength(1);
    expect(await exchanges()).toBe(2);
  });

  test('of the folder of errors while a document waits there: once sent, its mail still moves', async () => {
    world = await startWorld();
    const mail = await newMail({ documents: [newDocument({}, { masks: ['MASQUE_PS'] })] });
    const held = await world.bring(mail);
    expect(world.ended(held)).toMatchObject({ code: 'DOC-001', folder: 'failed' });
    world.operator.renumber(BAL, 'Erreurs');
    await retryExchange(held.exchange.id, world.steering());
    await world.until('it has ended', async () => (await world.view(mail))?.exchange.state === 'ended');
    expect(world.ended(await world.settled(mail))).toEqual(INTEGRATED);
  });
});

test('a server that refuses to move a mail once: it is filed at the next attempt', async () => {
  world = await startWorld();
  world.operator.behave({ imap: 'refuse-move', times: 1 });
  const mail = await newMail();
  expect(world.ended(await world.bring(mail))).toEqual(INTEGRATED);
});

function inbox(): number {
  return world.operator.folder(BAL, 'INBOX').length;
}

async function exchanges(): Promise<number> {
  return (await world.gateway().journal.list({ limit: 100 })).length;
}

function countOf(view: ExchangeView | undefined, type: string): number {
  return view?.events.filter(event => event.type === type).length ?? 0;
}
