import { describe, expect, it } from 'vitest';
import { bringMail, claimIds, deliver, deliveryOf, type DocumentSpec } from '../../kit/journal.ts';
import type { ContractContext } from '../contract.ts';

const HELD = { state: 'held', fault: { code: 'DOC-001' } } as const;

/** docs/design.md §4, invariant 4: a replacement never overtakes its original. */
export function waitingContract({ bed }: ContractContext): void {
  describe('a replacement or deletion', () => {
    const ways: [string, DocumentSpec, DocumentSpec][] = [
      ['a replacement, by its parent', { uniqueId: '1^A' }, { action: 'replace', parentIds: ['1^A'] }],
      ['a replacement, by its set', { setId: '1^S' }, { action: 'replace', setId: '1^S' }],
      ['a deletion, by its own id', { uniqueId: '1^A' }, { action: 'delete', uniqueId: '1^A' }],
      ['a deletion, by its parent', { uniqueId: '1^A' }, { action: 'delete', parentIds: ['1^A'] }],
      ['a deletion, by its set', { setId: '1^S' }, { action: 'delete', setId: '1^S' }],
    ];

    it.each(ways)('waits for a held original until it is sent again: %s', async (_, original, follower) => {
      const { journal } = bed();
      const first = await bringMail(bed(), { documents: [{ ...original, start: HELD }] });
      const second = await bringMail(bed(), { documents: [follower] });
      expect((await deliveryOf(bed(), second, second.id)).waitsFor).toBe(first.id);
      expect(await claimIds(bed())).toEqual([]);
      await journal.resend(first.id, { identifiers: {}, payload: undefined, by: 'essai' });
      expect(await claimIds(bed())).toEqual([first.id]);
      await deliver(bed(), first.id);
      expect(await claimIds(bed())).toEqual([second.id]);
    });

    it.each(ways)('waits for an open original in another lane: %s', async (_, original, follower) => {
      const first = await bringMail(bed(), { documents: [{ ...original, patient: 'p' }] });
      const second = await bringMail(bed(), { documents: [{ ...follower, patient: 'q' }] });
      expect(await claimIds(bed())).toEqual([first.id]);
      expect(await claimIds(bed())).toEqual([]);
      await deliver(bed(), first.id);
      expect(await claimIds(bed())).toEqual([second.id]);
    });

    it.each(ways)(
      'waits for an original that was refused and goes out again: %s',
      async (_, original, follower) => {
        const first = await bringMail(bed(), { documents: [{ ...original, patient: 'p' }] });
        await claimIds(bed());
        await bed().journal.end(first.id, { outcome: 'refused', code: '902' });
        const second = await bringMail(bed(), { documents: [{ ...follower, patient: 'q' }] });
        await bed().journal.resend(first.id, { identifiers: {}, payload: Buffer.from('again'), by: 'essai' });
        expect(await claimIds(bed())).toEqual([first.id]);
        expect(await claimIds(bed())).toEqual([]);
        await deliver(bed(), first.id);
        expect(await claimIds(bed())).toEqual([second.id]);
      },
    );

    it('waits no longer once the original is given up', async () => {
      const first = await bringMail(bed(), { documents: [{ uniqueId: '1^A', start: HELD }] });
      const second = await bringMail(bed(), { documents: [{ action: 'replace', parentIds: ['1^A'] }] });
      await bed().journal.abandon(first.id, 'Sans objet.', 'essai');
      expect(await claimIds(bed())).toEqual([second.id]);
    });

    it('waits for nothing where the original has ended, is unknown, or is of another application', async () => {
      const first = await bringMail(bed(), { documents: [{ uniqueId: '1^A' }] });
      await claimIds(bed());
      await deliver(bed(), first.id);
      await bringMail(bed(), { application: 'ris', documents: [{ uniqueId: '1^B', start: HELD }] });
      const parents = [['1^A'], ['1^B'], ['1^C']];
      const { ids } = await bringMail(bed(), {
        documents: parents.map(parentIds => ({ action: 'replace' as const, parentIds })),
      });
      expect(await claimIds(bed())).toEqual(ids);
    });

    it('is the only one that waits: an addition under the same ids does not', async () => {
      await bringMail(bed(), { documents: [{ uniqueId: '1^A', setId: '1^S', start: HELD }] });
      const addition = { action: 'add', uniqueId: '1^A', setId: '1^S', parentIds: ['1^A'] } as const;
      const { id } = await bringMail(bed(), { documents: [addition] });
      expect(await claimIds(bed())).toEqual([id]);
    });

    it('holds up nothing else of its patient', async () => {
      await bringMail(bed(), { documents: [{ uniqueId: '1^A', patient: 'p', start: HELD }] });
      const waiting = await bringMail(bed(), {
        documents: [{ action: 'replace', parentIds: ['1^A'], patient: 'p' }],
      });
      const other = await bringMail(bed(), { documents: [{ patient: 'p' }] });
      expect(await claimIds(bed())).toEqual([other.id]);
      expect((await deliveryOf(bed(), waiting, waiting.id)).state).toBe('waiting');
    });

    it('still waits for the first version when the second is given up', async () => {
      const { journal } = bed();
      const set = { setId: '1^S', patient: 'p' };
      const v1 = await bringMail(bed(), { documents: [{ ...set, uniqueId: '1^1', start: HELD }] });
      const v2 = await bringMail(bed(), {
        documents: [{ ...set, uniqueId: '1^2', action: 'replace', parentIds: ['1^1'] }],
      });
      const v3 = await bringMail(bed(), {
        documents: [{ ...set, uniqueId: '1^3', action: 'replace', parentIds: ['1^2'] }],
      });
      await journal.abandon(v2.id, 'Remplacé.', 'essai');
      expect(await claimIds(bed())).toEqual([]);
      expect((await deliveryOf(bed(), v3, v3.id)).waitsFor).toBe(v1.id);
      await journal.resend(v1.id, { identifiers: {}, payload: undefined, by: 'essai' });
      expect(await claimIds(bed())).toEqual([v1.id]);
      await deliver(bed(), v1.id);
      expect(await claimIds(bed())).toEqual([v3.id]);
    });

    it('waits for its parent and its set, whichever came later', async () => {
      const { journal } = bed();
      const parent = await bringMail(bed(), { documents: [{ uniqueId: '1^2', start: HELD }] });
      const older = await bringMail(bed(), { documents: [{ uniqueId: '1^1', setId: '1^S', start: HELD }] });
      const v3 = await bringMail(bed(), {
        documents: [{ action: 'replace', parentIds: ['1^2'], setId: '1^S' }],
      });
      await journal.abandon(older.id, 'Sans objet.', 'essai');
      expect(await claimIds(bed())).toEqual([]);
      await journal.abandon(parent.id, 'Sans objet.', 'essai');
      expect(await claimIds(bed())).toEqual([v3.id]);
    });

    it('goes after its original in one mail, wherever the archive lists it', async () => {
      const mail = await bringMail(bed(), {
        documents: [
          { action: 'replace', uniqueId: '1^3', parentIds: ['1^2'], patient: 'p' },
          { action: 'replace', uniqueId: '1^2', parentIds: ['1^1'], patient: 'p' },
          { uniqueId: '1^9', patient: 'p' },
          { uniqueId: '1^1', patient: 'p' },
        ],
      });
      const [third, second, other, first] = mail.ids;
      const order: string[] = [];
      for (let claimed = await claimIds(bed()); claimed.length > 0; claimed = await claimIds(bed())) {
        expect(claimed).toHaveLength(1);
        for (const id of claimed) await deliver(bed(), id);
        order.push(...claimed);
      }
      expect(order).toEqual([first, second, third, other]);
    });

    it('goes out even where two documents of a mail claim to replace each other', async () => {
      const { ids } = await bringMail(bed(), {
        documents: [
          { action: 'replace', uniqueId: '1^1', parentIds: ['1^2'] },
          { action: 'replace', uniqueId: '1^2', parentIds: ['1^1'] },
          { action: 'replace', uniqueId: '1^3', parentIds: ['1^3'] },
        ],
      });
      const sent = new Set<string>();
      for (let claimed = await claimIds(bed()); claimed.length > 0; claimed = await claimIds(bed())) {
        for (const id of claimed) await deliver(bed(), id);
        for (const id of claimed) sent.add(id);
      }
      expect(sent).toEqual(new Set(ids));
    });
  });
}
