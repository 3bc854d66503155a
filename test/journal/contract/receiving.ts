import { describe, expect, it } from 'vitest';
import {
  addDelivery,
  bringMail,
  claimIds,
  deliver,
  mdn,
  owed,
  recordOf,
  seeMail,
  viewOf,
} from '../../kit/journal.ts';
import type { ContractContext } from '../contract.ts';

const INBOX = { folder: 'INBOX', uidValidity: 7, uid: 12 };
const SOURCE = { mailbox: 'urologie', application: 'dpi', place: INBOX };

export function receivingContract({ bed, another }: ContractContext): void {
  describe('see', () => {
    it('begins an exchange for a mail, and finds it again', async () => {
      const { journal, clock } = bed();
      const first = await journal.see(SOURCE);
      const second = await journal.see(SOURCE);
      expect(first.readings).toBe(0);
      expect(second).toEqual(first);
      const { exchange } = await viewOf(bed(), first.exchangeId);
      expect(exchange).toMatchObject({
        state: 'seen',
        mailbox: 'urologie',
        application: 'dpi',
        place: INBOX,
      });
      expect(exchange.receivedAt).toBe(clock.at());
    });

    it.each([
      ['mailbox', { ...SOURCE, mailbox: 'cardiologie' }],
      ['UIDVALIDITY', { ...SOURCE, place: { ...INBOX, uidValidity: 8 } }],
      ['UID', { ...SOURCE, place: { ...INBOX, uid: 13 } }],
    ])('begins another one under another %s', async (_, other) => {
      const { journal } = bed();
      const first = await journal.see(SOURCE);
      expect((await journal.see(other)).exchangeId).not.toBe(first.exchangeId);
    });

    it('counts the readings that were begun, not the sightings', async () => {
      const { journal } = bed();
      const { exchangeId } = await journal.see(SOURCE);
      await journal.beginReading(exchangeId);
      await journal.beginReading(exchangeId);
      expect(await journal.see(SOURCE)).toEqual({ exchangeId, readings: 2 });
    });

    it('gives one exchange to two that see the same mail at once', async () => {
      const { journal } = bed();
      const [one, two] = await Promise.all([journal.see(SOURCE), journal.see(SOURCE)]);
      expect(two.exchangeId).toBe(one.exchangeId);
    });
  });

  describe('unread', () => {
    it('tells the mails with no finished reading, in order', async () => {
      const { journal } = bed();
      await bringMail(bed(), { uid: 901 });
      await seeMail(bed(), { uid: 902 });
      await bringMail(bed(), { uid: 903, state: 'held', documents: [] });
      expect(await journal.unread('urologie', 1, [904, 903, 902, 901])).toEqual([902, 904]);
      expect(await journal.unread('urologie', 2, [903, 901])).toEqual([901, 903]);
      expect(await journal.unread('cardiologie', 1, [901])).toEqual([901]);
      expect(await journal.unread('urologie', 1, [])).toEqual([]);
    });

    it('takes an inbox of thousands', async () => {
      const uids = Array.from({ length: 2_001 }, (_, index) => 10_000 + index);
      await bringMail(bed(), { uid: 10_700 });
      expect(await bed().journal.unread('urologie', 1, uids)).toEqual(uids.filter(uid => uid !== 10_700));
    });
  });

  describe('seenAgain', () => {
    const copied = async (): Promise<{ exchangeId: string; copy: string }> => {
      const { exchangeId, messageId } = await bringMail(bed(), { digest: 'same', uid: 911 });
      const copy = await seeMail(bed(), { uid: 912 });
      expect((await bed().journal.recognise(copy, messageId, 'same'))?.id).toBe(exchangeId);
      return { exchangeId, copy };
    };

    it('makes a copy of a mail a sighting of it, and its filing a debt, in one step', async () => {
      const { journal } = bed();
      const { exchangeId, copy } = await copied();
      // Until then a process that ends leaves a mail that is read again: nothing is decided by halves.
      expect(await journal.unread('urologie', 1, [911, 912])).toEqual([912]);
      const filing = owed(bed(), exchangeId, { subject: 'copy:1:912' });
      await journal.seenAgain(copy, exchangeId, { filing });
      expect(await journal.exchange(copy)).toBeUndefined();
      expect(await journal.unread('urologie', 1, [911, 912])).toEqual([]);
      const { events, deliveries } = await viewOf(bed(), exchangeId);
      expect(events.map(({ type }) => type)).toContain('seen-again');
      expect(deliveries.find(({ id }) => id === filing.id)?.state).toBe('waiting');
    });

    it('follows a mail to the place that a new UIDVALIDITY gave it', async () => {
      const { journal } = bed();
      const { exchangeId, copy } = await copied();
      const place = { folder: 'INBOX', uidValidity: 2, uid: 1 };
      await journal.seenAgain(copy, exchangeId, { place });
      expect((await viewOf(bed(), exchangeId)).exchange.place).toEqual(place);
      expect(await journal.exchange(copy)).toBeUndefined();
    });

    it('drops no exchange that was recorded meanwhile', async () => {
      const { exchangeId } = await bringMail(bed());
      const other = await bringMail(bed());
      await bed().journal.seenAgain(other.exchangeId, exchangeId, {
        place: { folder: 'INBOX', uidValidity: 2, uid: 1 },
      });
      expect(await bed().journal.exchange(other.exchangeId)).toBeDefined();
      expect((await viewOf(bed(), exchangeId)).events.map(({ type }) => type)).not.toContain('seen-again');
    });
  });

  describe('recognise', () => {
    it.each([
      ['another Message-ID', { messageId: '<other@labo.example>' }],
      ['other bytes', { digest: 'other' }],
      ['another mailbox', { mailbox: 'cardiologie' }],
    ])('does not take %s for the same', async (_, other: Partial<Record<string, string>>) => {
      const first = await bringMail(bed(), { digest: 'same' });
      const second = await seeMail(bed(), { mailbox: other['mailbox'] ?? 'urologie' });
      const found = await bed().journal.recognise(
        second,
        other['messageId'] ?? first.messageId,
        other['digest'] ?? 'same',
      );
      expect(found).toBeUndefined();
      expect(await bed().journal.exchange(second)).toBeDefined();
    });

    it('knows mails without a Message-ID by their bytes', async () => {
      const { exchangeId } = await bringMail(bed(), { messageId: undefined, digest: 'same' });
      const copy = await seeMail(bed());
      expect((await bed().journal.recognise(copy, undefined, 'same'))?.id).toBe(exchangeId);
    });

    it('drops no exchange that was recorded, however late it is asked', async () => {
      const first = await bringMail(bed(), { digest: 'same', messageId: '<one@labo.example>' });
      const second = await bringMail(bed(), { digest: 'same', messageId: '<one@labo.example>' });
      expect(await bed().journal.recognise(first.exchangeId, '<one@labo.example>', 'same')).toBeUndefined();
      expect(await bed().journal.exchange(first.exchangeId)).toBeDefined();
      expect(await bed().journal.exchange(second.exchangeId)).toBeDefined();
    });
  });

  describe('record', () => {
    it('stores a reading whole', async () => {
      const { journal, clock } = bed();
      const exchangeId = await seeMail(bed());
      const spec = {
        patient: 'p1',
        parentIds: ['1.2^A', '1.2^B'],
        confidentiality: ['N', 'V'],
        setId: '1.2^S',
      };
      const recorded = {
        ...recordOf(bed(), exchangeId, {
          documents: [spec, { start: { state: 'held', fault: { code: 'DOC-001' } } }],
          payloads: [{ name: 'mail', bytes: Buffer.from('head') }],
          events: [{ type: 'files-not-described', data: { count: 2 } }],
        }),
        deliveries: [owed(bed(), exchangeId, { subject: 'failed' })],
      };
      await journal.record(recorded);
      const { exchange, documents, deliveries, events } = await viewOf(bed(), exchangeId);
      expect(exchange).toMatchObject({
        nature: 'document',
        state: 'open',
        messageId: recorded.messageId,
        digest: recorded.digest,
        sender: recorded.sender,
        concludedAt: undefined,
        endedAt: undefined,
      });
      expect(documents.map(({ document }) => document)).toEqual(
        recorded.documents.map(({ document }, position) => ({ ...document, exchangeId, position })),
      );
      expect(deliveries.map(({ state, kind, hold }) => [kind, state, hold?.code])).toEqual([
        ['mdm', 'waiting', undefined],
        ['mdm', 'held', 'DOC-001'],
        ['file', 'waiting', undefined],
      ]);
      expect(
        deliveries.every(({ createdAt, nextAt }) => createdAt === clock.at() && nextAt === clock.at()),
      ).toBe(true);
      expect(events).toMatchObject([{ type: 'files-not-described', data: { count: 2 } }]);
      expect(Buffer.from((await journal.payload(exchangeId, 'mail')) ?? []).toString()).toBe('head');
    });

    it('takes one of two readings at once', async () => {
      const exchangeId = await seeMail(bed());
      const records = [recordOf(bed(), exchangeId), recordOf(bed(), exchangeId)];
      await Promise.all(records.map(record => bed().journal.record(record)));
      const { documents, deliveries } = await viewOf(bed(), exchangeId);
      expect(deliveries).toHaveLength(1);
      expect(records.map(({ documents: [planned] }) => planned?.document.id)).toContain(
        documents[0]?.document.id,
      );
    });

    it('ends at once an exchange of which nothing is owed', async () => {
      const { exchangeId } = await bringMail(bed(), { state: 'closing', nature: 'other', documents: [] });
      expect((await viewOf(bed(), exchangeId)).exchange).toMatchObject({
        state: 'ended',
        endedAt: bed().clock.at(),
      });
    });

    it('counts a document that was refused on reading, and waits for it no longer', async () => {
      const ending = { outcome: 'refused', code: '906', label: 'Autre', reason: 'Abîmé.' } as const;
      const { exchangeId } = await bringMail(bed(), {
        documents: [{ start: { state: 'done', ending } }],
      });
      expect(await bed().journal.readyToConclude(10)).toEqual([exchangeId]);
      const { tallies } = await bed().journal.backlog();
      expect(tallies).toEqual([
        { application: 'dpi', way: 'received', outcome: 'refused', code: '906', count: 1 },
      ]);
      const [planned] = (await viewOf(bed(), exchangeId)).documents;
      expect(planned?.delivery.ending).toEqual(ending);
    });
  });

  describe('vanish', () => {
    it('ends a reading whose mail is gone', async () => {
      const { journal, clock } = bed();
      const exchangeId = await seeMail(bed(), { uid: 921 });
      await journal.vanish(exchangeId, { code: 'MAIL-012' });
      const { exchange, events } = await viewOf(bed(), exchangeId);
      expect(exchange).toMatchObject({ state: 'ended', fault: { code: 'MAIL-012' }, endedAt: clock.at() });
      expect(events).toMatchObject([{ type: 'vanished', data: { code: 'MAIL-012' } }]);
      expect(await journal.unread('urologie', 1, [921])).toEqual([]);
    });

    it('leaves an exchange alone that was recorded', async () => {
      const { exchangeId } = await bringMail(bed());
      await bed().journal.vanish(exchangeId, { code: 'MAIL-012' });
      expect((await viewOf(bed(), exchangeId)).exchange).toMatchObject({ state: 'open', fault: undefined });
    });

    it('waits for what else the exchange owes', async () => {
      const { journal } = bed();
      const { exchangeId } = await bringMail(bed(), { state: 'held', documents: [] });
      const read = owed(bed(), exchangeId, { kind: 'read', subject: '' });
      await journal.reread(exchangeId, read, 'essai');
      expect(await claimIds(bed(), 'imap:urologie')).toEqual([read.id]);
      await journal.vanish(exchangeId, { code: 'MAIL-012' });
      expect((await viewOf(bed(), exchangeId)).exchange.state).toBe('closing');
      await deliver(bed(), read.id);
      expect((await viewOf(bed(), exchangeId)).exchange.state).toBe('ended');
    });
  });

  describe('findDocument', () => {
    it('gives the latest of an application under a unique id', async () => {
      const { journal } = bed();
      await bringMail(bed(), { documents: [{ uniqueId: '1.2^A', sha1: 'one' }] });
      await bringMail(bed(), { documents: [{ uniqueId: '1.2^A', sha1: 'two' }] });
      await bringMail(bed(), { application: 'ris', documents: [{ uniqueId: '1.2^A', sha1: 'three' }] });
      expect((await journal.findDocument('dpi', '1.2^A'))?.sha1).toBe('two');
      expect((await journal.findDocument('ris', '1.2^A'))?.sha1).toBe('three');
      expect(await journal.findDocument('dpi', '1.2^B')).toBeUndefined();
    });
  });

  describe('what is owed', () => {
    it('adds what is owed once for an exchange, kind, target and subject', async () => {
      const { exchangeId } = await bringMail(bed());
      const first = mdn(bed(), exchangeId);
      await addDelivery(bed(), exchangeId, first);
      await addDelivery(bed(), exchangeId, mdn(bed(), exchangeId));
      const { deliveries } = await viewOf(bed(), exchangeId);
      expect(deliveries.filter(({ kind }) => kind === 'mdn').map(({ id }) => id)).toEqual([first.id]);
    });

    it.each(['file', 'read'] as const)('owes a %s again once it was done or held', async kind => {
      const { journal } = bed();
      const { exchangeId } = await bringMail(bed());
      const asked = { kind, subject: '' };
      const { id } = owed(bed(), exchangeId, asked);
      await addDelivery(bed(), exchangeId, { ...owed(bed(), exchangeId, asked), id });
      await claimIds(bed(), 'imap:urologie');
      await journal.end(id, { outcome: 'abandoned', reason: 'not-there' });
      bed().clock.advance(5_000);
      await addDelivery(bed(), exchangeId, owed(bed(), exchangeId, asked));
      const again = (await viewOf(bed(), exchangeId)).deliveries.find(delivery => delivery.id === id);
      expect(again).toMatchObject({
        state: 'waiting',
        nextAt: bed().clock.at(),
        attempts: 0,
        ending: undefined,
      });

      expect(await claimIds(bed(), 'imap:urologie')).toEqual([id]);
      await journal.hold(id, { code: 'IMAP-005' });
      await addDelivery(bed(), exchangeId, owed(bed(), exchangeId, asked));
      const held = (await viewOf(bed(), exchangeId)).deliveries.find(delivery => delivery.id === id);
      expect(held).toMatchObject({ state: 'waiting', hold: undefined });
    });

    it.each(['mdm', 'mdn', 'error-mail'] as const)('never owes a %s again', async kind => {
      const { exchangeId } = await bringMail(bed());
      const asked = { kind, subject: 'x', target: 'somebody' };
      const first = owed(bed(), exchangeId, asked);
      await addDelivery(bed(), exchangeId, first);
      await claimIds(bed(), 'somebody');
      await deliver(bed(), first.id);
      await addDelivery(bed(), exchangeId, owed(bed(), exchangeId, asked));
      expect(await claimIds(bed(), 'somebody')).toEqual([]);
    });

    it('opens an exchange that had ended until what is owed is done', async () => {
      const { exchangeId } = await bringMail(bed(), { state: 'closing', nature: 'other', documents: [] });
      const copy = owed(bed(), exchangeId, { subject: 'copy:1:2' });
      await addDelivery(bed(), exchangeId, copy);
      expect((await viewOf(bed(), exchangeId)).exchange).toMatchObject({
        state: 'closing',
        endedAt: undefined,
      });
      await claimIds(bed(), 'imap:urologie');
      await deliver(bed(), copy.id);
      expect((await viewOf(bed(), exchangeId)).exchange.state).toBe('ended');
    });
  });

  describe('moved', () => {
    it('remembers where a mail lies', async () => {
      const { journal } = bed();
      const { exchangeId } = await bringMail(bed());
      await journal.moved(exchangeId, { folder: 'Traites', uidValidity: 3, uid: 4 });
      const { exchange } = await viewOf(bed(), exchangeId);
      expect(exchange.place).toEqual({ folder: 'Traites', uidValidity: 3, uid: 4 });
      await journal.moved(exchangeId, undefined);
      expect((await viewOf(bed(), exchangeId)).exchange.place).toBeUndefined();
    });
  });

  describe('keyOf', () => {
    it('is the same for an identity in every process, and tells nothing of it', async () => {
      const other = await another();
      const key = bed().journal.keyOf('dpi|279035121518989');
      expect(other.journal.keyOf('dpi|279035121518989')).toBe(key);
      expect(bed().journal.keyOf('dpi|279035121518990')).not.toBe(key);
      expect(key).toMatch(/^[\w-]{22}$/);
    });
  });
}
