import type { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RequestSample } from '../../samples/kit/request.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import type { AcceptedMail } from '../../src/sandbox/operator.ts';
import { newSample } from '../kit/gateway.ts';
import { DOCTOR, HOSPITAL, type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';
import { dsnAbout, fate } from '../kit/receipt-mails.ts';
import type { ScriptedServer } from '../kit/scripted-server.ts';
import { type SmtpReplies, startScriptedSmtp } from '../peers/smtp/scripted-smtp.ts';

/** What fails once it was answered with AA: whoever asked is told, and a person sees it. */

const HOUR = 3_600_000;
const HEARD = { wishes: { DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' } } as const;
const UNHEARD = { wishes: { DESTMSSANTEPS: 'Y' } } as const;

let laboratory: Laboratory;
let operator: ScriptedServer;
let ahead = 0;
/** What the operator says now instead of 250. */
let said: SmtpReplies = {};
let before = 0;

beforeAll(async () => {
  operator = await startScriptedSmtp({
    EHLO: say('EHLO', '250-localhost\r\n250 DSN'),
    MAIL: say('MAIL'),
    RCPT: say('RCPT'),
    dot: say('dot'),
  });
  laboratory = await startLaboratory({
    clock: { now: () => new Date(Date.now() + ahead) },
    mailbox: { smtp: { host: '127.0.0.1', port: operator.port, tls: 'none', auth: 'none' } },
  });
});
afterAll(async () => {
  await laboratory.stop();
  await operator.close();
});
beforeEach(() => {
  said = {};
  before = operator.lines.length;
});

function say(command: string, otherwise = '250 fine') {
  return (socket: Socket, line: string): string => {
    const reply = said[command] ?? otherwise;
    return typeof reply === 'function' ? reply(socket, line) : `${reply}\r\n`;
  };
}

/** The Message-ID line of each mail that left in this test, in order. */
function left(): string[] {
  return operator.lines.slice(before).filter(line => line.startsWith('Message-ID: '));
}

async function accept(overrides: Partial<RequestSample> = {}): Promise<string> {
  const { message, controlId } = newRequest({ ...HEARD, ...overrides });
  expect(await laboratory.ask(message)).toBe('AA');
  return controlId;
}

const mailIn = ({ deliveries }: ExchangeView) => deliveries.find(({ kind }) => kind === 'mail');

describe('a mail over the operator’s size', () => {
  const TO_TWO = { recipients: [{ address: DOCTOR }, { address: HOSPITAL }] };
  const TOLD = [`Z02 N ${DOCTOR} 523`, `Z02 N ${HOSPITAL} 523`];

  // A refused mail ends its connection: each case gets one of its own.
  it.each<[string, SmtpReplies]>([
    ['that it announces', { EHLO: '250-localhost\r\n250-SIZE 5000\r\n250 DSN' }],
    ['that it tells at MAIL FROM', { MAIL: '552 5.3.4 too big' }],
    ['that it tells at the end', { dot: '552 5.3.4 too big' }],
  ])('%s is refused for that reason', async (_, replies) => {
    said = replies;
    const heard = await accept(TO_TWO);
    expect(await laboratory.cameOf(heard)).toEqual({ told: TOLD, worklist: [], state: 'ended' });
    const unheard = await accept({ ...UNHEARD, ...TO_TWO });
    expect(await laboratory.cameOf(unheard)).toEqual({
      told: [],
      worklist: ['OUT-002', 'OUT-002'],
      state: 'closing',
    });
    const { exchange, deliveries } = await laboratory.settled(unheard);
    expect(deliveries.flatMap(({ hold }) => hold?.detail?.slice(0, 3) ?? [])).toEqual(['523', '523']);
    // Nothing of it can be sent again: a smaller one must be asked for.
    await expect(retryExchange(exchange.id, laboratory.steering())).rejects.toMatchObject({
      code: 'JRN-005',
    });
    expect(await abandonExchange(exchange.id, 'Renvoyé sans images.', laboratory.steering())).toBe(2);
    expect((await laboratory.cameOf(unheard)).state).toBe('ended');
  });
});

/** What an operator says that puts a mail off until nobody waits for it any more. */
const PUT_OFF: SmtpReplies = {
  RCPT: () => {
    ahead += 73 * HOUR;
    return '451 4.7.1 later\r\n';
  },
};

describe('a mail that the operator puts off for three days', () => {
  it('is told as a failure and waits for a person, who sends it after all', async () => {
    said = PUT_OFF;
    const [heard, unheard] = [await accept(), await accept(UNHEARD)];
    expect(await laboratory.cameOf(heard)).toMatchObject({
      told: [`Z02 N ${DOCTOR} 420`],
      worklist: ['OUT-007'],
    });
    expect(await laboratory.cameOf(unheard)).toMatchObject({ told: [], worklist: ['OUT-007'] });
    said = {};
    for (const controlId of [heard, unheard]) {
      const { exchange } = await laboratory.settled(controlId);
      expect(await retryExchange(exchange.id, laboratory.steering())).toBe(1);
      const view = await laboratory.settled(controlId);
      expect(mailIn(view)?.ending?.outcome).toBe('accepted');
      expect((await laboratory.cameOf(controlId)).worklist).toEqual([]);
    }
    expect(left()).toHaveLength(2);
  });

  it('and that a person gives up ends, and nothing is expected of it', async () => {
    said = PUT_OFF;
    const controlId = await accept();
    const { exchange } = await laboratory.settled(controlId);
    expect((await laboratory.cameOf(controlId)).worklist).toEqual(['OUT-007']);
    await abandonExchange(exchange.id, 'Adresse fermée.', laboratory.steering());
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: [`Z02 N ${DOCTOR} 420`],
      worklist: [],
      state: 'ended',
    });
    expect(left()).toEqual([]);
  });

  it('keeps its replacement and its deletion waiting, until it has left or is given up', async () => {
    said = PUT_OFF;
    const original = newSample();
    const second = newSample({ setId: original.setId, replaces: original.id, version: 2 });
    const first = await accept({ documents: [original] });
    expect((await laboratory.cameOf(first)).worklist).toEqual(['OUT-007']);
    said = {};
    const replacement = await accept({ action: 'replace', documents: [second] });
    const deletion = await accept({ action: 'delete', documents: [second] });
    const free = await accept({ documents: [newSample()] });
    expect(mailIn(await laboratory.settled(free))?.state).toBe('done');
    for (const controlId of [replacement, deletion]) {
      await laboratory.until('it is prepared', async () => mailIn(await viewOf(controlId)) !== undefined);
      expect(mailIn(await viewOf(controlId))).toMatchObject({ state: 'waiting', attempts: 0 });
    }
    expect(left()).toHaveLength(1);
    await retryExchange((await viewOf(first)).exchange.id, laboratory.steering());
    const ids: string[] = [];
    for (const controlId of [free, first, replacement, deletion]) {
      ids.push(mailIn(await laboratory.settled(controlId))?.identifiers['messageId'] ?? '');
    }
    expect(left()).toEqual(ids.map(id => `Message-ID: ${id}`));
  });

  it('and that a person gives up lets its replacement go', async () => {
    said = PUT_OFF;
    const original = newSample();
    const first = await accept({ documents: [original] });
    await laboratory.cameOf(first);
    said = {};
    const documents = [newSample({ replaces: original.id, version: 2 })];
    const replacement = await accept({ action: 'replace', documents });
    await laboratory.until('it is prepared', async () => mailIn(await viewOf(replacement)) !== undefined);
    expect(left()).toEqual([]);
    await abandonExchange((await viewOf(first)).exchange.id, 'Remplacé.', laboratory.steering());
    const view = await laboratory.settled(replacement);
    expect(left()).toEqual([`Message-ID: ${mailIn(view)?.identifiers['messageId']}`]);
  });
});

async function viewOf(controlId: string): Promise<ExchangeView> {
  const view = await laboratory.view(controlId);
  if (view === undefined) throw new Error('no such request');
  return view;
}

describe('what a person gives up before it has left', () => {
  it('is told as a failure to whoever asked', async () => {
    said = { RCPT: '451 4.7.1 later' };
    const [heard, unheard] = [await accept(), await accept(UNHEARD)];
    for (const controlId of [heard, unheard]) {
      await laboratory.until(
        'it is put off',
        async () => mailIn(await viewOf(controlId))?.lastError !== undefined,
      );
      await abandonExchange(
        (await viewOf(controlId)).exchange.id,
        'Envoyé par erreur.',
        laboratory.steering(),
      );
    }
    expect(await laboratory.cameOf(heard)).toEqual({
      told: [`Z02 N ${DOCTOR} 554`],
      worklist: [],
      state: 'ended',
    });
    expect(await laboratory.cameOf(unheard)).toEqual({ told: [], worklist: [], state: 'ended' });
    expect(left()).toEqual([]);
  });

  it('needs saying which part where another waits for a person', async () => {
    const both = { wishes: { ...HEARD.wishes, DESTDMP: 'Y' } } as const;
    said = { RCPT: '451 4.7.1 later' };
    const [whole, part] = [await accept(both), await accept(both)];
    const ids: string[] = [];
    for (const controlId of [whole, part]) {
      await laboratory.until('it is put off, its DMP part held', async () => {
        const { deliveries } = await viewOf(controlId);
        return deliveries.some(({ hold }) => hold?.code === 'OUT-001') && putOff(deliveries);
      });
      ids.push((await viewOf(controlId)).exchange.id);
    }
    const [first = '', second = ''] = ids;
    await expect(abandonExchange(first, 'Erreur.', laboratory.steering())).rejects.toMatchObject({
      fault: { code: 'JRN-005', detail: expect.stringContaining('--all') as string },
    });
    expect(await abandonExchange(first, 'Erreur.', laboratory.steering(), 'all')).toBe(2);
    expect(await laboratory.cameOf(whole)).toEqual({
      told: ['Z01 N OUT-001', `Z02 N ${DOCTOR} 554`],
      worklist: [],
      state: 'ended',
    });
    expect(await abandonExchange(second, 'Sans DMP.', laboratory.steering(), 'held')).toBe(1);
    said = {};
    ahead += HOUR;
    expect(mailIn(await laboratory.settled(part))?.ending?.outcome).toBe('accepted');
    expect(left()).toHaveLength(1);
  });
});

describe('a mail that the operator puts off', () => {
  it('keeps no other mail of its patient waiting', async () => {
    said = { RCPT: (_, line) => (line.includes(DOCTOR) ? '452 4.2.2 full\r\n' : '250 fine\r\n') };
    const documents = [newSample()];
    const first = await accept({ documents });
    await laboratory.until('it is put off', async () => putOff((await viewOf(first)).deliveries));
    const second = await accept({ documents: [newSample()], recipients: [{ address: HOSPITAL }] });
    await laboratory.until('the other has left', async () => {
      return mailIn(await viewOf(second))?.ending?.outcome === 'accepted';
    });
    expect(mailIn(await viewOf(first))?.state).toBe('waiting');
    said = {};
    ahead += HOUR;
    expect(mailIn(await laboratory.settled(first))?.ending?.outcome).toBe('accepted');
  });
});

function putOff(deliveries: ExchangeView['deliveries']): boolean {
  return deliveries.some(({ kind, lastError }) => kind === 'mail' && lastError !== undefined);
}

describe('a report', () => {
  it('is not believed of a mail that has not left, which leaves', async () => {
    said = { RCPT: '451 4.7.1 later' };
    const controlId = await accept();
    await laboratory.until('it is put off for long enough to be told of', async () => {
      const tried = mailIn(await viewOf(controlId));
      if (tried?.attempts === 6) return tried.state === 'waiting';
      ahead += 60_000;
      return false;
    });
    const { id = '', identifiers } = mailIn(await viewOf(controlId)) ?? {};
    const mail = {
      raw: Buffer.from(`Message-ID: ${identifiers?.['messageId']}\r\n\r\n`),
      envelope: { envid: id } as AcceptedMail['envelope'],
      at: new Date(),
    };
    const heard = await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'delivered')]));
    expect([heard.exchange.state, heard.exchange.fault?.code]).toEqual(['held', 'OUT-010']);
    said = {};
    ahead += HOUR;
    expect(mailIn(await laboratory.settled(controlId))?.ending?.outcome).toBe('accepted');
    expect(laboratory.told(controlId)).toEqual([]);
    // Now that it has left the same word is believed.
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'delivered')]));
    await laboratory.reported(controlId);
    expect(laboratory.told(controlId)).toEqual([`Z02 Y ${DOCTOR}`]);
  });
});
