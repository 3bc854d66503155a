import type { JournalContext } from './context.ts';
import type { Backlog, Journal, Tally } from './journal.ts';
import { deliveryOf, documentOf, eventOf, exchangeOf, number, recipientOf, text } from './rows.ts';
import * as sql from './sql.ts';
import * as requests from './sql-requests.ts';

type Looking = Pick<Journal, 'isOurs' | 'exchange' | 'list' | 'backlog' | 'lastMail'>;

/** After every UUIDv7 there will be. */
const LAST_ID = 'g';

/** What administrators and monitors are shown. */
export function looking({ engine }: JournalContext): Looking {
  return {
    isOurs: messageId =>
      engine.read(async statements => {
        // Our Message-IDs begin with the delivery's id: the lookup needs no index of its own.
        const deliveryId = /^<([0-9a-f-]{36})@/.exec(messageId)?.[1];
        const row = deliveryId && (await statements.first(sql.DELIVERY_GET, deliveryId));
        return row ? deliveryOf(row).identifiers['messageId'] === messageId : false;
      }),

    exchange: exchangeId =>
      engine.read(async statements => {
        const row = await statements.first(sql.EXCHANGE_GET, exchangeId);
        if (row === undefined) return undefined;
        const deliveries = (await statements.all(sql.DELIVERIES_OF, exchangeId)).map(deliveryOf);
        const documents = (await statements.all(sql.DOCUMENTS_OF, exchangeId)).map(documentOf);
        const events = (await statements.all(sql.EVENTS_OF, exchangeId)).map(eventOf);
        const exchange = exchangeOf(row);
        const recipients =
          exchange.nature === 'request'
            ? await statements.all(requests.RECIPIENTS_OF, exchangeId)
            : undefined;
        return {
          exchange,
          requested: recipients && { documents, recipients: recipients.map(recipientOf) },
          documents: documents.flatMap(document => {
            const delivery = deliveries.find(
              ({ kind, subject }) => kind === 'mdm' && subject === document.id,
            );
            return delivery === undefined ? [] : [{ document, delivery }];
          }),
          deliveries,
          events,
        };
      }),

    list: ({ held = false, mailbox, before = LAST_ID, limit }) =>
      engine.read(async statements => {
        const rows =
          mailbox === undefined
            ? await statements.all(held ? sql.LIST_HELD : sql.LIST, before, limit)
            : await statements.all(held ? sql.LIST_HELD_MAILBOX : sql.LIST_MAILBOX, mailbox, before, limit);
        return rows.map(exchangeOf);
      }),

    backlog: () =>
      engine.read(async (statements): Promise<Backlog> => {
        const owed = await statements.all(sql.BACKLOG);
        const held = await statements.first(sql.HELD_MAILS);
        const tallies = await statements.all(sql.TALLIES);
        return {
          targets: owed.map(row => ({
            target: text(row, 'target'),
            kind: text(row, 'kind') as Backlog['targets'][number]['kind'],
            waiting: number(row, 'waiting'),
            held: number(row, 'held'),
            oldestAt: row['oldest'] === null ? undefined : number(row, 'oldest'),
          })),
          heldMails: held === undefined ? 0 : number(held, 'held'),
          tallies: tallies.map(row => ({
            application: text(row, 'application'),
            way: text(row, 'way') as Tally['way'],
            outcome: text(row, 'outcome') as Tally['outcome'],
            code: text(row, 'code'),
            count: number(row, 'count'),
          })),
        };
      }),

    lastMail: mailbox =>
      engine.read(async statements => {
        const row = await statements.first(sql.LAST_MAIL, mailbox);
        return row === undefined ? undefined : number(row, 'received_at');
      }),
  };
}
