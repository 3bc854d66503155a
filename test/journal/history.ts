import type { DatabaseSync } from 'node:sqlite';

/**
 * Fills a migrated database with exchanges that ended long ago, each with a document, its MDM, an MDN and its filing:
 * what a hospital has after some months.
 */
export function addHistory(database: DatabaseSync, count: number): void {
  const each = `WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < ${count})`;
  const delivery = (kind: string, subject: string): string => `INSERT INTO delivery
    (id, exchange_id, mailbox, kind, target, subject, lane, state, identifiers, created_at, next_at, outcome, ended_at)
    ${each} SELECT ${id(`0-${kind}`)}, ${id('0-ex')}, 'urologie', '${kind}', 'dpi', ${subject}, ${id('lane')},
    'done', '{}', n, n, 'accepted', n FROM each`;
  for (const statement of [
    `INSERT INTO exchange (id, nature, mailbox, application, state, readings, message_id, digest, outcome,
      has_payloads, received_at, concluded_at, ended_at)
      ${each} SELECT ${id('0-ex')}, 'document', 'urologie', 'dpi', 'ended', 1, ${id('message')},
      ${id('digest')}, 'accepted', n % 10 = 0, n, n, n FROM each`,
    `INSERT INTO sighting ${each} SELECT 'urologie', 0, n, ${id('0-ex')} FROM each`,
    `INSERT INTO document (id, exchange_id, application, position, unique_id, set_id, parent_ids, confidentiality)
      ${each} SELECT ${id('0-doc')}, ${id('0-ex')}, 'dpi', 0, ${id('unique')}, ${id('set')}, '[]', '[]' FROM each`,
    delivery('mdm', id('0-doc')),
    delivery('mdn', `''`),
    delivery('file', `'done'`),
    `INSERT INTO payload ${each} SELECT ${id('0-ex')}, 'mail', 0, 0, randomblob(200) FROM each WHERE n % 10 = 0`,
    `INSERT INTO event (exchange_id, at, type, data) ${each} SELECT ${id('0-ex')}, n, 'accepted', '{}' FROM each`,
    `INSERT INTO event (exchange_id, at, type, data) ${each} SELECT ${id('0-ex')}, n, 'concluded', '{}' FROM each`,
  ]) {
    database.exec(statement);
  }
}

/** An id of the n-th, for SQL; those of the history begin with `0-`. */
function id(prefix: string): string {
  return `printf('${prefix}-%08d', n)`;
}
