//! The tables, and how a file of an earlier release becomes one of this.

use rusqlite::Transaction;

use crate::error::Result;

/// `PRAGMA application_id`: "pyTP".
pub const APPLICATION_ID: i32 = 0x7079_5450;
/// `PRAGMA user_version` of this release.
pub const VERSION: i32 = 5;

/// Brings a file of version `from` to [`VERSION`], within the caller's transaction.
pub fn migrate(tx: &Transaction<'_>, from: i32) -> Result<()> {
    if from < 1 {
        tx.execute_batch(VERSION_1)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    if from < 2 {
        tx.execute_batch(VERSION_2)?;
    }
    if from < 3 {
        tx.execute_batch(VERSION_3)?;
    }
    if from < 4 {
        tx.execute_batch(VERSION_4)?;
    }
    if from < 5 {
        tx.execute_batch(VERSION_5)?;
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
///
/// States are compared one by one: for `IN` with a list SQLite would build a B-tree of the list at each step.
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
    status TEXT NOT NULL CHECK (status = 'unchecked' OR status = 'payable' OR status = 'paid' OR status = 'expired' OR
        status = 'not_found'),
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
    state TEXT NOT NULL,
    call TEXT,
    not_before INTEGER,
    floor INTEGER,
    attempt INTEGER,
    due INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    CHECK (state = 'needs_inquiry' OR state = 'needs_consent' OR state = 'awaiting_network' OR state = 'checking' OR
        state = 'submitting' OR state = 'awaiting_hand_off' OR state = 'unknown' OR state = 'settled' OR
        state = 'declined' OR state = 'paid_elsewhere' OR state = 'expired' OR state = 'cancelled' OR state = 'voided'),
    CHECK (call IS NULL OR call = 'inquire' OR call = 'submit' OR call = 'ask' OR call = 'void'),
    CHECK ((call IS NULL) = (not_before IS NULL) AND (call IS NULL) = (floor IS NULL) AND (call IS NULL) = (attempt IS NULL)),
    CHECK (holds = (origin = 'here' AND NOT
        (state = 'declined' OR state = 'paid_elsewhere' OR state = 'expired' OR state = 'cancelled' OR
        state = 'voided' OR state = 'refunded')))
) STRICT;

CREATE UNIQUE INDEX payment_one_per_bill ON payment (lookup) WHERE holds = 1;
CREATE INDEX payment_of_bill ON payment (bill);
CREATE INDEX payment_of_lookup ON payment (lookup);

CREATE TRIGGER payment_ended_stays BEFORE UPDATE OF state ON payment
    WHEN NEW.state <> OLD.state AND (OLD.state = 'settled' OR OLD.state = 'declined' OR OLD.state = 'paid_elsewhere'
        OR OLD.state = 'expired' OR OLD.state = 'cancelled' OR OLD.state = 'voided')
    BEGIN SELECT RAISE(ABORT, 'an ended payment stays as it ended'); END;
CREATE TRIGGER payment_stays BEFORE DELETE ON payment
    BEGIN SELECT RAISE(ABORT, 'no payment is ever deleted'); END;
";

/// An ended payment may want a void, which earlier releases do not understand; and what is known of the keys has a place.
const VERSION_2: &str = "
ALTER TABLE identity RENAME TO identity_1;
CREATE TABLE identity (
    name TEXT PRIMARY KEY CHECK (name IN ('session', 'verification', 'restore', 'keys')),
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO identity (name, sealed) SELECT name, sealed FROM identity_1;
DROP TABLE identity_1;
";

/// The catalogue, the county, and numbers for the next bill. The id of a number is a keyed hash.
const VERSION_3: &str = "
CREATE TABLE note (
    kind TEXT NOT NULL CHECK (kind = 'catalogue' OR kind = 'county' OR kind = 'number'),
    id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
";

/// What was charged can come back, and then does not hold its bill any more; and what anybody may know has a place: deals, and
/// the keys that sign receipts. SQLite alters no condition of a table: it is made anew.
const VERSION_4: &str = "
ALTER TABLE payment RENAME TO payment_3;
CREATE TABLE payment (
    id TEXT PRIMARY KEY NOT NULL,
    bill TEXT NOT NULL REFERENCES bill (id),
    lookup BLOB NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('here', 'elsewhere')),
    holds INTEGER NOT NULL,
    state TEXT NOT NULL,
    call TEXT,
    not_before INTEGER,
    floor INTEGER,
    attempt INTEGER,
    due INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    CHECK (state = 'needs_inquiry' OR state = 'needs_consent' OR state = 'awaiting_network' OR state = 'checking' OR
        state = 'submitting' OR state = 'awaiting_hand_off' OR state = 'unknown' OR state = 'settled' OR
        state = 'refunded' OR state = 'declined' OR state = 'paid_elsewhere' OR state = 'expired' OR state = 'cancelled' OR
        state = 'voided'),
    CHECK (call IS NULL OR call = 'inquire' OR call = 'submit' OR call = 'ask' OR call = 'void'),
    CHECK ((call IS NULL) = (not_before IS NULL) AND (call IS NULL) = (floor IS NULL) AND (call IS NULL) = (attempt IS NULL)),
    CHECK (holds = (origin = 'here' AND NOT
        (state = 'declined' OR state = 'paid_elsewhere' OR state = 'expired' OR state = 'cancelled' OR
        state = 'voided' OR state = 'refunded')))
) STRICT;

INSERT INTO payment SELECT id, bill, lookup, origin, holds, state, call, not_before, floor, attempt, due, created_at, updated_at,
    sealed FROM payment_3;
DROP TABLE payment_3;

CREATE UNIQUE INDEX payment_one_per_bill ON payment (lookup) WHERE holds = 1;
CREATE INDEX payment_of_bill ON payment (bill);
CREATE INDEX payment_of_lookup ON payment (lookup);

CREATE TRIGGER payment_ended_stays BEFORE UPDATE OF state ON payment
    WHEN NEW.state <> OLD.state AND NOT (OLD.state = 'settled' AND NEW.state = 'refunded') AND (OLD.state = 'settled' OR
        OLD.state = 'refunded' OR OLD.state = 'declined' OR OLD.state = 'paid_elsewhere'
        OR OLD.state = 'expired' OR OLD.state = 'cancelled' OR OLD.state = 'voided')
    BEGIN SELECT RAISE(ABORT, 'an ended payment stays as it ended'); END;
CREATE TRIGGER payment_stays BEFORE DELETE ON payment
    BEGIN SELECT RAISE(ABORT, 'no payment is ever deleted'); END;

CREATE TABLE fetched (
    name TEXT PRIMARY KEY CHECK (name IN ('deals', 'receipt_keys')),
    at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Agreements with payment businesses have a place too. What was fetched is fetched again.
const VERSION_5: &str = "
DROP TABLE fetched;
CREATE TABLE fetched (
    name TEXT PRIMARY KEY CHECK (name IN ('deals', 'receipt_keys', 'agreements')),
    at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";
