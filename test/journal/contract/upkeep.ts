import { describe, expect, it } from 'vitest';
import { bringMail, claimIds, owed, addDelivery, seeMail, viewOf } from '../../kit/journal.ts';
import { reportOn } from '../../kit/receipts.ts';
import { bringRequest, bringSentRequest, DAY, prepare } from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

const BOX = { name: 'urologie', address: 'dpi.urologie@chu-x.mssante.fr' };

/** What keeps the journal true while names, clocks and inboxes change around it. */
export function upkeepContract({ bed }: ContractContext): void {
  describe('adoptMailboxes', () => {
    it('lets a mailbox that got another name keep its mails, seen and owed', async () => {
      const { journal } = bed();
      expect(await journal.adoptMailboxes([BOX])).toEqual([]);
      const seen = await seeMail(bed(), { uid: 41 });
      const { exchangeId } = await bringMail(bed(), { uid: 42 });
      const filing = owed(bed(), exchangeId);
      await addDelivery(bed(), exchangeId, filing);

      const renamed = { ...BOX, name: 'uro' };
      expect(await journal.adoptMailboxes([renamed])).toEqual([{ from: 'urologie', to: 'uro' }]);
      expect(await journal.unread('uro', 1, [41, 42])).toEqual([41]);
      expect((await viewOf(bed(), seen)).exchange.mailbox).toBe('uro');
      expect(await claimIds(bed(), 'imap:uro', 5)).toEqual([filing.id]);
      expect(await journal.adoptMailboxes([renamed])).toEqual([]);
    });

    it('does not take the mails of a name’s former mailbox for those of the one it was given to', async () => {
      const { journal } = bed();
      await journal.adoptMailboxes([BOX]);
      await bringMail(bed(), { uid: 42 });
      await journal.adoptMailboxes([{ name: BOX.name, address: 'dpi.cardiologie@chu-x.mssante.fr' }]);
      expect(await journal.unread('urologie', 1, [42])).toEqual([42]);
      // Under any name, its own address brings it back.
      await journal.adoptMailboxes([{ name: 'ancienne', address: BOX.address }]);
      expect(await journal.unread('ancienne', 1, [42])).toEqual([]);
    });

    it('follows two mailboxes that swap their names', async () => {
      const { journal } = bed();
      const other = { name: 'cardiologie', address: 'dpi.cardiologie@chu-x.mssante.fr' };
      await journal.adoptMailboxes([BOX, other]);
      await bringMail(bed(), { uid: 42 });
      await journal.adoptMailboxes([
        { name: BOX.name, address: other.address },
        { name: other.name, address: BOX.address },
      ]);
      expect(await journal.unread('cardiologie', 1, [42])).toEqual([]);
      expect(await journal.unread('urologie', 1, [42])).toEqual([42]);
    });
  });

  describe('a reading that came to its end', () => {
    it('is taken back from the count when something else failed', async () => {
      const { journal } = bed();
      const exchangeId = await seeMail(bed(), { uid: 7 });
      await journal.beginReading(exchangeId);
      await journal.forgiveReading(exchangeId);
      await journal.forgiveReading(exchangeId);
      expect((await viewOf(bed(), exchangeId)).exchange.readings).toBe(0);
    });
  });

  describe('vanishMissing', () => {
    it('ends what was begun and is no longer in the inbox, and nothing else', async () => {
      const { journal } = bed();
      const [gone, there] = [await seeMail(bed(), { uid: 7 }), await seeMail(bed(), { uid: 8 })];
      const { exchangeId: recorded } = await bringMail(bed(), { uid: 9 });
      expect(await journal.vanishMissing('urologie', 1, [8], { code: 'MAIL-012' })).toBe(1);
      const states = await Promise.all(
        [gone, there, recorded].map(async id => (await viewOf(bed(), id)).exchange.state),
      );
      expect(states).toEqual(['ended', 'seen', 'open']);
      expect((await viewOf(bed(), gone)).exchange.fault?.code).toBe('MAIL-012');
    });
  });

  describe('pullForward', () => {
    it('makes due what a clock that was set back has put off', async () => {
      const { journal, clock } = bed();
      const mail = await bringMail(bed(), {});
      const [id = ''] = await claimIds(bed(), 'dpi', 1);
      await journal.sending(id);
      await journal.retryLater(id, { code: 'HL7-003', nextAt: clock.at() + 300_000, spentMs: 0 });
      clock.advance(-5 * 3_600_000);
      expect(await journal.due()).toEqual([]);
      const limits = { retryBy: clock.at() + 300_000, reportBy: clock.at() };
      expect(await journal.pullForward(limits)).toBe(1);
      expect(await claimIds(bed(), 'dpi', 1)).toEqual([id]);
      expect(mail.exchangeId).not.toBe('');
    });
  });

  describe('pullForward of reports', () => {
    it('waits for none longer than for any, and for those of unsent mails as before', async () => {
      const { journal, clock } = bed();
      const inTime = clock.at() + DAY;
      clock.advance(30 * DAY);
      const late = await bringSentRequest(bed(), {}, { reportBy: clock.at() + 3 * DAY });
      const unsent = await bringRequest(bed());
      await prepare(bed(), unsent);
      clock.advance(-30 * DAY);
      const timely = await bringSentRequest(bed(), {}, { reportBy: inTime });

      const limits = { retryBy: clock.at() + 300_000, reportBy: clock.at() + 3 * DAY };
      // With the mail that was not sent while the clock was ahead.
      expect(await journal.pullForward(limits)).toBe(2);
      expect(await journal.pullForward(limits)).toBe(0);
      expect((await reportOn(bed(), timely)).nextAt).toBe(inTime);
      expect((await reportOn(bed(), late)).nextAt).toBe(limits.reportBy);

      clock.advance(3 * DAY - 1);
      expect((await journal.overdueReports(5)).map(({ subject }) => subject)).toEqual([timely.recipientId]);
      clock.advance(1);
      expect((await journal.overdueReports(5)).map(({ subject }) => subject)).toEqual([
        timely.recipientId,
        late.recipientId,
      ]);
      clock.advance(10_000 * DAY);
      expect((await journal.overdueReports(5)).map(({ subject }) => subject)).not.toContain(
        unsent.recipientId,
      );
    });
  });

  describe('touch', () => {
    it('is a write like any other', async () => {
      await expect(bed().journal.touch()).resolves.toBeUndefined();
    });
  });
}
