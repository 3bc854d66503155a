import { describe, expect, it } from 'vitest';
import type { NewDocument } from '../../../src/journal/journal.ts';
import { bringMail, claimIds, deliveryOf, viewOf } from '../../kit/journal.ts';
import {
  begin,
  bringRequest,
  mailsOf,
  type PlannedRequest,
  planRequest,
  PREPARE,
  prepare,
  type RequestSpec,
  send,
  SMTP,
} from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

type About = Partial<NewDocument>;
const HELD = { code: 'OUT-006' } as const;
const NO_REPORT = { reportBy: undefined } as const;

/** docs/design.md §4, invariant 4, on the way out: the mail of a replacement never overtakes its original's. */
export function mailOrderContract({ bed }: ContractContext): void {
  const bring = (document: About, spec: RequestSpec = {}): Promise<PlannedRequest> =>
    bringRequest(bed(), { documents: [document], ...spec });
  const original = (document: About, spec: RequestSpec = {}): Promise<PlannedRequest> =>
    bring(document, { patient: 'p', ...spec });
  /** Of another patient: no lane keeps the two in order. */
  const follower = (document: About, spec: RequestSpec = {}): Promise<PlannedRequest> =>
    bring(document, { patient: 'q', ...spec });
  const waitsFor = async (planned: PlannedRequest): Promise<string | undefined> =>
    (await deliveryOf(bed(), planned, planned.mailId)).waitsFor;
  const again = (deliveryId: string): Promise<void> =>
    bed().journal.resend(deliveryId, { identifiers: {}, payload: undefined, by: 'essai' });

  describe('the mail of a replacement or deletion', () => {
    const ways: [string, About, About][] = [
      ['a replacement, by its parent', { uniqueId: '1^A' }, { action: 'replace', parentIds: ['1^A'] }],
      ['a replacement, by its set', { setId: '1^S' }, { action: 'replace', setId: '1^S' }],
      ['a deletion, by its own id', { uniqueId: '1^A' }, { action: 'delete', uniqueId: '1^A' }],
      ['a deletion, by its parent', { uniqueId: '1^A' }, { action: 'delete', parentIds: ['1^A'] }],
      ['a deletion, by its set', { setId: '1^S' }, { action: 'delete', setId: '1^S' }],
    ];

    it.each(ways)('waits while the original’s waits to leave: %s', async (_, first, second) => {
      const one = await original(first);
      const two = await follower(second);
      await prepare(bed(), one);
      await prepare(bed(), two);
      expect(await waitsFor(two)).toBe(one.mailId);
      expect((await viewOf(bed(), two.exchangeId)).deliveries).toContainEqual(
        expect.objectContaining({ id: two.mailId, blockedBy: one.exchangeId }),
      );
      expect(await claimIds(bed(), SMTP)).toEqual([one.mailId]);
      expect(await claimIds(bed(), SMTP)).toEqual([]);
      await bed().journal.release(one.mailId);
      await send(bed(), one, NO_REPORT);
      expect(await claimIds(bed(), SMTP)).toEqual([two.mailId]);
    });

    it.each(ways)('waits while the original is prepared, then for its mail: %s', async (_, first, second) => {
      const one = await original(first);
      const two = await follower(second);
      await prepare(bed(), two);
      expect(await waitsFor(two)).toBe(one.prepareId);
      expect(await claimIds(bed(), SMTP)).toEqual([]);
      await prepare(bed(), one);
      expect(await waitsFor(two)).toBe(one.mailId);
      expect(await claimIds(bed(), SMTP)).toEqual([one.mailId]);
      await bed().journal.release(one.mailId);
      await send(bed(), one, NO_REPORT);
      expect(await claimIds(bed(), SMTP)).toEqual([two.mailId]);
    });

    it('waits for each mail of the original: the professionals’ and the patient’s', async () => {
      const one = await original({ uniqueId: '1^A' }, { recipients: [{}, { audience: 'patient' }] });
      const two = await follower({ action: 'replace', parentIds: ['1^A'] });
      await prepare(bed(), two);
      await prepare(bed(), one);
      for (const { id } of one.mails) {
        expect(await claimIds(bed(), SMTP)).toEqual([id]);
        await bed().journal.release(id);
        await send(bed(), one, { ...NO_REPORT, mailId: id });
      }
      expect(await claimIds(bed(), SMTP)).toEqual([two.mailId]);
    });

    it('waits for its original whichever of the two mails of that one is held', async () => {
      const { journal } = bed();
      for (const held of [0, 1]) {
        const one = await original(
          { uniqueId: `1^${held}` },
          { patient: `p${held}`, recipients: [{}, { audience: 'patient' }] },
        );
        const two = await follower({ action: 'replace', parentIds: [`1^${held}`] }, { patient: `q${held}` });
        await prepare(bed(), one);
        await prepare(bed(), two);
        for (const [index, { id }] of one.mails.entries()) {
          if (index !== held) await send(bed(), one, { ...NO_REPORT, mailId: id });
          else {
            await begin(bed(), SMTP, id);
            await journal.hold(id, { code: 'OUT-007' });
          }
        }
        expect(await claimIds(bed(), SMTP)).toEqual([]);
        await journal.abandon(one.mails[held]?.id ?? '', 'Sans objet.', 'essai');
        expect(await claimIds(bed(), SMTP)).toEqual([two.mailId]);
      }
    });

    const heldWays: [string, (one: PlannedRequest) => Promise<void>][] = [
      [
        'sent again, and leaves',
        async one => {
          await again(one.prepareId);
          expect(await claimIds(bed(), SMTP)).toEqual([]);
          await prepare(bed(), one);
          expect(await claimIds(bed(), SMTP)).toEqual([one.mailId]);
          await bed().journal.release(one.mailId);
          await send(bed(), one, NO_REPORT);
        },
      ],
      ['given up', one => bed().journal.abandon(one.prepareId, 'Sans objet.', 'essai')],
    ];

    it.each(heldWays)(
      'waits for an original whose preparation is held, until it is %s',
      async (_, resolve) => {
        const one = await original({ uniqueId: '1^A' });
        await begin(bed(), PREPARE, one.prepareId);
        await bed().journal.hold(one.prepareId, HELD);
        const two = await follower({ action: 'replace', parentIds: ['1^A'] });
        await prepare(bed(), two);
        expect(await waitsFor(two)).toBe(one.prepareId);
        expect(await claimIds(bed(), SMTP)).toEqual([]);
        await resolve(one);
        expect(await claimIds(bed(), SMTP)).toEqual([two.mailId]);
      },
    );

    it('waits for a mail that is refused no longer, and again once that is sent again', async () => {
      const { journal } = bed();
      const one = await original({ uniqueId: '1^A' });
      const two = await follower({ action: 'replace', parentIds: ['1^A'] });
      await prepare(bed(), one);
      await prepare(bed(), two);
      await begin(bed(), SMTP, one.mailId);
      await journal.end(one.mailId, { outcome: 'refused' });
      await again(one.mailId);
      expect(await claimIds(bed(), SMTP)).toEqual([one.mailId]);
      await journal.sending(one.mailId);
      await journal.end(one.mailId, { outcome: 'refused' });
      expect(await claimIds(bed(), SMTP)).toEqual([two.mailId]);
    });

    it('waits for the first version where the second is given up', async () => {
      const set = { setId: '1^S' };
      const v1 = await original({ ...set, uniqueId: '1^1' });
      const v2 = await follower({ ...set, uniqueId: '1^2', action: 'replace', parentIds: ['1^1'] });
      const v3 = await follower(
        { ...set, uniqueId: '1^3', action: 'replace', parentIds: ['1^2'] },
        { patient: 'r' },
      );
      await prepare(bed(), v2);
      await prepare(bed(), v3);
      expect(await waitsFor(v3)).toBe(v2.mailId);
      await bed().journal.abandon(v2.mailId, 'Remplacé.', 'essai');
      expect(await waitsFor(v3)).toBe(v1.prepareId);
      await prepare(bed(), v1);
      await send(bed(), v1, NO_REPORT);
      expect(await claimIds(bed(), SMTP)).toEqual([v3.mailId]);
    });

    it('waits for nothing that was accepted after it, whatever the clock and the ids say', async () => {
      // Planned first, accepted last: its id is the smaller one.
      const late = planRequest(bed(), { documents: [{ uniqueId: '1^A' }], patient: 'p' });
      const two = await follower({ action: 'replace', parentIds: ['1^A'] });
      await bed().journal.acceptRequest(late.request);
      await prepare(bed(), two);
      expect(await waitsFor(two)).toBeUndefined();

      // The clock was set back while the gateway did not run: the original's id is the greater one.
      const before = planRequest(bed(), {
        documents: [{ action: 'replace', parentIds: ['1^B'] }],
        patient: 'q',
      });
      const one = await original({ uniqueId: '1^B' });
      await bed().journal.acceptRequest(before.request);
      await prepare(bed(), before);
      expect(await waitsFor(before)).toBe(one.prepareId);
    });

    it('never waits for one that waits for it: two requests that name each other both leave', async () => {
      const one = await original({ action: 'replace', uniqueId: '1^A', parentIds: ['1^B'], setId: '1^S' });
      const two = await follower({ action: 'replace', uniqueId: '1^B', parentIds: ['1^A'], setId: '1^S' });
      await prepare(bed(), two);
      await prepare(bed(), one);
      expect(await claimIds(bed(), SMTP)).toEqual([one.mailId]);
      await bed().journal.release(one.mailId);
      await send(bed(), one, NO_REPORT);
      expect(await claimIds(bed(), SMTP)).toEqual([two.mailId]);
    });

    it('does not wait for itself: two documents of a request that replace each other', async () => {
      const planned = await bringRequest(bed(), {
        documents: [
          { action: 'replace', uniqueId: '1^A', parentIds: ['1^B'] },
          { action: 'replace', uniqueId: '1^B', parentIds: ['1^A'] },
        ],
      });
      await prepare(bed(), planned);
      expect(await claimIds(bed(), SMTP)).toEqual([planned.mailId]);
    });

    it('waits for nothing where the original has left, is unknown, or is another application’s', async () => {
      const one = await original({ uniqueId: '1^A' });
      await prepare(bed(), one);
      await send(bed(), one, NO_REPORT);
      await original({ uniqueId: '1^B' }, { application: 'ris' });
      // What came by mail is no original of what leaves.
      await bringMail(bed(), {
        application: 'labo',
        documents: [{ uniqueId: '1^C', start: { state: 'held', fault: { code: 'DOC-001' } } }],
      });
      for (const [index, parent] of ['1^A', '1^B', '1^C', '1^D'].entries()) {
        const two = await follower({ action: 'replace', parentIds: [parent] }, { patient: `q${index}` });
        await prepare(bed(), two);
        expect(await waitsFor(two)).toBeUndefined();
      }
    });

    it('is the only one that waits: an addition under the same ids does not', async () => {
      const one = await original({ uniqueId: '1^A', setId: '1^S' });
      const two = await follower({ action: 'add', uniqueId: '1^A', setId: '1^S', parentIds: ['1^A'] });
      await prepare(bed(), two);
      expect(await claimIds(bed(), SMTP)).toEqual([two.mailId]);
      expect((await deliveryOf(bed(), one, one.prepareId)).state).toBe('waiting');
    });

    it('holds up nothing else of its patient', async () => {
      await original({ uniqueId: '1^A' });
      const two = await follower({ action: 'replace', parentIds: ['1^A'] });
      const three = await follower({});
      await prepare(bed(), two);
      await prepare(bed(), three);
      expect(await claimIds(bed(), SMTP)).toEqual([three.mailId]);
    });

    it('goes on where its original’s preparation turns out to owe no mail', async () => {
      const one = await original({ uniqueId: '1^A' });
      const two = await follower({ action: 'replace', parentIds: ['1^A'] });
      await prepare(bed(), two);
      await begin(bed(), PREPARE, one.prepareId);
      await bed().journal.end(one.prepareId, { outcome: 'accepted' });
      expect(await claimIds(bed(), SMTP)).toEqual([two.mailId]);
      expect(mailsOf(bed(), one)).not.toEqual([]);
    });
  });

  describe('a mailbox that gets another name', () => {
    it('keeps what leaves from it, in its order', async () => {
      const { journal } = bed();
      const box = { name: 'urologie', address: 'urologie@chu-x.mssante.fr' };
      await journal.adoptMailboxes([box]);
      const sent = await bringRequest(bed());
      await prepare(bed(), sent);
      await send(bed(), sent, { reportBy: bed().clock.at() });
      const owed = await bringRequest(bed(), { patient: 'p' });
      await prepare(bed(), owed);
      const unprepared = await bringRequest(bed(), { patient: 'p' });

      expect(await journal.adoptMailboxes([{ ...box, name: 'uro' }])).toHaveLength(1);
      const renamed = { ...unprepared, request: { ...unprepared.request, mailbox: 'uro' } };
      const [preparing] = await journal.claim(PREPARE, 1);
      expect(preparing).toMatchObject({ id: unprepared.prepareId, mailbox: 'uro' });
      await journal.end(unprepared.prepareId, { outcome: 'accepted' }, mailsOf(bed(), renamed));
      expect(await deliveryOf(bed(), owed, owed.mailId)).toMatchObject({
        mailbox: 'uro',
        target: 'smtp:uro',
        lane: 'smtp:uro|p',
      });
      // One patient's mails keep to one lane, from before and after.
      expect(await claimIds(bed(), 'smtp:uro')).toEqual([owed.mailId]);
      const [report] = await journal.overdueReports(5);
      expect(report).toMatchObject({ subject: sent.recipientId, mailbox: 'uro', target: 'labo' });
      expect((await journal.sentMail(sent.mailId))?.exchange.mailbox).toBe('uro');
    });
  });
}
