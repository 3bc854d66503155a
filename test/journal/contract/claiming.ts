import { describe, expect, it } from 'vitest';
import { addDelivery, bringMail, claimIds, deliver, deliveryOf, owed } from '../../kit/journal.ts';
import type { ContractContext } from '../contract.ts';

const ERROR = { code: 'GEN-001', spentMs: 0 } as const;

export function claimingContract({ bed, another }: ContractContext): void {
  describe('claim', () => {
    it('takes the oldest first, no more than asked, each once', async () => {
      const ids: string[] = [];
      for (let count = 0; count < 5; count += 1) ids.push((await bringMail(bed())).id);
      expect(await claimIds(bed(), 'dpi', 3)).toEqual(ids.slice(0, 3));
      expect(await claimIds(bed(), 'dpi', 3)).toEqual(ids.slice(3));
      expect(await claimIds(bed(), 'dpi', 3)).toEqual([]);
    });

    it('goes on after a delivery, and begins anew after the last', async () => {
      const { journal } = bed();
      const ids: string[] = [];
      for (let count = 0; count < 3; count += 1) ids.push((await bringMail(bed())).id);
      const next = async (id = ''): Promise<string | undefined> => {
        const [claimed] = await journal.claimAfter('dpi', id);
        if (claimed !== undefined) await journal.release(claimed.id);
        return claimed?.id;
      };
      const [first, second, third] = ids;
      expect([await next(first), await next(second), await next(third)]).toEqual([second, third, first]);
      expect(await next('unknown')).toBe(first);
      expect(await journal.claimAfter('ris', first ?? '')).toEqual([]);
    });

    it('is of one target', async () => {
      const { id } = await bringMail(bed(), { application: 'ris' });
      expect(await claimIds(bed(), 'dpi')).toEqual([]);
      expect(await claimIds(bed(), 'ris')).toEqual([id]);
    });

    it('counts the attempt and says when it began', async () => {
      const { journal, clock } = bed();
      const mail = await bringMail(bed());
      clock.advance(1_234);
      const [claimed] = await journal.claim('dpi', 1);
      expect(claimed).toMatchObject({ id: mail.id, state: 'claimed', attempts: 1, triedAt: clock.at() });
    });

    it('never has two of a lane in flight', async () => {
      const { journal } = bed();
      const { ids } = await bringMail(bed(), {
        documents: [{ patient: 'p' }, { patient: 'p' }, { patient: 'q' }],
      });
      const [first = '', second = '', third = ''] = ids;
      expect(await claimIds(bed())).toEqual([first, third]);
      await journal.sending(first);
      expect(await claimIds(bed())).toEqual([]);
      await journal.end(first, { outcome: 'refused', code: '901' });
      expect(await claimIds(bed())).toEqual([second]);
    });

    it('goes by the order in which mails were recorded, not planned', async () => {
      const { newId } = bed();
      const early = newId();
      const first = await bringMail(bed(), { documents: [{ patient: 'p' }] });
      const late = await bringMail(bed(), { documents: [] });
      await addDelivery(
        bed(),
        late.exchangeId,
        owed(bed(), late.exchangeId, { id: early, target: 'dpi', lane: 'dpi|p', kind: 'mdm' }),
      );
      expect(await claimIds(bed())).toEqual([first.id]);
      expect(await claimIds(bed())).toEqual([]);
      await deliver(bed(), first.id);
      expect(await claimIds(bed())).toEqual([early]);
    });

    it('gives each delivery to one of two processes', async () => {
      const other = await another();
      const ids = new Set<string>();
      for (let count = 0; count < 20; count += 1) ids.add((await bringMail(bed())).id);
      const taken: string[] = [];
      for (let round = 0; round < 6; round += 1) {
        taken.push(...(await claimIds(bed(), 'dpi', 2)), ...(await claimIds(other, 'dpi', 2)));
      }
      expect(taken).toHaveLength(20);
      expect(new Set(taken)).toEqual(ids);
    });

    it('waits for the time of a retry, and has its lane wait with it', async () => {
      const { journal, clock } = bed();
      const { ids } = await bringMail(bed(), { documents: [{ patient: 'p' }, { patient: 'p' }, {}] });
      const [first = '', second = '', third = ''] = ids;
      expect(await claimIds(bed(), 'dpi', 1)).toEqual([first]);
      await journal.sending(first);
      await journal.retryLater(first, { ...ERROR, nextAt: clock.at() + 1_000 });
      expect(await claimIds(bed())).toEqual([third]);
      clock.advance(999);
      expect(await claimIds(bed())).toEqual([]);
      expect(await journal.due()).toEqual(['dpi']);
      clock.advance(1);
      expect(await claimIds(bed())).toEqual([first]);
      await deliver(bed(), first);
      expect(await claimIds(bed())).toEqual([second]);
    });

    describe('of what was tried before no more than asked', () => {
      /** Six, of which the first three were tried. */
      const bringTried = async (): Promise<string[]> => {
        const ids: string[] = [];
        for (let count = 0; count < 6; count += 1) ids.push((await bringMail(bed())).id);
        for (const id of await claimIds(bed(), 'dpi', 3)) {
          await bed().journal.sending(id);
          await bed().journal.retryLater(id, { ...ERROR, nextAt: bed().clock.at() });
        }
        return ids;
      };
      const claimed = async (limit: number, retries?: number): Promise<string[]> =>
        (await bed().journal.claim('dpi', limit, retries)).map(({ id }) => id);

      it.each<[limit: number, retries: number | undefined, places: readonly number[]]>([
        [2, 0, [3, 4]],
        [2, 1, [0, 3]],
        [2, 2, [0, 1]],
        [2, undefined, [0, 1]],
        [6, 1, [0, 3, 4, 5]],
        [6, 2, [0, 1, 3, 4, 5]],
        [9, 0, [3, 4, 5]],
      ])('%i, %s of them: %j', async (limit, retries, places) => {
        const ids = await bringTried();
        expect(await claimed(limit, retries)).toEqual(places.map(place => ids[place]));
      });

      it('has the rest for what was never tried where none is due', async () => {
        const { id } = await bringMail(bed());
        expect(await claimed(2, 1)).toEqual([id]);
      });

      it('and what a person sends again counts as never tried', async () => {
        const [first = '', , , fourth = ''] = await bringTried();
        await claimIds(bed(), 'dpi', 1);
        await bed().journal.hold(first, { code: 'DOC-003' });
        await bed().journal.resend(first, {
          identifiers: { controlId: 'new' },
          payload: undefined,
          by: 'essai',
        });
        expect(await claimed(2, 0)).toEqual([first, fourth]);
      });

      it('keeps the order of the lane', async () => {
        const { journal, clock } = bed();
        const { ids } = await bringMail(bed(), { documents: [{ patient: 'p' }, { patient: 'p' }, {}] });
        const [first = '', second = '', other = ''] = ids;
        await claimIds(bed(), 'dpi', 1);
        await journal.sending(first);
        await journal.retryLater(first, { ...ERROR, nextAt: clock.at() });
        expect(await claimed(9, 0)).toEqual([other]);
        expect(await claimed(9, 1)).toEqual([first]);
        await deliver(bed(), first);
        expect(await claimed(9, 0)).toEqual([second]);
      });
    });

    it('goes on without what is held', async () => {
      const { journal } = bed();
      const mail = await bringMail(bed(), { documents: [{ patient: 'p' }, { patient: 'p' }] });
      const [first = '', second = ''] = mail.ids;
      await claimIds(bed());
      await journal.sending(first);
      await journal.hold(first, { code: 'DOC-003' });
      expect(await claimIds(bed())).toEqual([second]);
    });

    it('has what a person sends again wait for what is in flight, and go before the others', async () => {
      const { journal } = bed();
      const documents = [{ patient: 'p' }, { patient: 'p' }, { patient: 'p' }];
      const mail = await bringMail(bed(), { documents });
      const [first = '', second = '', third = ''] = mail.ids;
      await claimIds(bed());
      await journal.hold(first, { code: 'DOC-003' });
      expect(await claimIds(bed())).toEqual([second]);
      await journal.resend(first, { identifiers: { controlId: 'new' }, payload: undefined, by: 'essai' });
      expect(await claimIds(bed())).toEqual([]);
      await deliver(bed(), second);
      expect(await claimIds(bed())).toEqual([first]);
      expect((await deliveryOf(bed(), mail, third)).state).toBe('waiting');
    });
  });

  describe('due', () => {
    it('names the targets of which something waits and whose time has come', async () => {
      const { journal, clock } = bed();
      expect(await journal.due()).toEqual([]);
      const ris = await bringMail(bed(), { application: 'ris' });
      const dpi = await bringMail(bed());
      await bringMail(bed(), {
        application: 'labo',
        documents: [{ start: { state: 'held', fault: { code: 'DOC-001' } } }],
      });
      expect(await journal.due()).toEqual(['dpi', 'ris']);
      await claimIds(bed(), 'dpi');
      expect(await journal.due()).toEqual(['ris']);
      await claimIds(bed(), 'ris');
      await deliver(bed(), ris.id);
      await journal.retryLater(dpi.id, { ...ERROR, nextAt: clock.at() + 10 });
      expect(await journal.due()).toEqual([]);
      clock.advance(10);
      expect(await journal.due()).toEqual(['dpi']);
    });
  });
}
