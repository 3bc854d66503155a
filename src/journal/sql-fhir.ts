/** The statements of FHIR exchanges: ids that platforms gave, accounts; beside `sql.ts`, and as portable. */

export const PLATFORM_ID_PUT = `INSERT INTO platform_id (flow, caller, local_key, remote_key, sealed, remote, exchange_id)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (flow, caller, local_key) DO UPDATE SET remote_key = excluded.remote_key, sealed = excluded.sealed,
    remote = excluded.remote, exchange_id = excluded.exchange_id`;
export const PLATFORM_ID_GET = `SELECT * FROM platform_id WHERE flow = ? AND caller = ? AND local_key = ?`;
export const PLATFORM_ID_KNOWN = `SELECT 1 AS known FROM platform_id WHERE flow = ? AND caller = ? AND remote_key = ? LIMIT 1`;
export const PLATFORM_ID_TAKEN = `SELECT 1 AS known FROM platform_id WHERE flow = ? AND remote_key = ? LIMIT 1`;
/** What brings a resource, as long as it has not got there. */
export const PLATFORM_ID_OWED = `SELECT d.id, d.seq FROM platform_id p JOIN delivery d ON d.exchange_id = p.exchange_id
  WHERE p.flow = ? AND p.caller = ? AND p.remote_key = ? AND d.kind = 'fhir' AND d.state <> 'done'
  ORDER BY d.seq DESC LIMIT 1`;
export const PLATFORM_IDS_OF = `SELECT * FROM platform_id WHERE exchange_id = ? ORDER BY rowid`;

export const ACCOUNT_PUT = `INSERT INTO account (id, active, changed_by) VALUES (?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET active = excluded.active, changed_by = excluded.changed_by`;
export const ACCOUNT_GET = `SELECT * FROM account WHERE id = ?`;
export const ACCOUNT_DROP = `DELETE FROM account WHERE id = ?`;
export const ACCOUNT_IDENTIFIERS = `SELECT system, value, current FROM account_identifier WHERE account_id = ?
  ORDER BY current DESC, system, value`;
export const ACCOUNT_IDENTIFIERS_DROP = `DELETE FROM account_identifier WHERE account_id = ?`;
export const ACCOUNT_IDENTIFIER_ADD = `INSERT INTO account_identifier (system, value, account_id, current) VALUES (?, ?, ?, ?)`;
export const ACCOUNT_BY_IDENTIFIER = `SELECT account_id FROM account_identifier WHERE system = ? AND value = ?`;
export const ACCOUNTS_BY_VALUE = `SELECT DISTINCT account_id FROM account_identifier WHERE value = ? LIMIT 3`;
