/**
 * Forward-only migrations; once shipped, a step is never edited. Times are milliseconds since 1970; ids are UUIDv7, so
 * that their order is the order of creation. Deliveries and requests have a number of their own as well, `seq`: two
 * mails may be planned at once, a clock set back, and the order of both is that of the transactions which brought them.
 * Partial indexes hold only what is still owed: claiming, concluding and counting cost the same whatever the history.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT`,

    /** Which mailbox a name stood for: renamed in the configuration, it keeps its mails. */
    `CREATE TABLE mailbox (name TEXT PRIMARY KEY, address TEXT NOT NULL) STRICT`,

    `CREATE TABLE exchange (
      id TEXT PRIMARY KEY,
      nature TEXT,
      mailbox TEXT NOT NULL,
      application TEXT NOT NULL,
      state TEXT NOT NULL,
      readings INTEGER NOT NULL,
      pending INTEGER NOT NULL DEFAULT 0,
      message_id TEXT,
      digest TEXT,
      sender TEXT,
      folder TEXT,
      uid_validity INTEGER,
      uid INTEGER,
      fault TEXT,
      outcome TEXT,
      outcome_code TEXT,
      abandon_reason TEXT,
      has_payloads INTEGER NOT NULL DEFAULT 0,
      received_at INTEGER NOT NULL,
      concluded_at INTEGER,
      ended_at INTEGER
    ) STRICT`,
    `CREATE INDEX exchange_same_mail ON exchange (mailbox, digest, id)`,
    `CREATE INDEX exchange_by_mailbox ON exchange (mailbox, id)`,
    `CREATE INDEX exchange_ready ON exchange (id) WHERE state = 'open' AND pending = 0`,
    `CREATE INDEX exchange_seen ON exchange (mailbox) WHERE state = 'seen'`,
    `CREATE INDEX exchange_held ON exchange (id) WHERE state = 'held'`,
    `CREATE INDEX exchange_ended ON exchange (ended_at, id) WHERE state = 'ended'`,
    `CREATE INDEX exchange_kept ON exchange (ended_at, id) WHERE state = 'ended' AND has_payloads = 1`,

    `CREATE TABLE sighting (
      mailbox TEXT NOT NULL,
      uid_validity INTEGER NOT NULL,
      uid INTEGER NOT NULL,
      exchange_id TEXT NOT NULL REFERENCES exchange (id) ON DELETE CASCADE,
      PRIMARY KEY (mailbox, uid_validity, uid)
    ) STRICT`,
    `CREATE INDEX sighting_exchange ON sighting (exchange_id)`,

    `CREATE TABLE document (
      id TEXT PRIMARY KEY,
      exchange_id TEXT NOT NULL REFERENCES exchange (id) ON DELETE CASCADE,
      application TEXT NOT NULL,
      position INTEGER NOT NULL,
      unique_id TEXT,
      set_id TEXT,
      version TEXT,
      parent_ids TEXT NOT NULL,
      sha1 TEXT,
      action TEXT,
      type_code TEXT,
      type_label TEXT,
      confidentiality TEXT NOT NULL,
      patient_key TEXT
    ) STRICT`,
    `CREATE INDEX document_exchange ON document (exchange_id)`,
    `CREATE INDEX document_unique ON document (application, unique_id, id)`,
    `CREATE INDEX document_set ON document (application, set_id)`,

    `CREATE TABLE delivery (
      seq INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      exchange_id TEXT NOT NULL REFERENCES exchange (id) ON DELETE CASCADE,
      mailbox TEXT NOT NULL,
      kind TEXT NOT NULL,
      target TEXT NOT NULL,
      subject TEXT NOT NULL,
      lane TEXT NOT NULL,
      state TEXT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      ambiguous INTEGER NOT NULL DEFAULT 0,
      spent_ms INTEGER NOT NULL DEFAULT 0,
      identifiers TEXT NOT NULL,
      waits_for TEXT,
      created_at INTEGER NOT NULL,
      next_at INTEGER NOT NULL,
      tried_at INTEGER,
      error_code TEXT,
      hold TEXT,
      outcome TEXT,
      outcome_code TEXT,
      outcome_label TEXT,
      reason TEXT,
      ended_at INTEGER,
      UNIQUE (exchange_id, kind, target, subject)
    ) STRICT`,
    // Covering: a claim that finds thousands waiting their turn reads nothing else of them.
    `CREATE INDEX delivery_due ON delivery (target, seq, next_at, lane, waits_for) WHERE state = 'waiting'`,
    `CREATE INDEX delivery_lane ON delivery (lane, seq, waits_for) WHERE state = 'waiting'`,
    `CREATE INDEX delivery_flight ON delivery (lane) WHERE state IN ('claimed', 'sending')`,
    `CREATE INDEX delivery_waiters ON delivery (waits_for) WHERE waits_for IS NOT NULL`,
    `CREATE INDEX delivery_owed ON delivery (target, kind, state, created_at) WHERE state <> 'done'`,
    `CREATE INDEX delivery_subject ON delivery (subject) WHERE state <> 'done'`,
    `CREATE INDEX delivery_held ON delivery (exchange_id) WHERE state = 'held'`,

    `CREATE TABLE payload (
      exchange_id TEXT NOT NULL REFERENCES exchange (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      deflated INTEGER NOT NULL,
      sealed INTEGER NOT NULL,
      bytes BLOB NOT NULL,
      PRIMARY KEY (exchange_id, name)
    ) STRICT`,

    `CREATE TABLE event (
      id INTEGER PRIMARY KEY,
      exchange_id TEXT NOT NULL REFERENCES exchange (id) ON DELETE CASCADE,
      delivery_id TEXT,
      at INTEGER NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL
    ) STRICT`,
    `CREATE INDEX event_exchange ON event (exchange_id, id)`,

    `CREATE TABLE tally (
      application TEXT NOT NULL,
      outcome TEXT NOT NULL,
      code TEXT NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (application, outcome, code)
    ) STRICT`,
  ],
  [
    `CREATE TABLE request (
      seq INTEGER PRIMARY KEY,
      exchange_id TEXT NOT NULL UNIQUE REFERENCES exchange (id) ON DELETE CASCADE,
      application TEXT NOT NULL,
      sender_application TEXT NOT NULL,
      sender_facility TEXT NOT NULL,
      control_id TEXT NOT NULL,
      digest TEXT NOT NULL,
      facts TEXT NOT NULL,
      accepted_at INTEGER NOT NULL
    ) STRICT`,
    `CREATE INDEX request_same ON request (application, sender_application, sender_facility, control_id, accepted_at)`,

    `CREATE TABLE recipient (
      id TEXT PRIMARY KEY,
      exchange_id TEXT NOT NULL REFERENCES exchange (id) ON DELETE CASCADE,
      mail_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      address TEXT,
      address_key TEXT NOT NULL,
      identifier TEXT,
      state TEXT NOT NULL,
      reception TEXT,
      reading TEXT
    ) STRICT`,
    `CREATE INDEX recipient_mail ON recipient (mail_id, position)`,
    `CREATE INDEX recipient_exchange ON recipient (exchange_id)`,

    // Reports that have not come, by when they are overdue.
    `CREATE INDEX delivery_expected ON delivery (next_at, id) WHERE state = 'expected'`,
    // What an application receives and what it sends are counted apart.
    `ALTER TABLE tally RENAME TO tally_received`,
    `CREATE TABLE tally (
      application TEXT NOT NULL,
      way TEXT NOT NULL,
      outcome TEXT NOT NULL,
      code TEXT NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (application, way, outcome, code)
    ) STRICT`,
    `INSERT INTO tally SELECT application, 'received', outcome, code, count FROM tally_received`,
    `DROP TABLE tally_received`,
    // A mailbox that documents leave from may have received its last mail long before its last requests.
    `CREATE INDEX exchange_mails ON exchange (mailbox, id) WHERE nature IS DISTINCT FROM 'request'`,
  ],
  [
    // What FHIR platforms call what callers know by their own ids.
    `CREATE TABLE platform_id (
      flow TEXT NOT NULL,
      caller TEXT NOT NULL,
      local TEXT NOT NULL,
      remote TEXT NOT NULL,
      exchange_id TEXT NOT NULL,
      PRIMARY KEY (flow, caller, local)
    ) STRICT`,
    `CREATE INDEX platform_id_exchange ON platform_id (exchange_id)`,
    `CREATE INDEX platform_id_remote ON platform_id (flow, remote, caller)`,

    // Regulators' accounts, of the SAS platform.
    `CREATE TABLE account (
      id TEXT PRIMARY KEY,
      active INTEGER NOT NULL,
      changed_by TEXT NOT NULL
    ) STRICT`,
    `CREATE TABLE account_identifier (
      system TEXT NOT NULL,
      value TEXT NOT NULL,
      account_id TEXT NOT NULL REFERENCES account (id),
      current INTEGER NOT NULL,
      PRIMARY KEY (system, value)
    ) STRICT`,
    `CREATE INDEX account_identifier_value ON account_identifier (value)`,
    `CREATE INDEX account_identifier_account ON account_identifier (account_id)`,
  ],
  [
    // A platform may call a patient by the INS: what it says is sealed as payloads are, and found by its key. What was kept
    // in the clear before the first release is not taken over.
    `DROP TABLE platform_id`,
    `CREATE TABLE platform_id (
      flow TEXT NOT NULL,
      caller TEXT NOT NULL,
      local_key TEXT NOT NULL,
      remote_key TEXT NOT NULL,
      sealed INTEGER NOT NULL,
      remote BLOB NOT NULL,
      exchange_id TEXT NOT NULL,
      PRIMARY KEY (flow, caller, local_key)
    ) STRICT`,
    `CREATE INDEX platform_id_exchange ON platform_id (exchange_id)`,
    `CREATE INDEX platform_id_remote ON platform_id (flow, remote_key, caller)`,
  ],
];
