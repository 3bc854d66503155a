import { afterAll, beforeAll, expect, it } from 'vitest';
import { DOCTOR, type Laboratory, startLaboratory } from '../kit/outgoing.ts';

const HOUR = 3_600_000;

let laboratory: Laboratory;
let ahead = 0;
beforeAll(async () => {
  laboratory = await startLaboratory({
    reports: { silent: [DOCTOR] },
    clock: { now: () => new Date(Date.now() + ahead) },
  });
});
afterAll(() => laboratory.stop());

it('a report that was expected by a clock ahead of the time is waited for no longer once it is set back', async () => {
  const isSetBack = (): boolean => laboratory.log().some(({ msg }) => msg === 'clock set back');
  ahead = 30 * 24 * HOUR;
  await laboratory.until('the clock is followed', async () => {
    const { mailboxes } = await laboratory.gateway().status();
    return mailboxes.every(({ lastPollAt = '' }) => Date.parse(lastPollAt) > Date.now() + 29 * 24 * HOUR);
  });
  const { controlId } = await laboratory.sent({ wishes: { DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' } });
  expect(isSetBack()).toBe(false);
  ahead = 0;
  await laboratory.until('it is noticed', isSetBack);
  ahead = 71 * HOUR;
  expect(await laboratory.cameOf(controlId)).toEqual({ told: [], worklist: [], state: 'closing' });
  ahead = 73 * HOUR;
  await laboratory.until('it is told', () => laboratory.told(controlId).length > 0);
  expect(await laboratory.cameOf(controlId)).toEqual({
    told: [`Z02 N ${DOCTOR} 420`],
    worklist: ['OUT-003'],
    state: 'closing',
  });
});
