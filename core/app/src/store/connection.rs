//! Opening the file: refused untouched where it is not ours, durable where it is.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::schema;
use crate::error::{Code, Result};

/// How long another process may hold the file before it is told to the person.
const BUSY: Duration = Duration::from_secs(5);

/// More than there are different statements: each is compiled once for a connection.
const STATEMENTS: usize = 32;

/// Opens, checks, sets up and migrates. WAL with `synchronous=FULL`: a commit that returned survives a power loss. On
/// Apple a plain `fsync` leaves data in the drive's cache, so `fullfsync` is set for commits and checkpoints.
pub fn open(path: &Path) -> Result<Connection> {
    inspect(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A newer release may have left its version in the log only: nothing is moved into the file before that is known.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Without it a statement is compiled anew for every value that is compared with a column of a partial index's condition.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    judge(&connection.transaction()?)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    enter_wal(&connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Again, now that nobody else can change it.
    let version: i32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > schema::VERSION {
        return Err(Code::StoreNewer.into());
    }
    if version < schema::VERSION {
        schema::migrate(&tx, version)?;
    }
    tx.commit()?;
    Ok(connection)
}

/// To enter WAL, SQLite needs the file to itself and does not wait for it: where several processes make the store together,
/// all but one have to ask again.
fn enter_wal(connection: &Connection) -> Result<()> {
    let given_up = Instant::now() + BUSY;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < given_up => {
                std::thread::sleep(Duration::from_millis(20));
            }
            entered => return Ok(entered?),
        }
    }
}

/// Whether the file is one of ours, and not of a newer release. In one transaction: another process may be setting it up.
fn judge(tx: &Transaction<'_>) -> Result<()> {
    let version: i32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 = tx.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if version > schema::VERSION {
        return Err(Code::StoreNewer.into());
    }
    // Somebody else's database has no version of ours, and is not to be made one of ours.
    if version < 0 || (version == 0 && tables > 0) {
        return Err(Code::StoreCorrupt.into());
    }
    Ok(())
}

/// Looks at the header before SQLite may touch the file (SQLite file format, section 1.3).
fn inspect(path: &Path) -> Result<()> {
    let mut header = [0_u8; 100];
    // Opening a pipe would wait for its other end.
    if path.metadata().is_ok_and(|known| !known.is_file()) {
        return Err(Code::StoreCorrupt.into());
    }
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(_) => return Err(Code::StoreReadOnly.into()),
    };
    let length = file.metadata().map_err(|_| Code::StoreFailed)?.len();
    if length == 0 {
        return Ok(());
    }
    file.read_exact(&mut header).map_err(|_| Code::StoreCorrupt)?;
    let number = |at: usize| -> Option<i32> { header.get(at..at + 4)?.try_into().ok().map(i32::from_be_bytes) };
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(Code::StoreCorrupt.into());
    }
    if number(60).is_none_or(|version| version > schema::VERSION) {
        return Err(Code::StoreNewer.into());
    }
    if !matches!(number(68), Some(0 | schema::APPLICATION_ID)) {
        return Err(Code::StoreCorrupt.into());
    }
    Ok(())
}
