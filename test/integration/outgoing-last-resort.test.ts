import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PATIENTS } from '../../samples/kit/patients.ts';
import { patientRecipient, type RequestSample } from '../../samples/kit/request.ts';
import { retryExchange } from '../../src/flows/steer.ts';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { DOCTOR, HOSPITAL, type Laboratory, newRequest, PATIENT, startLaboratory } from '../kit/outgoing.ts';
import { dsnAbout, fate } from '../kit/receipt-mails.ts';

/** What the gateway itself cannot do any more with what it answered with AA. */

const HOUR = 3_600_000;
const HEARD = { wishes: { DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' } } as const;

let laboratory: Laboratory;
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };
beforeEach(() => {
  ahead = 0;
});
afterEach(() => laboratory.stop());

async function accept(overrides: Partial<RequestSample> = {}): Promise<string> {
  const { message, controlId } = newRequest({ ...HEARD, ...overrides });
  expect(await laboratory.ask(message)).toBe('AA');
  return controlId;
}

async function viewOf(controlId: string): Promise<ExchangeView> {
  const view = await laboratory.view(controlId);
  if (view === undefined) throw new Error('no such request');
  return view;
}

const mailIn = ({ deliveries }: ExchangeView) => deliveries.find(({ kind }) => kind === 'mail');

describe('a mail that cannot be made', () => {
  it('is told as a failure and waits for a person, who sends it after all', async () => {
    laboratory = await startLaboratory({
      clock,
      settings: { limits: { preparing: '1ms' } },
    });
    const controlId = await accept();
    await laboratory.until('it was tried three times', async () => {
      const prepare = (await viewOf(controlId)).deliveries[0];
      // Its next turn comes at once.
      if (prepare?.state === 'waiting') ahead += 10_000;
      return prepare?.state === 'held' && prepare.attempts === 3;
    });
    expect(await laboratory.cameOf(controlId)).toEqual({
      told: [`Z02 N ${DOCTOR} 554`],
      worklist: ['OUT-006'],
      state: 'closing',
    });
    await laboratory.stopGateway();
    await laboratory.startGateway({ settings: {} });
    await retryExchange((await viewOf(controlId)).exchange.id, laboratory.steering());
    expect((await laboratory.reported(controlId)).exchange.state).toBe('ended');
    expect(laboratory.told(controlId)).toEqual([`Z02 N ${DOCTOR} 554`, `Z02 Y ${DOCTOR}`]);
    expect(laboratory.operator.accepted()).toHaveLength(1);
  });
});

describe('once the key of the journal is lost', () => {
  const key = () => ({ journal: { url: 'sqlite:./journal.db', key: randomBytes(32).toString('base64') } });
  const TO_PATIENT = {
    wishes: { DESTMSSANTEPAT: 'Y', ACK_RECEPTION: 'Y' },
    recipients: [patientRecipient(PATIENTS.morvan)],
  } as const;

  it('what can be told is told all the same, and holds up nothing else', async () => {
    laboratory = await startLaboratory({
      clock,
      reports: { silent: [DOCTOR, HOSPITAL, PATIENT] },
      settings: key(),
    });
    const [reported, overdue, toPatient] = [await accept(), await accept(), await accept(TO_PATIENT)];
    const [mail] = laboratory.mails(await laboratory.settled(reported));
    for (const controlId of [overdue, toPatient]) await laboratory.settled(controlId);
    laboratory.operator.behave({ smtp: 'greylist' });
    const unsent = await accept();
    await laboratory.until(
      'it is put off',
      async () => mailIn(await viewOf(unsent))?.lastError !== undefined,
    );
    await laboratory.stopGateway();
    laboratory.operator.behave({ smtp: 'accept' });
    await laboratory.startGateway({ settings: key() });

    if (mail === undefined) throw new Error('no mail has left');
    await laboratory.hear(dsnAbout(mail, [fate(DOCTOR, 'delivered')]));
    expect(await laboratory.cameOf(reported)).toEqual({
      told: [`Z02 Y ${DOCTOR}`],
      worklist: [],
      state: 'ended',
    });
    expect(await laboratory.cameOf(unsent)).toMatchObject({
      told: [`Z02 N ${DOCTOR} 420`],
      worklist: ['JRN-004'],
    });
    const later = await accept({ recipients: [{ address: HOSPITAL }] });
    await laboratory.settled(later);
    ahead += 73 * HOUR;
    await laboratory.until('it is overdue', () => laboratory.told(later).length > 0);
    expect(await laboratory.cameOf(overdue)).toMatchObject({
      told: [`Z02 N ${DOCTOR} 420`],
      worklist: ['OUT-003'],
    });
    // Where the patient is reached is sealed; a person sees it.
    expect(await laboratory.cameOf(toPatient)).toMatchObject({ told: [], worklist: ['OUT-003'] });
  });
});
