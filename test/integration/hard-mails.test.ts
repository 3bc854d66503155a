import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { LABORATORY } from '../../samples/actors.ts';
import { BAD_MAILS } from '../../samples/bad-input.ts';
import { systemClock } from '../../src/basics/clock.ts';
import { createIdSource } from '../../src/basics/ids.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import { retryExchange } from '../../src/flows/steer.ts';
import { openSqlite } from '../../src/journal/sqlite.ts';
import { createJournal } from '../../src/journal/store.ts';
import {
  INTEGRATED,
  messageIdIn,
  newDocument,
  newMail,
  readMailAt,
  startWorld,
  type World,
  type WorldOptions,
} from '../kit/gateway.ts';

/** Mails that are hard on whoever reads them: too large, stalling, killing, oddly encoded. */

let world: World;
const start = async (options?: WorldOptions): Promise<World> => (world = await startWorld(options));
afterEach(() => world.stop());

describe('size', () => {
  test('a mail over `limits.mail` waits for a person and is never fetched; those around it go through', async () => {
    await start({ settings: { limits: { mail: '256KB' } } });
    const mails = [await newMail(), await overSize(), await newMail()];
    for (const mail of mails) world.deliver(mail);
    const views = [];
    for (const mail of mails) views.push(await world.settled(mail));
    const [before, large, after] = views.map(view => world.ended(view));
    expect([before, after]).toEqual([INTEGRATED, INTEGRATED]);
    expect(large).toEqual({
      messages: [],
      outcome: 'worklist',
      code: 'MAIL-001',
      told: [],
      folder: 'failed',
    });
    // Its digest is that of its bytes: there is none, since only its head was read.
    expect(views[1]?.exchange).toMatchObject({ digest: undefined, sender: LABORATORY });
  });

  test('once the limit is raised a person’s retry brings it in from the folder of errors', async () => {
    await start({ settings: { limits: { mail: '256KB' } } });
    const mail = await overSize();
    const held = await world.bring(mail);
    await world.stopGateway();
    await world.startGateway({ settings: { limits: { mail: '50MB' } } });
    await retryExchange(held.exchange.id, world.steering());
    await world.until('it is integrated', async () => (await world.view(mail))?.exchange.state === 'ended');
    expect(world.ended(await world.settled(mail))).toEqual(INTEGRATED);
  });

  test('a mail of 25 MB is integrated; over `notify.maxSize` its attachments are not given back, and the text says so', async () => {
    await start({ mailbox: { notify: { maxSize: '10MB' } } });
    const mail = await newMail({ documents: [newDocument({ level: 1, pdf: randomBytes(18_000_000) })] });
    expect(mail.length).toBeGreaterThan(24_000_000);
    expect(world.ended(await world.bring(mail))).toEqual(INTEGRATED);
    const [answer] = world.answers(messageIdIn(mail));
    expect(answer?.raw.length).toBeLessThan(100_000);
    expect(answer?.raw.toString('latin1')).not.toContain('IHE_XDM.zip');
    const { text } = await readMailAt(answer?.raw ?? Buffer.alloc(0));
    expect(text).toContain('dépassent la taille permise');
  });
});

describe('a mail that its reader does not get through', () => {
  test('stalling it: after three readings it is set aside, and the next mail is read', async () => {
    await start({ settings: { limits: { reading: '1ms' } } });
    const mail = await newMail();
    world.deliver(mail);
    await world.until('it is set aside', async () => (await worklist()).length === 1);
    const [exchange] = await worklist();
    expect(exchange).toMatchObject({ state: 'held', fault: { code: 'MAIL-010' }, readings: 3 });
    await world.until('it is filed', () => world.places(messageIdIn(mail)).includes('failed'));
    expect(world.log().filter(({ msg }) => msg === 'reading did not come to an end')).toHaveLength(3);

    await world.stopGateway();
    await world.startGateway({ settings: {} });
    expect(world.ended(await world.bring(await newMail()))).toEqual(INTEGRATED);
    await retryExchange(exchange?.id ?? '', world.steering());
    expect(world.ended(await world.settled(mail))).toEqual(INTEGRATED);
  });

  test('a process that died three times while reading it: the fourth sets it aside unread', async () => {
    await start();
    await world.stopGateway();
    const mail = await newMail();
    const next = await newMail();
    world.deliver(mail);
    world.deliver(next);
    const [first] = world.operator.folder('dpi.urologie@chu-x.mssante.fr', 'INBOX');
    await leftByDeadProcesses(3, first?.uid ?? 0);
    await world.startGateway();
    await world.until('it is set aside', async () => (await worklist()).length === 1);
    expect((await worklist())[0]).toMatchObject({ fault: { code: 'MAIL-010' }, digest: undefined });
    expect(world.ended(await world.settled(next))).toEqual(INTEGRATED);
    await world.until('it is filed', () => world.places(messageIdIn(mail)).includes('failed'));
    expect(world.answers(messageIdIn(mail))).toEqual([]);
  });

  test('a line that breaks in the middle of the mail is the network’s fault: the mail is read in the end', async () => {
    await start();
    world.operator.behave({ imap: 'cut-fetch', times: 3 });
    expect(world.ended(await world.bring(await newMail()))).toEqual(INTEGRATED);
  });
});

describe('raw ISO-8859-15 headers', () => {
  test.each(['UNICODE UTF-8', '8859/15'] as const)(
    'the subject stands right in OBX-3.2 under %s',
    async charset => {
      await start({ application: { hl7: { application: 'DPI', facility: 'CHU_X', charset } } });
      const mail = await BAD_MAILS.find(({ name }) => name === 'en-tetes-iso-8859-15')?.build();
      const view = await world.bring(mail ?? Buffer.alloc(0));
      const [message] = world.messages(view);
      const mailPart = parseMessage(message?.raw ?? Buffer.alloc(0)).all('OBX')[1];
      expect(mailPart?.component(3, 2)).toBe(
        "XDM/1.0/DDM+CR reçu de l'hôpital (forfait 20 €) MORVAN CLAIRE 14/06/1985",
      );
      const euro = charset === '8859/15' ? Buffer.of(0xa4) : Buffer.from('€');
      expect(message?.raw.includes(Buffer.concat([Buffer.from('20 '), euro]))).toBe(true);
    },
  );
});

/** A document of 400 kB. */
function overSize(): Promise<Buffer> {
  return newMail({ documents: [newDocument({ level: 1, pdf: randomBytes(400_000) })] });
}

function worklist() {
  return world.gateway().journal.list({ held: true, limit: 10 });
}

/** The journal as processes leave it that are killed while they read the mail. */
async function leftByDeadProcesses(times: number, uid: number): Promise<void> {
  const clock = systemClock;
  const newId = createIdSource(clock);
  const engine = openSqlite({ path: `${world.folder}/journal.db`, exclusive: true });
  const journal = await createJournal({ engine, clock, newId, sealKey: undefined });
  for (let time = 0; time < times; time++) {
    const place = { folder: 'INBOX', uidValidity: 1, uid };
    const { exchangeId } = await journal.see({ mailbox: 'urologie', application: 'dpi', place });
    await journal.beginReading(exchangeId);
  }
  await journal.close();
}
