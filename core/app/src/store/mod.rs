//! What the phone remembers: one SQLite file, personal data sealed.
//!
//! Every change is one `IMMEDIATE` transaction that commits a row together with the call it wants. `docs/architecture.md`
//! has the life of a payment.

mod bills;
mod connection;
mod fetched;
mod identity;
mod notes;
mod payments;
mod restore;
mod schema;
pub(crate) mod seal;
mod shelf;
mod wanted;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use paytaipei_payment::PaymentId;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use tokio::sync::watch;
use zeroize::Zeroizing;

pub use bills::{BillFacts, BillRecord, BillState, PlatformBill};
pub(crate) use fetched::{Fetched, city_day};
pub use notes::{KeptCatalogue, KnownNumber};
pub use payments::PaymentRecord;
pub use restore::Restoring;
pub(crate) use shelf::{Shelf, Shelved};
pub(crate) use wanted::{Turn, Wanted};

use crate::error::{Code, Error, Result};
use crate::ports::{Clock, Entropy, KeyVault};
use seal::{Keys, Place};

/// The store of one person on one phone. One connection, used by one thread at a time.
pub struct Store {
    connection: Mutex<Connection>,
    keys: Keys,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Counts commits of this process; whoever watches reads again and so never misses the last value.
    changes: watch::Sender<u64>,
    /// Whether a row was met that does not open: damaged, or altered by somebody else.
    damaged: AtomicBool,
    /// What this process wrote since somebody asked; `None` while nobody has.
    written: Mutex<Option<Written>>,
    /// Everything, opened, for lists and searches: filled when somebody first looks, and kept up with what is written.
    shelf: Mutex<Option<Shelf>>,
}

/// Payments written, and the call that each wants by now.
pub(crate) type Written = HashMap<PaymentId, Option<Wanted>>;

/// What the wrapped key must open, to be known as the right one.
const PROOF: &[u8] = b"this key opens this store";

impl Store {
    /// Opens or makes the file at `path`. The key that seals it is made on first use and wrapped by the vault.
    pub fn open(path: &Path, vault: &dyn KeyVault, entropy: Arc<dyn Entropy>, clock: Arc<dyn Clock>) -> Result<Self> {
        let mut connection = connection::open(path)?;
        let keys = keyring(&mut connection, vault, entropy.as_ref())?;
        Ok(Self {
            connection: Mutex::new(connection),
            keys,
            entropy,
            clock,
            changes: watch::Sender::new(0),
            damaged: AtomicBool::new(false),
            written: Mutex::default(),
            shelf: Mutex::default(),
        })
    }

    /// Runs `work` in one transaction and commits it, durably, before this returns.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Work<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.lock();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let work_under_way = Work::new(&tx, self, true);
        let result = work(&work_under_way)?;
        let written = work_under_way.written.into_inner();
        tx.commit()?;
        if let Some(shelf) = self.lock_shelf().as_mut() {
            shelf.committed();
        }
        if let Some(all) = self.written.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            all.extend(written);
        }
        drop(connection);
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
        Ok(result)
    }

    /// Runs `work` on one consistent view.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Work<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.lock();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
        work(&Work::new(&tx, self, false))
    }

    /// What this process committed of payments since it was last asked; `None` at the first time. Asked within a read, it
    /// and what is read belong together: it is noted before the connection is free for others.
    pub(crate) fn written_payments(&self) -> Option<Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).replace(Written::new())
    }

    /// Looks at every bill and payment, and tells whether one of them is damaged.
    pub fn inspect(&self) -> Result<bool> {
        self.damaged.store(false, Ordering::Relaxed);
        self.read(|work| Ok((work.bills()?, work.payments()?)))?;
        Ok(self.is_damaged())
    }

    /// Whether a damaged row was met since the last inspection.
    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// Wakes after each commit of this process.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Changes with each commit of another process (`PRAGMA data_version`).
    pub fn foreign_version(&self) -> Result<i64> {
        Ok(self.lock().pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    fn lock_shelf(&self) -> MutexGuard<'_, Option<Shelf>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic rolled its transaction back: what is committed is whole.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn random<const N: usize>(&self) -> Result<[u8; N]> {
        let mut bytes = [0_u8; N];
        self.entropy.fill(&mut bytes)?;
        Ok(bytes)
    }

    pub(crate) fn dice(&self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.random()?))
    }
}

/// A transaction under way.
pub(crate) struct Work<'a> {
    tx: &'a Transaction<'a>,
    pub(crate) store: &'a Store,
    writes: bool,
    /// Payments written in it.
    written: RefCell<Written>,
    /// Whether it altered the shelf.
    shelved: Cell<bool>,
}

impl<'a> Work<'a> {
    fn new(tx: &'a Transaction<'a>, store: &'a Store, writes: bool) -> Self {
        Self { tx, store, writes, written: RefCell::default(), shelved: Cell::default() }
    }
}

impl Work<'_> {
    /// Changes with each commit of another process or connection, never with one of this (`PRAGMA data_version`).
    pub fn foreign_version(&self) -> Result<i64> {
        Ok(self.tx.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
    }

    /// Whether this transaction has written the payment.
    pub fn has_written(&self, id: PaymentId) -> bool {
        self.written.borrow().contains_key(&id)
    }

    /// A row, unless it is damaged, which is remembered.
    fn intact<T>(&self, row: Result<T>) -> Result<Option<T>> {
        match row {
            Err(error) if error.code == Code::StoreCorrupt => {
                self.store.damaged.store(true, Ordering::Relaxed);
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    fn seal(&self, place: &Place, value: &impl serde::Serialize) -> Result<Vec<u8>> {
        let plain = serde_json::to_vec(value).map_err(|_| Code::Internal)?;
        self.store.keys.seal(self.store.entropy.as_ref(), place, Zeroizing::new(plain))
    }

    fn open<T: serde::de::DeserializeOwned>(&self, place: &Place, sealed: &[u8]) -> Result<T> {
        let plain = self.store.keys.open(place, sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Code::StoreCorrupt.into())
    }
}

fn keyring(connection: &mut Connection, vault: &dyn KeyVault, entropy: &dyn Entropy) -> Result<Keys> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let kept: Option<(Vec<u8>, Vec<u8>)> =
        tx.query_row("SELECT wrapped, proof FROM keyring", [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let place = Place::new("keyring", "1");
    if let Some((wrapped, proof)) = kept {
        let root = Zeroizing::new(vault.unwrap(wrapped)?);
        let keys = Keys::new(&root)?;
        return match keys.open(&place, &proof) {
            Ok(plain) if plain.as_slice() == PROOF => Ok(keys),
            _ => Err(Error::new(Code::KeyLost)),
        };
    }
    let mut root = Zeroizing::new([0_u8; 32]);
    entropy.fill(root.as_mut())?;
    let keys = Keys::new(root.as_ref())?;
    let wrapped = vault.wrap(root.to_vec())?;
    let proof = keys.seal(entropy, &place, Zeroizing::new(PROOF.to_vec()))?;
    tx.execute("INSERT INTO keyring (id, wrapped, proof) VALUES (1, ?1, ?2)", (wrapped, proof))?;
    tx.commit()?;
    Ok(keys)
}
