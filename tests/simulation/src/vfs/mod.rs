//! A file system in memory for SQLite, with crashes and power cuts.
//!
//! It is registered as the process's default VFS, so that the phone's own code opens its file unaltered, by its own flags
//! and pragmas. Each thread has disks of its own: a world, its phones and all their connections live on one thread.
//! Write-ahead logging works between connections: shared memory and its locks are here too.

pub mod disk;
mod ffi;
mod shm;

use std::cell::RefCell;
use std::collections::BTreeMap;

pub use disk::{Backup, Disk, Doom, ProcessId};
pub use ffi::register;

thread_local! {
    static DISKS: RefCell<BTreeMap<String, Disk>> = const { RefCell::new(BTreeMap::new()) };
}

/// Where a phone's files stand: `<prefix>/<phone>/…`, a path that no real file has.
const PREFIX: &str = "/paytaipei-simulation";

/// The path of a phone's database.
#[must_use]
pub fn database_path(phone: &str) -> String {
    format!("{PREFIX}/{phone}/paytaipei.sqlite")
}

/// Gives the phone a disk, in the place of any that it had on this thread.
pub fn insert(phone: &str, disk: Disk) {
    DISKS.with_borrow_mut(|disks| disks.insert(phone.to_owned(), disk));
}

/// Throws the disks of all phones of this thread away. Nothing may be open on them.
pub fn clear() {
    DISKS.with_borrow_mut(BTreeMap::clear);
}

/// Works on a phone's disk, if it has one.
pub fn with<T>(phone: &str, work: impl FnOnce(&mut Disk) -> T) -> Option<T> {
    DISKS.with_borrow_mut(|disks| disks.get_mut(phone).map(work))
}

/// Works on the disk that a path belongs to.
fn of_path<T>(path: &str, work: impl FnOnce(&mut Disk) -> T) -> Option<T> {
    with(phone_of(path)?, work)
}

fn phone_of(path: &str) -> Option<&str> {
    path.strip_prefix(PREFIX)?.strip_prefix('/')?.split('/').next()
}
