import { describe, expect, it } from 'vitest';
import { breaking } from '../../kit/breaking.ts';
import { claimIds, deliver, deliveryOf, viewOf } from '../../kit/journal.ts';
import { hear, receipt, reportOn, zam, zamsOf, zamText } from '../../kit/receipts.ts';
import {
  bringSentRequest,
  CREATOR,
  DAY,
  eventsOf,
  type PlannedRequest,
  stateOf,
} from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

const UNHEARD = { code: 'OUT-002', detail: '5.1.1' } as const;
const OVERDUE = { code: 'OUT-003' } as const;

/** What becomes of a report that does not come in its time, and of one that comes after it. */
export function overdueContract({ bed }: ContractContext): void {
  describe('a report that does not come', () => {
    const overdue = async (recipients = 1): Promise<PlannedRequest & { readonly ids: readonly string[] }> => {
      const planned = await bringSentRequest(bed(), {
        recipients: Array.from({ length: recipients }, () => ({})),
      });
      bed().clock.advance(3 * DAY);
      return { ...planned, ids: planned.mails[0]?.recipients.map(({ id }) => id) ?? [] };
    };

    it('is overdue once its time has come, the longest overdue first, so many at once', async () => {
      const { journal, clock } = bed();
      const reportBy = clock.at() + 3 * DAY;
      const late = await bringSentRequest(bed(), {}, { reportBy: reportBy + 1 });
      const early = await bringSentRequest(bed(), {}, { reportBy });
      clock.advance(3 * DAY - 1);
      expect(await journal.overdueReports(10)).toEqual([]);
      clock.advance(1);
      const subjects = async (limit: number): Promise<string[]> =>
        (await journal.overdueReports(limit)).map(({ subject }) => subject);
      expect(await subjects(10)).toEqual([early.recipientId]);
      clock.advance(1);
      expect(await subjects(10)).toEqual([early.recipientId, late.recipientId]);
      expect(await subjects(1)).toEqual([early.recipientId]);
    });

    it('waits for a person, and whoever asked is told, in one transaction and once', async () => {
      const { journal } = bed();
      const planned = await overdue();
      const [report] = await journal.overdueReports(10);
      if (report === undefined) throw new Error('a report that is overdue');
      const told = zam(bed(), 'Z02', planned.recipientId, 'Z02 N');
      await journal.reportOverdue(report, OVERDUE, [told]);
      expect(await reportOn(bed(), planned)).toMatchObject({ state: 'held', hold: OVERDUE });
      expect(await zamText(bed(), planned, told)).toBe('Z02 N');
      expect(await eventsOf(bed(), planned.exchangeId)).toContain('report-overdue');
      const before = await viewOf(bed(), planned.exchangeId);
      await journal.reportOverdue(report, OVERDUE, [zam(bed(), 'Z02', planned.recipientId)]);
      expect(await viewOf(bed(), planned.exchangeId)).toEqual(before);
      expect(await journal.overdueReports(10)).toEqual([]);
    });

    it('is not overdue where it came, or told a failure, since it was looked for', async () => {
      const { journal } = bed();
      const planned = await overdue(2);
      const [one = '', two = ''] = planned.ids;
      const reports = await journal.overdueReports(10);
      await hear(
        bed(),
        receipt(bed(), planned, { recipientId: one }),
        receipt(bed(), planned, { recipientId: two, outcome: 'refused', hold: UNHEARD }),
      );
      const before = await viewOf(bed(), planned.exchangeId);
      for (const report of reports) {
        await journal.reportOverdue(report, OVERDUE, [zam(bed(), 'Z02', report.subject)]);
      }
      expect(await viewOf(bed(), planned.exchangeId)).toEqual(before);
      expect((await reportOn(bed(), { ...planned, recipientId: one })).ending?.outcome).toBe('accepted');
      expect((await reportOn(bed(), { ...planned, recipientId: two })).hold).toEqual(UNHEARD);
    });

    it.each([
      ['while it waits for a person', false],
      ['after a person gave it up', true],
    ])('is told all the same when it comes %s, and once', async (_, givenUp) => {
      const { journal } = bed();
      const planned = await overdue();
      const [report] = await journal.overdueReports(10);
      if (report === undefined) throw new Error('a report that is overdue');
      await journal.reportOverdue(report, OVERDUE, [zam(bed(), 'Z02', planned.recipientId, 'Z02 N')]);
      await claimIds(bed(), CREATOR);
      for (const { id, kind } of (await viewOf(bed(), planned.exchangeId)).deliveries) {
        if (kind === 'zam') await deliver(bed(), id);
      }
      if (givenUp) await journal.abandon(report.id, 'Vu par téléphone.', 'essai');
      expect(await stateOf(bed(), planned)).toBe(givenUp ? 'ended' : 'closing');
      const late = zam(bed(), 'Z02', planned.recipientId, 'Z02 Y');
      await hear(bed(), receipt(bed(), planned, { zam: late }));
      expect(await reportOn(bed(), planned)).toMatchObject({
        state: 'done',
        ending: { outcome: 'accepted', reason: undefined },
        hold: undefined,
      });
      expect(await deliveryOf(bed(), planned, late.id)).toMatchObject({
        subject: `Z02:${planned.recipientId}:late`,
      });
      expect(await zamText(bed(), planned, late)).toBe('Z02 Y');
      expect(await stateOf(bed(), planned)).toBe('closing');
      expect(await journal.list({ held: true, limit: 5 })).toEqual([]);

      const events = await eventsOf(bed(), planned.exchangeId);
      await hear(bed(), receipt(bed(), planned, { zam: zam(bed(), 'Z02', planned.recipientId) }));
      expect(await eventsOf(bed(), planned.exchangeId)).toEqual([...events, 'receipt-again']);
      expect(await zamsOf(bed(), planned.exchangeId)).toHaveLength(2);
      await claimIds(bed(), CREATOR);
      await deliver(bed(), late.id);
      expect(await stateOf(bed(), planned)).toBe('ended');
    });

    it.each([
      ['while it waits for a person', false],
      ['after a person gave it up', true],
    ])('tells a failure that nobody asked to hear of %s: a person sees that', async (_, givenUp) => {
      const { journal } = bed();
      const planned = await overdue();
      const [report] = await journal.overdueReports(10);
      if (report === undefined) throw new Error('a report that is overdue');
      await journal.reportOverdue(report, OVERDUE, []);
      if (givenUp) await journal.abandon(report.id, 'Vu par téléphone.', 'essai');
      await hear(bed(), receipt(bed(), planned, { outcome: 'refused', code: '5.1.1', hold: UNHEARD }));
      expect(await reportOn(bed(), planned)).toMatchObject({ state: 'held', hold: UNHEARD });
      expect(await stateOf(bed(), planned)).toBe('closing');
    });

    it('leaves nothing behind where its record breaks off', async () => {
      const { journal } = bed();
      const planned = await overdue();
      const [report] = await journal.overdueReports(10);
      if (report === undefined) throw new Error('a report that is overdue');
      const before = await viewOf(bed(), planned.exchangeId);
      const changes = await breaking(bed(), other =>
        other.reportOverdue(report, OVERDUE, [zam(bed(), 'Z02', planned.recipientId)]),
      ).undone(async () => expect(await viewOf(bed(), planned.exchangeId)).toEqual(before));
      expect(changes).toBeGreaterThan(3);
      expect(await reportOn(bed(), planned)).toMatchObject({ state: 'held' });
    });
  });
}
