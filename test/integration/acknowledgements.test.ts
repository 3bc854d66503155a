import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { LABORATORY } from '../../samples/actors.ts';
import { PATIENTS } from '../../samples/kit/cda.ts';
import { buildAck } from '../../src/formats/hl7/build-ack.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { AckError } from '../../src/formats/hl7/types.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { faultOf, messageIdIn, newDocument, newMail, startWorld, type World } from '../kit/gateway.ts';
import { ackTo, type MllpServer, type Reply, startMllpServer } from '../kit/mllp-server.ts';

/** What an application answers, and what becomes of the document; over MLLP, HTTP and a directory. */

let world: World;
let application: MllpServer;

const accepted = { outcome: 'accepted', told: [`mdn ok ${LABORATORY}`] } as const;
const refused = (code: string) => ({ outcome: 'refused', code, told: [`mdn ${code} ${LABORATORY}`] });
const waits = (fault: string) => ({ outcome: 'worklist', fault, told: [] });

describe('over MLLP', () => {
  const DEFAULT = {} as const;
  const COMMIT = { ack: { commitAccept: true } } as const;
  const REFUSING = { ack: { technicalError: 'refuse' } } as const;
  let running: object | undefined;

  beforeAll(async () => {
    application = await startMllpServer();
    world = await startWorld({ application: towardsApplication() });
    running = DEFAULT;
  });
  afterAll(async () => {
    await world.stop();
    await application.stop();
  });

  async function under(settings: object): Promise<void> {
    if (running === settings) return;
    await world.stopGateway();
    await world.startGateway({ application: { ...towardsApplication(), ...settings } });
    running = settings;
  }

  interface Case {
    readonly name: string;
    readonly replies: readonly Reply[];
    readonly settings?: object;
    readonly outcome: string;
    readonly code?: string;
    /** The fault that a person reads. */
    readonly fault?: string;
    readonly told: readonly string[];
    /** How often the message came. */
    readonly times: number;
  }

  const CASES: readonly Case[] = [
    { name: 'AA', replies: ['AA'], ...accepted, times: 1 },
    { name: 'AA, a byte at a time', replies: ['split'], ...accepted, times: 1 },
    { name: 'AA twice', replies: ['twice'], ...accepted, times: 1 },
    { name: 'CA without the setting, then AA', replies: ['CA', 'AA'], ...accepted, times: 2 },
    { name: 'CA with the setting', replies: ['CA'], settings: COMMIT, ...accepted, times: 1 },
    { name: 'AE, ERR-3 207, ERR-5 902', replies: ['AE'], ...refused('902'), times: 1 },
    {
      name: 'AE, ERR-3 207, an ERR-5 that no table knows',
      replies: [refusal('X42', 'Libellé maison')],
      ...refused('X42'),
      times: 1,
    },
    {
      name: 'AE, ERR-3 207, no ERR-5',
      replies: [ae({ condition: { code: '207', label: '' } })],
      ...refused('906'),
      times: 1,
    },
    { name: 'AE without ERR', replies: [ae()], ...refused('906'), times: 1 },
    {
      name: 'AE, ERR-3 203',
      replies: [ae({ condition: { code: '203', label: 'Version' } })],
      ...waits('DOC-003'),
      times: 1,
    },
    {
      name: 'AE, ERR-3 203, technicalError: refuse',
      replies: [ae({ condition: { code: '203', label: 'Version' } })],
      settings: REFUSING,
      ...refused('906'),
      times: 1,
    },
    { name: 'AR, then AA', replies: ['AR', 'AR', 'AA'], ...accepted, times: 3 },
    { name: 'CR, then AA', replies: ['CR', 'AA'], ...accepted, times: 2 },
    { name: 'silence, then AA', replies: ['silence', 'AA'], ...accepted, times: 2 },
    { name: 'reset, then AA', replies: ['reset', 'AA'], ...accepted, times: 2 },
    { name: 'closed without a word, then AA', replies: ['close', 'AA'], ...accepted, times: 2 },
    { name: 'a stranger’s ACK, then AA', replies: ['stranger', 'AA'], ...accepted, times: 2 },
    { name: 'something that is no ACK, then AA', replies: ['garbage', 'AA'], ...accepted, times: 2 },
    { name: 'silence, then a refusal', replies: ['silence', 'AE'], ...refused('902'), times: 2 },
  ];

  test.each(CASES)('$name', async ({ replies, settings = DEFAULT, outcome, code, fault, told, times }) => {
    await under(settings);
    const before = application.frames.length;
    application.script(...replies);
    const mail = await newMail();
    const view = await world.bring(mail);
    expect(world.ended(view)).toMatchObject({
      outcome,
      told,
      folder: outcome === 'accepted' ? 'done' : 'failed',
    });
    expect(view.exchange.outcomeCode).toBe(code);
    expect(faultOf(view)?.code).toBe(fault);
    // The same bytes each time, hence the same MSH-10: the application can recognise a repetition.
    const [first, ...again] = application.frames.slice(before);
    expect(again).toHaveLength(times - 1);
    for (const frame of again) expect(Buffer.compare(frame, first ?? Buffer.alloc(0))).toBe(0);
  });

  test('a stranger’s ACK closes the connection that brought it', async () => {
    await under(DEFAULT);
    await world.bring(await newMail());
    const before = application.connections;
    application.script('stranger', 'AA');
    await world.bring(await newMail());
    expect(application.connections).toBe(before + 1);
  });

  test('once `giveUpAfter` is used up a person decides; meanwhile others went through', async () => {
    const retry = { first: '20ms', max: '40ms', giveUpAfter: '150ms' };
    await under({ retry });
    const stubborn = await newMail();
    const id = messageIdIn(stubborn) ?? '';
    // AR to the one, AA to every other.
    const reply: Reply = message => ackTo(message, Buffer.from(message).includes(id) ? 'AR' : 'AA');
    application.script(...Array.from({ length: 30 }, () => reply));
    world.deliver(stubborn);
    const other = await world.bring(
      await newMail({ documents: [newDocument({ patient: PATIENTS.dartagnan })] }),
    );
    expect(other.exchange.outcome).toBe('accepted');
    const view = await world.settled(stubborn);
    expect(faultOf(view)).toMatchObject({ code: 'DOC-002', fields: { last: 'HL7-003' } });
    expect(world.ended(view)).toMatchObject({ outcome: 'worklist', told: [], folder: 'failed' });
  });
});

describe('an application that is down for a while', () => {
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  test('is one error in the log; then everything arrives, in the order of each patient', async () => {
    await world.dpi.stop();
    const patients = [PATIENTS.morvan, PATIENTS.dartagnan];
    const mails: Buffer[] = [];
    for (let round = 0; round < 5; round++) {
      for (const patient of patients) mails.push(await newMail({ documents: [newDocument({ patient })] }));
    }
    for (const mail of mails) world.deliver(mail);
    for (const mail of mails) {
      await world.until('it waits', async () => (await world.view(mail))?.exchange.state === 'open');
    }
    await world.until('it was tried', () => errors().length > 0);
    await world.dpi.restart();
    const views: ExchangeView[] = [];
    for (const mail of mails) views.push(await world.settled(mail));
    expect(errors()).toEqual([expect.objectContaining({ application: 'dpi', code: 'MLLP-001' })]);
    expect(world.log().filter(({ msg }) => msg === 'target up again')).toHaveLength(1);
    const arrived = world.dpi.received().map(({ controlId }) => controlId);
    for (const [place] of patients.entries()) {
      const own = views.filter((_, at) => at % patients.length === place);
      const ids = own.map(view => world.messages(view)[0]?.controlId ?? '');
      expect(arrived.filter(id => ids.includes(id))).toEqual(ids);
    }
    expect(world.dpi.received().every(({ repetitions }) => repetitions === 0)).toBe(true);
  });
});

describe('by other ways than MLLP', () => {
  afterEach(() => world.stop());

  test('http: the message is posted, the ACK read from the answer', async () => {
    const posted: { type: string | undefined; body: Buffer }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        posted.push({ type: request.headers['content-type'], body });
        if (posted.length === 1) response.writeHead(503).end('later');
        else response.end(ackTo(body, posted.length === 2 ? 'AA' : 'AE'));
      });
    });
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    world = await startWorld({ application: { deliver: { http: { url: `http://127.0.0.1:${port}/hl7` } } } });
    const taken = await world.bring(await newMail());
    const refused = await world.bring(await newMail());
    expect([taken, refused].map(({ exchange }) => [exchange.outcome, exchange.outcomeCode])).toEqual([
      ['accepted', undefined],
      ['refused', '902'],
    ]);
    expect(posted.map(({ type }) => type)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/^application\/hl7-v2/) as string),
    );
    expect(posted[0]?.body.equals(posted[1]?.body ?? Buffer.alloc(0))).toBe(true);
    await world.stopGateway();
    server.closeAllConnections();
    server.close();
  });

  test('directory: the file appears whole, its ACK file is read, both go', async () => {
    world = await startWorld();
    await world.stopGateway();
    const path = join(world.folder, 'echange');
    mkdirSync(path);
    await world.startGateway({ application: { deliver: { directory: { path }, timeout: '20s' } } });
    const mail = await newMail();
    world.deliver(mail);
    await world.until('the message lies there', () => readdirSync(path).some(name => name.endsWith('.hl7')));
    const [name = ''] = readdirSync(path).filter(each => each.endsWith('.hl7'));
    const message = readFileSync(join(path, name));
    expect(name).toBe(`${parseMessage(message).header.field(10)}.hl7`);
    writeFileSync(join(path, 'ecriture.tmp'), ackTo(message, 'AA'));
    renameSync(join(path, 'ecriture.tmp'), join(path, name.replace(/hl7$/, 'ack')));
    expect((await world.settled(mail)).exchange.outcome).toBe('accepted');
    expect(readdirSync(path)).toEqual([]);
  });
});

function towardsApplication(): Readonly<Record<string, unknown>> {
  return { deliver: { mllp: { host: '127.0.0.1', port: application.port }, timeout: '400ms' } };
}

function ae(error?: Partial<AckError>): Reply {
  const whole = {
    location: undefined,
    condition: undefined,
    severity: 'E',
    application: undefined,
    ...error,
  };
  return message =>
    buildAck({
      request: parseMessage(message),
      code: 'AE',
      controlId: 'ACK1',
      time: new Date(),
      errors: error === undefined ? [] : [whole],
    });
}

function refusal(code: string, label: string): Reply {
  return ae({ condition: { code: '207', label: 'Application error' }, application: { code, label } });
}

function errors() {
  return world.log().filter(({ level }) => level >= 50);
}
