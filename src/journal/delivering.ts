import { publicCode } from '../basics/public-code.ts';
import { describe, type ErrorCode } from '../errors/catalogue.ts';
import { addEvent, type JournalContext, now } from './context.ts';
import { endDelivery } from './ending.ts';
import type { Statements } from './engine.ts';
import type { DeliveryKind, Journal, NewDelivery } from './journal.ts';
import { oweWithBytes } from './owing.ts';
import { bytesOf, packAll, payloadName, putPayloads } from './payload-rows.ts';
import { type PackedPayload, unpack } from './payloads.ts';
import { waitForOriginalRequest } from './request-order.ts';
import { bytes, deliveryOf, number, text } from './rows.ts';
import * as sql from './sql.ts';

type Delivering = Pick<
  Journal,
  | 'due'
  | 'claim'
  | 'claimAfter'
  | 'keep'
  | 'sending'
  | 'release'
  | 'retryLater'
  | 'hold'
  | 'end'
  | 'payload'
  | 'recover'
  | 'readyToConclude'
  | 'conclude'
>;

/** What a sender is told, once for a mail (docs/design.md §4, invariant 5). */
const NOTIFICATIONS: ReadonlySet<DeliveryKind> = new Set<DeliveryKind>(['mdn', 'error-mail']);

/** The delivering side of the journal: claimed, sent, ended, concluded. The delivery table is the queue. */
export function delivering(context: JournalContext): Delivering {
  const { engine } = context;
  return {
    due: () =>
      engine.read(async statements =>
        (await statements.all(sql.DUE, now(context))).map(row => text(row, 'target')),
      ),

    claim: (target, limit, retries = limit) =>
      engine.write(async statements => {
        const at = now(context);
        const take = (statement: string, most: number) =>
          most > 0 ? statements.all(statement, at, target, at, most) : [];
        const tried = retries < limit ? await take(sql.CLAIM_TRIED, retries) : [];
        const rows = await take(retries < limit ? sql.CLAIM_NEW : sql.CLAIM, limit - tried.length);
        return [...tried, ...rows].toSorted((a, b) => number(a, 'seq') - number(b, 'seq')).map(deliveryOf);
      }),

    claimAfter: (target, deliveryId) =>
      engine.write(async statements => {
        const at = now(context);
        const row =
          (await statements.first(sql.CLAIM_AFTER, at, target, at, deliveryId, 1)) ??
          (await statements.first(sql.CLAIM, at, target, at, 1));
        return row === undefined ? [] : [deliveryOf(row)];
      }),

    keep: async (deliveryId, bytes) => {
      const row = await engine.read(statements => statements.first(sql.DELIVERY_GET, deliveryId));
      if (row === undefined) return;
      const exchangeId = text(row, 'exchange_id');
      const packed = await packAll(context, exchangeId, [{ name: payloadName(deliveryId), bytes }]);
      await engine.write(statements => putPayloads(statements, exchangeId, packed));
    },

    sending: deliveryId =>
      engine.write(async statements => {
        await statements.run(sql.SENDING, deliveryId);
      }),

    release: deliveryId =>
      engine.write(async statements => {
        await statements.run(sql.RELEASE, deliveryId);
      }),

    retryLater: (deliveryId, { code, nextAt, spentMs }) =>
      engine.write(async statements => {
        const row = await statements.first(
          sql.RETRY_LATER,
          nextAt,
          spentMs,
          code,
          ambiguity(code),
          deliveryId,
        );
        if (row === undefined) return;
        await addEvent(statements, text(row, 'exchange_id'), now(context), {
          type: 'attempt-failed',
          deliveryId,
          data: { code, nextAt },
        });
      }),

    hold: async (deliveryId, fault, owed = [], last) => {
      const packed = await packOwed(context, deliveryId, owed);
      await engine.write(async statements => {
        const row = await statements.first(sql.HOLD, JSON.stringify(fault), ambiguity(last), deliveryId);
        if (row === undefined) return;
        const at = now(context);
        const owner = { exchangeId: text(row, 'exchange_id'), mailbox: text(row, 'mailbox') };
        await oweWithBytes(statements, owner, owed, packed, at);
        await addEvent(statements, owner.exchangeId, at, {
          type: 'held',
          deliveryId,
          data: { code: fault.code },
        });
      });
    },

    end: async (deliveryId, ending, owed = []) => {
      const packed = await packOwed(context, deliveryId, owed);
      await engine.write(async statements => {
        const at = now(context);
        // Owed before it ends: what waits for it may have to wait for them.
        if (owed.length > 0) await oweBecauseOf(statements, deliveryId, owed, packed, at);
        await endDelivery(statements, deliveryId, ending, { at });
      });
    },

    payload: async (exchangeId, name) => {
      const row = await engine.read(statements => statements.first(sql.PAYLOAD_GET, exchangeId, name));
      if (row === undefined) return undefined;
      const packed = {
        name: `${exchangeId}/${name}`,
        deflated: row['deflated'] === 1,
        sealed: row['sealed'] === 1,
        bytes: bytes(row, 'bytes'),
      };
      return unpack(packed, context.sealKey);
    },

    recover: () =>
      engine.write(async statements => {
        const claimed = await statements.run(sql.RECOVER_CLAIMED);
        const sending = await statements.all(sql.RECOVER_SENDING);
        for (const row of sending) {
          await addEvent(statements, text(row, 'exchange_id'), now(context), {
            type: 'interrupted',
            deliveryId: text(row, 'id'),
          });
        }
        return { claimed, sending: sending.length };
      }),

    readyToConclude: (limit, after = '') =>
      engine.read(async statements =>
        (await statements.all(sql.READY_TO_CONCLUDE, after, limit)).map(row => text(row, 'id')),
      ),

    conclude: async (exchangeId, { outcome, code, hold, deliveries, events }) => {
      const packed = await packAll(context, exchangeId, bytesOf(deliveries));
      await engine.write(async statements => {
        const at = now(context);
        const before = await statements.first(sql.EXCHANGE_GET, exchangeId);
        const changed = await statements.run(
          sql.CONCLUDE,
          hold === undefined ? 'closing' : 'held',
          hold === undefined ? null : JSON.stringify(hold),
          outcome,
          code ?? null,
          at,
          exchangeId,
        );
        if (before === undefined || changed === 0) return;
        const owner = { exchangeId, mailbox: text(before, 'mailbox') };
        // Concluded before, then sent again by a person: nobody is told twice.
        const told = before['concluded_at'] !== null;
        const owed = deliveries.filter(({ kind }) => !(told && NOTIFICATIONS.has(kind)));
        await oweWithBytes(statements, owner, owed, packed, at);
        await addEvent(statements, exchangeId, at, {
          type: 'concluded',
          data: { outcome, ...(code === undefined ? {} : { code: publicCode(code) }) },
        });
        for (const event of events) await addEvent(statements, exchangeId, at, event);
        await statements.run(sql.EXCHANGE_END_IF_DONE, at, exchangeId);
      });
    },
  };
}

/** The bytes of what a delivery gives rise to, deflated and sealed outside the transaction. */
async function packOwed(
  context: JournalContext,
  deliveryId: string,
  owed: readonly NewDelivery[],
): Promise<PackedPayload[]> {
  const bytes = bytesOf(owed);
  if (bytes.length === 0) return [];
  const row = await context.engine.read(statements => statements.first(sql.DELIVERY_GET, deliveryId));
  return row === undefined ? [] : packAll(context, text(row, 'exchange_id'), bytes);
}

async function oweBecauseOf(
  statements: Statements,
  deliveryId: string,
  owed: readonly NewDelivery[],
  packed: readonly PackedPayload[],
  at: number,
): Promise<void> {
  const row = await statements.first(sql.DELIVERY_GET, deliveryId);
  if (row === undefined || text(row, 'state') === 'done') return;
  const owner = { exchangeId: text(row, 'exchange_id'), mailbox: text(row, 'mailbox') };
  for (const delivery of await oweWithBytes(statements, owner, owed, packed, at)) {
    await waitForOriginalRequest(statements, owner.exchangeId, delivery);
  }
}

/** 1 for an attempt whose end is not known, else 0. */
function ambiguity(code: ErrorCode | undefined): number {
  return Number(code !== undefined && describe(code).class === 'ambiguous');
}
