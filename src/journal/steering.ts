import { GatewayError } from '../errors/gateway-error.ts';
import { addEvent, type JournalContext, now, tally } from './context.ts';
import { endDelivery } from './ending.ts';
import type { DeliveryKind, Journal } from './journal.ts';
import { owe, oweWithBytes } from './owing.ts';
import { bytesOf, packAll, payloadName, putPayloads } from './payload-rows.ts';
import { deliveryOf, exchangeOf, number, text } from './rows.ts';
import { waitAgain } from './waiting.ts';
import * as sql from './sql.ts';

type Steering = Pick<Journal, 'resend' | 'reread' | 'abandon' | 'abandonMail'>;

/** Error 906 of table applicationErrorCondition, with which whatever a person gives up ends. */
const ABANDONED = '906';
const GIVEN_UP = { outcome: 'abandoned', code: ABANDONED } as const;

/** What is made anew at each attempt. */
const WITHOUT_BYTES: ReadonlySet<DeliveryKind> = new Set<DeliveryKind>([
  'file',
  'read',
  'prepare',
  'dmp',
  'fhir',
]);

/** What a person does to an exchange. Each act leaves an event that names who did it. */
export function steering(context: JournalContext): Steering {
  const { engine } = context;
  return {
    resend: async (deliveryId, { identifiers, payload, by }) => {
      const before = await engine.read(statements => statements.first(sql.DELIVERY_GET, deliveryId));
      if (before === undefined) throw notPossible();
      const { exchangeId } = deliveryOf(before);
      const renewed = payload === undefined ? [] : [{ name: payloadName(deliveryId), bytes: payload }];
      const packed = await packAll(context, exchangeId, renewed);
      await engine.write(async statements => {
        const row = await statements.first(sql.DELIVERY_GET, deliveryId);
        const delivery = row === undefined ? undefined : deliveryOf(row);
        const refused = delivery?.state === 'done' && delivery.ending?.outcome === 'refused';
        if (delivery === undefined || (delivery.state !== 'held' && !refused)) throw notPossible();
        // The operator's word can be waited for, not sent.
        if (delivery.kind === 'report') throw notPossible();
        const hasBytes = !WITHOUT_BYTES.has(delivery.kind);
        if (hasBytes && payload === undefined) {
          const kept = await statements.first(sql.PAYLOAD_THERE, exchangeId, payloadName(deliveryId));
          if (kept === undefined) throw notPossible();
        }
        const at = now(context);
        await statements.run(sql.RESEND, at, JSON.stringify(identifiers), deliveryId);
        await putPayloads(statements, exchangeId, packed);
        if (delivery.kind === 'mdm') {
          await statements.run(sql.REOPEN, refused ? 1 : 0, exchangeId);
          if (refused) await waitAgain(statements, delivery.target, number(row ?? {}, 'seq'));
        } else await statements.run(sql.EXCHANGE_OWES_AGAIN, exchangeId);
        await addEvent(statements, exchangeId, at, { type: 'resent', deliveryId, data: { by } });
      });
    },

    reread: (exchangeId, delivery, by) =>
      engine.write(async statements => {
        const row = await statements.first(sql.EXCHANGE_GET, exchangeId);
        const changed = await statements.run(sql.REREAD, exchangeId);
        if (row === undefined || changed === 0) throw notPossible();
        const at = now(context);
        await owe(statements, { exchangeId, mailbox: text(row, 'mailbox') }, delivery, at);
        await addEvent(statements, exchangeId, at, { type: 'reread', data: { by } });
      }),

    abandon: async (deliveryId, reason, by, owed = []) => {
      const before = await engine.read(statements => statements.first(sql.DELIVERY_GET, deliveryId));
      if (before === undefined) throw notPossible();
      const packed = await packAll(context, deliveryOf(before).exchangeId, bytesOf(owed));
      await engine.write(async statements => {
        const row = await statements.first(sql.DELIVERY_GET, deliveryId);
        const delivery = row === undefined ? undefined : deliveryOf(row);
        if (delivery === undefined || (delivery.state !== 'held' && delivery.state !== 'waiting'))
          throw notPossible();
        const at = now(context);
        const { exchangeId, kind } = delivery;
        // Owed before it ends: its exchange does not end before them.
        await oweWithBytes(statements, delivery, owed, packed, at);
        const code = kind === 'mdm' ? ABANDONED : undefined;
        await endDelivery(
          statements,
          deliveryId,
          { outcome: 'abandoned', code, reason },
          { at, data: { by } },
        );
        if (kind === 'read') {
          const owner = await statements.first(sql.ABANDON_READING, reason, exchangeId);
          if (owner !== undefined) await tally(statements, text(owner, 'application'), 'received', GIVEN_UP);
        }
      });
    },

    abandonMail: (exchangeId, reason, by) =>
      engine.write(async statements => {
        const row = await statements.first(sql.EXCHANGE_GET, exchangeId);
        const changed = await statements.run(sql.ABANDON_MAIL, reason, exchangeId);
        if (row === undefined || changed === 0) throw notPossible();
        const at = now(context);
        const exchange = exchangeOf(row);
        if (exchange.concludedAt === undefined) {
          await tally(statements, exchange.application, 'received', GIVEN_UP);
        }
        await addEvent(statements, exchangeId, at, { type: 'abandoned', data: { by } });
        await statements.run(sql.EXCHANGE_END_IF_DONE, at, exchangeId);
      }),
  };
}

function notPossible(): GatewayError {
  return new GatewayError('JRN-005');
}
