import { describe, expect, it } from 'vitest';
import type { NewDelivery, SubmissionRecord } from '../../../src/journal/journal.ts';
import { breaking } from '../../kit/breaking.ts';
import { claimIds, deliver, deliveryOf, viewOf } from '../../kit/journal.ts';
import { hear, receipt, reportOn, zam, zamsOf, zamText } from '../../kit/receipts.ts';
import {
  answered,
  begin,
  bringRequest,
  CREATOR,
  DAY,
  payloadText,
  type PlannedRequest,
  prepare,
  SMTP,
  stateOf,
} from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

const UNHEARD = { code: 'OUT-002', detail: '5.1.1' } as const;
const GIVEN_UP = { code: 'OUT-007' } as const;

/** How the operator answered for each recipient, and what becomes of a report that does not come. */
export function submittingContract({ bed }: ContractContext): void {
  /** A request whose first mail is on the wire. */
  const onTheWire = async (recipients = 1): Promise<PlannedRequest & { readonly ids: readonly string[] }> => {
    const planned = await bringRequest(bed(), { recipients: Array.from({ length: recipients }, () => ({})) });
    await prepare(bed(), planned);
    await begin(bed(), SMTP, planned.mailId);
    return { ...planned, ids: planned.mails[0]?.recipients.map(({ id }) => id) ?? [] };
  };
  const inThreeDays = (): number => bed().clock.at() + 3 * DAY;
  const submit = (
    { mailId }: PlannedRequest,
    recipients: SubmissionRecord['recipients'],
    { reportBy }: Pick<SubmissionRecord, 'reportBy'> = { reportBy: inThreeDays() },
  ): Promise<void> => bed().journal.submitted(mailId, { recipients, reportBy });
  const recipientStates = async ({ exchangeId }: PlannedRequest): Promise<string[]> =>
    (await bed().journal.recipients(exchangeId)).map(({ state }) => state);
  const reportStates = (planned: PlannedRequest, ids: readonly string[]): Promise<string[]> =>
    Promise.all(
      ids.map(async recipientId => {
        const { state, ending } = await reportOn(bed(), { ...planned, recipientId });
        return ending?.outcome ?? state;
      }),
    );

  describe('submitted', () => {
    it('of a mail that was taken, where the operator reports: the report has its time', async () => {
      const planned = await onTheWire();
      const reportBy = inThreeDays();
      await submit(planned, [answered(planned.recipientId)], { reportBy });
      await bed().journal.end(planned.mailId, { outcome: 'accepted' });
      expect(await recipientStates(planned)).toEqual(['sent']);
      expect(await reportOn(bed(), planned)).toMatchObject({ state: 'expected', nextAt: reportBy });
      expect(await stateOf(bed(), planned)).toBe('closing');
      const { events } = await viewOf(bed(), planned.exchangeId);
      expect(events.find(({ type }) => type === 'mail-submitted')).toMatchObject({
        deliveryId: planned.mailId,
        data: { sent: 1, refused: 0 },
      });
    });

    it('of a mail that was taken, where the operator sends no reports: nothing more is expected', async () => {
      const planned = await onTheWire();
      await submit(planned, [answered(planned.recipientId)], { reportBy: undefined });
      expect(await stateOf(bed(), planned)).toBe('closing');
      await bed().journal.end(planned.mailId, { outcome: 'accepted' });
      expect(await reportStates(planned, planned.ids)).toEqual(['accepted']);
      expect(await stateOf(bed(), planned)).toBe('ended');
    });

    it('of a refusal that the application asked to hear of: the ZAM is owed, and the report has ended', async () => {
      const { journal } = bed();
      const planned = await onTheWire();
      const owed = zam(bed(), 'Z02', planned.recipientId, 'Z02 N');
      const refused = { state: 'refused', code: '5.1.1', label: 'Bad destination', owed: [owed] } as const;
      await submit(planned, [answered(planned.recipientId, refused)]);
      await journal.end(planned.mailId, { outcome: 'refused' });
      expect(await reportOn(bed(), planned)).toMatchObject({
        state: 'done',
        ending: { outcome: 'refused', code: '5.1.1', label: 'Bad destination' },
      });
      expect(await zamText(bed(), planned, owed)).toBe('Z02 N');
      expect(await stateOf(bed(), planned)).toBe('closing');
      expect(await claimIds(bed(), CREATOR)).toEqual([owed.id]);
      await deliver(bed(), owed.id);
      expect(await stateOf(bed(), planned)).toBe('ended');
    });

    it('of a refusal that nobody asked to hear of: a person must see it', async () => {
      const { journal } = bed();
      const planned = await onTheWire();
      const refused = { state: 'refused', code: '5.1.1', hold: UNHEARD } as const;
      await submit(planned, [answered(planned.recipientId, refused)]);
      await journal.end(planned.mailId, { outcome: 'refused' });
      const report = await reportOn(bed(), planned);
      expect(report).toMatchObject({ state: 'held', hold: UNHEARD });
      expect((await journal.list({ held: true, limit: 5 })).map(({ id }) => id)).toEqual([
        planned.exchangeId,
      ]);
      expect(await stateOf(bed(), planned)).toBe('closing');
      await journal.abandon(report.id, 'Prévenu par téléphone.', 'essai');
      expect(await stateOf(bed(), planned)).toBe('ended');
    });

    it('of a mail put off for one recipient: the others are not written to again', async () => {
      const { journal, clock } = bed();
      const planned = await onTheWire(3);
      const [one = '', two = '', three = ''] = planned.ids;
      await submit(planned, [answered(one), answered(three, { state: 'refused', hold: UNHEARD })]);
      await journal.retryLater(planned.mailId, { code: 'SMTP-005', nextAt: clock.at() + 60_000, spentMs: 1 });
      expect(await recipientStates(planned)).toEqual(['sent', 'waiting', 'refused']);
      clock.advance(60_000);
      await begin(bed(), SMTP, planned.mailId);
      const mail = await journal.sentMail(planned.mailId);
      expect(mail?.recipients.filter(({ state }) => state === 'waiting').map(({ id }) => id)).toEqual([two]);
      const later = inThreeDays();
      await submit(planned, [answered(two)], { reportBy: later });
      await journal.end(planned.mailId, { outcome: 'accepted' });
      expect(await reportStates(planned, planned.ids)).toEqual(['expected', 'expected', 'held']);
      expect(await reportOn(bed(), { ...planned, recipientId: two })).toMatchObject({ nextAt: later });
      expect((await reportOn(bed(), { ...planned, recipientId: one })).nextAt).toBeLessThan(later);
    });

    it('says the same twice with no more effect than once', async () => {
      const { journal } = bed();
      const planned = await onTheWire(2);
      const [one = '', two = ''] = planned.ids;
      const record = (): SubmissionRecord['recipients'] => [
        answered(one),
        answered(two, { state: 'refused', owed: [zam(bed(), 'Z02', two)] }),
      ];
      await submit(planned, record());
      const before = await viewOf(bed(), planned.exchangeId);
      const reversed = [
        answered(one, { state: 'refused', hold: UNHEARD, owed: [zam(bed(), 'Z02', one)] }),
        answered(two),
      ];
      bed().clock.advance(1_000);
      await submit(planned, record());
      await submit(planned, reversed, { reportBy: undefined });
      expect(await viewOf(bed(), planned.exchangeId)).toEqual(before);
      expect(await recipientStates(planned)).toEqual(['sent', 'refused']);
      expect((await journal.backlog()).tallies).toHaveLength(1);
    });

    it('counts recipients by how they were reached, each once', async () => {
      const { journal } = bed();
      const planned = await onTheWire(3);
      const [one = '', two = '', three = ''] = planned.ids;
      await submit(
        planned,
        [
          answered(one),
          answered(two, { state: 'refused', code: '5.1.1', owed: [zam(bed(), 'Z02', two)] }),
          answered(three),
        ],
        { reportBy: undefined },
      );
      expect((await journal.backlog()).tallies).toEqual([
        { application: CREATOR, way: 'sent', outcome: 'accepted', code: '', count: 2 },
        { application: CREATOR, way: 'sent', outcome: 'refused', code: '5.1.1', count: 1 },
      ]);
    });

    it('of a mail that is not there: nothing', async () => {
      await bed().journal.submitted('nothing', { recipients: [answered('nobody')], reportBy: undefined });
      expect(await bed().journal.list({ limit: 1 })).toEqual([]);
    });

    it('leaves nothing behind where it breaks off', async () => {
      const planned = await onTheWire(2);
      const [one = '', two = ''] = planned.ids;
      const before = await viewOf(bed(), planned.exchangeId);
      const record = {
        recipients: [answered(one), answered(two, { state: 'refused', owed: [zam(bed(), 'Z02', two)] })],
        reportBy: inThreeDays(),
      } as const;
      const changes = await breaking(bed(), async journal => {
        await journal.submitted(planned.mailId, record);
      }).undone(async () => {
        expect(await viewOf(bed(), planned.exchangeId)).toEqual(before);
        expect(await recipientStates(planned)).toEqual(['waiting', 'waiting']);
      });
      expect(changes).toBeGreaterThan(5);
      expect(await recipientStates(planned)).toEqual(['sent', 'refused']);
    });
  });

  describe('a mail that waits for a person', () => {
    /** Put off for good: whoever asked is told that it has not arrived. */
    const heldMail = async (): Promise<PlannedRequest & { readonly told: NewDelivery }> => {
      const planned = await onTheWire();
      const told = zam(bed(), 'Z02', planned.recipientId, 'Z02 N');
      await bed().journal.hold(planned.mailId, GIVEN_UP, [told]);
      return { ...planned, told };
    };
    const again = ({ mailId, exchangeId }: PlannedRequest): Promise<void> =>
      deliveryOf(bed(), { exchangeId }, mailId).then(({ identifiers }) =>
        bed().journal.resend(mailId, { identifiers, payload: undefined, by: 'essai' }),
      );

    it('has its ZAM owed in the same transaction, once however often it is held', async () => {
      const { journal } = bed();
      const planned = await heldMail();
      expect(await zamText(bed(), planned, planned.told)).toBe('Z02 N');
      await again(planned);
      await begin(bed(), SMTP, planned.mailId);
      const second = zam(bed(), 'Z02', planned.recipientId, 'Z02 N, again');
      await journal.hold(planned.mailId, GIVEN_UP, [second]);
      expect(await zamsOf(bed(), planned.exchangeId)).toEqual([`Z02:${planned.recipientId}`]);
      expect(await zamText(bed(), planned, second)).toBeUndefined();
      expect(await zamText(bed(), planned, planned.told)).toBe('Z02 N');
    });

    it('leaves under its Message-ID and bytes once it is sent again, and its report is told late', async () => {
      const { journal } = bed();
      const planned = await heldMail();
      const { identifiers } = await deliveryOf(bed(), planned, planned.mailId);
      await again(planned);
      await begin(bed(), SMTP, planned.mailId);
      expect((await deliveryOf(bed(), planned, planned.mailId)).identifiers).toEqual(identifiers);
      expect(await payloadText(bed(), planned, `delivery:${planned.mailId}`)).toBe(`mail ${planned.mailId}`);
      await submit(planned, [answered(planned.recipientId)]);
      await journal.end(planned.mailId, { outcome: 'accepted' });
      await hear(bed(), receipt(bed(), planned, { zam: zam(bed(), 'Z02', planned.recipientId, 'Z02 Y') }));
      const { recipientId } = planned;
      expect(await zamsOf(bed(), planned.exchangeId)).toEqual([
        `Z02:${recipientId}`,
        `Z02:${recipientId}:late`,
      ]);
    });

    it('that is given up: no report is expected of those whom it did not leave for, and only of them', async () => {
      const { journal, clock } = bed();
      const planned = await onTheWire(2);
      const [one = ''] = planned.ids;
      await submit(planned, [answered(one)]);
      await journal.retryLater(planned.mailId, { code: 'SMTP-005', nextAt: clock.at(), spentMs: 1 });
      await begin(bed(), SMTP, planned.mailId);
      await journal.hold(planned.mailId, GIVEN_UP);
      await journal.abandon(planned.mailId, 'Sans objet.', 'essai');
      expect(await reportStates(planned, planned.ids)).toEqual(['expected', 'abandoned']);
      expect(await stateOf(bed(), planned)).toBe('closing');
      await hear(bed(), receipt(bed(), planned, { recipientId: one }));
      expect(await stateOf(bed(), planned)).toBe('ended');
    });

    it('that is given up: a failure that waits for a person goes on waiting', async () => {
      const { journal } = bed();
      const planned = await onTheWire();
      await hear(bed(), receipt(bed(), planned, { outcome: 'refused', hold: UNHEARD }));
      await journal.hold(planned.mailId, GIVEN_UP);
      await journal.abandon(planned.mailId, 'Sans objet.', 'essai');
      const report = await reportOn(bed(), planned);
      expect(report).toMatchObject({ state: 'held', hold: UNHEARD });
      await journal.abandon(report.id, 'Sans objet.', 'essai');
      expect(await stateOf(bed(), planned)).toBe('ended');
    });
  });
}
