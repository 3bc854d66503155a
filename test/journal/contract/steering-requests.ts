import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/journal/journal.ts';
import { breaking } from '../../kit/breaking.ts';
import { claimIds, deliver, deliveryOf, viewOf } from '../../kit/journal.ts';
import { hear, receipt, reportOn, zam, zamText } from '../../kit/receipts.ts';
import {
  begin,
  bringRequest,
  bringSentRequest,
  CREATOR,
  payloadText,
  type PlannedRequest,
  PREPARE,
  prepare,
  send,
  SMTP,
  stateOf,
} from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

const HELD = { code: 'OUT-006' } as const;
const BY = 'essai';

/** What a person does to a request. */
export function steeringRequestsContract({ bed }: ContractContext): void {
  const ofKind = async ({ exchangeId }: PlannedRequest, kind: Delivery['kind']): Promise<Delivery> => {
    const found = (await viewOf(bed(), exchangeId)).deliveries.find(delivery => delivery.kind === kind);
    if (found === undefined) throw new Error(`no ${kind}`);
    return found;
  };
  /** A request of which one delivery waits for a person. */
  const heldRequest = async (kind: 'prepare' | 'dmp' | 'mail' | 'zam'): Promise<PlannedRequest> => {
    const planned = await bringRequest(bed(), kind === 'dmp' ? { dmp: true, recipients: [] } : {});
    if (kind === 'mail' || kind === 'zam') await prepare(bed(), planned);
    if (kind === 'zam') {
      await send(bed(), planned, { reportBy: undefined });
      await hear(bed(), receipt(bed(), planned, { zam: zam(bed(), 'Z02', planned.recipientId) }));
    }
    const { id, target } = await ofKind(planned, kind);
    await begin(bed(), target, id);
    await bed().journal.hold(id, HELD);
    return planned;
  };

  describe('what waits for a person of a request', () => {
    it.each(['prepare', 'dmp', 'mail', 'zam'] as const)(
      'is tried again as it is, with new patience: %s',
      async kind => {
        const { journal, clock } = bed();
        const planned = await heldRequest(kind);
        const { id, identifiers, target } = await ofKind(planned, kind);
        const bytes = await payloadText(bed(), planned, `delivery:${id}`);
        clock.advance(60_000);
        await journal.resend(id, { identifiers, payload: undefined, by: BY });
        expect(await ofKind(planned, kind)).toMatchObject({
          state: 'waiting',
          attempts: 0,
          spentMs: 0,
          nextAt: clock.at(),
          hold: undefined,
          identifiers,
        });
        expect(await payloadText(bed(), planned, `delivery:${id}`)).toBe(bytes);
        expect(await claimIds(bed(), target)).toEqual([id]);
        await deliver(bed(), id);
        expect((await viewOf(bed(), planned.exchangeId)).events).toContainEqual(
          expect.objectContaining({ type: 'resent', deliveryId: id, data: { by: BY } }),
        );
      },
    );

    it.each(['prepare', 'dmp', 'mail', 'zam'] as const)(
      'is given up, and the request is over: %s',
      async kind => {
        const { journal } = bed();
        const planned = await heldRequest(kind);
        const { id } = await ofKind(planned, kind);
        await journal.abandon(id, 'Sans objet.', BY);
        expect(await ofKind(planned, kind)).toMatchObject({
          state: 'done',
          ending: { outcome: 'abandoned', code: undefined, reason: 'Sans objet.' },
        });
        expect(await stateOf(bed(), planned)).toBe('ended');
        expect(await journal.list({ held: true, limit: 5 })).toEqual([]);
      },
    );

    it('a ZAM that is sent again may have a new identifier and bytes', async () => {
      const planned = await heldRequest('zam');
      const { id } = await ofKind(planned, 'zam');
      const renewed = { identifiers: { controlId: 'NEW' }, payload: Buffer.from('anew'), by: BY };
      await bed().journal.resend(id, renewed);
      expect((await ofKind(planned, 'zam')).identifiers).toEqual({ controlId: 'NEW' });
      expect(await payloadText(bed(), planned, `delivery:${id}`)).toBe('anew');
    });

    it.each(['expected', 'held', 'accepted', 'refused'])(
      'the operator’s word is never sent: %s',
      async state => {
        const planned = await bringSentRequest(bed());
        if (state === 'held') {
          await hear(bed(), receipt(bed(), planned, { outcome: 'refused', hold: { code: 'OUT-002' } }));
        } else if (state !== 'expected') {
          const outcome = state === 'accepted' ? 'accepted' : 'refused';
          await hear(bed(), receipt(bed(), planned, { outcome }));
        }
        const { id } = await reportOn(bed(), planned);
        const before = await viewOf(bed(), planned.exchangeId);
        for (const payload of [undefined, Buffer.from('?')]) {
          const again = bed().journal.resend(id, { identifiers: {}, payload, by: BY });
          await expect(again).rejects.toThrow('JRN-005');
        }
        expect(await viewOf(bed(), planned.exchangeId)).toEqual(before);
        expect(await claimIds(bed(), CREATOR)).toEqual([]);
      },
    );

    it('that was refused is sent again in an exchange that opens for it, and is not purged meanwhile', async () => {
      const { journal, clock } = bed();
      const planned = await heldRequest('zam');
      const { id, identifiers } = await ofKind(planned, 'zam');
      await journal.resend(id, { identifiers, payload: undefined, by: BY });
      await begin(bed(), CREATOR, id);
      await journal.end(id, { outcome: 'refused', code: '207' });
      expect(await stateOf(bed(), planned)).toBe('ended');
      await journal.resend(id, { identifiers, payload: undefined, by: BY });
      expect((await viewOf(bed(), planned.exchangeId)).exchange).toMatchObject({
        state: 'closing',
        endedAt: undefined,
      });
      clock.advance(1);
      while (await journal.purge({ payloads: clock.at(), history: clock.at() }));
      expect(await claimIds(bed(), CREATOR)).toEqual([id]);
      await deliver(bed(), id);
      expect(await stateOf(bed(), planned)).toBe('ended');
      clock.advance(1);
      while (await journal.purge({ payloads: clock.at(), history: 0 }));
      const gone = journal.resend(planned.mailId, { identifiers, payload: undefined, by: BY });
      await expect(gone).rejects.toThrow('JRN-005');
    });
  });

  describe('what is still tried of a request', () => {
    it('is given up: nothing more is prepared or sent', async () => {
      const { journal } = bed();
      const unprepared = await bringRequest(bed());
      await journal.abandon(unprepared.prepareId, 'Annulé.', BY);
      expect(await stateOf(bed(), unprepared)).toBe('ended');
      const unsent = await bringRequest(bed());
      await prepare(bed(), unsent);
      await journal.abandon(unsent.mailId, 'Annulé.', BY);
      expect(await stateOf(bed(), unsent)).toBe('ended');
      expect(await reportOn(bed(), unsent)).toMatchObject({ ending: { outcome: 'abandoned' } });
      expect(await journal.due()).toEqual([]);
    });

    it('is given up with what is owed because of it, in one transaction', async () => {
      const { journal } = bed();
      const planned = await bringRequest(bed());
      const told = zam(bed(), 'Z02', planned.recipientId, 'Z02 N');
      const before = await viewOf(bed(), planned.exchangeId);
      const changes = await breaking(bed(), other =>
        other.abandon(planned.prepareId, 'Annulé.', BY, [told]),
      ).undone(async () => expect(await viewOf(bed(), planned.exchangeId)).toEqual(before));
      expect(changes).toBeGreaterThan(3);
      expect(await stateOf(bed(), planned)).toBe('closing');
      expect(await zamText(bed(), planned, told)).toBe('Z02 N');
      // It is done: neither it nor what it gives rise to can be asked for again.
      const again = zam(bed(), 'Z03', planned.recipientId);
      await expect(journal.abandon(planned.prepareId, 'Annulé.', BY, [again])).rejects.toThrow('JRN-005');
      expect(await claimIds(bed(), CREATOR)).toEqual([told.id]);
      await deliver(bed(), told.id);
      expect(await stateOf(bed(), planned)).toBe('ended');
    });

    it('is given up without a second word to whoever was told when it came to be held', async () => {
      const { journal } = bed();
      const planned = await bringRequest(bed());
      await begin(bed(), PREPARE, planned.prepareId);
      const told = zam(bed(), 'Z02', planned.recipientId, 'Z02 N');
      await journal.hold(planned.prepareId, HELD, [told]);
      const second = zam(bed(), 'Z02', planned.recipientId, 'Z02 N, again');
      await journal.abandon(planned.prepareId, 'Sans objet.', BY, [second]);
      expect(await claimIds(bed(), CREATOR)).toEqual([told.id]);
      expect(await zamText(bed(), planned, second)).toBeUndefined();
    });

    it('is not given up while it is on the wire', async () => {
      const { journal } = bed();
      const planned = await bringRequest(bed());
      await begin(bed(), PREPARE, planned.prepareId);
      await expect(journal.abandon(planned.prepareId, 'Non.', BY)).rejects.toThrow('JRN-005');
      await journal.release(planned.prepareId);
      await prepare(bed(), planned);
      await begin(bed(), SMTP, planned.mailId);
      await expect(journal.abandon(planned.mailId, 'Non.', BY)).rejects.toThrow('JRN-005');
      expect((await deliveryOf(bed(), planned, planned.mailId)).state).toBe('sending');
      expect(await reportOn(bed(), planned)).toMatchObject({ state: 'expected' });
    });
  });
}
