import { afterEach, describe, expect, test } from 'vitest';
import { BAL, LABORATORY } from '../../samples/actors.ts';
import type { Operator } from '../../src/sandbox/operator.ts';
import {
  INTEGRATED,
  newMail,
  OTHER_BAL,
  startSandbox,
  startWorld,
  type World,
  type WorldMailbox,
} from '../kit/gateway.ts';

/** One mailbox's trouble never touches another's: two mailboxes of two operators, one of them in trouble. */

/** Nobody listens on the port of the discard protocol. */
const NOBODY = 9;

let world: World;
let troubled: Operator;
afterEach(async () => {
  await world.stop();
  await troubled.stop();
});

async function start(trouble: Pick<WorldMailbox, 'imap' | 'smtp'>): Promise<void> {
  troubled = await startSandbox([OTHER_BAL]);
  world = await startWorld({
    mailboxes: [
      { name: 'urologie', address: BAL },
      { name: 'cardiologie', address: OTHER_BAL, operator: troubled, ...trouble },
    ],
  });
}

describe('IMAP', () => {
  test.each([
    ['a wrong password', 'IMAP-002', { password: 'faux' }],
    ['a server that is not there', 'IMAP-001', { port: NOBODY }],
    ['another authority’s certificate', 'IMAP-003', { ca: undefined }],
  ] as const)('%s: one error, and the other mailbox works', async (_, code, imap) => {
    await start({ imap });
    await world.until('its trouble is told', () => errors().length > 0);
    expect(world.ended(await world.bring(await newMail()))).toEqual(INTEGRATED);
    expect(world.ended(await world.bring(await newMail()))).toEqual(INTEGRATED);
    expect(errors()).toEqual([expect.objectContaining({ mailbox: 'cardiologie', code })]);
    const { mailboxes } = await world.gateway().status();
    expect(mailboxes).toMatchObject([
      { name: 'urologie', connected: true, error: undefined },
      { name: 'cardiologie', connected: false, error: code },
    ]);
  });

  test.each(['drop', 'silent'] as const)(
    'a server that goes away in the middle (%s): the other works on',
    async behaviour => {
      await start({});
      await world.until('both are watched', async () =>
        (await world.gateway().status()).mailboxes.every(({ connected }) => connected),
      );
      troubled.behave({ imap: behaviour });
      const mail = await newMail({ to: OTHER_BAL });
      troubled.deliver(mail, { from: LABORATORY, to: [OTHER_BAL] });
      expect(world.ended(await world.bring(await newMail()))).toEqual(INTEGRATED);
      // A silent one would be given up after 30 s; here its lines are cut.
      troubled.behave({ imap: 'drop' });
      // Back again, what came meanwhile is read.
      troubled.behave({ imap: 'serve' });
      const view = await world.settled(mail, 'cardiologie');
      expect(view.exchange.outcome).toBe('accepted');
      expect(world.log()).toContainEqual(
        expect.objectContaining({ mailbox: 'cardiologie', msg: 'mailbox watched again' }),
      );
    },
  );
});

test('SMTP: a server that is not there is one error; its mailbox’s mails are integrated, the other’s senders told', async () => {
  await start({ smtp: { port: NOBODY } });
  const mails = [await newMail({ to: OTHER_BAL }), await newMail({ to: OTHER_BAL })];
  for (const mail of mails) troubled.deliver(mail, { from: LABORATORY, to: [OTHER_BAL] });
  for (const mail of mails) {
    await world.until('it is filed', () => troubled.folder(OTHER_BAL, 'Traites').length === mails.length);
    expect((await world.view(mail, 'cardiologie'))?.exchange).toMatchObject({
      outcome: 'accepted',
      state: 'closing',
    });
  }
  expect(world.ended(await world.bring(await newMail()))).toEqual(INTEGRATED);
  await world.until('it was tried', () => errors().length > 0);
  expect(errors()).toEqual([
    expect.objectContaining({ mailbox: 'cardiologie', target: 'smtp:cardiologie', code: 'SMTP-001' }),
  ]);
});

function errors() {
  return world.log().filter(({ level }) => level >= 50);
}
