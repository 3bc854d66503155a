import { describe, expect, it } from 'vitest';
import { addDelivery, bringMail, claimIds, deliver, mdn, owed, seeMail } from '../../kit/journal.ts';
import type { ContractContext } from '../contract.ts';

const HELD = { state: 'held', fault: { code: 'DOC-001' } } as const;

export function lookingContract({ bed }: ContractContext): void {
  describe('list', () => {
    it('goes back in time, a page after the other', async () => {
      const ids: string[] = [];
      for (let count = 0; count < 7; count += 1) ids.unshift((await bringMail(bed())).exchangeId);
      const pages: string[][] = [];
      let before: string | undefined;
      do {
        const page = await bed().journal.list({ limit: 3, ...(before === undefined ? {} : { before }) });
        pages.push(page.map(({ id }) => id));
        before = page.at(-1)?.id;
      } while (before !== undefined);
      expect(pages).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6), []]);
    });

    it('is of a mailbox, of what waits for a person, or of both', async () => {
      const { journal } = bed();
      const plain = await bringMail(bed());
      const heldMail = await bringMail(bed(), { state: 'held', documents: [] });
      const heldDocument = await bringMail(bed(), {
        mailbox: 'cardiologie',
        documents: [{ start: HELD }, { start: HELD }],
      });
      const heldFiling = await bringMail(bed(), { state: 'closing', documents: [], mailbox: 'cardiologie' });
      const filing = owed(bed(), heldFiling.exchangeId, { target: 'imap:cardiologie' });
      await addDelivery(bed(), heldFiling.exchangeId, filing);
      await claimIds(bed(), 'imap:cardiologie');
      await journal.hold(filing.id, { code: 'IMAP-004' });
      const listed = async (filter: {
        held?: boolean;
        mailbox?: string;
        before?: string;
      }): Promise<string[]> => (await journal.list({ ...filter, limit: 10 })).map(({ id }) => id);
      const [a, b, c, d] = [plain, heldMail, heldDocument, heldFiling].map(({ exchangeId }) => exchangeId);
      expect(await listed({})).toEqual([d, c, b, a]);
      expect(await listed({ mailbox: 'urologie' })).toEqual([b, a]);
      expect(await listed({ held: true })).toEqual([d, c, b]);
      expect(await listed({ held: true, mailbox: 'cardiologie' })).toEqual([d, c]);
      expect(await listed({ held: true, before: d ?? '' })).toEqual([c, b]);
      expect(await listed({ mailbox: 'radiologie' })).toEqual([]);
    });
  });

  describe('exchange', () => {
    it('is undefined where there is none', async () => {
      expect(await bed().journal.exchange('nothing')).toBeUndefined();
    });
  });

  describe('backlog', () => {
    it('counts what is owed, by target and kind, and what became of documents', async () => {
      const { journal, clock } = bed();
      const start = clock.at();
      const one = await bringMail(bed(), { documents: [{}, {}, { start: HELD }] });
      clock.advance(1_000);
      const two = await bringMail(bed());
      await addDelivery(bed(), two.exchangeId, owed(bed(), two.exchangeId));
      await bringMail(bed(), { state: 'held', documents: [] });
      await journal.claim('dpi', 2);
      await deliver(bed(), one.id);
      await journal.end(two.id, { outcome: 'refused', code: '902' });
      const backlog = await journal.backlog();
      expect(backlog.targets).toEqual([
        { target: 'dpi', kind: 'mdm', waiting: 1, held: 1, oldestAt: start },
        { target: 'imap:urologie', kind: 'file', waiting: 1, held: 0, oldestAt: start + 1_000 },
      ]);
      expect(backlog.heldMails).toBe(1);
      expect(backlog.tallies).toEqual([
        { application: 'dpi', way: 'received', outcome: 'accepted', code: '', count: 1 },
        { application: 'dpi', way: 'received', outcome: 'refused', code: '902', count: 1 },
      ]);
    });

    it('knows no age of what is held', async () => {
      await bringMail(bed(), { documents: [{ start: HELD }] });
      expect((await bed().journal.backlog()).targets).toEqual([
        { target: 'dpi', kind: 'mdm', waiting: 0, held: 1, oldestAt: undefined },
      ]);
    });

    it('is empty at first', async () => {
      expect(await bed().journal.backlog()).toEqual({ targets: [], heldMails: 0, tallies: [] });
    });
  });

  describe('lastMail', () => {
    it('is of a mailbox', async () => {
      const { journal, clock } = bed();
      expect(await journal.lastMail('urologie')).toBeUndefined();
      await seeMail(bed());
      clock.advance(10);
      const last = clock.at();
      await seeMail(bed());
      clock.advance(10);
      await seeMail(bed(), { mailbox: 'cardiologie' });
      expect(await journal.lastMail('urologie')).toBe(last);
    });
  });

  describe('isOurs', () => {
    it('knows the Message-IDs that deliveries left with, and no others', async () => {
      const { journal } = bed();
      const mail = await bringMail(bed());
      const notification = mdn(bed(), mail.exchangeId);
      await addDelivery(bed(), mail.exchangeId, notification);
      const messageId = notification.identifiers['messageId'] ?? '';
      expect(await journal.isOurs(messageId)).toBe(true);
      for (const other of [
        messageId.replace('chu-x', 'chu-y'),
        `<${mail.id}@chu-x.example>`,
        mail.messageId,
        '<>',
        '',
        notification.id,
      ]) {
        expect(await journal.isOurs(other)).toBe(false);
      }
    });
  });
}
