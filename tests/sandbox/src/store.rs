//! How each part opens the SQLite file that is its own.

use rusqlite::Connection;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Opens or makes a database and brings its tables into being. Every statement of `schema` must be repeatable.
///
/// WAL with `synchronous=NORMAL`: a killed process loses nothing; that a power cut might is no matter to a sandbox.
pub fn open(file: &Path, schema: &str) -> rusqlite::Result<Mutex<Connection>> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.execute_batch(schema)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(Mutex::new(connection))
}

/// Locks, also after another thread panicked: what it had not committed is rolled back.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
