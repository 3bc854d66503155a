import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestSample } from '../../samples/kit/request.ts';
import { abandonExchange, retryExchange } from '../../src/flows/steer.ts';
import {
  DOCTOR,
  HOSPITAL,
  type Laboratory,
  type LaboratoryOptions,
  PATIENT,
  type SentRequest,
  startLaboratory,
} from '../kit/outgoing.ts';
import { dsnAbout, fate, mdnAbout } from '../kit/receipt-mails.ts';

/** What an operator never says, or says too late. */

const HOUR = 3_600_000;
const NEVER_CAME = `Z02 N ${DOCTOR} 420`;

let laboratory: Laboratory;
let ahead = 0;

function silentLaboratory(options: LaboratoryOptions = {}): Promise<Laboratory> {
  return startLaboratory({
    reports: { silent: [DOCTOR, HOSPITAL, PATIENT] },
    clock: { now: () => new Date(Date.now() + ahead) },
    ...options,
  });
}

function sent(overrides: Partial<RequestSample> = {}): Promise<SentRequest> {
  return laboratory.sent({ wishes: { DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' }, ...overrides });
}

const UNHEARD = { wishes: { DESTMSSANTEPS: 'Y' } } as const;
const TWO = { recipients: [{ address: DOCTOR }, { address: HOSPITAL }] };

/** Hours go by, and whatever comes of them by itself has come. */
async function wait(hours: number): Promise<void> {
  ahead += hours * HOUR;
  await laboratory.until('nothing is overdue', async () => {
    const overdue = await laboratory.gateway().journal.overdueReports(1);
    return overdue.length === 0;
  });
}

/** What the last word on the doctor is, where the first was refused by the application. */
async function correctedAfterRefusal(): Promise<string[]> {
  laboratory.creator.behave('refuse', 1);
  const request = await sent();
  await wait(73);
  await laboratory.until('the first word is refused', async () => {
    const { deliveries } = (await laboratory.view(request.controlId)) ?? {};
    return deliveries?.some(({ hold }) => hold?.code === 'OUT-008') === true;
  });
  await laboratory.hear(delivered(request));
  const { exchange } = await laboratory.reported(request.controlId);
  expect(await retryExchange(exchange.id, laboratory.steering())).toBe(0);
  await laboratory.reported(request.controlId);
  return laboratory.told(request.controlId);
}

const delivered = ({ mail }: SentRequest) => dsnAbout(mail, [fate(DOCTOR, 'delivered')]);
const failed = ({ mail }: SentRequest) =>
  dsnAbout(mail, [fate(DOCTOR, 'failed', '5.1.1', '550 5.1.1 unknown')]);

describe('where the operator reports', () => {
  beforeAll(async () => {
    laboratory = await silentLaboratory();
  });
  afterAll(() => laboratory.stop());

  it('a failure that the application refused is not told again once the mail is known to have come', async () => {
    expect(await correctedAfterRefusal()).toEqual([`Z02 Y ${DOCTOR}`]);
  });

  it('no word within three days is told as a failure, and a person sees it', async () => {
    const { controlId } = await sent();
    await wait(71);
    expect(await laboratory.cameOf(controlId)).toEqual({ told: [], worklist: [], state: 'closing' });
    await wait(2);
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: [NEVER_CAME],
      worklist: ['OUT-003'],
      state: 'closing',
    });
    await wait(100);
    expect((await laboratory.cameOf(controlId)).told).toEqual([NEVER_CAME]);
  });

  it('a report that came in time is the only word', async () => {
    const request = await sent(TWO);
    await laboratory.hear(delivered(request));
    await wait(73);
    expect(await laboratory.cameOf(request.controlId)).toEqual({
      told: [`Z02 Y ${DOCTOR}`, `Z02 N ${HOSPITAL} 420`],
      worklist: ['OUT-003'],
      state: 'closing',
    });
  });

  it('a report that comes late is told after all, and nobody need see it any more', async () => {
    const [arrived, lost] = [await sent(), await sent()];
    await wait(73);
    for (const { controlId } of [arrived, lost])
      expect((await laboratory.cameOf(controlId)).told).toEqual([NEVER_CAME]);
    await laboratory.hear(delivered(arrived));
    await laboratory.hear(failed(lost));
    expect(await laboratory.cameOf(arrived.controlId)).toEqual({
      told: [NEVER_CAME, `Z02 Y ${DOCTOR}`],
      worklist: [],
      state: 'ended',
    });
    expect(await laboratory.cameOf(lost.controlId)).toEqual({
      told: [NEVER_CAME, `Z02 N ${DOCTOR} 550`],
      worklist: [],
      state: 'ended',
    });
    // Told once more, it is a repetition like any other.
    await laboratory.hear(delivered(arrived));
    expect((await laboratory.cameOf(arrived.controlId)).told).toHaveLength(2);
  });

  it('where nobody asked to hear of it, a person sees it until the report comes', async () => {
    const [arrived, lost] = [await sent(UNHEARD), await sent(UNHEARD)];
    await wait(73);
    for (const { controlId } of [arrived, lost]) {
      expect(await laboratory.cameOf(controlId)).toEqual({
        told: [],
        worklist: ['OUT-003'],
        state: 'closing',
      });
    }
    await laboratory.hear(delivered(arrived));
    await laboratory.hear(failed(lost));
    expect(await laboratory.cameOf(arrived.controlId)).toEqual({ told: [], worklist: [], state: 'ended' });
    expect(await laboratory.cameOf(lost.controlId)).toEqual({
      told: [],
      worklist: ['OUT-002'],
      state: 'closing',
    });
  });

  it('what a person gave up counts all the same once the report comes', async () => {
    const [heard, unheard] = [await sent(), await sent(UNHEARD)];
    await wait(73);
    for (const { controlId } of [heard, unheard]) {
      const { exchange } = await laboratory.settled(controlId);
      await expect(retryExchange(exchange.id, laboratory.steering())).rejects.toMatchObject({
        code: 'JRN-005',
      });
      expect(await abandonExchange(exchange.id, 'Vu avec le cabinet.', laboratory.steering())).toBe(1);
      expect(await laboratory.cameOf(controlId)).toMatchObject({ worklist: [], state: 'ended' });
    }
    await laboratory.hear(delivered(heard));
    await laboratory.hear(failed(unheard));
    expect(await laboratory.cameOf(heard.controlId)).toEqual({
      told: [NEVER_CAME, `Z02 Y ${DOCTOR}`],
      worklist: [],
      state: 'ended',
    });
    expect(await laboratory.cameOf(unheard.controlId)).toEqual({
      told: [],
      worklist: ['OUT-002'],
      state: 'closing',
    });
  });

  it('an unread mail is never refused, however long it lies', async () => {
    const request = await sent({ wishes: { DESTMSSANTEPS: 'Y', ACK_LECTURE_MSS: 'Y' } });
    await laboratory.hear(delivered(request));
    await wait(300 * 24);
    expect(await laboratory.cameOf(request.controlId)).toEqual({ told: [], worklist: [], state: 'ended' });
    const fields = [
      `Final-Recipient: rfc822; ${DOCTOR}`,
      'Disposition: manual-action/MDN-sent-manually; displayed',
    ];
    await laboratory.hear(mdnAbout(request.mail, DOCTOR, fields));
    expect(await laboratory.cameOf(request.controlId)).toEqual({
      told: [`Z03 Y ${DOCTOR}`],
      worklist: [],
      state: 'ended',
    });
  });

  it('is told in order although the application was away', async () => {
    const request = await sent();
    await laboratory.creator.stop();
    await wait(73);
    await laboratory.hear(delivered(request));
    await laboratory.creator.restart();
    expect((await laboratory.cameOf(request.controlId)).told).toEqual([NEVER_CAME, `Z02 Y ${DOCTOR}`]);
  });

  it('is noticed by a gateway that was not running then', async () => {
    const { controlId } = await sent();
    await laboratory.stopGateway();
    ahead += 73 * HOUR;
    await laboratory.startGateway();
    await wait(0);
    expect(await laboratory.cameOf(controlId)).toMatchObject({ told: [NEVER_CAME], worklist: ['OUT-003'] });
  });
});

describe('where the operator does not report', () => {
  beforeAll(async () => {
    laboratory = await silentLaboratory({ dsn: false });
  });
  afterAll(() => laboratory.stop());

  it('nothing is expected, asked for or told, and `status` says so', async () => {
    const { controlId, mail } = await sent();
    expect(mail.envelope).toMatchObject({ envid: undefined, ret: undefined });
    expect(await laboratory.cameOf(controlId)).toEqual({ told: [], worklist: [], state: 'ended' });
    await wait(1_000);
    expect(await laboratory.cameOf(controlId)).toEqual({ told: [], worklist: [], state: 'ended' });
    const { mailboxes } = await laboratory.gateway().status();
    expect(mailboxes.map(({ dsn }) => dsn)).toEqual([false]);
  });

  it('a failure that comes all the same is told', async () => {
    const [heard, unheard] = [await sent(), await sent(UNHEARD)];
    for (const { mail } of [heard, unheard]) {
      await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'failed', '5.1.1')], { envelopeId: '' }));
    }
    expect(await laboratory.cameOf(heard.controlId)).toEqual({
      told: [`Z02 N ${DOCTOR} 550`],
      worklist: [],
      state: 'ended',
    });
    expect(await laboratory.cameOf(unheard.controlId)).toEqual({
      told: [],
      worklist: ['OUT-002'],
      state: 'closing',
    });
  });
});
