/** The statements of requests, their recipients and the receipts that come back; beside `sql.ts`, and as portable. */

// Accepting

export const REQUEST_SAME = `SELECT exchange_id, digest FROM request
  WHERE application = ? AND sender_application = ? AND sender_facility = ? AND control_id = ? AND accepted_at >= ?
  ORDER BY accepted_at DESC LIMIT 1`;
/** Its digest stands with the request: no mail is ever taken for a request seen again. */
export const REQUEST_EXCHANGE_ADD = `INSERT INTO exchange
  (id, nature, mailbox, application, state, readings, message_id, received_at)
  VALUES (?, ?, ?, ?, 'closing', 0, ?, ?)`;
export const REQUEST_ADD = `INSERT INTO request (exchange_id, application, sender_application, sender_facility,
  control_id, digest, facts, accepted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
export const REQUEST_GET = `SELECT seq, application, facts FROM request WHERE exchange_id = ?`;

// Recipients

export const RECIPIENT_ADD = `INSERT INTO recipient (id, exchange_id, mail_id, position, address, address_key,
  identifier, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting')`;
export const RECIPIENT_GET = `SELECT * FROM recipient WHERE id = ?`;
export const RECIPIENTS_OF_MAIL = `SELECT * FROM recipient WHERE mail_id = ? ORDER BY position`;
export const RECIPIENTS_OF = `SELECT * FROM recipient WHERE exchange_id = ? ORDER BY position`;
export const RECIPIENT_SUBMITTED = `UPDATE recipient SET state = ? WHERE id = ? AND state = 'waiting'`;
export const RECIPIENT_RECEPTION = `UPDATE recipient SET reception = ? WHERE id = ? AND reception IS NULL`;
export const RECIPIENT_READING = `UPDATE recipient SET reading = ? WHERE id = ? AND reading IS NULL`;

// Reports

/** The operator's word on a recipient. */
export const REPORT_OF = `SELECT * FROM delivery WHERE exchange_id = ? AND kind = 'report' AND subject = ?`;
export const REPORT_BY = `UPDATE delivery SET next_at = ? WHERE id = ? AND state = 'expected'`;
/** Also one that was overdue, once a failure is heard of. */
export const REPORT_HOLD = `UPDATE delivery SET state = 'held', hold = ?
  WHERE id = ? AND state IN ('expected', 'held')`;
/** Unless it has come, or was found overdue, since it was looked for. */
export const REPORT_OVERDUE = `UPDATE delivery SET state = 'held', hold = ?
  WHERE id = ? AND state = 'expected' AND next_at <= ?`;
/** One that ended without a word: given up, or never offered. */
export const REPORT_COMES_AFTER_ALL = `UPDATE delivery SET state = 'expected', outcome = NULL, outcome_code = NULL,
  outcome_label = NULL, reason = NULL, ended_at = NULL WHERE id = ? AND state = 'done'`;
export const REPORTS_OVERDUE = `SELECT * FROM delivery WHERE state = 'expected' AND next_at <= ?
  ORDER BY next_at, id LIMIT ?`;
/** After the clock was set back: a report is waited for no longer than any. */
export const REPORTS_SOONER = `UPDATE delivery SET next_at = ? WHERE state = 'expected' AND next_at > ? AND next_at < ?`;

// Order

/**
 * The latest of what is not yet mailed, or deposited, of the documents of requests accepted before. CROSS JOIN keeps
 * SQLite from beginning with all that is owed: thousands of reports may be expected.
 */
const undone = (
  kinds: string,
  document: string,
): string => `SELECT d.id, d.seq FROM document c CROSS JOIN request r CROSS JOIN delivery d
  WHERE c.application = ? AND ${document} = ? AND r.exchange_id = c.exchange_id AND r.seq < ?
    AND d.exchange_id = c.exchange_id AND d.kind IN (${kinds}) AND d.state <> 'done'
  ORDER BY d.seq DESC LIMIT 1`;
const MAILS = `'prepare', 'mail'`;
const DEPOSITS = `'dmp'`;
export const UNSENT_BY_UNIQUE_ID = undone(MAILS, 'c.unique_id');
export const UNSENT_BY_SET_ID = undone(MAILS, 'c.set_id');
export const UNDEPOSITED_BY_UNIQUE_ID = undone(DEPOSITS, 'c.unique_id');
export const UNDEPOSITED_BY_SET_ID = undone(DEPOSITS, 'c.set_id');
export const WAITING_FOR = `SELECT id, exchange_id, kind FROM delivery
  WHERE waits_for = ? AND kind IN ('mail', 'dmp') AND state <> 'done'`;
