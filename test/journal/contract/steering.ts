import { describe, expect, it } from 'vitest';
import type { NewDelivery } from '../../../src/journal/journal.ts';
import {
  type Brought,
  bringMail,
  claimIds,
  deliver,
  deliveryOf,
  mdn,
  owed,
  seeMail,
  viewOf,
} from '../../kit/journal.ts';
import type { ContractContext } from '../contract.ts';

const NOT_POSSIBLE = { fault: { code: 'JRN-005' } };
const HELD = { state: 'held', fault: { code: 'DOC-001' } } as const;
const RENEWED = { identifiers: { controlId: 'NEW' }, payload: Buffer.from('new bytes'), by: 'essai' };
const NOTHING = '00000000-0000-7000-8000-ffffffffffff';

export function steeringContract({ bed }: ContractContext): void {
  const heldMail = (): Promise<Brought> =>
    bringMail(bed(), { state: 'held', nature: 'unusable', fault: { code: 'MAIL-010' }, documents: [] });
  const refusedMail = async (): Promise<Brought> => {
    const mail = await bringMail(bed());
    await claimIds(bed());
    await bed().journal.end(mail.id, { outcome: 'refused', code: '902', label: 'Patient inconnu' });
    return mail;
  };
  const conclude = ({ exchangeId }: Brought, deliveries: readonly NewDelivery[] = []): Promise<void> =>
    bed().journal.conclude(exchangeId, {
      outcome: 'refused',
      code: '902',
      hold: undefined,
      deliveries,
      events: [],
    });
  const reading = (exchangeId: string): NewDelivery =>
    owed(bed(), exchangeId, { kind: 'read', subject: '', identifiers: {} });
  const stateOf = async ({ exchangeId }: Pick<Brought, 'exchangeId'>): Promise<string> =>
    (await viewOf(bed(), exchangeId)).exchange.state;

  const payloadText = async ({ exchangeId, id }: Brought): Promise<string> =>
    Buffer.from((await bed().journal.payload(exchangeId, `delivery:${id}`)) ?? []).toString();

  describe('resend', () => {
    it('sends a held document under new identifiers and bytes, with new patience', async () => {
      const { journal, clock } = bed();
      const mail = await bringMail(bed());
      await claimIds(bed());
      const failure = { code: 'SMTP-005', nextAt: clock.at(), spentMs: 900 } as const;
      await journal.retryLater(mail.id, failure);
      await claimIds(bed());
      await journal.hold(mail.id, { code: 'DOC-002' });
      clock.advance(60_000);
      await journal.resend(mail.id, RENEWED);
      expect(await deliveryOf(bed(), mail, mail.id)).toMatchObject({
        state: 'waiting',
        identifiers: { controlId: 'NEW' },
        attempts: 0,
        spentMs: 0,
        nextAt: clock.at(),
        hold: undefined,
        lastError: undefined,
      });
      expect(await payloadText(mail)).toBe('new bytes');
      expect((await viewOf(bed(), mail.exchangeId)).events.at(-1)).toMatchObject({
        type: 'resent',
        deliveryId: mail.id,
        data: { by: 'essai' },
      });
      await claimIds(bed());
      await deliver(bed(), mail.id);
      expect(await journal.readyToConclude(5)).toEqual([mail.exchangeId]);
    });

    it('opens again the exchange of a refused document', async () => {
      const { journal } = bed();
      const mail = await refusedMail();
      await conclude(mail);
      expect(await stateOf(mail)).toBe('ended');
      await journal.resend(mail.id, RENEWED);
      expect((await viewOf(bed(), mail.exchangeId)).exchange).toMatchObject({
        state: 'open',
        endedAt: undefined,
      });
      expect(await deliveryOf(bed(), mail, mail.id)).toMatchObject({ ending: undefined, endedAt: undefined });
      expect(await journal.readyToConclude(5)).toEqual([]);
      await claimIds(bed());
      await deliver(bed(), mail.id);
      expect(await journal.readyToConclude(5)).toEqual([mail.exchangeId]);
    });

    it('sends a held notification again as it is', async () => {
      const { journal } = bed();
      const mail = await refusedMail();
      const notification = mdn(bed(), mail.exchangeId);
      await conclude(mail, [notification]);
      await claimIds(bed(), 'smtp:urologie');
      await journal.hold(notification.id, { code: 'SMTP-001' });
      const { identifiers } = notification;
      await journal.resend(notification.id, { identifiers, payload: undefined, by: 'essai' });
      expect(await stateOf(mail)).toBe('closing');
      expect(await claimIds(bed(), 'smtp:urologie')).toEqual([notification.id]);
      await deliver(bed(), notification.id);
      expect(await stateOf(mail)).toBe('ended');
    });

    it('is refused where there is nothing to send', async () => {
      const { journal } = bed();
      const noBytes = await bringMail(bed(), { documents: [{ start: HELD, payload: null }] });
      const asIs = { ...RENEWED, payload: undefined };
      await expect(journal.resend(noBytes.id, asIs)).rejects.toMatchObject(NOT_POSSIBLE);
      await expect(journal.resend(NOTHING, RENEWED)).rejects.toMatchObject(NOT_POSSIBLE);
    });

    it.each(['waiting', 'claimed', 'sending', 'accepted', 'abandoned'])(
      'is refused while %s',
      async state => {
        const { journal } = bed();
        const mail = await bringMail(bed());
        if (state !== 'waiting') await claimIds(bed());
        if (state === 'sending') await journal.sending(mail.id);
        if (state === 'accepted') await journal.end(mail.id, { outcome: 'accepted' });
        if (state === 'abandoned') await journal.end(mail.id, { outcome: 'abandoned' });
        const before = await viewOf(bed(), mail.exchangeId);
        await expect(journal.resend(mail.id, RENEWED)).rejects.toMatchObject(NOT_POSSIBLE);
        expect(await viewOf(bed(), mail.exchangeId)).toEqual(before);
        expect(await payloadText(mail)).not.toBe('new bytes');
      },
    );
  });

  describe('reread', () => {
    it('has a held mail read again, from its first reading on', async () => {
      const { journal } = bed();
      const mail = await heldMail();
      const read = reading(mail.exchangeId);
      await journal.reread(mail.exchangeId, read, 'essai');
      const { exchange, events } = await viewOf(bed(), mail.exchangeId);
      expect(exchange).toMatchObject({ state: 'seen', readings: 0 });
      expect(events.at(-1)).toMatchObject({ type: 'reread', data: { by: 'essai' } });
      expect(await claimIds(bed(), 'imap:urologie')).toEqual([read.id]);
    });

    it('can be asked for again when the mail is held again', async () => {
      const { journal } = bed();
      const mail = await heldMail();
      const first = reading(mail.exchangeId);
      await journal.reread(mail.exchangeId, first, 'essai');
      await claimIds(bed(), 'imap:urologie');
      const again = { ...mail, nature: 'unusable', state: 'held', documents: [], deliveries: [] } as const;
      await journal.record({
        ...again,
        digest: undefined,
        sender: undefined,
        fault: { code: 'MAIL-010' },
        payloads: [],
        events: [],
      });
      await deliver(bed(), first.id);
      expect(await stateOf(mail)).toBe('held');
      await journal.reread(mail.exchangeId, reading(mail.exchangeId), 'essai');
      expect(await claimIds(bed(), 'imap:urologie')).toEqual([first.id]);
    });

    it('is refused unless the mail is held and nobody was told of it', async () => {
      const { journal } = bed();
      const seen = { exchangeId: await seeMail(bed()) };
      const open = await bringMail(bed());
      const ended = await bringMail(bed(), { state: 'closing', documents: [] });
      const concluded = await refusedMail();
      await journal.conclude(concluded.exchangeId, {
        outcome: 'refused',
        code: '902',
        hold: { code: 'DOC-004' },
        deliveries: [],
        events: [],
      });
      expect(await stateOf(concluded)).toBe('held');
      for (const { exchangeId } of [seen, open, ended, concluded]) {
        const before = await viewOf(bed(), exchangeId);
        await expect(journal.reread(exchangeId, reading(exchangeId), 'essai')).rejects.toMatchObject(
          NOT_POSSIBLE,
        );
        expect(await viewOf(bed(), exchangeId)).toEqual(before);
      }
      await expect(journal.reread(NOTHING, reading(NOTHING), 'essai')).rejects.toMatchObject(NOT_POSSIBLE);
    });
  });

  describe('abandon', () => {
    it.each(['held', 'waiting'])('gives up a document that is %s, with a reason', async state => {
      const { journal } = bed();
      const start = state === 'held' ? HELD : ({ state: 'waiting' } as const);
      const mail = await bringMail(bed(), { documents: [{ start }] });
      await journal.abandon(mail.id, 'Patient inconnu ici.', 'essai');
      expect(await deliveryOf(bed(), mail, mail.id)).toMatchObject({
        state: 'done',
        ending: { outcome: 'abandoned', code: '906', reason: 'Patient inconnu ici.' },
        hold: undefined,
      });
      expect((await viewOf(bed(), mail.exchangeId)).events.at(-1)).toMatchObject({
        type: 'abandoned',
        data: { by: 'essai', kind: 'mdm' },
      });
      expect(await journal.readyToConclude(5)).toEqual([mail.exchangeId]);
      expect((await journal.backlog()).tallies).toEqual([
        { application: 'dpi', way: 'received', outcome: 'abandoned', code: '906', count: 1 },
      ]);
    });

    it('lets an exchange end whose notification is given up', async () => {
      const { journal } = bed();
      const mail = await refusedMail();
      const notification = mdn(bed(), mail.exchangeId);
      await conclude(mail, [notification]);
      await journal.abandon(notification.id, 'Prévenu par téléphone.', 'essai');
      expect(await stateOf(mail)).toBe('ended');
      expect((await journal.backlog()).tallies).toHaveLength(1);
    });

    it('gives up the mail with a reading of it: it is not lost', async () => {
      const { journal } = bed();
      const mail = await heldMail();
      const read = reading(mail.exchangeId);
      await journal.reread(mail.exchangeId, read, 'essai');
      await claimIds(bed(), 'imap:urologie');
      await journal.hold(read.id, { code: 'IMAP-002' });
      await journal.abandon(read.id, 'Illisible.', 'essai');
      expect((await viewOf(bed(), mail.exchangeId)).exchange).toMatchObject({
        state: 'open',
        abandonReason: 'Illisible.',
      });
      expect(await journal.readyToConclude(5)).toEqual([mail.exchangeId]);
      expect((await journal.backlog()).tallies).toMatchObject([{ outcome: 'abandoned', code: '906' }]);
    });

    it.each(['claimed', 'sending', 'done'])('is refused while %s', async state => {
      const { journal } = bed();
      const mail = await bringMail(bed());
      await claimIds(bed());
      if (state !== 'claimed') await journal.sending(mail.id);
      if (state === 'done') await journal.end(mail.id, { outcome: 'accepted' });
      const before = await viewOf(bed(), mail.exchangeId);
      await expect(journal.abandon(mail.id, 'Non.', 'essai')).rejects.toMatchObject(NOT_POSSIBLE);
      await expect(journal.abandon(NOTHING, 'Non.', 'essai')).rejects.toMatchObject(NOT_POSSIBLE);
      expect(await viewOf(bed(), mail.exchangeId)).toEqual(before);
    });
  });

  describe('abandonMail', () => {
    it('gives up a held mail, which then waits to be concluded', async () => {
      const { journal } = bed();
      const mail = await heldMail();
      await journal.abandonMail(mail.exchangeId, 'Publicité.', 'essai');
      const { exchange, events } = await viewOf(bed(), mail.exchangeId);
      expect(exchange).toMatchObject({ state: 'open', abandonReason: 'Publicité.' });
      expect(events.at(-1)).toMatchObject({ type: 'abandoned', data: { by: 'essai' } });
      expect(await journal.readyToConclude(5)).toEqual([mail.exchangeId]);
      expect((await journal.backlog()).tallies).toMatchObject([{ outcome: 'abandoned', count: 1 }]);
    });

    it('only closes a mail that was concluded before', async () => {
      const { journal } = bed();
      const mail = await refusedMail();
      await journal.conclude(mail.exchangeId, {
        outcome: 'refused',
        code: '902',
        hold: { code: 'DOC-004' },
        deliveries: [],
        events: [],
      });
      await journal.abandonMail(mail.exchangeId, 'Prévenu par téléphone.', 'essai');
      expect((await viewOf(bed(), mail.exchangeId)).exchange).toMatchObject({
        state: 'ended',
        outcome: 'refused',
      });
      expect((await journal.backlog()).tallies).toMatchObject([{ outcome: 'refused', count: 1 }]);
    });

    it('is refused for a mail that is not held', async () => {
      const { journal } = bed();
      const seen = { exchangeId: await seeMail(bed()) };
      const ended = await bringMail(bed(), { state: 'closing', documents: [] });
      for (const { exchangeId } of [seen, ended, await bringMail(bed())]) {
        const before = await viewOf(bed(), exchangeId);
        await expect(journal.abandonMail(exchangeId, 'Non.', 'essai')).rejects.toMatchObject(NOT_POSSIBLE);
        expect(await viewOf(bed(), exchangeId)).toEqual(before);
      }
      await expect(journal.abandonMail(NOTHING, 'Non.', 'essai')).rejects.toMatchObject(NOT_POSSIBLE);
    });
  });
}
