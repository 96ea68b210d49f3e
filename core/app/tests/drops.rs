//! Bills that an extension leaves for the app: sealed, taken in once, and refused by name where they are a stranger's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

#[path = "kept/world.rs"]
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use paytaipei_app::Code;
use paytaipei_app::drops::{Drop, MOST_DROPS, folder, leave_drop};
use paytaipei_app::ports::{Clock, KeyPurpose, KeyVault, SystemClock, SystemEntropy, VaultError};
use world::{KeptVault, MADE_AT, SetClock, World};

const TEXT: &str = "TWQRP://金門縣自來水廠/158/03/V1?D1=42800&D3=AVWYrjDqQES+&D4=20261220&D7=123456711510&D11=00,4614611000051300010001000100513965";

struct Phone {
    home: tempfile::TempDir,
}

impl Phone {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn open(&self) -> World {
        World::open(&self.home.path().join("paytaipei.sqlite"), MADE_AT, 1).unwrap()
    }

    fn verified(&self) -> World {
        let world = self.open();
        world.verify();
        world
    }

    fn drops(&self) -> PathBuf {
        folder(self.home.path())
    }

    fn leave(&self, left: &Drop) -> Result<(), Code> {
        let clock = SetClock(MADE_AT.into());
        leave_drop(self.home.path(), left, &KeptVault, &SystemEntropy::default(), &clock).map_err(|error| error.code)
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.drops()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

fn code() -> Drop {
    Drop::Code { text: TEXT.to_owned() }
}

fn number() -> Drop {
    Drop::Number { biller: "kinmen-water".to_owned(), number: "7654321".to_owned() }
}

/// By file: the bill's number, or the refusal.
fn take(world: &World, from: &Path) -> Vec<(String, Result<String, Code>)> {
    let taken = world.core.take_drops(from).unwrap();
    taken.into_iter().map(|drop| (drop.file, drop.bill.map(|bill| bill.number).map_err(|error| error.code))).collect()
}

#[test]
fn what_was_left_while_the_app_was_closed_is_taken_in_once() {
    let phone = Phone::new();
    phone.leave(&code()).unwrap();
    phone.leave(&number()).unwrap();
    let world = phone.verified();
    let mut numbers: Vec<String> = take(&world, &phone.drops()).into_iter().map(|(_, bill)| bill.unwrap()).collect();
    numbers.sort();
    assert_eq!(numbers, ["1234567", "7654321"]);
    assert!(phone.files().is_empty());
    assert!(take(&world, &phone.drops()).is_empty());
    assert_eq!(world.core.bills().unwrap().len(), 2);
}

#[test]
fn a_phone_without_a_verified_number_leaves_them_where_they_are() {
    let phone = Phone::new();
    phone.leave(&code()).unwrap();
    assert_eq!(phone.open().core.take_drops(&phone.drops()).err().unwrap().code, Code::NumberNotVerified);
    assert_eq!(phone.files().len(), 1);
    assert_eq!(take(&phone.verified(), &phone.drops()).len(), 1);
}

#[test]
fn a_process_that_dies_before_the_file_is_deleted_finds_the_same_bill_again() {
    let phone = Phone::new();
    phone.leave(&code()).unwrap();
    let file = phone.files().pop().unwrap();
    let bytes = fs::read(&file).unwrap();
    let world = phone.verified();
    take(&world, &phone.drops());
    let payment = world.core.pay_when_confirmed(&world.core.bills().unwrap()[0].id, "esun", None).unwrap();
    fs::write(&file, bytes).unwrap();
    assert_eq!(take(&world, &phone.drops()).pop().unwrap().1, Ok("1234567".to_owned()));
    let bills = world.core.bills().unwrap();
    assert_eq!(bills.len(), 1);
    assert_eq!(bills[0].payment.as_ref(), Some(&payment.id));
}

#[test]
fn nothing_of_the_bill_can_be_read_in_the_file() {
    let phone = Phone::new();
    phone.leave(&number()).unwrap();
    let bytes = fs::read(phone.files().pop().unwrap()).unwrap();
    for secret in ["7654321", "kinmen"] {
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret}");
    }
}

#[test]
fn a_strangers_files_are_refused_by_name_and_cleared_away_and_hide_no_other() {
    let phone = Phone::new();
    phone.leave(&code()).unwrap();
    let genuine = phone.files().pop().unwrap();
    let bytes = fs::read(&genuine).unwrap();
    let outside = phone.home.path().join("precious");
    fs::write(&outside, "kept").unwrap();
    let place = |name: &str, bytes: &[u8]| fs::write(phone.drops().join(name), bytes).unwrap();
    place("copied.drop", &bytes);
    place("empty.drop", b"");
    place("huge.drop", &vec![b'x'; 1 << 20]);
    place("long-key.drop", b"pyTPdrop\x01\xff\xff");
    place("newer.drop", &[b"pyTPdrop\x02", &bytes[9..]].concat());
    std::os::unix::fs::symlink(&outside, phone.drops().join("link.drop")).unwrap();
    for bit in (9 * 8..bytes.len() * 8).step_by(5) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        place(&format!("bit-{bit}.drop"), &flipped);
    }
    let world = phone.verified();
    let taken = take(&world, &phone.drops());
    for (file, bill) in &taken {
        let good = *file == genuine.file_name().unwrap().to_str().unwrap();
        assert_eq!(bill.is_ok(), good, "{file}: {bill:?}");
        if !good {
            assert_eq!(*bill, Err(Code::DropRefused), "{file}");
        }
    }
    assert!(taken.len() > 100);
    assert!(phone.files().is_empty(), "none is asked about twice");
    assert_eq!(fs::read_to_string(&outside).unwrap(), "kept");
    assert_eq!(world.core.bills().unwrap().len(), 1);
}

#[test]
fn a_folder_among_them_is_refused_and_left() {
    let phone = Phone::new();
    fs::create_dir_all(phone.drops().join("sub.drop")).unwrap();
    fs::write(phone.drops().join("sub.drop/kept"), "kept").unwrap();
    let world = phone.verified();
    assert_eq!(take(&world, &phone.drops()), [("sub.drop".to_owned(), Err(Code::DropRefused))]);
    assert!(phone.drops().join("sub.drop/kept").exists());
}

#[test]
fn what_is_no_bill_is_refused_where_it_is_left() {
    let phone = Phone::new();
    let left = |text: &str| phone.leave(&Drop::Code { text: text.to_owned() });
    assert_eq!(left("https://example.com/"), Err(Code::NotABill));
    assert_eq!(left(&"x".repeat(5_000)), Err(Code::NotABill));
    let keyed = Drop::Number { biller: "nobody".to_owned(), number: "1".to_owned() };
    assert_eq!(phone.leave(&keyed), Err(Code::BillerUnknown));
    assert!(!phone.drops().exists());
}

#[test]
fn so_many_wait_and_no_more() {
    let phone = Phone::new();
    for _ in 0..MOST_DROPS {
        phone.leave(&code()).unwrap();
    }
    assert_eq!(phone.leave(&code()), Err(Code::DropsFull));
    let world = phone.verified();
    assert_eq!(take(&world, &phone.drops()).len(), MOST_DROPS);
    assert_eq!(world.core.bills().unwrap().len(), 1, "it was one bill all the time");
    phone.leave(&code()).unwrap();
}

#[test]
fn what_somebody_killed_was_writing_is_no_bill_and_does_not_stay_for_ever() {
    let phone = Phone::new();
    phone.leave(&code()).unwrap();
    let part = phone.drops().join("0123.drop.part");
    fs::write(&part, "pyTPdrop").unwrap();
    let world = phone.verified();
    assert_eq!(take(&world, &phone.drops()).len(), 1);
    assert!(part.exists(), "somebody may be writing it now");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(2 * 3_600);
    fs::File::options().write(true).open(&part).unwrap().set_modified(long_ago).unwrap();
    assert!(take(&world, &phone.drops()).is_empty());
    assert!(!part.exists());
}

/// Locked: nothing opens now.
struct Locked;

impl KeyVault for Locked {
    fn wrap(&self, _: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Err(VaultError::Failed)
    }
    fn unwrap(&self, _: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Err(VaultError::Failed)
    }
    fn public_key(&self, _: KeyPurpose) -> Result<Vec<u8>, VaultError> {
        Err(VaultError::Failed)
    }
    fn renew(&self) -> Result<(), VaultError> {
        Err(VaultError::Failed)
    }
    fn sign(&self, _: KeyPurpose, _: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Err(VaultError::Failed)
    }
    fn confirm_presence(&self, _: String) -> Result<(), VaultError> {
        Err(VaultError::Failed)
    }
}

#[test]
fn a_vault_that_is_locked_is_told_and_leaves_nothing_half_written() {
    let phone = Phone::new();
    let clock: &dyn Clock = &SystemClock;
    let left = leave_drop(phone.home.path(), &number(), &Locked, &SystemEntropy::default(), clock);
    assert_eq!(left.unwrap_err().code, Code::VaultFailed);
    assert!(phone.files().is_empty());
}
