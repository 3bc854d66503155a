import { describe, expect, it } from 'vitest';
import { breaking } from '../../kit/breaking.ts';
import { claimIds, deliveryOf, viewOf } from '../../kit/journal.ts';
import {
  begin,
  bringRequest,
  CREATOR,
  DMP,
  eventsOf,
  mailsOf,
  payloadText,
  planRequest,
  PREPARE,
  prepare,
  type RequestSpec,
  SMTP,
} from '../../kit/requests.ts';
import type { ContractContext } from '../contract.ts';

const WINDOW = 7 * 86_400_000;

/** How a request is taken, known again and prepared. */
export function requestingContract({ bed, another }: ContractContext): void {
  describe('acceptRequest', () => {
    it('stores all of it in one transaction', async () => {
      const { journal, clock } = bed();
      const planned = await bringRequest(bed(), {
        recipients: [
          { address: 'a@medecin.example' },
          { audience: 'patient', address: '279035121518989@patient.example' },
          { address: 'b@medecin.example' },
        ],
        documents: [{ uniqueId: '1^A' }, { uniqueId: '1^B' }],
        dmp: true,
        from: { controlId: 'MSG1' },
      });
      const { exchange, requested, deliveries, events } = await viewOf(bed(), planned.exchangeId);
      expect(exchange).toMatchObject({
        nature: 'request',
        mailbox: 'urologie',
        application: CREATOR,
        state: 'closing',
        messageId: 'MSG1',
        receivedAt: clock.at(),
        endedAt: undefined,
      });
      expect(deliveries.map(({ kind, state }) => [kind, state])).toEqual([
        ['prepare', 'waiting'],
        ['dmp', 'waiting'],
      ]);
      expect(events).toMatchObject([{ type: 'request-accepted', data: { documents: 2 } }]);
      expect(await journal.requestFacts(planned.exchangeId)).toEqual({
        application: CREATOR,
        facts: planned.request.facts,
      });
      expect(await payloadText(bed(), planned, 'request')).toBe(`kept ${planned.exchangeId}`);
      expect((await journal.findDocument(CREATOR, '1^B'))?.exchangeId).toBe(planned.exchangeId);
      const recipients = await journal.recipients(planned.exchangeId);
      expect(requested?.recipients).toEqual(recipients);
      expect(requested?.documents.map(({ uniqueId }) => uniqueId)).toEqual(['1^A', '1^B']);
      expect(recipients.map(({ address }) => address)).toEqual([
        'a@medecin.example',
        'b@medecin.example',
        undefined,
      ]);
      expect(recipients).toEqual(
        planned.request.recipients.map(recipient => ({
          ...recipient,
          exchangeId: planned.exchangeId,
          state: 'waiting',
          reception: undefined,
          reading: undefined,
        })),
      );
      expect((await journal.due()).toSorted()).toEqual([DMP, PREPARE]);
    });

    it('is over at once where nothing is asked for that could be owed', async () => {
      const { exchangeId } = await bringRequest(bed(), { recipients: [] });
      expect((await viewOf(bed(), exchangeId)).exchange.state).toBe('ended');
      expect(await bed().journal.due()).toEqual([]);
    });

    const known: [string, RequestSpec, string, number][] = [
      ['the same message', {}, 'repeated', 0],
      ['the same message on the last day of the window', {}, 'repeated', WINDOW],
      ['other bytes under the same name', { digest: 'other' }, 'conflict', 0],
      ['other bytes on the last day of the window', { digest: 'other' }, 'conflict', WINDOW],
      ['the same message after the window', {}, 'accepted', WINDOW + 1],
      ['other bytes after the window', { digest: 'other' }, 'accepted', WINDOW + 1],
      ['the same name from another application', { application: 'ris' }, 'accepted', 0],
      ['another MSH-3', { from: { application: 'RIS' } }, 'accepted', 0],
      ['another MSH-4', { from: { facility: 'LABO_Z' } }, 'accepted', 0],
      ['another MSH-10', { from: { controlId: 'MSG2' } }, 'accepted', 0],
    ];

    it.each(known)('of %s: %s', async (_, change, expected, later) => {
      const { journal, clock } = bed();
      const spec: RequestSpec = { digest: 'same', from: { controlId: 'MSG1' } };
      const first = await bringRequest(bed(), spec);
      clock.advance(later);
      const since = clock.at() - WINDOW;
      const from = { controlId: 'MSG1', ...change.from };
      const second = planRequest(bed(), { ...spec, ...change, from, since });
      const name = { ...second.request, since };
      expect(await journal.recogniseRequest(name)).toBe(expected === 'accepted' ? undefined : expected);
      expect(await journal.acceptRequest(second.request)).toBe(expected);
      const exchanges = (await journal.list({ limit: 10 })).map(({ id }) => id);
      expect(exchanges).toEqual([...(expected === 'accepted' ? [second.exchangeId] : []), first.exchangeId]);
      // Noted at each return, by whichever method recognised it; of a conflict the first one knows nothing.
      const noted = expected === 'repeated' ? ['request-repeated', 'request-repeated'] : [];
      expect(await eventsOf(bed(), first.exchangeId)).toEqual(['request-accepted', ...noted]);
      const kept = await journal.payload(second.exchangeId, 'request');
      expect(kept === undefined).toBe(expected !== 'accepted');
    });

    it('remembers no message that was refused: under its name another one is accepted', async () => {
      const { journal } = bed();
      await bringRequest(bed(), { digest: 'first', from: { controlId: 'MSG1' } });
      const conflicting = planRequest(bed(), { digest: 'second', from: { controlId: 'MSG1' } });
      expect(await journal.acceptRequest(conflicting.request)).toBe('conflict');
      const again = planRequest(bed(), { digest: 'first', from: { controlId: 'MSG1' } });
      expect(await journal.acceptRequest(again.request)).toBe('repeated');
    });

    it('compares with the latest where a name was used before, also once the window is made longer', async () => {
      const { journal, clock } = bed();
      await bringRequest(bed(), { digest: 'first', from: { controlId: 'MSG1' } });
      clock.advance(WINDOW + 1);
      const since = clock.at() - WINDOW;
      await bringRequest(bed(), { digest: 'second', from: { controlId: 'MSG1' }, since });
      const again = (digest: string, from: number): ReturnType<typeof journal.acceptRequest> =>
        journal.acceptRequest(
          planRequest(bed(), { digest, from: { controlId: 'MSG1' }, since: from }).request,
        );
      expect([await again('second', since), await again('second', 0)]).toEqual(['repeated', 'repeated']);
      expect([await again('first', since), await again('first', 0)]).toEqual(['conflict', 'conflict']);
    });

    it('takes one of two that come at once, and none in another process after', async () => {
      const spec: RequestSpec = { digest: 'same', from: { controlId: 'MSG1' } };
      const planned = [planRequest(bed(), spec), planRequest(bed(), spec)];
      const accepted = await Promise.all(planned.map(({ request }) => bed().journal.acceptRequest(request)));
      expect(accepted.toSorted()).toEqual(['accepted', 'repeated']);
      const other = await another();
      expect(await other.journal.acceptRequest(planRequest(other, spec).request)).toBe('repeated');
      expect(await bed().journal.list({ limit: 10 })).toHaveLength(1);
      expect(await claimIds(bed(), PREPARE)).toHaveLength(1);
    });

    it('leaves nothing of a request behind where it breaks off, and takes it then', async () => {
      const { journal } = bed();
      const planned = planRequest(bed(), { documents: [{}, {}], recipients: [{}, {}], dmp: true });
      const changes = await breaking(bed(), other => other.acceptRequest(planned.request)).undone(
        async () => {
          expect(await journal.list({ limit: 1 })).toEqual([]);
          expect(await journal.recipients(planned.exchangeId)).toEqual([]);
          expect(await journal.requestFacts(planned.exchangeId)).toBeUndefined();
          expect(await journal.payload(planned.exchangeId, 'request')).toBeUndefined();
          expect(await journal.recogniseRequest(planned.request)).toBeUndefined();
          expect(await journal.due()).toEqual([]);
        },
      );
      // Exchange, request, documents, recipients, deliveries, event, payload, and what follows from them.
      expect(changes).toBeGreaterThan(10);
      expect(await journal.recogniseRequest(planned.request)).toBe('repeated');
    });
  });

  describe('a request that is prepared', () => {
    it('owes its mails and expects their reports, in the transaction that ends its preparation', async () => {
      const planned = await bringRequest(bed(), {
        recipients: [{}, {}, { audience: 'patient' }],
        patient: 'p',
      });
      await prepare(bed(), planned);
      const { exchange, deliveries } = await viewOf(bed(), planned.exchangeId);
      expect(exchange.state).toBe('closing');
      expect(deliveries.map(({ kind, state }) => [kind, state])).toEqual([
        ['prepare', 'done'],
        ['mail', 'waiting'],
        ['report', 'expected'],
        ['report', 'expected'],
        ['mail', 'waiting'],
        ['report', 'expected'],
      ]);
      for (const { id } of planned.mails) {
        expect(await payloadText(bed(), planned, `delivery:${id}`)).toBe(`mail ${id}`);
      }
      // One patient's mails leave one after the other.
      expect(await claimIds(bed(), SMTP)).toEqual([planned.mailId]);
    });

    it('owes nothing twice where its end is recorded twice', async () => {
      const { journal } = bed();
      const planned = await bringRequest(bed());
      await begin(bed(), PREPARE, planned.prepareId);
      await journal.end(planned.prepareId, { outcome: 'accepted' }, mailsOf(bed(), planned));
      const before = await viewOf(bed(), planned.exchangeId);
      await journal.end(planned.prepareId, { outcome: 'accepted' }, mailsOf(bed(), planned));
      expect(await viewOf(bed(), planned.exchangeId)).toEqual(before);
    });

    it('owes nothing where it has ended otherwise meanwhile', async () => {
      const { journal } = bed();
      const planned = await bringRequest(bed());
      await journal.abandon(planned.prepareId, 'Annulé.', 'essai');
      const before = await viewOf(bed(), planned.exchangeId);
      await journal.end(planned.prepareId, { outcome: 'accepted' }, mailsOf(bed(), planned));
      expect(await viewOf(bed(), planned.exchangeId)).toEqual(before);
      expect(await payloadText(bed(), planned, `delivery:${planned.mailId}`)).toBeUndefined();
    });

    it('expects what is due to nobody: no target, no claim, no backlog, no giving up', async () => {
      const { journal, clock } = bed();
      const planned = await bringRequest(bed());
      await prepare(bed(), planned);
      const { deliveries } = await viewOf(bed(), planned.exchangeId);
      const report = deliveries.find(({ kind }) => kind === 'report');
      clock.advance(10_000 * 86_400_000);
      expect(await journal.due()).toEqual([SMTP]);
      expect(await claimIds(bed(), CREATOR)).toEqual([]);
      expect((await journal.backlog()).targets.map(({ kind }) => kind)).toEqual(['mail']);
      expect(await journal.overdueReports(10)).toEqual([]);
      expect(await journal.pullForward({ retryBy: clock.at(), reportBy: clock.at() })).toBe(0);
      const by = 'essai';
      await expect(journal.abandon(report?.id ?? '', 'Non.', by)).rejects.toThrow('JRN-005');
      const renewed = { identifiers: {}, payload: Buffer.from('?'), by };
      await expect(journal.resend(report?.id ?? '', renewed)).rejects.toThrow('JRN-005');
      expect(await journal.recover()).toEqual({ claimed: 0, sending: 0 });
      expect(await deliveryOf(bed(), planned, report?.id ?? '')).toEqual(report);
    });
  });

  describe('sentMail', () => {
    it('is the mail of a request with those whom it went to', async () => {
      const { journal } = bed();
      const planned = await bringRequest(bed(), { recipients: [{}, {}, { audience: 'patient' }] });
      await prepare(bed(), planned);
      const mail = await journal.sentMail(planned.mailId);
      expect(mail).toMatchObject({
        exchange: { id: planned.exchangeId, application: CREATOR },
        delivery: { id: planned.mailId, kind: 'mail' },
        facts: planned.request.facts,
      });
      expect(mail?.recipients.map(({ id }) => id)).toEqual(planned.mails[0]?.recipients.map(({ id }) => id));
    });

    it('is nothing for any other id', async () => {
      const { journal } = bed();
      const planned = await bringRequest(bed());
      await prepare(bed(), planned);
      for (const id of [planned.prepareId, planned.exchangeId, planned.recipientId, '', 'x']) {
        expect(await journal.sentMail(id)).toBeUndefined();
      }
    });
  });

  describe('a request', () => {
    it('is no mail that its mailbox received', async () => {
      const { journal } = bed();
      await bringRequest(bed());
      expect(await journal.lastMail('urologie')).toBeUndefined();
    });

    it('is listed under the mailbox that its mails leave from', async () => {
      const { exchangeId } = await bringRequest(bed());
      const listed = await bed().journal.list({ mailbox: 'urologie', limit: 5 });
      expect(listed.map(({ id }) => id)).toEqual([exchangeId]);
    });
  });
}
