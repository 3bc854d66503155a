import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BAL, KNOWN_PATIENTS, LABORATORY } from '../../samples/actors.ts';
import { PATIENTS, type SamplePatient } from '../../samples/kit/cda.ts';
import { BAD_MAILS } from '../../samples/bad-input.ts';
import { announcedMail } from '../../samples/special-mails.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import {
  faultOf,
  messageIdIn,
  newDocument,
  newMail,
  PASSWORD,
  readMailAt,
  startWorld,
  type World,
} from '../kit/gateway.ts';

/** What a person does with what waits: sends it again or gives it up, with what the peers then get. */

let world: World;
/** The DPI's patients; registering one is what makes a retry succeed. */
const patients: SamplePatient[] = [...KNOWN_PATIENTS];

beforeAll(async () => {
  world = await startWorld({ dpi: { patients }, application: { masked: 'hold' } });
});
afterAll(() => world.stop());

describe('sends again', () => {
  test('a refused document: a new MSH-10 and time, and not another byte changed', async () => {
    const refused = await world.bring(await unknownPatient());
    const before = messageOf(refused);
    patients.push(PATIENTS.diallo);
    expect(await retryExchange(refused.exchange.id, world.steering())).toBe(1);
    const after = messageOf(await ended(refused));
    patients.pop();
    const [old, renewed] = [before, after].map(raw => parseMessage(raw).header);
    expect(renewed?.field(10)).not.toBe(old?.field(10));
    expect(withoutHead(after)).toBe(withoutHead(before));
    expect(world.dpi.received().every(({ conflicting }) => !conflicting)).toBe(true);
  });

  test('only the refused one of two documents', async () => {
    const view = await world.bring(await newMail({ documents: [newDocument(), ofUnknownVersion()] }));
    const [first, second] = view.documents.map(({ delivery }) => delivery);
    expect(await retryExchange(view.exchange.id, world.steering())).toBe(1);
    const again = await ended(view);
    expect(again.documents.map(({ delivery }) => delivery.identifiers['controlId'])).toEqual([
      first?.identifiers['controlId'],
      expect.not.stringMatching(second?.identifiers['controlId'] ?? ''),
    ]);
    expect(world.ended(again)).toMatchObject({ outcome: 'refused', told: [`mdn 900 ${LABORATORY}`] });
  });

  test('a mail held as a whole: it is read anew where it lies', async () => {
    const mail = announcedMail(9101, []);
    const held = await world.bring(mail);
    expect(world.ended(held)).toMatchObject({ code: 'MAIL-005', folder: 'failed' });
    await retryExchange(held.exchange.id, world.steering());
    await world.until('it was read again', async () => {
      const types = typesOf(await again(held));
      return types.includes('reread') && types.lastIndexOf('held') > types.indexOf('reread');
    });
    const view = await world.settled(mail);
    expect(typesOf(view)).toEqual(expect.arrayContaining(['held', 'reread']));
    expect(world.ended(view)).toMatchObject({ outcome: 'worklist', code: 'MAIL-005', folder: 'failed' });
  });

  test('a mail that is gone by then: the exchange ends and says so', async () => {
    const mail = announcedMail(9102, []);
    const held = await world.bring(mail);
    await empty('Erreurs');
    await retryExchange(held.exchange.id, world.steering());
    const view = await ended(held);
    expect(faultOf(view)?.code).toBe('MAIL-012');
  });
});

describe('gives up', () => {
  test('a mail held as a whole: its sender reads 906 and the reason', async () => {
    const mail = announcedMail(9103, []);
    const held = await world.bring(mail);
    await abandonExchange(held.exchange.id, 'Document reçu par ailleurs.', world.steering());
    const view = await ended(held);
    expect(world.ended(view)).toMatchObject({
      messages: [],
      outcome: 'abandoned',
      told: [`mdn 906 ${LABORATORY}`],
      folder: 'failed',
    });
    const [answer] = world.answers(messageIdIn(mail));
    const { text } = await readMailAt(answer?.raw ?? Buffer.alloc(0));
    expect(text).toContain('Document reçu par ailleurs.');
  });

  test('a mail without Message-ID: nobody can be told, and it ends', async () => {
    const mail = await BAD_MAILS.find(({ name }) => name === 'sans-message-id')?.build();
    world.deliver(mail ?? Buffer.alloc(0));
    let held: ExchangeView | undefined;
    await world.until('it waits', async () => (held = await nameless()) !== undefined);
    if (held === undefined) throw new Error('unreachable');
    await abandonExchange(held.exchange.id, 'Intégré à la main.', world.steering());
    const view = await ended(held);
    expect(view.exchange).toMatchObject({ outcome: 'abandoned', abandonReason: 'Intégré à la main.' });
  });

  test('a document that its application keeps putting off', async () => {
    world.dpi.behave('later');
    const mail = await newMail();
    world.deliver(mail);
    await world.until('it was put off', async () =>
      Boolean(
        (await world.view(mail))?.deliveries.some(
          ({ state, attempts }) => state === 'waiting' && attempts > 0,
        ),
      ),
    );
    const view = await world.view(mail);
    await abandonWhenWaiting(view?.exchange.id ?? '');
    world.dpi.behave('answer');
    expect(world.ended(await world.settled(mail))).toMatchObject({
      messages: [],
      outcome: 'abandoned',
      told: [`mdn 906 ${LABORATORY}`],
    });
  });
});

describe('is told JRN-005, and nothing changes', () => {
  test('where nothing waits', async () => {
    const view = await world.bring(await newMail());
    await expect(retryExchange(view.exchange.id, world.steering())).rejects.toMatchObject({
      code: 'JRN-005',
    });
    await expect(abandonExchange(view.exchange.id, 'x', world.steering())).rejects.toMatchObject({
      code: 'JRN-005',
    });
    expect(await again(view)).toEqual(view);
  });

  test('where there is no such exchange', async () => {
    await expect(retryExchange('inconnu', world.steering())).rejects.toMatchObject({ code: 'JRN-005' });
    await expect(abandonExchange('inconnu', 'x', world.steering())).rejects.toMatchObject({
      code: 'JRN-005',
    });
  });

  test('where no message could be made of the document', async () => {
    const held = await world.bring(await newMail({ documents: [newDocument({}, { action: 'C' })] }));
    await expect(retryExchange(held.exchange.id, world.steering())).rejects.toMatchObject({
      code: 'JRN-005',
    });
    expect(await again(held)).toEqual(held);
  });

  test('where the gateway itself refused the document', async () => {
    const refused = await world.bring(
      await newMail({ documents: [newDocument({}, { hash: '0'.repeat(40) })] }),
    );
    await expect(retryExchange(refused.exchange.id, world.steering())).rejects.toMatchObject({
      code: 'JRN-005',
    });
  });
});

function unknownPatient(): Promise<Buffer> {
  return newMail({ documents: [newDocument({ patient: PATIENTS.diallo })] });
}

function ofUnknownVersion() {
  return newDocument({ replaces: { root: '1.2.250.1.999.6' } }, { action: 'C' });
}

async function again({ exchange }: ExchangeView): Promise<ExchangeView> {
  const view = await world.gateway().journal.exchange(exchange.id);
  if (view === undefined) throw new Error('it is gone');
  return view;
}

async function ended(view: ExchangeView): Promise<ExchangeView> {
  await world.until('it has ended', async () => (await again(view)).exchange.state === 'ended');
  return again(view);
}

function typesOf({ events }: ExchangeView): string[] {
  return events.map(({ type }) => type);
}

function messageOf(view: ExchangeView): Buffer {
  const message = world.messages(view).at(-1);
  if (message === undefined) throw new Error('the DPI got no message');
  return message.raw;
}

/** The message with MSH-7, MSH-10 and EVN-2 blanked. */
function withoutHead(raw: Buffer): string {
  const [msh = '', ...rest] = raw.toString('latin1').split('\r');
  const fields = msh.split('|');
  for (const place of [6, 9]) fields[place] = '';
  return [fields.join('|'), ...rest].join('\r');
}

async function nameless(): Promise<ExchangeView | undefined> {
  const { journal } = world.gateway();
  const found = (await journal.list({ held: true, limit: 100 })).find(
    ({ messageId }) => messageId === undefined,
  );
  return found && journal.exchange(found.id);
}

/** Between two attempts the delivery is in flight for a moment, and cannot be given up just then. */
async function abandonWhenWaiting(exchangeId: string): Promise<void> {
  await world.until('it was given up', async () => {
    try {
      return (await abandonExchange(exchangeId, 'Le DPI ne le prend pas.', world.steering())) === 1;
    } catch {
      return false;
    }
  });
}

/** As a person does who clears a folder. */
async function empty(folder: string): Promise<void> {
  const { host, imapPort: port, ca } = world.operator;
  const client = new ImapFlow({
    host,
    port,
    secure: false,
    tls: { ca },
    auth: { user: BAL, pass: PASSWORD },
    logger: false,
  });
  await client.connect();
  await client.mailboxOpen(folder);
  await client.messageDelete('1:*');
  await client.logout();
}
