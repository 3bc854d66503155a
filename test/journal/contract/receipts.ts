import { describe, expect, it } from 'vitest';
import type { NewReceipt } from '../../../src/journal/journal.ts';
import { createJournal } from '../../../src/journal/store.ts';
import { breaking } from '../../kit/breaking.ts';
import { bringMail, recordOf, seeMail, viewOf } from '../../kit/journal.ts';
import {
  hear,
  receipt,
  reportOn,
  saying,
  UNHEARD,
  worklistOf,
  zam,
  zamsOf,
  zamText,
} from '../../kit/receipts.ts';
import { bringSentRequest, eventsOf, payloadText, type PlannedRequest, stateOf } from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

type Outcome = NewReceipt['outcome'];

/** What comes back of a mail: told to whoever asked, shown to a person, noted. */
export function receiptsContract({ bed }: ContractContext): void {
  const recipientOf = async ({ exchangeId, recipientId }: PlannedRequest) => {
    const recipients = await bed().journal.recipients(exchangeId);
    return recipients.find(({ id }) => id === recipientId);
  };

  describe('a receipt', () => {
    describe.each(['reception', 'reading'] as const)('of the %s', aspect => {
      const kind = aspect === 'reception' ? 'Z02' : 'Z03';

      it.each(['accepted', 'refused'] as const)('that is the first word (%s) is told', async outcome => {
        const planned = await bringSentRequest(bed());
        const first = saying(bed(), planned, [aspect, outcome], { asked: true });
        await hear(bed(), first);
        expect(await recipientOf(planned)).toMatchObject({ [aspect]: outcome, state: 'sent' });
        expect(await zamsOf(bed(), planned.exchangeId)).toEqual([`${kind}:${planned.recipientId}`]);
        expect(await zamText(bed(), planned, first.zam)).toBe(`${aspect} ${outcome}`);
        expect(await worklistOf(bed(), planned)).toEqual([]);
        const { state, ending } = await reportOn(bed(), planned);
        expect([state, ending?.outcome]).toEqual(
          aspect === 'reading' ? ['expected', undefined] : ['done', outcome],
        );
      });

      it('that nobody asked to hear of is noted where all is well, and shown where it is not', async () => {
        const [well, ill] = [await bringSentRequest(bed()), await bringSentRequest(bed())];
        await hear(bed(), saying(bed(), well, [aspect, 'accepted'], { asked: false }));
        await hear(bed(), saying(bed(), ill, [aspect, 'refused'], { asked: false }));
        expect(await worklistOf(bed(), well)).toEqual([]);
        expect(await worklistOf(bed(), ill)).toEqual([UNHEARD[aspect].code]);
        for (const planned of [well, ill]) expect(await zamsOf(bed(), planned.exchangeId)).toEqual([]);
        const listed = await bed().journal.list({ held: true, limit: 5 });
        expect(listed.map(({ id }) => id)).toEqual([ill.exchangeId]);
      });

      const second: [string, Outcome, Outcome, string, boolean][] = [
        ['the same success', 'accepted', 'accepted', 'receipt-again', false],
        ['the same failure', 'refused', 'refused', 'receipt-again', false],
        ['a success after a failure', 'refused', 'accepted', 'receipt-contradicts', false],
        ['a failure after a success', 'accepted', 'refused', 'receipt-contradicts', true],
      ];

      it.each(second)('that says %s is not told', async (_, first, then, event, shown) => {
        const planned = await bringSentRequest(bed());
        await hear(bed(), saying(bed(), planned, [aspect, first], { asked: true }));
        const before = await viewOf(bed(), planned.exchangeId);
        const again = saying(bed(), planned, [aspect, then], { asked: true });
        const mail = await hear(bed(), again);
        const after = await viewOf(bed(), planned.exchangeId);
        expect(await recipientOf(planned)).toMatchObject({ [aspect]: first });
        expect(after.events.slice(before.events.length)).toMatchObject([
          { type: event, data: { aspect, outcome: then, by: mail.exchangeId } },
        ]);
        expect(await worklistOf(bed(), planned)).toEqual(shown ? ['OUT-005'] : []);
        const failures = after.deliveries.slice(before.deliveries.length);
        expect(failures.map(({ subject, state }) => [subject, state])).toEqual(
          shown ? [[`${planned.recipientId}:${aspect}`, 'held']] : [],
        );
        // What was owed before is as it was, and nothing is kept of what is not sent.
        expect(after.deliveries.slice(0, before.deliveries.length)).toEqual(before.deliveries);
        expect(await zamText(bed(), planned, again.zam)).toBeUndefined();
      });

      it('that contradicts is shown once, however often it comes', async () => {
        const { journal } = bed();
        const planned = await bringSentRequest(bed());
        await hear(bed(), saying(bed(), planned, [aspect, 'accepted'], { asked: false }));
        const failing = saying(bed(), planned, [aspect, 'refused'], { asked: false });
        await hear(bed(), failing);
        await hear(bed(), saying(bed(), planned, [aspect, 'refused'], { asked: false }));
        expect(await worklistOf(bed(), planned)).toEqual(['OUT-005']);
        await journal.abandon(failing.failure.id, 'Vu.', 'essai');
        await hear(bed(), saying(bed(), planned, [aspect, 'refused'], { asked: false }));
        expect(await worklistOf(bed(), planned)).toEqual([]);
        // Its recipient is counted once, by the first word.
        const counted = aspect === 'reading' ? [] : [{ outcome: 'accepted', count: 1 }];
        expect((await journal.backlog()).tallies).toMatchObject(counted);
      });
    });

    it('of the reading says nothing of the reception, nor the other way round', async () => {
      const planned = await bringSentRequest(bed());
      await hear(bed(), saying(bed(), planned, ['reading', 'refused'], { asked: true }));
      await hear(bed(), saying(bed(), planned, ['reception', 'accepted'], { asked: true }));
      expect(await recipientOf(planned)).toMatchObject({ reception: 'accepted', reading: 'refused' });
      expect(await zamsOf(bed(), planned.exchangeId)).toEqual([
        `Z03:${planned.recipientId}`,
        `Z02:${planned.recipientId}`,
      ]);
    });

    it('of several recipients is each one’s own', async () => {
      const planned = await bringSentRequest(bed(), { recipients: [{}, {}, {}] });
      const [one = '', two = '', three = ''] = planned.request.recipients.map(({ id }) => id);
      const mail = await hear(
        bed(),
        saying(bed(), { ...planned, recipientId: one }, ['reception', 'accepted'], { asked: true }),
        saying(bed(), { ...planned, recipientId: two }, ['reception', 'refused'], { asked: true }),
      );
      expect(await zamsOf(bed(), planned.exchangeId)).toEqual([`Z02:${one}`, `Z02:${two}`]);
      const recipients = await bed().journal.recipients(planned.exchangeId);
      expect(recipients.map(({ reception }) => reception)).toEqual(['accepted', 'refused', undefined]);
      expect((await reportOn(bed(), { ...planned, recipientId: three })).state).toBe('expected');
      expect(await eventsOf(bed(), mail.exchangeId)).toEqual(['receipt-for', 'receipt-for']);
    });

    it('that says two things of one recipient is believed the first', async () => {
      const planned = await bringSentRequest(bed());
      const [first, second] = (['accepted', 'refused'] as const).map(outcome =>
        saying(bed(), planned, ['reception', outcome], { asked: true }),
      );
      await hear(bed(), ...[first, second].flatMap(each => each ?? []));
      expect(await recipientOf(planned)).toMatchObject({ reception: 'accepted' });
      expect(await zamText(bed(), planned, first?.zam)).toBe('reception accepted');
      expect(await zamText(bed(), planned, second?.zam)).toBeUndefined();
      expect(await worklistOf(bed(), planned)).toEqual(['OUT-005']);
    });

    it('is written down on both sides', async () => {
      const planned = await bringSentRequest(bed());
      const mail = await hear(bed(), saying(bed(), planned, ['reception', 'refused'], { asked: true }));
      expect((await viewOf(bed(), mail.exchangeId)).events).toMatchObject([
        { type: 'receipt-for', data: { exchange: planned.exchangeId } },
      ]);
      const { events } = await viewOf(bed(), planned.exchangeId);
      expect(events.find(({ type }) => type === 'receipt')).toMatchObject({
        deliveryId: (await reportOn(bed(), planned)).id,
        data: { aspect: 'reception', outcome: 'refused', code: '5.1.1', by: mail.exchangeId },
      });
      expect(await stateOf(bed(), mail)).toBe('ended');
    });

    it('is applied once, with the reading that is recorded', async () => {
      const planned = await bringSentRequest(bed());
      const exchangeId = await seeMail(bed());
      const recorded = (): ReturnType<typeof recordOf> =>
        recordOf(bed(), exchangeId, {
          nature: 'receipt',
          state: 'closing',
          documents: [],
          receipts: [saying(bed(), planned, ['reception', 'accepted'], { asked: true })],
        });
      await bed().journal.record(recorded());
      const before = await viewOf(bed(), planned.exchangeId);
      await bed().journal.record(recorded());
      expect(await viewOf(bed(), planned.exchangeId)).toEqual(before);
    });

    it('whose request was purged since it was matched says so', async () => {
      const planned = await bringSentRequest(bed());
      const gone = { ...planned, recipientId: 'gone' };
      const mail = await hear(bed(), saying(bed(), gone, ['reception', 'refused'], { asked: true }));
      expect(await eventsOf(bed(), mail.exchangeId)).toEqual(['receipt-matches-nothing']);
      expect(await zamsOf(bed(), planned.exchangeId)).toEqual([]);
    });

    it('leaves nothing behind where its record breaks off', async () => {
      const planned = await bringSentRequest(bed());
      const exchangeId = await seeMail(bed());
      const before = [await viewOf(bed(), planned.exchangeId), await viewOf(bed(), exchangeId)];
      const recorded = recordOf(bed(), exchangeId, {
        nature: 'receipt',
        state: 'closing',
        documents: [],
        receipts: [saying(bed(), planned, ['reception', 'refused'], { asked: true })],
      });
      const changes = await breaking(bed(), journal => journal.record(recorded)).undone(async () => {
        expect([await viewOf(bed(), planned.exchangeId), await viewOf(bed(), exchangeId)]).toEqual(before);
      });
      expect(changes).toBeGreaterThan(6);
      expect(await zamsOf(bed(), planned.exchangeId)).toHaveLength(1);
    });

    it.each([
      ['with a key', Buffer.alloc(32, 7)],
      ['in clear', undefined],
    ])('has its ZAM kept until it is told: %s', async (_, sealKey) => {
      const journal = await createJournal({ ...bed(), sealKey });
      const sealed = { ...bed(), journal };
      const planned = await bringSentRequest(sealed);
      const content = 'MSH|^~\\&|PFI|CHU_X|SGL|LABO_Y|||ZAM^Z02|'.repeat(20);
      const told = zam(sealed, 'Z02', planned.recipientId, content);
      await hear(sealed, receipt(sealed, planned, { zam: told }));
      expect(await payloadText(sealed, planned, `delivery:${told.id}`)).toBe(content);
      const keyless = await zamText(bed(), planned, told).catch(String);
      expect(keyless).toBe(sealKey === undefined ? content : 'GatewayError: JRN-004');
    });

    it('in a mail that is about something else as well is applied all the same', async () => {
      const planned = await bringSentRequest(bed());
      const mail = await bringMail(bed(), {
        nature: 'receipt',
        state: 'held',
        fault: { code: 'OUT-010' },
        documents: [],
        receipts: [saying(bed(), planned, ['reception', 'accepted'], { asked: true })],
        events: [{ type: 'dsn-received' }],
      });
      expect(await stateOf(bed(), mail)).toBe('held');
      expect(await eventsOf(bed(), mail.exchangeId)).toEqual(['receipt-for', 'dsn-received']);
      expect(await zamsOf(bed(), planned.exchangeId)).toHaveLength(1);
    });
  });
}
