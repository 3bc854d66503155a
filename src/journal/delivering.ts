import { addEvent, bytesOf, type JournalContext, now, owe, packAll, putPayloads, tally } from './context.ts';
import type { Journal } from './journal.ts';
import { unpack } from './payloads.ts';
import { deliveryOf, text } from './rows.ts';
import * as sql from './sql.ts';

type Delivering = Pick<
  Journal,
  | 'due'
  | 'claim'
  | 'sending'
  | 'release'
  | 'retry'
  | 'hold'
  | 'end'
  | 'payload'
  | 'recover'
  | 'settled'
  | 'conclude'
>;

/** The delivering side of the journal: claimed, sent, ended, concluded. The delivery table is the queue. */
export function delivering(context: JournalContext): Delivering {
  const { engine } = context;
  return {
    due: () =>
      engine.read(async statements =>
        (await statements.all(sql.DUE, now(context))).map(row => text(row, 'target')),
      ),

    claim: (target, limit) =>
      engine.write(async statements => {
        const at = now(context);
        const rows = await statements.all(sql.CLAIM, at, target, at, limit);
        return rows.map(deliveryOf).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      }),

    sending: deliveryId =>
      engine.write(async statements => {
        await statements.run(sql.SENDING, deliveryId);
      }),

    release: deliveryId =>
      engine.write(async statements => {
        await statements.run(sql.RELEASE, deliveryId);
      }),

    retry: (deliveryId, { code, class: errorClass, nextAt, spentMs }) =>
      engine.write(async statements => {
        const ambiguous = Number(errorClass === 'ambiguous');
        const row = await statements.first(
          sql.RETRY,
          nextAt,
          spentMs,
          code,
          errorClass,
          ambiguous,
          deliveryId,
        );
        if (row === undefined) return;
        await addEvent(statements, text(row, 'exchange_id'), now(context), {
          type: 'attempt-failed',
          deliveryId,
          data: { code, nextAt },
        });
      }),

    hold: (deliveryId, fault) =>
      engine.write(async statements => {
        const row = await statements.first(sql.HOLD, JSON.stringify(fault), deliveryId);
        if (row === undefined) return;
        await addEvent(statements, text(row, 'exchange_id'), now(context), {
          type: 'held',
          deliveryId,
          data: { code: fault.code },
        });
      }),

    end: (deliveryId, ending) =>
      engine.write(async statements => {
        const at = now(context);
        const { outcome, code, label, reason } = ending;
        const row = await statements.first(
          sql.END,
          outcome,
          code ?? null,
          label ?? null,
          reason ?? null,
          at,
          deliveryId,
        );
        if (row === undefined) return;
        const exchangeId = text(row, 'exchange_id');
        await addEvent(statements, exchangeId, at, {
          type: outcome,
          deliveryId,
          data: { kind: text(row, 'kind'), ...(code === undefined ? {} : { code }) },
        });
        if (text(row, 'kind') === 'mdm') {
          const owner = await statements.first(sql.DOCUMENT_ENDED, exchangeId);
          if (owner !== undefined) await tally(statements, at, text(owner, 'application'), outcome, code);
        }
        await statements.run(sql.EXCHANGE_END_IF_DONE, at, exchangeId);
      }),

    payload: async (exchangeId, name) => {
      const row = await engine.read(statements => statements.first(sql.PAYLOAD_GET, exchangeId, name));
      if (row === undefined) return undefined;
      const packed = {
        name: `${exchangeId}/${name}`,
        deflated: row['deflated'] === 1,
        sealed: row['sealed'] === 1,
        bytes: row['bytes'] as Uint8Array,
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

    settled: limit =>
      engine.read(async statements => (await statements.all(sql.SETTLED, limit)).map(row => text(row, 'id'))),

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
        for (const delivery of deliveries) await owe(statements, owner, delivery, at);
        await putPayloads(statements, exchangeId, packed);
        await addEvent(statements, exchangeId, at, {
          type: 'concluded',
          data: { outcome, ...(code === undefined ? {} : { code }) },
        });
        for (const event of events) await addEvent(statements, exchangeId, at, event);
        await statements.run(sql.EXCHANGE_END_IF_DONE, at, exchangeId);
      });
    },
  };
}
