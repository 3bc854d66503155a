import { describe, expect, it } from 'vitest';
import { claimIds, deliver, viewOf } from '../../kit/journal.ts';
import { hear, reportOn, saying, worklistOf, zam, zamsOf } from '../../kit/receipts.ts';
import {
  answered,
  begin,
  bringRequest,
  bringSentRequest,
  CREATOR,
  eventsOf,
  type PlannedRequest,
  prepare,
  SMTP,
  stateOf,
} from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

/** Receipts that nobody waits for: faster than our own record, of a refusal, of an operator that promised none. */
export function earlyReceiptsContract({ bed }: ContractContext): void {
  describe('a receipt that is faster than the record of the operator’s answer', () => {
    /** A mail that the operator has taken, which nobody has written down: a crash, or a report in haste. */
    const onTheWire = async (): Promise<PlannedRequest> => {
      const planned = await bringRequest(bed());
      await prepare(bed(), planned);
      await begin(bed(), SMTP, planned.mailId);
      return planned;
    };
    const waitingFor = async ({ mailId }: PlannedRequest): Promise<string[]> =>
      ((await bed().journal.sentMail(mailId))?.recipients ?? []).flatMap(({ id, state }) =>
        state === 'waiting' ? [id] : [],
      );

    it('of a success: the mail is not sent to that recipient again', async () => {
      const { journal } = bed();
      const planned = await onTheWire();
      const early = saying(bed(), planned, ['reception', 'accepted'], { asked: true });
      await hear(bed(), early);
      expect(await journal.recover()).toEqual({ claimed: 0, sending: 1 });
      expect(await waitingFor(planned)).toEqual([]);
      const before = await viewOf(bed(), planned.exchangeId);
      // The answer comes to be recorded after all, or the mail is refused the second time.
      const refused = zam(bed(), 'Z02', planned.recipientId);
      for (const record of [
        answered(planned.recipientId),
        answered(planned.recipientId, { state: 'refused', owed: [refused] }),
      ]) {
        await journal.submitted(planned.mailId, { recipients: [record], reportBy: bed().clock.at() });
      }
      expect(await viewOf(bed(), planned.exchangeId)).toEqual(before);
      expect(await journal.overdueReports(5)).toEqual([]);
      await begin(bed(), SMTP, planned.mailId);
      await journal.end(planned.mailId, { outcome: 'accepted' });
      await claimIds(bed(), CREATOR);
      await deliver(bed(), early.zam?.id ?? '');
      expect(await stateOf(bed(), planned)).toBe('ended');
    });

    it.each([
      ['told', true],
      ['shown to a person', false],
    ])('of a failure: it stays as it was %s, whatever the operator answers', async (_, asked) => {
      const { journal } = bed();
      for (const { state, reportBy } of [
        { state: 'sent', reportBy: bed().clock.at() },
        { state: 'sent', reportBy: undefined },
        { state: 'refused', reportBy: undefined },
      ] as const) {
        const planned = await onTheWire();
        await hear(bed(), saying(bed(), planned, ['reception', 'refused'], { asked }));
        expect(await waitingFor(planned)).toEqual([planned.recipientId]);
        const report = await reportOn(bed(), planned);
        const zams = await zamsOf(bed(), planned.exchangeId);
        expect(await worklistOf(bed(), planned)).toEqual(asked ? [] : ['OUT-002']);
        const owed = state === 'refused' && asked ? [zam(bed(), 'Z02', planned.recipientId)] : [];
        const hold = state === 'refused' && !asked ? ({ code: 'OUT-004' } as const) : undefined;
        const recipients = [answered(planned.recipientId, { state, owed, hold })];
        await journal.submitted(planned.mailId, { recipients, reportBy });
        expect(await waitingFor(planned)).toEqual([]);
        expect(await reportOn(bed(), planned)).toEqual(report);
        expect(await zamsOf(bed(), planned.exchangeId)).toEqual(zams);
        expect(await worklistOf(bed(), planned)).toEqual(asked ? [] : ['OUT-002']);
        await journal.end(planned.mailId, { outcome: 'accepted' });
      }
      expect(await journal.overdueReports(5)).toEqual([]);
    });

    it('of the reading: the report is still expected in its time', async () => {
      const planned = await onTheWire();
      await hear(bed(), saying(bed(), planned, ['reading', 'accepted'], { asked: true }));
      expect(await waitingFor(planned)).toEqual([planned.recipientId]);
      const reportBy = bed().clock.at() + 1_000;
      await bed().journal.submitted(planned.mailId, {
        recipients: [answered(planned.recipientId)],
        reportBy,
      });
      expect(await reportOn(bed(), planned)).toMatchObject({ state: 'expected', nextAt: reportBy });
    });
  });

  describe('a receipt of a recipient whom the operator refused', () => {
    it.each([
      ['a failure', 'refused', 'receipt-again'],
      ['a success', 'accepted', 'receipt-contradicts'],
    ] as const)('tells no second ending: %s', async (_, outcome, event) => {
      const { journal } = bed();
      const planned = await bringRequest(bed());
      await prepare(bed(), planned);
      await begin(bed(), SMTP, planned.mailId);
      const owed = [zam(bed(), 'Z02', planned.recipientId)];
      const refused = answered(planned.recipientId, { state: 'refused', code: '5.1.1', owed });
      await journal.submitted(planned.mailId, { recipients: [refused], reportBy: undefined });
      await journal.end(planned.mailId, { outcome: 'refused' });
      await hear(bed(), saying(bed(), planned, ['reception', outcome], { asked: true }));
      expect((await eventsOf(bed(), planned.exchangeId)).at(-1)).toBe(event);
      expect(await zamsOf(bed(), planned.exchangeId)).toHaveLength(1);
      expect(await reportOn(bed(), planned)).toMatchObject({ ending: { outcome: 'refused' } });
    });
  });

  describe('a report that no operator had promised', () => {
    it.each(['accepted', 'refused'] as const)('is told as the first word: %s', async outcome => {
      const planned = await bringSentRequest(bed(), {}, { reportBy: undefined });
      expect(await stateOf(bed(), planned)).toBe('ended');
      const first = saying(bed(), planned, ['reception', outcome], { asked: true });
      await hear(bed(), first);
      expect(await eventsOf(bed(), planned.exchangeId)).toContain('receipt');
      expect(await reportOn(bed(), planned)).toMatchObject({ state: 'done', ending: { outcome } });
      expect(await claimIds(bed(), CREATOR)).toEqual([first.zam?.id]);
    });

    it('is shown where it is a failure that nobody asked to hear of', async () => {
      const planned = await bringSentRequest(bed(), {}, { reportBy: undefined });
      await hear(bed(), saying(bed(), planned, ['reception', 'refused'], { asked: false }));
      expect(await worklistOf(bed(), planned)).toEqual(['OUT-002']);
      expect(await stateOf(bed(), planned)).toBe('closing');
    });
  });
}
