import type { DatabaseSync } from 'node:sqlite';

/**
 * Fills a migrated database with what ended long ago: mails, each with a document, its MDM, an MDN and its filing, and
 * half as many requests, each with a document of a set of two, its mail to two recipients, their reports and a ZAM: what
 * a hospital has after some months.
 */
export function addHistory(database: DatabaseSync, count: number): void {
  for (const statement of [...mails(count), ...requests(count / 2)]) {
    database.exec(statement);
  }
}

function mails(count: number): string[] {
  const each = numbersTo(count);
  return [
    `INSERT INTO exchange (id, nature, mailbox, application, state, readings, message_id, digest, outcome,
      has_payloads, received_at, concluded_at, ended_at)
      ${each} SELECT ${id('0-ex')}, 'document', 'urologie', 'dpi', 'ended', 1, ${id('message')},
      ${id('digest')}, 'accepted', n % 10 = 0, n, n, n FROM each`,
    `INSERT INTO sighting ${each} SELECT 'urologie', 0, n, ${id('0-ex')} FROM each`,
    `INSERT INTO document (id, exchange_id, application, position, unique_id, set_id, parent_ids, confidentiality)
      ${each} SELECT ${id('0-doc')}, ${id('0-ex')}, 'dpi', 0, ${id('unique')}, ${id('set')}, '[]', '[]' FROM each`,
    delivery(each, '0-ex', 'mdm', 'dpi', id('0-doc')),
    delivery(each, '0-ex', 'mdn', 'smtp:urologie', `''`),
    delivery(each, '0-ex', 'file', 'imap:urologie', `'done'`),
    `INSERT INTO payload ${each} SELECT ${id('0-ex')}, 'mail', 0, 0, randomblob(200) FROM each WHERE n % 10 = 0`,
    `INSERT INTO event (exchange_id, at, type, data) ${each} SELECT ${id('0-ex')}, n, 'accepted', '{}' FROM each`,
    `INSERT INTO event (exchange_id, at, type, data) ${each} SELECT ${id('0-ex')}, n, 'concluded', '{}' FROM each`,
  ];
}

function requests(count: number): string[] {
  const each = numbersTo(count);
  const recipients = ['a', 'b'] as const;
  return [
    `INSERT INTO exchange (id, nature, mailbox, application, state, readings, message_id, has_payloads, received_at,
      ended_at) ${each} SELECT ${id('0-rq')}, 'request', 'urologie', 'dpi', 'ended', 0, ${id('control')}, 0, n, n
      FROM each`,
    `INSERT INTO request (exchange_id, application, sender_application, sender_facility, control_id, digest, facts,
      accepted_at) ${each} SELECT ${id('0-rq')}, 'dpi', 'DPI', 'CHU_X', ${id('control')}, ${id('digest')}, '{}', n
      FROM each`,
    `INSERT INTO document (id, exchange_id, application, position, unique_id, set_id, parent_ids, confidentiality)
      ${each} SELECT ${id('0-sent')}, ${id('0-rq')}, 'dpi', 0, ${id('sent')}, printf('sent-%08d', n / 2), '[]', '[]'
      FROM each`,
    delivery(each, '0-rq', 'prepare', 'pfi:prepare', `''`),
    delivery(each, '0-rq', 'mail', 'smtp:urologie', `'professionals'`),
    ...recipients.flatMap((recipient, position) => [
      `INSERT INTO recipient (id, exchange_id, mail_id, position, address, address_key, identifier, state, reception,
        reading) ${each} SELECT ${id(`0-to-${recipient}`)}, ${id('0-rq')}, ${id('0-mail')}, ${position},
        'medecin@example', ${id('key')}, '801234567866', 'sent', 'accepted', NULL FROM each`,
      delivery(each, '0-rq', 'report', 'dpi', id(`0-to-${recipient}`)),
      delivery(each, '0-rq', 'zam', 'dpi', `'Z02:' || ${id(`0-to-${recipient}`)}`),
    ]),
    `INSERT INTO event (exchange_id, at, type, data)
      ${each} SELECT ${id('0-rq')}, n, 'request-accepted', '{}' FROM each`,
  ];
}

function delivery(each: string, exchange: string, kind: string, target: string, subject: string): string {
  return `INSERT INTO delivery
    (id, exchange_id, mailbox, kind, target, subject, lane, state, identifiers, created_at, next_at, outcome, ended_at)
    ${each} SELECT ${kind === 'mail' ? id('0-mail') : `'0-${kind}-' || ${subject} || n`}, ${id(exchange)}, 'urologie',
    '${kind}', '${target}', ${subject}, ${id('lane')}, 'done', '{}', n, n, 'accepted', n FROM each`;
}

function numbersTo(count: number): string {
  return `WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < ${count})`;
}

/** An id of the n-th, for SQL; those of the history begin with `0-`. */
function id(prefix: string): string {
  return `printf('${prefix}-%08d', n)`;
}
