import { describe, expect, it } from 'vitest';
import { addDelivery, bringMail, claimIds, deliver, deliveryOf, owed, viewOf } from '../../kit/journal.ts';
import type { ContractContext } from '../contract.ts';

const RETRY = { code: 'MLLP-003', spentMs: 500 } as const;

export function deliveringContract({ bed, another }: ContractContext): void {
  describe('a delivery', () => {
    it('is marked before its first byte leaves', async () => {
      const { journal } = bed();
      const mail = await bringMail(bed());
      await journal.sending(mail.id);
      expect((await deliveryOf(bed(), mail, mail.id)).state).toBe('waiting');
      await claimIds(bed());
      await journal.sending(mail.id);
      expect((await deliveryOf(bed(), mail, mail.id)).state).toBe('sending');
    });

    it('goes back untouched when it is released', async () => {
      const { journal, clock } = bed();
      const mail = await bringMail(bed());
      const before = await deliveryOf(bed(), mail, mail.id);
      for (const sending of [false, true]) {
        await claimIds(bed());
        if (sending) await journal.sending(mail.id);
        await journal.release(mail.id);
        expect(await deliveryOf(bed(), mail, mail.id)).toEqual({ ...before, triedAt: clock.at() });
      }
      expect((await viewOf(bed(), mail.exchangeId)).events).toEqual([]);
      await journal.release(mail.id);
      expect((await deliveryOf(bed(), mail, mail.id)).attempts).toBe(0);
    });

    it('remembers a failed attempt, whether its end is known and the patience that it cost', async () => {
      const { journal, clock } = bed();
      const mail = await bringMail(bed());
      await claimIds(bed());
      await journal.sending(mail.id);
      const nextAt = clock.at() + 2_000;
      await journal.retryLater(mail.id, { ...RETRY, nextAt });
      const after = await deliveryOf(bed(), mail, mail.id);
      expect(after).toMatchObject({ state: 'waiting', attempts: 1, ambiguous: 1, spentMs: 500, nextAt });
      expect(after.lastError).toEqual({ code: 'MLLP-003' });
      clock.advance(2_000);
      await claimIds(bed());
      await journal.retryLater(mail.id, { code: 'SMTP-005', spentMs: 70, nextAt });
      expect(await deliveryOf(bed(), mail, mail.id)).toMatchObject({
        attempts: 2,
        ambiguous: 1,
        spentMs: 570,
      });
      const { events } = await viewOf(bed(), mail.exchangeId);
      expect(events).toMatchObject([
        { type: 'attempt-failed', deliveryId: mail.id, data: { code: 'MLLP-003' } },
        { type: 'attempt-failed', data: { code: 'SMTP-005' } },
      ]);
    });

    it('keeps its identifiers and bytes through retries and crashes', async () => {
      const { journal, clock } = bed();
      const payload = Buffer.from('MSH|^~\\&|é\r'.repeat(100));
      const mail = await bringMail(bed(), { documents: [{ payload }] });
      const { identifiers } = await deliveryOf(bed(), mail, mail.id);
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const [claimed] = await journal.claim('dpi', 1);
        expect(claimed?.identifiers).toEqual(identifiers);
        expect(await journal.payload(mail.exchangeId, `delivery:${mail.id}`)).toEqual(payload);
        await journal.sending(mail.id);
        if (attempt === 1) await journal.recover();
        else await journal.retryLater(mail.id, { ...RETRY, nextAt: clock.at() });
      }
    });

    it('waits for a person when it is held', async () => {
      const { journal } = bed();
      const mail = await bringMail(bed());
      await journal.hold(mail.id, { code: 'DOC-003' });
      expect((await deliveryOf(bed(), mail, mail.id)).state).toBe('waiting');
      await claimIds(bed());
      const fault = { code: 'DOC-003', detail: 'Code ERR-3 : 101.', fields: { condition: '101' } } as const;
      await journal.hold(mail.id, fault);
      expect(await deliveryOf(bed(), mail, mail.id)).toMatchObject({ state: 'held', hold: fault });
      expect(await claimIds(bed())).toEqual([]);
      expect((await viewOf(bed(), mail.exchangeId)).events).toMatchObject([
        { type: 'held', data: { code: 'DOC-003' } },
      ]);
    });

    it('counts an attempt whose end is not known, the last one too', async () => {
      const { journal } = bed();
      const mail = await bringMail(bed());
      await claimIds(bed());
      await journal.hold(mail.id, { code: 'DMP-019' }, [], 'DMP-003');
      expect((await deliveryOf(bed(), mail, mail.id)).ambiguous).toBe(1);
      await journal.resend(mail.id, { identifiers: {}, payload: undefined, by: 'essai' });
      await claimIds(bed());
      await journal.hold(mail.id, { code: 'DMP-019' }, [], 'DMP-004');
      expect((await deliveryOf(bed(), mail, mail.id)).ambiguous).toBe(1);
    });

    it('has its mail filed with the same transaction that holds it', async () => {
      const { journal } = bed();
      const mail = await bringMail(bed());
      await claimIds(bed());
      const file = owed(bed(), mail.exchangeId, { subject: 'failed' });
      await journal.hold(mail.id, { code: 'DOC-002' }, [file]);
      expect(await claimIds(bed(), 'imap:urologie')).toEqual([file.id]);
      await journal.hold(mail.id, { code: 'DOC-002' }, [owed(bed(), mail.exchangeId, { subject: 'other' })]);
      expect(await claimIds(bed(), 'imap:urologie')).toEqual([]);
    });

    it('is counted under a code that may be shown', async () => {
      const { journal } = bed();
      const mail = await bringMail(bed(), { documents: [{}, {}, {}] });
      await claimIds(bed());
      for (const [index, code] of ['902', 'MORVAN Claire', 'DUPONT'].entries()) {
        await journal.end(mail.ids[index] ?? '', { outcome: 'refused', code });
      }
      expect((await journal.backlog()).tallies).toEqual([
        { application: 'dpi', way: 'received', outcome: 'refused', code: '902', count: 1 },
        { application: 'dpi', way: 'received', outcome: 'refused', code: 'other', count: 2 },
      ]);
    });

    it('ends once, and its document is counted once', async () => {
      const { journal, clock } = bed();
      const mail = await bringMail(bed());
      await claimIds(bed());
      await journal.sending(mail.id);
      const ending = { outcome: 'refused', code: '902', label: 'Patient inconnu' } as const;
      await journal.end(mail.id, ending);
      clock.advance(1_000);
      await journal.end(mail.id, { outcome: 'accepted' });
      const after = await deliveryOf(bed(), mail, mail.id);
      expect(after).toMatchObject({ state: 'done', ending: { ...ending, reason: undefined } });
      expect(after.endedAt).toBe(clock.at() - 1_000);
      expect((await journal.backlog()).tallies).toEqual([
        { application: 'dpi', way: 'received', outcome: 'refused', code: '902', count: 1 },
      ]);
      expect((await viewOf(bed(), mail.exchangeId)).events).toMatchObject([
        { type: 'refused', data: { kind: 'mdm', code: '902' } },
      ]);
    });

    it('does not come back once it has ended', async () => {
      const { journal, clock } = bed();
      const mail = await bringMail(bed());
      await claimIds(bed());
      await deliver(bed(), mail.id);
      const before = await viewOf(bed(), mail.exchangeId);
      await journal.sending(mail.id);
      await journal.release(mail.id);
      await journal.retryLater(mail.id, { ...RETRY, nextAt: clock.at() });
      await journal.hold(mail.id, { code: 'DOC-003' });
      await journal.recover();
      expect(await viewOf(bed(), mail.exchangeId)).toEqual(before);
    });
  });

  describe('readyToConclude', () => {
    it('names an exchange once each of its documents has ended, the oldest first', async () => {
      const { journal } = bed();
      const one = await bringMail(bed(), { documents: [{}, {}] });
      const two = await bringMail(bed());
      await claimIds(bed());
      await deliver(bed(), one.ids[0] ?? '');
      expect(await journal.readyToConclude(10)).toEqual([]);
      await deliver(bed(), two.id);
      expect(await journal.readyToConclude(10)).toEqual([two.exchangeId]);
      await deliver(bed(), one.ids[1] ?? '');
      expect(await journal.readyToConclude(10)).toEqual([one.exchangeId, two.exchangeId]);
      expect(await journal.readyToConclude(1)).toEqual([one.exchangeId]);
    });

    it('does not wait for what is no document', async () => {
      const { journal } = bed();
      const mail = await bringMail(bed());
      await addDelivery(bed(), mail.exchangeId, owed(bed(), mail.exchangeId));
      await claimIds(bed());
      await deliver(bed(), mail.id);
      expect(await journal.readyToConclude(10)).toEqual([mail.exchangeId]);
    });
  });

  describe('recover', () => {
    it('takes up what a former process left: what may have gone out is counted apart', async () => {
      const { journal } = bed();
      const mail = await bringMail(bed(), { documents: [{}, {}, {}, {}] });
      const [claimed = '', sending = '', waiting = '', held = ''] = mail.ids;
      await journal.claim('dpi', 4);
      await journal.sending(sending);
      await journal.release(waiting);
      await journal.hold(held, { code: 'DOC-003' });

      const next = await another();
      expect(await next.journal.recover()).toEqual({ claimed: 1, sending: 1 });
      const states = (await viewOf(next, mail.exchangeId)).deliveries.map(
        ({ state, attempts, ambiguous }) => [state, attempts, ambiguous],
      );
      expect(states).toEqual([
        ['waiting', 0, 0],
        ['waiting', 1, 1],
        ['waiting', 0, 0],
        ['held', 1, 0],
      ]);
      expect((await viewOf(next, mail.exchangeId)).events).toMatchObject([
        { type: 'held' },
        { type: 'interrupted', deliveryId: sending },
      ]);
      expect(await claimIds(next)).toEqual([claimed, sending, waiting]);
      expect(await journal.recover()).toEqual({ claimed: 3, sending: 0 });
    });
  });

  describe('payload', () => {
    it('is undefined where there is none', async () => {
      const mail = await bringMail(bed(), { documents: [{ payload: null }] });
      expect(await bed().journal.payload(mail.exchangeId, `delivery:${mail.id}`)).toBeUndefined();
      expect(await bed().journal.payload('nothing', 'mail')).toBeUndefined();
    });

    it('may be empty', async () => {
      const mail = await bringMail(bed(), { payloads: [{ name: 'empty', bytes: new Uint8Array() }] });
      expect(await bed().journal.payload(mail.exchangeId, 'empty')).toHaveLength(0);
    });
  });
}
