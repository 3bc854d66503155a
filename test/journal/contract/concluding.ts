import { describe, expect, it } from 'vitest';
import { type Brought, bringMail, claimIds, deliver, mdn, owed, viewOf } from '../../kit/journal.ts';
import type { Conclusion } from '../../../src/journal/journal.ts';
import type { ContractContext } from '../contract.ts';

export function concludingContract({ bed, another }: ContractContext): void {
  const conclusion = ({ exchangeId }: Brought, change: Partial<Conclusion> = {}): Conclusion => ({
    outcome: 'accepted',
    code: undefined,
    hold: undefined,
    deliveries: [owed(bed(), exchangeId), mdn(bed(), exchangeId)],
    events: [{ type: 'notification-owed', data: { kind: 'mdn' } }],
    ...change,
  });
  const readyMail = async (): Promise<Brought> => {
    const mail = await bringMail(bed());
    await claimIds(bed());
    await deliver(bed(), mail.id);
    return mail;
  };
  const kindsOf = async ({ exchangeId }: Brought): Promise<string[]> =>
    (await viewOf(bed(), exchangeId)).deliveries.map(({ kind }) => kind);

  describe('conclude', () => {
    it('fixes the outcome and what is owed, and the exchange ends with the last of it', async () => {
      const { journal, clock } = bed();
      const mail = await readyMail();
      const decided = conclusion(mail, { outcome: 'refused', code: '902' });
      await journal.conclude(mail.exchangeId, decided);
      const { exchange, events } = await viewOf(bed(), mail.exchangeId);
      expect(exchange).toMatchObject({
        state: 'closing',
        outcome: 'refused',
        outcomeCode: '902',
        concludedAt: clock.at(),
      });
      expect(events.map(({ type }) => type)).toEqual(['accepted', 'concluded', 'notification-owed']);
      const [file, notification] = decided.deliveries;
      await claimIds(bed(), 'smtp:urologie');
      await claimIds(bed(), 'imap:urologie');
      await deliver(bed(), notification?.id ?? '');
      expect((await viewOf(bed(), mail.exchangeId)).exchange.state).toBe('closing');
      clock.advance(50);
      await deliver(bed(), file?.id ?? '');
      expect((await viewOf(bed(), mail.exchangeId)).exchange).toMatchObject({
        state: 'ended',
        endedAt: clock.at(),
      });
      expect(await journal.readyToConclude(10)).toEqual([]);
    });

    it('is done once, by whoever comes first', async () => {
      const other = await another();
      const mail = await readyMail();
      const [mine, theirs] = [conclusion(mail), conclusion(mail, { outcome: 'refused', code: '906' })];
      await bed().journal.conclude(mail.exchangeId, mine);
      await other.journal.conclude(mail.exchangeId, theirs);
      const { exchange, deliveries, events } = await viewOf(bed(), mail.exchangeId);
      expect(exchange.outcome).toBe('accepted');
      expect(deliveries.map(({ id }) => id)).toEqual([mail.id, ...mine.deliveries.map(({ id }) => id)]);
      expect(events.filter(({ type }) => type === 'concluded')).toHaveLength(1);
    });

    it('does nothing while a document has not ended', async () => {
      const mail = await bringMail(bed());
      await bed().journal.conclude(mail.exchangeId, conclusion(mail));
      expect((await viewOf(bed(), mail.exchangeId)).exchange).toMatchObject({
        state: 'open',
        concludedAt: undefined,
      });
      expect(await kindsOf(mail)).toEqual(['mdm']);
    });

    it('ends at once an exchange of which nothing is owed', async () => {
      const mail = await readyMail();
      await bed().journal.conclude(mail.exchangeId, conclusion(mail, { deliveries: [] }));
      expect((await viewOf(bed(), mail.exchangeId)).exchange.state).toBe('ended');
    });

    it('keeps a mail for a person that nobody else hears of', async () => {
      const { journal } = bed();
      const mail = await readyMail();
      const file = owed(bed(), mail.exchangeId, { subject: 'failed' });
      await journal.conclude(
        mail.exchangeId,
        conclusion(mail, { outcome: 'refused', code: '902', hold: { code: 'DOC-004' }, deliveries: [file] }),
      );
      await claimIds(bed(), 'imap:urologie');
      await deliver(bed(), file.id);
      expect((await viewOf(bed(), mail.exchangeId)).exchange).toMatchObject({
        state: 'held',
        outcome: 'refused',
        fault: { code: 'DOC-004' },
      });
      expect((await journal.list({ held: true, limit: 5 })).map(({ id }) => id)).toEqual([mail.exchangeId]);
    });

    it('owes no second notification when a person has opened the exchange again', async () => {
      const { journal, clock } = bed();
      const mail = await bringMail(bed());
      await claimIds(bed());
      await journal.end(mail.id, { outcome: 'refused', code: '902' });
      await journal.conclude(mail.exchangeId, conclusion(mail, { outcome: 'refused', code: '902' }));
      const concludedAt = clock.at();
      clock.advance(1_000);
      await journal.resend(mail.id, { identifiers: {}, payload: undefined, by: 'essai' });
      expect((await viewOf(bed(), mail.exchangeId)).exchange.state).toBe('open');
      await claimIds(bed());
      await deliver(bed(), mail.id);
      const late = mdn(bed(), mail.exchangeId, { kind: 'error-mail' });
      await journal.conclude(
        mail.exchangeId,
        conclusion(mail, { deliveries: [late, owed(bed(), mail.exchangeId, { subject: 'failed' })] }),
      );
      expect(await kindsOf(mail)).toEqual(['mdm', 'file', 'mdn', 'file']);
      expect(await journal.payload(mail.exchangeId, `delivery:${late.id}`)).toBeUndefined();
      expect((await viewOf(bed(), mail.exchangeId)).exchange).toMatchObject({
        outcome: 'accepted',
        concludedAt,
      });
    });

    it('does nothing for an exchange that is not there', async () => {
      await bed().journal.conclude(
        'nothing',
        conclusion({ exchangeId: 'nothing', id: '', ids: [], messageId: '' }),
      );
      expect(await bed().journal.due()).toEqual([]);
    });
  });
}
