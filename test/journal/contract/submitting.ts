import { describe, expect, it } from 'vitest';
import type { NewDelivery, SubmissionRecord } from '../../../src/journal/journal.ts';
import { claimIds, deliver, deliveryOf, viewOf } from '../../kit/journal.ts';
import {
  answered,
  begin,
  breaking,
  bringRequest,
  bringSentRequest,
  CREATOR,
  DAY,
  eventsOf,
  hear,
  type PlannedRequest,
  prepare,
  receipt,
  reportOn,
  SMTP,
  zam,
  zamsOf,
} from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

const UNHEARD = { code: 'OUT-002', detail: '5.1.1' } as const;
const OVERDUE = { code: 'OUT-003' } as const;
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
  const exchangeState = async ({ exchangeId }: PlannedRequest): Promise<string> =>
    (await viewOf(bed(), exchangeId)).exchange.state;
  const recipientStates = async ({ exchangeId }: PlannedRequest): Promise<string[]> =>
    (await bed().journal.recipients(exchangeId)).map(({ state }) => state);
  const reportStates = (planned: PlannedRequest, ids: readonly string[]): Promise<string[]> =>
    Promise.all(
      ids.map(async recipientId => {
        const { state, ending } = await reportOn(bed(), { ...planned, recipientId });
        return ending?.outcome ?? state;
      }),
    );
  const zamText = async (
    { exchangeId }: PlannedRequest,
    { id }: NewDelivery,
  ): Promise<string | undefined> => {
    const bytes = await bed().journal.payload(exchangeId, `delivery:${id}`);
    return bytes && Buffer.from(bytes).toString();
  };

  describe('submitted', () => {
    it('of a mail that was taken, where the operator reports: the report has its time', async () => {
      const planned = await onTheWire();
      const reportBy = inThreeDays();
      await submit(planned, [answered(planned.recipientId)], { reportBy });
      await bed().journal.end(planned.mailId, { outcome: 'accepted' });
      expect(await recipientStates(planned)).toEqual(['sent']);
      expect(await reportOn(bed(), planned)).toMatchObject({ state: 'expected', nextAt: reportBy });
      expect(await exchangeState(planned)).toBe('closing');
      const { events } = await viewOf(bed(), planned.exchangeId);
      expect(events.find(({ type }) => type === 'mail-submitted')).toMatchObject({
        deliveryId: planned.mailId,
        data: { sent: 1, refused: 0 },
      });
    });

    it('of a mail that was taken, where the operator sends no reports: nothing more is expected', async () => {
      const planned = await onTheWire();
      await submit(planned, [answered(planned.recipientId)], { reportBy: undefined });
      expect(await exchangeState(planned)).toBe('closing');
      await bed().journal.end(planned.mailId, { outcome: 'accepted' });
      expect(await reportStates(planned, planned.ids)).toEqual(['accepted']);
      expect(await exchangeState(planned)).toBe('ended');
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
      expect(await zamText(planned, owed)).toBe('Z02 N');
      expect(await exchangeState(planned)).toBe('closing');
      expect(await claimIds(bed(), CREATOR)).toEqual([owed.id]);
      await deliver(bed(), owed.id);
      expect(await exchangeState(planned)).toBe('ended');
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
      expect(await exchangeState(planned)).toBe('closing');
      await journal.abandon(report.id, 'Prévenu par téléphone.', 'essai');
      expect(await exchangeState(planned)).toBe('ended');
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
        { application: CREATOR, outcome: 'accepted', code: '', count: 2 },
        { application: CREATOR, outcome: 'refused', code: '5.1.1', count: 1 },
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
      expect(await zamText(planned, planned.told)).toBe('Z02 N');
      await again(planned);
      await begin(bed(), SMTP, planned.mailId);
      const second = zam(bed(), 'Z02', planned.recipientId, 'Z02 N, again');
      await journal.hold(planned.mailId, GIVEN_UP, [second]);
      expect(await zamsOf(bed(), planned.exchangeId)).toEqual([`Z02:${planned.recipientId}`]);
      expect(await zamText(planned, second)).toBeUndefined();
      expect(await zamText(planned, planned.told)).toBe('Z02 N');
    });

    it('leaves under its Message-ID and bytes once it is sent again, and its report is told late', async () => {
      const { journal } = bed();
      const planned = await heldMail();
      const { identifiers } = await deliveryOf(bed(), planned, planned.mailId);
      await again(planned);
      await begin(bed(), SMTP, planned.mailId);
      expect((await deliveryOf(bed(), planned, planned.mailId)).identifiers).toEqual(identifiers);
      expect(await journal.payload(planned.exchangeId, `delivery:${planned.mailId}`)).toEqual(
        Buffer.from(`mail ${planned.mailId}`),
      );
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
      expect(await exchangeState(planned)).toBe('closing');
      await hear(bed(), receipt(bed(), planned, { recipientId: one }));
      expect(await exchangeState(planned)).toBe('ended');
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
      expect(await exchangeState(planned)).toBe('ended');
    });
  });

  describe('a report that does not come', () => {
    const overdue = async (recipients = 1): Promise<PlannedRequest & { readonly ids: readonly string[] }> => {
      const planned = await bringSentRequest(bed(), {
        recipients: Array.from({ length: recipients }, () => ({})),
      });
      bed().clock.advance(3 * DAY);
      return { ...planned, ids: planned.mails[0]?.recipients.map(({ id }) => id) ?? [] };
    };

    it('is overdue once its time has come, the longest overdue first, so many at once', async () => {
      const { journal, clock } = bed();
      const reportBy = clock.at() + 3 * DAY;
      const late = await bringSentRequest(bed(), {}, { reportBy: reportBy + 1 });
      const early = await bringSentRequest(bed(), {}, { reportBy });
      clock.advance(3 * DAY - 1);
      expect(await journal.overdueReports(10)).toEqual([]);
      clock.advance(1);
      const subjects = async (limit: number): Promise<string[]> =>
        (await journal.overdueReports(limit)).map(({ subject }) => subject);
      expect(await subjects(10)).toEqual([early.recipientId]);
      clock.advance(1);
      expect(await subjects(10)).toEqual([early.recipientId, late.recipientId]);
      expect(await subjects(1)).toEqual([early.recipientId]);
    });

    it('waits for a person, and whoever asked is told, in one transaction and once', async () => {
      const { journal } = bed();
      const planned = await overdue();
      const [report] = await journal.overdueReports(10);
      if (report === undefined) throw new Error('a report that is overdue');
      const told = zam(bed(), 'Z02', planned.recipientId, 'Z02 N');
      await journal.reportOverdue(report, OVERDUE, [told]);
      expect(await reportOn(bed(), planned)).toMatchObject({ state: 'held', hold: OVERDUE });
      expect(await zamText(planned, told)).toBe('Z02 N');
      expect(await eventsOf(bed(), planned.exchangeId)).toContain('report-overdue');
      const before = await viewOf(bed(), planned.exchangeId);
      await journal.reportOverdue(report, OVERDUE, [zam(bed(), 'Z02', planned.recipientId)]);
      expect(await viewOf(bed(), planned.exchangeId)).toEqual(before);
      expect(await journal.overdueReports(10)).toEqual([]);
    });

    it('is not overdue where it came, or told a failure, since it was looked for', async () => {
      const { journal } = bed();
      const planned = await overdue(2);
      const [one = '', two = ''] = planned.ids;
      const reports = await journal.overdueReports(10);
      await hear(
        bed(),
        receipt(bed(), planned, { recipientId: one }),
        receipt(bed(), planned, { recipientId: two, outcome: 'refused', hold: UNHEARD }),
      );
      const before = await viewOf(bed(), planned.exchangeId);
      for (const report of reports) {
        await journal.reportOverdue(report, OVERDUE, [zam(bed(), 'Z02', report.subject)]);
      }
      expect(await viewOf(bed(), planned.exchangeId)).toEqual(before);
      expect(await reportStates(planned, planned.ids)).toEqual(['accepted', 'held']);
    });

    it.each([
      ['while it waits for a person', false],
      ['after a person gave it up', true],
    ])('is told all the same when it comes %s, and once', async (_, givenUp) => {
      const { journal } = bed();
      const planned = await overdue();
      const [report] = await journal.overdueReports(10);
      if (report === undefined) throw new Error('a report that is overdue');
      await journal.reportOverdue(report, OVERDUE, [zam(bed(), 'Z02', planned.recipientId, 'Z02 N')]);
      await claimIds(bed(), CREATOR);
      for (const { id, kind } of (await viewOf(bed(), planned.exchangeId)).deliveries) {
        if (kind === 'zam') await deliver(bed(), id);
      }
      if (givenUp) {
        await journal.abandon(report.id, 'Vu par téléphone.', 'essai');
        expect(await exchangeState(planned)).toBe('ended');
      }
      const late = zam(bed(), 'Z02', planned.recipientId, 'Z02 Y');
      await hear(bed(), receipt(bed(), planned, { zam: late }));
      expect(await reportOn(bed(), planned)).toMatchObject({
        state: 'done',
        ending: { outcome: 'accepted', reason: undefined },
        hold: undefined,
      });
      expect(await deliveryOf(bed(), planned, late.id)).toMatchObject({
        subject: `Z02:${planned.recipientId}:late`,
      });
      expect(await zamText(planned, late)).toBe('Z02 Y');
      expect(await exchangeState(planned)).toBe('closing');
      expect(await journal.list({ held: true, limit: 5 })).toEqual([]);

      const events = await eventsOf(bed(), planned.exchangeId);
      await hear(bed(), receipt(bed(), planned, { zam: zam(bed(), 'Z02', planned.recipientId) }));
      expect(await eventsOf(bed(), planned.exchangeId)).toEqual([...events, 'receipt-again']);
      expect(await zamsOf(bed(), planned.exchangeId)).toHaveLength(2);
      await claimIds(bed(), CREATOR);
      await deliver(bed(), late.id);
      expect(await exchangeState(planned)).toBe('ended');
    });

    it.each([
      ['while it waits for a person', false],
      ['after a person gave it up', true],
    ])('tells a failure that nobody asked to hear of %s: a person sees that', async (_, givenUp) => {
      const { journal } = bed();
      const planned = await overdue();
      const [report] = await journal.overdueReports(10);
      if (report === undefined) throw new Error('a report that is overdue');
      await journal.reportOverdue(report, OVERDUE, []);
      if (givenUp) await journal.abandon(report.id, 'Vu par téléphone.', 'essai');
      await hear(bed(), receipt(bed(), planned, { outcome: 'refused', code: '5.1.1', hold: UNHEARD }));
      expect(await reportOn(bed(), planned)).toMatchObject({ state: 'held', hold: UNHEARD });
      expect(await exchangeState(planned)).toBe('closing');
    });

    it('leaves nothing behind where its record breaks off', async () => {
      const { journal } = bed();
      const planned = await overdue();
      const [report] = await journal.overdueReports(10);
      if (report === undefined) throw new Error('a report that is overdue');
      const before = await viewOf(bed(), planned.exchangeId);
      const changes = await breaking(bed(), other =>
        other.reportOverdue(report, OVERDUE, [zam(bed(), 'Z02', planned.recipientId)]),
      ).undone(async () => expect(await viewOf(bed(), planned.exchangeId)).toEqual(before));
      expect(changes).toBeGreaterThan(3);
      expect(await reportOn(bed(), planned)).toMatchObject({ state: 'held' });
    });
  });
}
