import { describe, expect, it } from 'vitest';
import { addDelivery, type Brought, bringMail, claimIds, mdn, owed, viewOf } from '../../kit/journal.ts';
import type { ContractContext } from '../contract.ts';

const DAY = 86_400_000;
const HELD = { state: 'held', fault: { code: 'DOC-001' } } as const;

export function purgingContract({ bed }: ContractContext): void {
  const endedMail = (): Promise<Brought> =>
    bringMail(bed(), {
      state: 'closing',
      documents: [],
      payloads: [{ name: 'mail', bytes: Buffer.from('head') }],
    });
  const kept = ({ exchangeId }: Brought): Promise<Uint8Array | undefined> =>
    bed().journal.payload(exchangeId, 'mail');
  const purge = async (payloads: number, history: number): Promise<number> => {
    const at = bed().clock.at();
    let rounds = 0;
    do rounds += 1;
    while (await bed().journal.purge({ payloads: at - payloads, history: at - history }));
    return rounds;
  };

  describe('purge', () => {
    it('takes payloads after their time and history after its own', async () => {
      const { clock } = bed();
      const mail = await endedMail();
      clock.advance(7 * DAY);
      await purge(7 * DAY, 30 * DAY);
      expect(await kept(mail)).toBeDefined();
      clock.advance(1);
      await purge(7 * DAY, 30 * DAY);
      expect(await kept(mail)).toBeUndefined();
      expect((await viewOf(bed(), mail.exchangeId)).exchange.state).toBe('ended');
      clock.advance(23 * DAY);
      await purge(7 * DAY, 30 * DAY);
      expect(await bed().journal.exchange(mail.exchangeId)).toBeUndefined();
      expect(await bed().journal.list({ limit: 5 })).toEqual([]);
    });

    it('takes all that belongs to an exchange, and nothing of another', async () => {
      const { journal, clock } = bed();
      const one = await bringMail(bed(), { uid: 931, documents: [{ uniqueId: '1^A' }] });
      await claimIds(bed());
      await journal.end(one.id, { outcome: 'accepted' });
      const conclusion = {
        outcome: 'accepted',
        code: undefined,
        hold: undefined,
        deliveries: [],
        events: [],
      } as const;
      await journal.conclude(one.exchangeId, conclusion);
      const two = await bringMail(bed(), { uid: 932, documents: [{ uniqueId: '1^B' }] });
      clock.advance(1);
      await purge(0, 0);
      expect(await journal.exchange(one.exchangeId)).toBeUndefined();
      expect(await journal.findDocument('dpi', '1^A')).toBeUndefined();
      expect(await journal.unread('urologie', 1, [931, 932])).toEqual([931]);
      expect(await journal.payload(one.exchangeId, `delivery:${one.id}`)).toBeUndefined();
      expect(await journal.payload(two.exchangeId, `delivery:${two.id}`)).toBeDefined();
    });

    it('never touches an exchange that has not ended, however old', async () => {
      const { clock } = bed();
      const payloads = [{ name: 'mail', bytes: Buffer.from('head') }];
      const open = await bringMail(bed(), { payloads });
      const held = await bringMail(bed(), { payloads, state: 'held', documents: [] });
      const heldDocument = await bringMail(bed(), { payloads, documents: [{ start: HELD }] });
      const closing = await bringMail(bed(), { payloads, state: 'closing', documents: [] });
      await addDelivery(bed(), closing.exchangeId, owed(bed(), closing.exchangeId));
      clock.advance(10_000 * DAY);
      await purge(0, 0);
      for (const mail of [open, held, heldDocument, closing]) expect(await kept(mail)).toBeDefined();
    });

    it('goes on until nothing past its time is left', async () => {
      const mails: Brought[] = [];
      for (let count = 0; count < 450; count += 1) mails.push(await endedMail());
      bed().clock.advance(1);
      expect(await purge(0, DAY)).toBeGreaterThan(1);
      for (const mail of mails) expect(await kept(mail)).toBeUndefined();
      bed().clock.advance(DAY);
      expect(await purge(0, DAY)).toBeGreaterThan(1);
      expect(await bed().journal.list({ limit: 1 })).toEqual([]);
    });

    it('also takes payloads that were added after a purge', async () => {
      const { journal, clock } = bed();
      const mail = await bringMail(bed());
      await claimIds(bed());
      await journal.end(mail.id, { outcome: 'refused', code: '902' });
      const conclusion = {
        outcome: 'refused',
        code: '902',
        hold: undefined,
        deliveries: [],
        events: [],
      } as const;
      await journal.conclude(mail.exchangeId, conclusion);
      clock.advance(1);
      await purge(0, DAY);
      await journal.resend(mail.id, { identifiers: {}, payload: Buffer.from('again'), by: 'essai' });
      await claimIds(bed());
      await journal.end(mail.id, { outcome: 'accepted' });
      const notification = mdn(bed(), mail.exchangeId);
      await journal.conclude(mail.exchangeId, {
        ...conclusion,
        outcome: 'accepted',
        deliveries: [notification],
      });
      clock.advance(1);
      await purge(0, DAY);
      expect(await journal.payload(mail.exchangeId, `delivery:${mail.id}`)).toBeUndefined();
    });

    it('also takes a notification of a mail of which nothing else was kept', async () => {
      const { journal, clock } = bed();
      const mail = await bringMail(bed(), { documents: [] });
      const notification = mdn(bed(), mail.exchangeId);
      await journal.conclude(mail.exchangeId, {
        outcome: 'refused',
        code: '906',
        hold: undefined,
        deliveries: [notification],
        events: [],
      });
      await claimIds(bed(), 'smtp:urologie');
      await journal.end(notification.id, { outcome: 'accepted' });
      expect(await journal.payload(mail.exchangeId, `delivery:${notification.id}`)).toBeDefined();
      clock.advance(1);
      await purge(0, DAY);
      expect(await journal.payload(mail.exchangeId, `delivery:${notification.id}`)).toBeUndefined();
    });
  });
}
