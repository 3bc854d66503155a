/** Every statement of the journal: portable SQL, `?` for values. `query-plan.test.ts`: none scans the history. */

const IN_FLIGHT = `state IN ('claimed', 'sending')`;

export const META_GET = `SELECT value FROM meta WHERE name = ?`;
export const META_TOUCH = `INSERT INTO meta (name, value) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value`;
export const MAILBOXES = `SELECT name, address FROM mailbox`;
/** Writes nothing where nothing has changed. */
export const MAILBOX_SET = `INSERT INTO mailbox (name, address) VALUES (?, ?)
  ON CONFLICT (name) DO UPDATE SET address = excluded.address WHERE mailbox.address <> excluded.address`;
export const MAILBOX_DROP = `DELETE FROM mailbox WHERE name = ?`;
export const RENAME_EXCHANGES = `UPDATE exchange SET mailbox = ? WHERE mailbox = ?`;
export const RENAME_SIGHTINGS = `UPDATE sighting SET mailbox = ? WHERE mailbox = ?`;
/** \`imap:old\` becomes \`imap:new\` in target and lane. */
export const RENAME_DELIVERIES = `UPDATE delivery SET mailbox = ?, target = ?, lane = ? || substr(lane, ?)
  WHERE target = ? AND state <> 'done'`;
export const RENAME_DOCUMENT_DELIVERIES = `UPDATE delivery SET mailbox = ? WHERE mailbox = ? AND state <> 'done'`;
export const META_SET = `INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`;

// Receiving

export const SIGHTING_GET = `SELECT exchange_id FROM sighting WHERE mailbox = ? AND uid_validity = ? AND uid = ?`;
export const SIGHTING_ADD = `INSERT INTO sighting (mailbox, uid_validity, uid, exchange_id) VALUES (?, ?, ?, ?)`;
export const SIGHTING_RELINK = `UPDATE sighting SET exchange_id = ? WHERE exchange_id = ?`;
/** Takes a list of uids as long as `count`. */
export const finishedSightings = (count: number): string =>
  `SELECT s.uid FROM sighting s JOIN exchange e ON e.id = s.exchange_id
   WHERE s.mailbox = ? AND s.uid_validity = ? AND e.state <> 'seen'
     AND s.uid IN (${Array.from({ length: count }, () => '?').join(', ')})`;

export const EXCHANGE_ADD = `INSERT INTO exchange
  (id, mailbox, application, state, readings, folder, uid_validity, uid, received_at)
  VALUES (?, ?, ?, 'seen', 0, ?, ?, ?, ?)`;
export const EXCHANGE_FORGIVE = `UPDATE exchange SET readings = readings - 1 WHERE id = ? AND readings > 0`;
/** Begun and not finished, with the places where the mail was seen; those that a person has read again aside. */
export const SEEN_OF_MAILBOX = `SELECT e.id, s.uid_validity, s.uid FROM exchange e
  JOIN sighting s ON s.exchange_id = e.id
  WHERE e.mailbox = ? AND e.state = 'seen' AND NOT EXISTS (SELECT 1 FROM delivery d
    WHERE d.exchange_id = e.id AND d.kind = 'read' AND d.state <> 'done')`;
export const EXCHANGE_READING = `UPDATE exchange SET readings = readings + 1 WHERE id = ?`;
export const EXCHANGE_GET = `SELECT * FROM exchange WHERE id = ?`;
export const EXCHANGE_DROP = `DELETE FROM exchange WHERE id = ?`;
export const EXCHANGE_SAME_MAIL = `SELECT * FROM exchange
  WHERE mailbox = ? AND digest = ? AND coalesce(message_id, '') = ? AND id <> ? ORDER BY id LIMIT 1`;
export const EXCHANGE_RECORD = `UPDATE exchange SET nature = ?, state = ?, message_id = ?, digest = ?, sender = ?,
  fault = ?, pending = ?, has_payloads = ?, outcome = NULL WHERE id = ? AND state = 'seen'`;
export const EXCHANGE_VANISH = `UPDATE exchange SET nature = 'unusable', state = 'closing', fault = ?
  WHERE id = ? AND state = 'seen'`;
/** Something is owed again because of an exchange that had ended. */
export const EXCHANGE_OWES_AGAIN = `UPDATE exchange SET state = 'closing', ended_at = NULL
  WHERE id = ? AND state = 'ended'`;
export const EXCHANGE_PLACE = `UPDATE exchange SET folder = ?, uid_validity = ?, uid = ? WHERE id = ?`;

export const DOCUMENT_ADD = `INSERT INTO document (id, exchange_id, application, position, unique_id, set_id, version,
  parent_ids, sha1, action, type_code, type_label, confidentiality, patient_key)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
export const DOCUMENTS_OF = `SELECT * FROM document WHERE exchange_id = ? ORDER BY position`;
export const DOCUMENT_LATEST = `SELECT * FROM document WHERE application = ? AND unique_id = ?
  ORDER BY id DESC LIMIT 1`;
/** The latest delivery before this one, not ended, of a document under this unique id. */
export const OWED_BY_UNIQUE_ID = `SELECT d.id, d.seq FROM document c
  JOIN delivery d ON d.subject = c.id AND d.state <> 'done'
  WHERE c.application = ? AND c.unique_id = ? AND d.kind = 'mdm' AND d.seq < ? ORDER BY d.seq DESC LIMIT 1`;
/** The latest delivery before this one, not ended, of a document of this set. */
export const OWED_BY_SET_ID = `SELECT d.id, d.seq FROM document c
  JOIN delivery d ON d.subject = c.id AND d.state <> 'done'
  WHERE c.application = ? AND c.set_id = ? AND d.kind = 'mdm' AND d.seq < ? ORDER BY d.seq DESC LIMIT 1`;
/** What waits for a delivery, with the documents that it is about. */
export const WAITERS = `SELECT d.id AS delivery_id, d.seq, c.* FROM delivery d JOIN document c ON c.id = d.subject
  WHERE d.waits_for = ? AND d.state <> 'done'`;
/** What an application is owed after a delivery, with the documents that it is about. */
export const OWED_AFTER = `SELECT d.id AS delivery_id, d.seq, c.* FROM delivery d JOIN document c ON c.id = d.subject
  WHERE d.target = ? AND d.kind = 'mdm' AND d.state IN ('waiting', 'held') AND d.seq > ?`;
export const WAIT_FOR = `UPDATE delivery SET waits_for = ? WHERE id = ?`;

export const DELIVERY_ADD = `INSERT INTO delivery (id, exchange_id, mailbox, kind, target, subject, lane, state,
  identifiers, waits_for, created_at, next_at, hold, outcome, outcome_code, outcome_label, reason, ended_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (exchange_id, kind, target, subject) DO NOTHING`;
/** Filing and reading may be owed again after they were done; nothing else may. */
export const DELIVERY_OWE_AGAIN = `UPDATE delivery SET state = 'waiting', next_at = ?, attempts = 0, spent_ms = 0,
  hold = NULL, outcome = NULL, outcome_code = NULL, outcome_label = NULL, reason = NULL, ended_at = NULL,
  error_code = NULL
  WHERE exchange_id = ? AND kind = ? AND target = ? AND subject = ? AND state IN ('done', 'held')`;
export const DELIVERIES_OF = `SELECT d.*, (SELECT w.exchange_id FROM delivery w
    WHERE w.id = d.waits_for AND w.state <> 'done') AS blocked_by
  FROM delivery d WHERE d.exchange_id = ? ORDER BY d.seq`;
export const DELIVERY_GET = `SELECT * FROM delivery WHERE id = ?`;

export const PAYLOAD_PUT = `INSERT INTO payload (exchange_id, name, deflated, sealed, bytes) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (exchange_id, name) DO UPDATE SET deflated = excluded.deflated, sealed = excluded.sealed,
  bytes = excluded.bytes`;
export const PAYLOADS_KEPT = `UPDATE exchange SET has_payloads = 1 WHERE id = ?`;
export const PAYLOAD_GET = `SELECT deflated, sealed, bytes FROM payload WHERE exchange_id = ? AND name = ?`;
export const PAYLOAD_THERE = `SELECT 1 AS there FROM payload WHERE exchange_id = ? AND name = ?`;

export const EVENT_ADD = `INSERT INTO event (exchange_id, delivery_id, at, type, data) VALUES (?, ?, ?, ?, ?)`;
export const EVENTS_OF = `SELECT * FROM event WHERE exchange_id = ? ORDER BY id`;

// Delivering

/** Goes from one target to the next by the index: what waits is not counted, however much it is. */
export const DUE = `WITH RECURSIVE owed (target) AS (
    SELECT (SELECT min(target) FROM delivery WHERE state = 'waiting')
    UNION ALL
    SELECT (SELECT min(d.target) FROM delivery d WHERE d.state = 'waiting' AND d.target > owed.target)
      FROM owed WHERE owed.target IS NOT NULL)
  SELECT target FROM owed WHERE EXISTS (
    SELECT 1 FROM delivery d WHERE d.state = 'waiting' AND d.target = owed.target AND d.next_at <= ?)`;
/** True of a delivery that waits for another one: it has left its lane to those behind it. */
const parked = (delivery: string): string =>
  `EXISTS (SELECT 1 FROM delivery w WHERE w.id = ${delivery}.waits_for AND w.state <> 'done')`;
/**
 * Heads of lanes, oldest first: nothing of the lane is in flight, nothing older waits in it that could go, and what it
 * replaces or deletes has ended. The check that refuses most comes first: 7 ms with 20 000 waiting in one lane.
 */
const claim = (which: string): string => `
  UPDATE delivery SET state = 'claimed', attempts = attempts + 1, tried_at = ?
  WHERE seq IN (
    SELECT d.seq FROM delivery d
    WHERE d.target = ? AND d.state = 'waiting' AND d.next_at <= ? ${which}
      AND NOT EXISTS (SELECT 1 FROM delivery e
        WHERE e.lane = d.lane AND e.seq < d.seq AND e.state = 'waiting' AND NOT ${parked('e')})
      AND NOT EXISTS (SELECT 1 FROM delivery f WHERE f.lane = d.lane AND f.${IN_FLIGHT})
      AND NOT ${parked('d')}
    ORDER BY d.seq LIMIT ?)
  RETURNING *`;
export const CLAIM = claim('');
export const CLAIM_NEW = claim('AND d.attempts = 0');
/** No index holds these apart: 2 ms with 20 000 waiting that were never tried. */
export const CLAIM_TRIED = claim('AND d.attempts > 0');
export const CLAIM_AFTER = claim('AND d.seq > (SELECT k.seq FROM delivery k WHERE k.id = ?)');
export const SENDING = `UPDATE delivery SET state = 'sending' WHERE id = ? AND state = 'claimed'`;
export const RELEASE = `UPDATE delivery SET state = 'waiting', attempts = attempts - 1
  WHERE id = ? AND state IN ('claimed', 'sending')`;
export const RETRY_LATER = `UPDATE delivery SET state = 'waiting', next_at = ?, spent_ms = spent_ms + ?, error_code = ?,
  ambiguous = ambiguous + ? WHERE id = ? AND state IN ('claimed', 'sending') RETURNING exchange_id`;
export const HOLD = `UPDATE delivery SET state = 'held', hold = ?, ambiguous = ambiguous + ? WHERE id = ? AND state IN ('claimed', 'sending')
  RETURNING exchange_id, mailbox`;
export const END = `UPDATE delivery SET state = 'done', outcome = ?, outcome_code = ?, outcome_label = ?, reason = ?,
  ended_at = ?, hold = NULL WHERE id = ? AND state <> 'done' RETURNING exchange_id, kind, target, subject`;
export const DOCUMENT_ENDED = `UPDATE exchange SET pending = pending - 1 WHERE id = ? RETURNING application`;
export const EXCHANGE_END_IF_DONE = `UPDATE exchange SET state = 'ended', ended_at = ?
  WHERE id = ? AND state = 'closing'
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.exchange_id = exchange.id AND d.state <> 'done')`;
export const TALLY = `INSERT INTO tally (application, way, outcome, code, count) VALUES (?, ?, ?, ?, 1)
  ON CONFLICT (application, way, outcome, code) DO UPDATE SET count = tally.count + 1`;
/** After the clock was set back: what was put off further than anything is ever put off is due now. */
export const PULL_FORWARD = `UPDATE delivery SET next_at = ? WHERE state = 'waiting' AND next_at > ?`;
/** The wider condition names the index of what is in flight. */
export const RECOVER_CLAIMED = `UPDATE delivery SET state = 'waiting', attempts = attempts - 1
  WHERE ${IN_FLIGHT} AND state = 'claimed'`;
export const RECOVER_SENDING = `UPDATE delivery SET state = 'waiting', ambiguous = ambiguous + 1
  WHERE ${IN_FLIGHT} AND state = 'sending' RETURNING id, exchange_id`;

// Concluding

export const READY_TO_CONCLUDE = `SELECT id FROM exchange WHERE state = 'open' AND pending = 0 AND id > ?
  ORDER BY id LIMIT ?`;
export const CONCLUDE = `UPDATE exchange SET state = ?,
  fault = coalesce(?, CASE WHEN concluded_at IS NULL THEN fault END), outcome = ?, outcome_code = ?,
  concluded_at = coalesce(concluded_at, ?), ended_at = NULL WHERE id = ? AND state = 'open' AND pending = 0`;

// A person's acts

export const RESEND = `UPDATE delivery SET state = 'waiting', next_at = ?, spent_ms = 0, attempts = 0,
  identifiers = ?, hold = NULL, outcome = NULL, outcome_code = NULL, outcome_label = NULL, reason = NULL,
  ended_at = NULL, error_code = NULL WHERE id = ?`;
export const REOPEN = `UPDATE exchange SET state = 'open', pending = pending + ?, ended_at = NULL WHERE id = ?`;
export const REREAD = `UPDATE exchange SET state = 'seen', readings = 0, abandon_reason = NULL
  WHERE id = ? AND state = 'held' AND concluded_at IS NULL`;
/** A mail that was to be read again, and no longer is. */
export const ABANDON_READING = `UPDATE exchange SET state = 'open', pending = 0, abandon_reason = ?
  WHERE id = ? AND state = 'seen' RETURNING application`;
/** One that was concluded already is only closed: its outcome stands. */
export const ABANDON_MAIL = `UPDATE exchange
  SET state = CASE WHEN concluded_at IS NULL THEN 'open' ELSE 'closing' END, pending = 0, abandon_reason = ?
  WHERE id = ? AND state = 'held'`;

// Looking

export const LIST = `SELECT * FROM exchange WHERE id < ? ORDER BY id DESC LIMIT ?`;
export const LIST_MAILBOX = `SELECT * FROM exchange WHERE mailbox = ? AND id < ? ORDER BY id DESC LIMIT ?`;
export const LIST_HELD = `SELECT * FROM exchange WHERE id IN (
    SELECT id FROM exchange WHERE state = 'held'
    UNION SELECT exchange_id FROM delivery WHERE state = 'held')
  AND id < ? ORDER BY id DESC LIMIT ?`;
export const LIST_HELD_MAILBOX = `SELECT * FROM exchange WHERE id IN (
    SELECT id FROM exchange WHERE state = 'held'
    UNION SELECT exchange_id FROM delivery WHERE state = 'held')
  AND mailbox = ? AND id < ? ORDER BY id DESC LIMIT ?`;
export const BACKLOG = `SELECT target, kind, sum(CASE WHEN state = 'held' THEN 0 ELSE 1 END) AS waiting,
    sum(CASE WHEN state = 'held' THEN 1 ELSE 0 END) AS held,
    min(CASE WHEN state = 'held' OR EXISTS (
      SELECT 1 FROM delivery w WHERE w.id = delivery.waits_for AND w.state = 'held') THEN NULL ELSE created_at END) AS oldest
  FROM delivery WHERE state <> 'done' AND state <> 'expected' GROUP BY target, kind`;
export const HELD_MAILS = `SELECT count(*) AS held FROM exchange WHERE state = 'held'`;
export const TALLIES = `SELECT application, way, outcome, code, count FROM tally`;
export const LAST_MAIL = `SELECT received_at FROM exchange
  WHERE mailbox = ? AND nature IS DISTINCT FROM 'request' ORDER BY id DESC LIMIT 1`;

// Upkeep

export const PURGE_PAYLOADS = `DELETE FROM payload WHERE exchange_id IN (
  SELECT id FROM exchange WHERE state = 'ended' AND has_payloads = 1 AND ended_at < ? ORDER BY ended_at, id LIMIT ?)`;
export const PURGE_PAYLOADS_MARK = `UPDATE exchange SET has_payloads = 0 WHERE id IN (
  SELECT id FROM exchange WHERE state = 'ended' AND has_payloads = 1 AND ended_at < ? ORDER BY ended_at, id LIMIT ?)`;
export const PURGE_HISTORY = `DELETE FROM exchange WHERE id IN (
  SELECT id FROM exchange WHERE state = 'ended' AND ended_at < ? ORDER BY ended_at, id LIMIT ?)`;
