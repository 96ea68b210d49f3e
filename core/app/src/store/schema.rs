//! The tables, and how a file of an earlier release becomes one of this.

use rusqlite::Transaction;

use crate::error::Result;

/// `PRAGMA application_id`: "pyTP".
pub const APPLICATION_ID: i32 = 0x7079_5450;
/// `PRAGMA user_version` of this release.
pub const VERSION: i32 = 1;

/// Brings a file of version `from` to [`VERSION`], within the caller's transaction.
pub fn migrate(tx: &Transaction<'_>, from: i32) -> Result<()> {
    if from < 1 {
        tx.execute_batch(VERSION_1)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    tx.pragma_update(None, "user_version", VERSION)?;
    Ok(())
}

/// Plain columns hold nothing personal: states, instants, days, random identifiers and keyed hashes. All else is sealed.
///
/// `payment_one_per_bill` is the phone's own guard against paying a bill twice: whatever the code does, the database holds
/// at most one payment of its own per bill that can still charge or has charged. Which those are, `holds` says, and the table
/// checks that it says so rightly: a column of its own, so that steps which do not alter it leave the index alone. Payments
/// are never deleted, and an ended one stays as it ended.
///
/// Bills and payments are rowid tables: a row of theirs is larger than what an index's page keeps of a row, and WITHOUT ROWID
/// each would lie on an overflow page of its own, to be freed and taken again at every step. What waits for a call has no
/// index: it is read whole when a drain begins, and one more page would be written at each step.
const VERSION_1: &str = "
CREATE TABLE keyring (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    wrapped BLOB NOT NULL,
    proof BLOB NOT NULL
) STRICT;

CREATE TABLE identity (
    name TEXT PRIMARY KEY CHECK (name IN ('session', 'verification', 'restore')),
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL
) STRICT;
INSERT INTO lease (id, generation) VALUES (1, 0);

CREATE TABLE bill (
    id TEXT PRIMARY KEY NOT NULL,
    lookup BLOB NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('unchecked', 'payable', 'paid', 'expired', 'not_found')),
    due INTEGER,
    created_at INTEGER NOT NULL,
    checked_at INTEGER,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE payment (
    id TEXT PRIMARY KEY NOT NULL,
    bill TEXT NOT NULL REFERENCES bill (id),
    lookup BLOB NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('here', 'elsewhere')),
    holds INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('needs_inquiry', 'needs_consent', 'awaiting_network', 'checking', 'submitting',
        'awaiting_hand_off', 'unknown', 'settled', 'declined', 'paid_elsewhere', 'expired', 'cancelled', 'voided')),
    call TEXT CHECK (call IN ('inquire', 'submit', 'ask', 'void')),
    not_before INTEGER,
    floor INTEGER,
    attempt INTEGER,
    due INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    CHECK ((call IS NULL) = (not_before IS NULL) AND (call IS NULL) = (floor IS NULL) AND (call IS NULL) = (attempt IS NULL)),
    CHECK (holds = (origin = 'here' AND
        state NOT IN ('declined', 'paid_elsewhere', 'expired', 'cancelled', 'voided', 'refunded')))
) STRICT;

CREATE UNIQUE INDEX payment_one_per_bill ON payment (lookup) WHERE holds = 1;
CREATE INDEX payment_of_bill ON payment (bill);
CREATE INDEX payment_of_lookup ON payment (lookup);

CREATE TRIGGER payment_ended_stays BEFORE UPDATE OF state ON payment
    WHEN OLD.state IN ('settled', 'declined', 'paid_elsewhere', 'expired', 'cancelled', 'voided') AND NEW.state <> OLD.state
    BEGIN SELECT RAISE(ABORT, 'an ended payment stays as it ended'); END;
CREATE TRIGGER payment_stays BEFORE DELETE ON payment
    BEGIN SELECT RAISE(ABORT, 'no payment is ever deleted'); END;
";
