//! Bills left for the app by a part of it that must not open the store.
//!
//! An iOS extension that holds a lock on a file when it is suspended is killed (Apple, TN2277), so a share or camera
//! extension never opens the database: it leaves what it read as one sealed file, and the app takes it in. A file is
//!
//! ```text
//! "pyTPdrop" 0x01 | length of the wrapped key, 2 bytes, big-endian | wrapped key | sealed JSON
//! ```
//!
//! The content key is made for the one file and wrapped by the vault. The associated data name the file, so that neither a
//! copy under another name nor anything but a file of this vault's opens.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use paytaipei_bill::{Catalogue, CivilDate, Reader};

use crate::error::{Code, Error, Result};
use crate::intake::{self, Intake};
use crate::ports::{Clock, Entropy, KeyVault, VaultError};
use crate::store::seal::{Keys, Place};

/// What a bill is known by where it is left.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Drop {
    /// The text of a code.
    Code { text: String },
    /// A number that a person keyed in.
    Number { biller: String, number: String },
}

/// So many wait at most; more are refused when they are left.
pub const MOST_DROPS: usize = 64;
/// No code on a bill is longer than this, in bytes.
const LONGEST_TEXT: usize = 4_096;
/// No file of ours is larger than this, in bytes.
const LARGEST_FILE: u64 = 16 * 1_024;
/// A folder of strangers' files is not read to its end.
const MOST_LOOKED_AT: usize = 1_024;
/// Whoever was killed while writing left a part behind; nobody writes for so long.
const PART_IS_DEAD: Duration = Duration::from_secs(3_600);

const MAGIC: &[u8] = b"pyTPdrop\x01";

/// The folder beside the store in which bills are left.
#[must_use]
pub fn folder(data: &Path) -> PathBuf {
    data.join("drops")
}

impl Drop {
    /// Judges it as if it had come in here.
    fn judge(&self, reader: Reader<'_>) -> Result<Intake> {
        match self {
            Self::Code { text } => intake::from_text(text, reader),
            Self::Number { biller, number } => intake::from_keys(reader.catalogue(), biller, number),
        }
    }

    fn length(&self) -> usize {
        match self {
            Self::Code { text } => text.len(),
            Self::Number { biller, number } => biller.len().saturating_add(number.len()),
        }
    }
}

/// Leaves a bill for the app whose data folder this is. Needs no store, no number and no network; refused where it is no
/// bill, and with `drops_full` where too many wait. It is on the disk, whole, when this returns.
pub fn leave_drop(
    data: &Path,
    left: &Drop,
    vault: &dyn KeyVault,
    entropy: &dyn Entropy,
    clock: &dyn Clock,
) -> Result<()> {
    if left.length() > LONGEST_TEXT {
        return Err(Code::NotABill.into());
    }
    left.judge(Reader::new(&Catalogue::bundled(), city_day(clock)))?;
    let folder = folder(data);
    fs::create_dir_all(&folder).map_err(storage)?;
    if fs::read_dir(&folder).map_err(storage)?.take(MOST_DROPS).count() >= MOST_DROPS {
        return Err(Code::DropsFull.into());
    }
    let mut chance = [0_u8; 16];
    entropy.fill(&mut chance)?;
    let name = format!("{:032x}.drop", u128::from_be_bytes(chance));
    let bytes = sealed(&name, left, vault, entropy)?;
    let part = folder.join(format!("{name}.part"));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&part)
        .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&part, folder.join(&name)))
        // The name is in the folder: it has to be on the disk too.
        .and_then(|()| File::open(&folder)?.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written.map_err(storage)
}

fn sealed(name: &str, left: &Drop, vault: &dyn KeyVault, entropy: &dyn Entropy) -> Result<Vec<u8>> {
    let mut root = Zeroizing::new([0_u8; 32]);
    entropy.fill(root.as_mut())?;
    let plain = Zeroizing::new(serde_json::to_vec(left).map_err(|_| Code::Internal)?);
    let sealed = Keys::new(root.as_ref())?.seal(entropy, &Place::new("drop", name), plain)?;
    let wrapped = vault.wrap(root.to_vec())?;
    let length = u16::try_from(wrapped.len()).map_err(|_| Code::VaultFailed)?;
    let bytes = [MAGIC, &length.to_be_bytes(), &wrapped, &sealed].concat();
    if bytes.len() as u64 > LARGEST_FILE { Err(Code::VaultFailed.into()) } else { Ok(bytes) }
}

/// A file in the folder of drops.
pub(crate) struct Found {
    pub name: String,
    path: PathBuf,
    /// Nothing that can be opened: a folder, a link, a device.
    is_odd: bool,
}

/// What waits, in no order that means anything. Parts of whoever was killed while writing are cleared away.
pub(crate) fn found(folder: &Path) -> Result<Vec<Found>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(storage(error)),
    };
    let mut found = Vec::new();
    for entry in entries.take(MOST_LOOKED_AT).flatten() {
        let (path, name) = (entry.path(), shown(&entry.file_name().to_string_lossy()));
        // Of the entry itself: a link is not followed.
        let Ok(known) = entry.metadata() else { continue };
        if name.ends_with(".part") {
            let age = known.modified().ok().and_then(|at| at.elapsed().ok());
            if known.is_file() && age.is_some_and(|age| age > PART_IS_DEAD) {
                let _ = fs::remove_file(&path);
            }
            continue;
        }
        found.push(Found { name, path, is_odd: !known.is_file() });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

impl Found {
    /// Opens and judges it. `DropRefused` where it is none of ours; a failure of the vault's says nothing of the file.
    pub fn read(&self, vault: &dyn KeyVault, reader: Reader<'_>) -> Result<Intake> {
        let refused = || Error::from(Code::DropRefused);
        if self.is_odd {
            return Err(refused());
        }
        let mut bytes = Vec::new();
        File::open(&self.path)
            .and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
            .map_err(|_| refused())?;
        if bytes.len() as u64 > LARGEST_FILE {
            return Err(refused());
        }
        let (wrapped, sealed) = parts(&bytes).ok_or_else(refused)?;
        let root = match vault.unwrap(wrapped.to_vec()) {
            Err(VaultError::KeyLost) => return Err(refused()),
            root => Zeroizing::new(root?),
        };
        let plain = Keys::new(&root)?.open(&Place::new("drop", &self.name), sealed).map_err(|_| refused())?;
        let left: Drop = serde_json::from_slice(&plain).map_err(|_| refused())?;
        left.judge(reader)
    }

    /// Only once what it says is committed, or refused for good.
    pub fn remove(&self) {
        // A folder stays. So does what cannot be deleted now: taken in again, it is the same bill.
        let _ = fs::remove_file(&self.path);
    }
}

/// Wrapped key and sealed value.
fn parts(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// A name for a screen, whoever chose it.
fn shown(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(64).collect()
}

fn city_day(clock: &dyn Clock) -> CivilDate {
    let seconds = clock.now().0.div_euclid(1_000);
    CivilDate::of_instant(OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH))
}

#[allow(clippy::needless_pass_by_value, reason = "as the argument of map_err")]
fn storage(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull => Code::StoreFull,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Code::StoreReadOnly,
        _ => Code::StoreFailed,
    }
    .into()
}
